//! A problem: where it was found, in which field, and why. Popup and API show the same.

use serde::{Deserialize, Serialize};

/// Something that could not be read, mapped or accepted; the rest goes on without it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The title concerned, where one is known (unchecked text, at most 40 characters).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asin: Option<String>,
    /// Where: a row (`row 7`), a page (`page 3`), or a JSON pointer (`/items/7/cover_url`).
    pub place: String,
    /// Which field, by its wire name; empty when the whole thing is meant.
    pub field: String,
    /// Why, for programs.
    pub reason: Reason,
    /// Why, for people: one English sentence fragment without the value itself.
    pub detail: String,
}

/// Why a value could not be used; stable names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A required value is not there.
    Missing,
    /// The value does not have the form of its kind.
    Malformed,
    /// The value is longer or larger than allowed.
    TooLarge,
    /// The address is not https on an Audible or Amazon host.
    ForeignAddress,
    /// A length without a unit we know.
    UnknownUnit,
    /// The catalog did not answer for this title.
    NotEnriched,
    /// The page does not look as it used to.
    LayoutChanged,
    /// The library never stood still while it was read.
    Moving,
}
