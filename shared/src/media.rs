//! Item to what the tracker stores: [`Media`] and [`UserMedia`]. Cannot fail: the item's type proves it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    ids::Marketplace,
    item::{Item, Listening},
    percent::Percent,
    when::When,
    wire::v1,
};

/// From this percent on a title counts as finished unless the account says otherwise.
pub const FINISHED_FROM: u8 = 95;

/// The title as the tracker stores it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Media {
    /// Title.
    pub title: String,
    /// Always `audiobook`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Day of release.
    pub release_date: Option<Date>,
    /// Always none: an audiobook has no entry there.
    pub tmdb_id: Option<i64>,
    /// Always none: an audiobook has no entry there.
    pub imdb_id: Option<String>,
    /// Always `audible`.
    pub platform: &'static str,
    /// `{asin, marketplace, sku}`
    pub platform_ids: Value,
    /// Authors, narrators, length and all else that describes the title.
    pub media_metadata: Value,
}

/// The person's side of a title.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UserMedia {
    /// Always `audible`.
    pub platform: &'static str,
    /// Status after the threshold.
    pub status: Status,
    /// When it was heard to the end, or bought: see `consumed_at_basis`.
    pub consumed_at: Option<When>,
    /// What `consumed_at` is; none without it.
    pub consumed_at_basis: Option<Basis>,
    /// When it was bought.
    pub acquired_at: Option<When>,
    /// `audible_extension`, `audible_api`, `audible_file:<format>`
    pub imported_from: String,
    /// `{asin, percent_complete, purchase_date, is_finished, item}`
    pub raw_import_data: Value,
}

/// Status after the finished threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not begun.
    NotStarted,
    /// Begun.
    InProgress,
    /// Heard to the end.
    Finished,
}

impl Status {
    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotStarted => "not_started",
            Self::InProgress => "in_progress",
            Self::Finished => "finished",
        }
    }
}

/// What a `consumed_at` is, so that no screen calls a purchase date a finish date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The source said when it was finished.
    FinishDate,
    /// It is finished, and only the purchase date is known.
    PurchaseDate,
}

impl Basis {
    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FinishDate => "finish_date",
            Self::PurchaseDate => "purchase_date",
        }
    }
}

/// The title's side. A source that does not know its marketplace gets addresses at audible.com.
pub fn media(item: &Item, marketplace: Option<Marketplace>) -> Media {
    let shop = marketplace.unwrap_or(Marketplace::Us);
    let names = |people: &[crate::item::Person]| -> Vec<String> {
        people.iter().map(|person| person.name.clone()).collect()
    };
    let first = item.series.first();
    let all_series: Vec<Value> = item
        .series
        .iter()
        .map(|series| {
            json!({"title": series.title, "asin": series.asin, "sequence": series.sequence})
        })
        .collect();
    Media {
        title: item.title.clone(),
        kind: "audiobook",
        release_date: item.release_date,
        tmdb_id: None,
        imdb_id: None,
        platform: "audible",
        platform_ids: json!({"asin": item.asin, "marketplace": marketplace, "sku": item.sku}),
        media_metadata: json!({
            "authors": names(&item.authors),
            "narrators": names(&item.narrators),
            "duration_minutes": item.runtime_minutes,
            "series": first.map(|series| &series.title),
            "series_sequence": first.and_then(|series| series.sequence.as_ref()),
            "all_series": all_series,
            "rating": item.rating.map(|rating| rating.average),
            "cover_url": item.cover_url,
            "audible_url": shop.product_url(&item.asin),
            "subtitle": item.subtitle,
            "publisher": item.publisher,
            "language": item.language,
            "categories": item.categories,
            "summary": item.summary,
        }),
    }
}

/// The person's side: `merged` decides state and dates, `received` is kept as raw data, and from
/// `finished_from` percent on the title counts as finished (usually [`FINISHED_FROM`]).
pub fn user_media(
    merged: &Item,
    received: &Item,
    imported_from: &str,
    finished_from: u8,
) -> UserMedia {
    let status = status(merged, finished_from);
    let finish = match merged.listening {
        Some(Listening::Finished { on, .. }) => on,
        _ => None,
    };
    let (consumed_at, consumed_at_basis) = match (status, finish, merged.purchase_date) {
        (Status::Finished, Some(on), _) => (Some(on), Some(Basis::FinishDate)),
        (Status::Finished, None, Some(bought)) => (Some(bought), Some(Basis::PurchaseDate)),
        _ => (None, None),
    };
    let finished = matches!(received.listening, Some(Listening::Finished { .. }));
    UserMedia {
        platform: "audible",
        status,
        consumed_at,
        consumed_at_basis,
        acquired_at: merged.purchase_date,
        imported_from: imported_from.to_owned(),
        raw_import_data: json!({
            "asin": received.asin,
            "percent_complete": percent(received),
            "purchase_date": received.purchase_date,
            "is_finished": finished,
            "item": v1::Item::from_item(received, None),
        }),
    }
}

/// Status after the threshold; a title without listening state (a podcast parent) is not started.
pub fn status(item: &Item, finished_from: u8) -> Status {
    match item.listening {
        Some(Listening::Finished { .. }) => Status::Finished,
        Some(Listening::InProgress { percent, .. }) if percent.at_least(finished_from) => {
            Status::Finished
        }
        Some(Listening::InProgress { .. }) => Status::InProgress,
        Some(Listening::NotStarted) | None => Status::NotStarted,
    }
}

/// Percent heard as the source shows it, before any rule; 0 where it says nothing.
pub fn percent(item: &Item) -> Percent {
    match item.listening {
        Some(Listening::InProgress { percent, .. } | Listening::Finished { percent, .. }) => {
            percent
        }
        Some(Listening::NotStarted) | None => Percent::ZERO,
    }
}
