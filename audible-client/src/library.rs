//! Reading a library in pages: all of it, or what has changed.
//!
//! A listing gives nothing beyond its 10,000th title, so titles are asked for in the order in which they
//! were bought, and a listing that ended at its limit goes on in another one that begins a little before
//! the last day. Titles that are seen twice that way are given once.

mod listing;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::{product, raw::RawItem};

use self::listing::{Listing, Sent};
use crate::{
    account::Account,
    error::AudibleError,
    transport::{Answer, LIST, Repeat, TOO_LONG},
};

/// Where the library is.
pub(crate) const PATH: &str = "/1.0/library";

/// Titles a page, largest first: a size over which Audible stumbles is followed by the next one.
const SIZES: [u32; 3] = [1_000, 200, 50];

/// What marks a state of the library; given back, Audible tells what has changed since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StateToken(String);

impl StateToken {
    /// Wraps what was kept; `0` stands for the beginning of all.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// As Audible wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Every title with all that is known.
    Full,
    /// What was bought, changed or revoked since.
    Changes(StateToken),
    /// Every title with title and listening status alone: light, thousands a request.
    Progress,
}

/// One page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// Titles that were not on an earlier page.
    pub items: Vec<RawItem>,
    /// Entries that are no objects with an ASIN.
    pub unreadable: u32,
    /// The titles as Audible sent them, beside `items`; empty unless [`Reading::keeping_raw`].
    pub raw: Vec<Value>,
}

/// A reading under way.
#[derive(Debug)]
pub struct Reading<'a> {
    account: &'a Account,
    ask: Ask,
    keep_raw: bool,
    /// Where the reading is; none when it is at its end.
    listing: Option<Listing>,
    size: usize,
    /// The listing was begun again because a continuation had ended, and has brought nothing new since.
    begun_again: bool,
    seen: HashSet<Box<str>>,
    unreadable: u32,
    total: Option<u32>,
    state_token: Option<StateToken>,
    /// Something cannot be reached.
    gap: bool,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(account: &'a Account, ask: Ask) -> Self {
        Self {
            account,
            ask,
            keep_raw: false,
            listing: Some(Listing::default()),
            size: 0,
            begun_again: false,
            seen: HashSet::new(),
            unreadable: 0,
            total: None,
            state_token: None,
            gap: false,
        }
    }

    /// Also keeps the titles as Audible sent them, in [`Page::raw`].
    #[must_use]
    pub const fn keeping_raw(mut self) -> Self {
        self.keep_raw = true;
        self
    }

    /// The next page; none when everything has been read. After an error the same page can be asked for
    /// again.
    ///
    /// # Errors
    ///
    /// See [`AudibleError`]; what was read before holds.
    pub async fn next(&mut self) -> Result<Option<Page>, AudibleError> {
        while let Some(query) = self.query() {
            let smaller = self.size + 1 < SIZES.len();
            let repeat = if smaller { Repeat::Briefly } else { Repeat::Always };
            let query: Vec<_> = query.iter().map(|(name, text)| (*name, text.as_str())).collect();
            let page = match self.account.get(PATH, &query, LIST, repeat).await {
                Ok(answer) => self.take(&answer)?,
                Err(error) if smaller && is_too_much(&error) => {
                    self.shrink();
                    continue;
                }
                Err(AudibleError::Refused { .. }) if self.begin_again() => continue,
                Err(error) => return Err(error),
            };
            if !page.items.is_empty() || page.unreadable > 0 {
                return Ok(Some(page));
            }
        }
        Ok(None)
    }

    /// How many titles Audible says there are, once the first page is there.
    pub const fn total(&self) -> Option<u32> {
        self.total
    }

    /// How many different titles have been read.
    pub fn seen(&self) -> u32 {
        u32::try_from(self.seen.len()).unwrap_or(u32::MAX)
    }

    /// Whether everything was read and nothing is missing.
    pub fn is_complete(&self) -> bool {
        let enough = self.total.is_some_and(|total| self.seen() >= total);
        self.listing.is_none() && !self.gap && self.unreadable == 0 && enough
    }

    /// The state of the library when this reading began. Keep it only after every page was applied.
    pub const fn state_token(&self) -> Option<&StateToken> {
        self.state_token.as_ref()
    }

    /// What to ask for next; nothing at the end.
    fn query(&self) -> Option<Vec<(&'static str, String)>> {
        self.listing.as_ref().map(|listing| listing.query(&self.ask, SIZES[self.size]))
    }

    /// Goes on with smaller pages. A continuation may be bound to its size, so the listing begins again;
    /// what was seen is dropped.
    fn shrink(&mut self) {
        self.size += 1;
        self.listing = self.listing.take().map(Listing::again);
    }

    /// A continuation that is refused has most likely ended, so the listing begins again; what was seen
    /// is dropped. It does so only after something new, or it would never end.
    fn begin_again(&mut self) -> bool {
        let may = !self.begun_again && self.listing.as_ref().is_some_and(Listing::goes_on);
        if may {
            self.begun_again = true;
            self.listing = self.listing.take().map(Listing::again);
        }
        may
    }

    /// Reads an answer and moves on; when it cannot be read, nothing has moved.
    fn take(&mut self, answer: &Answer) -> Result<Page, AudibleError> {
        let body: Body = answer.json("a page of the library")?;
        let Some(listing) = self.listing.take() else { return Ok(Page::default()) };
        let total = answer.header("total-count").and_then(|text| text.trim().parse().ok());
        if listing.is_first() {
            self.total = self.total.or(total);
            let state = answer.header("state-token").map(StateToken::new);
            self.state_token = self.state_token.take().or(state);
        }
        let sent = Sent {
            entries: u32::try_from(body.items.len()).unwrap_or(u32::MAX),
            continuation: answer.header("continuation-token").map(str::to_owned),
            newest: body.items.iter().filter_map(listing::bought).max(),
            total,
        };
        let page = self.page(body.items, listing.is_repeated());
        let lacks = self.total.is_some_and(|total| self.seen() < total);
        let went_on = !page.items.is_empty();
        let whole_library = !matches!(self.ask, Ask::Changes(_));
        match listing.after(&sent, went_on, whole_library, lacks) {
            listing::Then::Read(next) => self.listing = Some(next),
            listing::Then::End { gap } => self.gap |= gap,
        }
        Ok(page)
    }

    fn page(&mut self, entries: Vec<Value>, repeated: bool) -> Page {
        let mut page = Page::default();
        for entry in entries {
            let mut item = product::owned(&entry);
            if matches!(self.ask, Ask::Progress) {
                item = progress_of(item);
            }
            if item.asin.is_empty() {
                page.unreadable += u32::from(!repeated);
            } else if self.seen.insert(item.asin.as_str().into()) {
                page.items.push(item);
                if self.keep_raw {
                    page.raw.push(entry);
                }
            }
        }
        self.unreadable += page.unreadable;
        self.begun_again &= page.items.is_empty();
        page
    }
}

/// What was asked for, without what comes along: fields of the light answer say less than those of the full
/// one, or something else.
fn progress_of(item: RawItem) -> RawItem {
    let RawItem { asin, title, subtitle, purchase_date, listening, .. } = item;
    RawItem { asin, title, subtitle, purchase_date, listening, ..RawItem::default() }
}

#[derive(Deserialize)]
struct Body {
    items: Vec<Value>,
}

/// Troubles that a smaller page may not have.
fn is_too_much(error: &AudibleError) -> bool {
    match error {
        AudibleError::TimedOut => true,
        AudibleError::Down { status } => matches!(status, 500 | 502 | 504),
        AudibleError::Unreadable(what) => *what == TOO_LONG,
        _ => false,
    }
}
