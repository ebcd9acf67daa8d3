//! Wire format version 1: what `POST /api/audible/import-from-extension` takes and answers.
//!
//! Plain data with bounds in the schema; [`crate::validate`] turns it into proof.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    ids::{Marketplace, RunId},
    percent::Percent,
};

/// The version of this module.
pub const SCHEMA_VERSION: u32 = 1;
/// Most items in one chunk.
pub const MAX_ITEMS: usize = 500;
/// The label of the usual library of a shop, where nobody has given one.
pub const MAIN_LIBRARY: &str = "main";
/// Most bytes in one chunk as a client cuts it.
pub const MAX_CHUNK_BYTES: usize = 4 * 1024 * 1024;

/// One chunk of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImportRequest {
    /// Always 1.
    #[schemars(range(min = 1, max = 1))]
    pub schema_version: u32,
    /// The reading that this chunk belongs to.
    pub run: Run,
    /// Titles, newest first; may be empty.
    #[schemars(length(max = 500))]
    pub items: Vec<Item>,
}

/// One reading of one library by one client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// UUIDv7 made by the client.
    pub id: RunId,
    /// Which spring the titles come from.
    pub source: Source,
    /// The shop; files may not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marketplace: Option<Marketplace>,
    /// The program that sends.
    pub client: Client,
    /// Label that tells two Amazon accounts of one household apart.
    #[serde(default = "main_library")]
    #[schemars(length(min = 1, max = 60))]
    pub library: String,
    /// How many titles the source says there are; the last chunk's value holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_total: Option<u32>,
    /// The client's own claim about its reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<Reading>,
    /// Which part this is.
    pub chunk: Chunk,
    /// With the last chunk: titles that the person left out or ignores.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100_000), inner(length(min = 10, max = 10)))]
    pub not_sent: Vec<String>,
}

fn main_library() -> String {
    MAIN_LIBRARY.to_owned()
}

/// Which spring the titles come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The browser extension.
    Extension,
    /// The server-side connection.
    Api,
    /// An export file.
    File,
}

/// The program that sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Client {
    /// For example `audible-connector`.
    #[schemars(length(min = 1, max = 60))]
    pub name: String,
    /// For example `0.1.0`.
    #[schemars(length(min = 1, max = 40))]
    pub version: String,
    /// For example `chrome`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 60))]
    pub browser: Option<String>,
}

/// The client's own claim about its reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reading {
    /// Every page was read.
    pub complete: bool,
    /// How many different titles were seen.
    pub seen: u32,
}

/// Which part of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Chunk {
    /// From 0.
    #[schemars(range(max = 9999))]
    pub index: u32,
    /// No chunk follows.
    pub last: bool,
}

/// One title. Unknown fields are kept in `source_extra`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Item {
    /// Ten characters of `A`-`Z` and `0`-`9`.
    #[schemars(length(min = 10, max = 10))]
    pub asin: String,
    /// Never empty.
    #[schemars(length(min = 1, max = 1000))]
    pub title: String,
    /// Subtitle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1000))]
    pub subtitle: Option<String>,
    /// Authors in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 300))]
    pub authors: Vec<Person>,
    /// Narrators in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 300))]
    pub narrators: Vec<Person>,
    /// Series in order; the first is the main one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 50))]
    pub series: Vec<Series>,
    /// Total length in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 100_000))]
    pub runtime_minutes: Option<u32>,
    /// `2021-05-04`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 10), extend("format" = "date"))]
    pub release_date: Option<String>,
    /// `2025-05-21` or `2025-05-21T05:42:18.895Z`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 40))]
    pub purchase_date: Option<String>,
    /// Publisher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 500))]
    pub publisher: Option<String>,
    /// `english`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub language: Option<String>,
    /// Category names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100), inner(length(max = 300)))]
    pub categories: Vec<String>,
    /// Plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 20_000))]
    pub summary: Option<String>,
    /// https on an Audible or Amazon media host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 2048))]
    pub cover_url: Option<String>,
    /// What all listeners gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    /// What this person gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 5))]
    pub my_rating: Option<u8>,
    /// Listening state, before any 95 % rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listening: Option<Listening>,
    /// For example `Product`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub content_type: Option<String>,
    /// For example `MultiPartBook`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub delivery_type: Option<String>,
    /// The same in every marketplace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub sku: Option<String>,
    /// Whether and how it can be played.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability: Option<Availability>,
    /// Among the person's favourites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub favorite: Option<bool>,
    /// Ids of the person's collections.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 200), inner(length(max = 100)))]
    pub collections: Vec<String>,
    /// The catalog has answered for this title.
    #[serde(default)]
    pub enriched: bool,
    /// Product page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 2048))]
    pub audible_url: Option<String>,
    /// Place in the source's newest-first list, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub rank: Option<u32>,
    /// Unknown fields as found; at most 16 KiB as JSON.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub source_extra: Map<String, Value>,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// Name as printed.
    #[schemars(length(min = 1, max = 300))]
    pub name: String,
    /// Audible's number of the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 10, max = 10))]
    pub asin: Option<String>,
}

/// A place in a series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Series {
    /// Name of the series.
    #[schemars(length(min = 1, max = 500))]
    pub title: String,
    /// Audible's number of the series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 10, max = 10))]
    pub asin: Option<String>,
    /// Position as text: `2`, `0.5`, `1-3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub sequence: Option<String>,
}

/// What all listeners gave.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rating {
    /// 0 to 5.
    #[schemars(range(min = 0, max = 5))]
    pub average: f64,
    /// How many rated.
    pub count: u64,
}

/// How far the person has listened, as the source shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Listening {
    /// Which of the three states.
    pub state: ListeningState,
    /// Percent heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>", range(min = 0, max = 100))]
    pub percent: Option<Percent>,
    /// Minutes left to hear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 100_000))]
    pub minutes_left: Option<u32>,
    /// When it was finished, only if the source says so: a date or a moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 40))]
    pub finished_at: Option<String>,
}

/// The three listening states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListeningState {
    /// Nothing heard.
    NotStarted,
    /// Begun.
    InProgress,
    /// Marked as finished.
    Finished,
}

/// Whether and how a title can be played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Availability {
    /// From the Plus catalogue, not bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plus: Option<bool>,
    /// Can be played today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available: Option<bool>,
    /// Bought before its release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preorder: Option<bool>,
}

/// The answer to one chunk: what happened to every title in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImportReceipt {
    /// The run as the server knows it after this chunk.
    pub run: RunReceipt,
    /// New titles.
    pub imported: u32,
    /// Titles with a changed value.
    pub updated: u32,
    /// Titles that were the same.
    pub unchanged: u32,
    /// Titles on the account's ignore list.
    pub ignored: u32,
    /// Titles that stood again later in the chunk.
    pub duplicate: u32,
    /// Titles that were not valid.
    pub rejected: u32,
    /// All titles of the chunk.
    pub total: u32,
    /// One line per title, in the order of the request.
    pub items: Vec<ItemReceipt>,
}

/// The run as the server knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunReceipt {
    /// The run's id.
    pub id: RunId,
    /// How many titles the source says there are.
    pub source_total: Option<u32>,
    /// How many different titles the client saw.
    pub seen: Option<u32>,
    /// How many different titles have arrived, over all chunks.
    pub received: u32,
    /// How many titles the client left out.
    pub not_sent: u32,
    /// Every chunk arrived, the reading was complete, and received + not_sent = seen.
    pub complete: bool,
}

/// What happened to one title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ItemReceipt {
    /// The title; `None` when a rejected item names none.
    pub asin: Option<String>,
    /// What happened.
    pub outcome: Outcome,
    /// Why, for people; with `rejected` and `duplicate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// JSON pointer into the request; with `rejected` and `duplicate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Fields that change; with `updated`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
}

/// What happened to one title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is new.
    Imported,
    /// A value changed.
    Updated,
    /// Nothing changed.
    Unchanged,
    /// It is on the account's ignore list.
    Ignored,
    /// It stood again later in the chunk; the later one counts.
    Duplicate,
    /// It is not valid.
    Rejected,
}

impl Outcome {
    /// The name on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Ignored => "ignored",
            Self::Duplicate => "duplicate",
            Self::Rejected => "rejected",
        }
    }
}
