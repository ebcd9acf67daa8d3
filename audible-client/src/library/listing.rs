//! One listing of the library: what is asked for next, and what follows its end.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Ask;

/// A listing gives nothing beyond this.
const MOST: u32 = 10_000;

/// How far the next listing reaches back behind the last title of this one: whether its bound counts as
/// inside is unproven, and several titles can be of one moment.
const OVERLAP: SignedDuration = SignedDuration::from_secs(1);

/// What a title has where everything about it is wanted: the groups of fields that
/// `shared::product::owned` reads.
const FULL_GROUPS: &str = "badge_types,category_ladders,contributors,customer_rights,is_archived,\
     is_finished,is_playable,listening_status,media,order_details,origin_asin,pdf_url,\
     percent_complete,product_attrs,product_desc,product_details,product_extended_attrs,\
     product_plans,provided_review,rating,series,sku";

/// What it has where only listening is wanted.
const PROGRESS_GROUPS: &str =
    "is_finished,listening_status,percent_complete,product_attrs,product_desc";

/// Which way a listing goes through the library.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Order {
    #[default]
    OldestFirst,
    /// Once, behind several listings that left something out: titles without a day of purchase may
    /// stand at the other end.
    NewestFirst,
}

/// A listing and the place in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Listing {
    order: Order,
    /// Only what was bought behind this.
    after: Option<Timestamp>,
    continuation: Option<String>,
    /// Entries so far.
    listed: u32,
    /// The youngest day of purchase so far.
    newest: Option<Timestamp>,
    /// It is read once more from its beginning.
    repeated: bool,
}

/// What a page brought.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) entries: u32,
    pub(super) continuation: Option<String>,
    pub(super) newest: Option<Timestamp>,
    pub(super) total: Option<u32>,
}

/// What comes behind a page.
#[derive(Debug)]
pub(super) enum Then {
    Read(Listing),
    /// The reading is over; with a gap where something is known to be out of reach.
    End {
        gap: bool,
    },
}

impl Listing {
    /// Whether this is the first page of the first listing.
    pub(super) const fn is_first(&self) -> bool {
        self.continuation.is_none()
            && self.after.is_none()
            && matches!(self.order, Order::OldestFirst)
    }

    /// Whether it has begun, and a continuation leads on.
    pub(super) const fn goes_on(&self) -> bool {
        self.continuation.is_some()
    }

    pub(super) const fn is_repeated(&self) -> bool {
        self.repeated || self.after.is_some() || matches!(self.order, Order::NewestFirst)
    }

    /// The same listing from its beginning.
    pub(super) fn again(self) -> Self {
        let repeated = self.repeated || self.listed > 0;
        Self { order: self.order, after: self.after, repeated, ..Self::default() }
    }

    /// What to ask for; the order of the parts is the order in which they are signed and sent.
    pub(super) fn query(&self, ask: &Ask, size: u32) -> Vec<(&'static str, String)> {
        let groups = if matches!(ask, Ask::Progress) { PROGRESS_GROUPS } else { FULL_GROUPS };
        let mut query = vec![
            ("num_results", size.to_string()),
            ("response_groups", groups.to_owned()),
            ("image_sizes", "500".to_owned()),
        ];
        if let Ask::Changes(since) = ask {
            query.push(("status", "Active,Revoked".to_owned()));
            query.push(("state_token", since.as_str().to_owned()));
        } else {
            let order = match self.order {
                Order::OldestFirst => "PurchaseDate",
                Order::NewestFirst => "-PurchaseDate",
            };
            query.push(("status", "Active".to_owned()));
            query.push(("include_pending", "true".to_owned()));
            query.push(("sort_by", order.to_owned()));
        }
        query.extend(self.after.map(|after| ("purchased_after", after.to_string())));
        query.extend(self.continuation.clone().map(|token| ("continuation_token", token)));
        query
    }

    /// Decides what follows a page. `went_on`: it had titles that were new. `whole`: the whole library
    /// is wanted, in the order of purchase. `lacks`: fewer were seen than there are.
    pub(super) fn after(self, sent: &Sent, went_on: bool, whole: bool, lacks: bool) -> Then {
        let listed = self.listed.saturating_add(sent.entries);
        let newest = self.newest.max(sent.newest);
        // A token that leads to itself, or to nothing, would lead there forever.
        let leads_on = sent.entries > 0 && sent.continuation != self.continuation;
        if let Some(token) = sent.continuation.clone().filter(|_| leads_on && listed < MOST) {
            return Then::Read(Self { continuation: Some(token), listed, newest, ..self });
        }
        if self.order == Order::NewestFirst {
            return Then::End { gap: lacks };
        }
        if listed < MOST {
            // Audible may end a listing early; then the number of titles tells.
            let again = whole && lacks && self.after.is_some();
            return if again { Self::newest_first() } else { Then::End { gap: false } };
        }
        if !whole {
            return Then::End { gap: sent.total.is_none_or(|total| total > listed) };
        }
        let next = newest.and_then(|newest| newest.checked_sub(OVERLAP).ok());
        match next {
            Some(next) if self.after.is_none_or(|after| next > after) => {
                Then::Read(Self { after: Some(next), ..Self::default() })
            }
            _ if lacks && went_on => Self::newest_first(),
            // The listing is full and nothing says what stands behind it.
            _ => Then::End { gap: true },
        }
    }

    fn newest_first() -> Then {
        Then::Read(Self { order: Order::NewestFirst, ..Self::default() })
    }
}

/// When a title was bought.
pub(super) fn bought(entry: &Value) -> Option<Timestamp> {
    entry.get("purchase_date")?.as_str()?.parse().ok()
}
