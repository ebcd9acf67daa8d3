//! What a source said, as it said it: every spring (page, API, file) ends in [`RawItem`].
//!
//! Nothing is judged here. [`crate::map`] turns a `RawItem` into an [`crate::item::Item`] and names
//! what it could not use.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One title of a library in the words of its source; only the ASIN is required, even it unchecked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RawItem {
    /// Product number, unchecked.
    pub asin: String,
    /// Title, possibly with a subtitle behind a colon.
    pub title: Option<String>,
    /// Subtitle where the source has it apart.
    pub subtitle: Option<String>,
    /// Authors in the source's order.
    pub authors: Vec<RawPerson>,
    /// Narrators in the source's order; often missing.
    pub narrators: Vec<RawPerson>,
    /// Series in the source's order.
    pub series: Vec<RawSeries>,
    /// Total length.
    pub length: Option<RawLength>,
    /// Release date as text.
    pub release_date: Option<String>,
    /// Purchase date or moment as text.
    pub purchase_date: Option<String>,
    /// Publisher.
    pub publisher: Option<String>,
    /// Language of the recording.
    pub language: Option<String>,
    /// Category names, general to special.
    pub categories: Vec<String>,
    /// Description; may be HTML.
    pub summary: Option<String>,
    /// Cover address, unchecked.
    pub cover_url: Option<String>,
    /// What all listeners gave.
    pub rating: Option<RawRating>,
    /// What this person gave, 1 to 5; 0 means none.
    pub my_rating: Option<f64>,
    /// Listening state; none for podcast parents.
    pub listening: Option<RawListening>,
    /// For example `Product`, `Podcast`.
    pub content_type: Option<String>,
    /// For example `SinglePartBook`, `PodcastParent`.
    pub delivery_type: Option<String>,
    /// Product number that is the same in every marketplace.
    pub sku: Option<String>,
    /// From the Plus catalogue, not bought.
    pub plus: Option<bool>,
    /// Can be played today.
    pub available: Option<bool>,
    /// Bought before its release.
    pub preorder: Option<bool>,
    /// Among the person's favourites.
    pub favorite: Option<bool>,
    /// Ids of the person's collections.
    pub collections: Vec<String>,
    /// Place in the source's newest-first list, from 1.
    pub rank: Option<u32>,
    /// The catalog has answered for this title.
    pub enriched: bool,
    /// Whatever else the source said.
    pub extra: Map<String, Value>,
}

/// A person in the source's spelling.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RawPerson {
    /// Name as printed.
    pub name: String,
    /// Audible's number of the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asin: Option<String>,
}

/// A series in the source's spelling.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RawSeries {
    /// Name as printed.
    pub title: String,
    /// Audible's number of the series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asin: Option<String>,
    /// Position from its first digit on: `2`, `0.5`, `1-3`, `1, The Stolen Heir`.
    pub sequence: Option<String>,
}

/// A length as a source gives it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RawLength {
    /// As printed: `6h 29m`, `7 Std. 1 Min.`, `PT2H25M`.
    Text(String),
    /// A number of minutes.
    Minutes(f64),
    /// A number of seconds.
    Seconds(f64),
}

/// What all listeners gave.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RawRating {
    /// Average, 1 to 5.
    pub average: Option<f64>,
    /// How many rated.
    pub count: Option<u64>,
}

/// Listening as the source shows it, before any rule of ours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RawListening {
    /// Which of the three states the source shows.
    pub state: RawState,
    /// Percent heard; a meter is read within its own bounds, so 105 of 100 is 100.
    pub percent: Option<f64>,
    /// What is left to hear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<RawLength>,
    /// When it was finished, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<String>,
}

/// The three listening states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RawState {
    /// Nothing heard.
    NotStarted,
    /// Begun.
    InProgress,
    /// Marked as finished, whatever the percent.
    Finished,
}
