//! Our meaning of an audiobook: [`Item`]. Only [`crate::map`] and [`crate::validate`] make one.

use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::{ids::Asin, percent::Percent, when::When};

/// One title with every value checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Product number.
    pub asin: Asin,
    /// Title, never empty.
    pub title: String,
    /// Subtitle.
    pub subtitle: Option<String>,
    /// Authors in order.
    pub authors: Vec<Person>,
    /// Narrators in order.
    pub narrators: Vec<Person>,
    /// Series in order; the first is the main one.
    pub series: Vec<SeriesEntry>,
    /// Total length in minutes.
    pub runtime_minutes: Option<u32>,
    /// Day of release.
    pub release_date: Option<Date>,
    /// Day or moment of purchase.
    pub purchase_date: Option<When>,
    /// Publisher.
    pub publisher: Option<String>,
    /// Language of the recording, lower case English name: `english`.
    pub language: Option<String>,
    /// Category names.
    pub categories: Vec<String>,
    /// Description as plain text.
    pub summary: Option<String>,
    /// Cover, https on an Audible or Amazon media host.
    pub cover_url: Option<String>,
    /// What all listeners gave.
    pub rating: Option<Rating>,
    /// What this person gave, 1 to 5.
    pub my_rating: Option<u8>,
    /// Listening state; none for podcast parents.
    pub listening: Option<Listening>,
    /// For example `Product`.
    pub content_type: Option<String>,
    /// For example `MultiPartBook`.
    pub delivery_type: Option<String>,
    /// The same in every marketplace.
    pub sku: Option<String>,
    /// Whether and how it can be played.
    pub availability: Availability,
    /// Among the person's favourites.
    pub favorite: Option<bool>,
    /// Ids of the person's collections.
    pub collections: Vec<String>,
    /// The catalog has answered for this title.
    pub enriched: bool,
    /// Place in the source's newest-first list, from 1.
    pub rank: Option<u32>,
    /// Unknown fields as found, cleaned and bounded.
    pub source_extra: Map<String, Value>,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Name as printed.
    pub name: String,
    /// Audible's number of the person.
    pub asin: Option<Asin>,
}

/// A place in a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesEntry {
    /// Name of the series.
    pub title: String,
    /// Audible's number of the series.
    pub asin: Option<Asin>,
    /// Position as text: `2`, `0.5`, `1-3`.
    pub sequence: Option<String>,
}

/// What all listeners gave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rating {
    /// Average, 0 to 5.
    pub average: f64,
    /// How many rated.
    pub count: u64,
}

/// How far the person has listened, as the source shows it, before the 95 % rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listening {
    /// Nothing heard.
    NotStarted,
    /// Begun.
    InProgress {
        /// Percent heard.
        percent: Percent,
        /// Minutes left to hear.
        minutes_left: Option<u32>,
    },
    /// Marked as finished.
    Finished {
        /// Percent heard as the source gives it; 100 when it gives none.
        percent: Percent,
        /// When, only if the source says so.
        on: Option<When>,
    },
}

/// Whether and how a title can be played; `None` where the source does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Availability {
    /// From the Plus catalogue, not bought.
    pub plus: Option<bool>,
    /// Can be played today.
    pub available: Option<bool>,
    /// Bought before its release.
    pub preorder: Option<bool>,
}
