//! Which programs there are, and how a file of each is known.

use std::{collections::HashSet, fmt};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    draft::{Draft, Set, Verdict},
    formats,
    json::Head,
};

/// The program that wrote a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// What Audible's own API answers, saved as it is.
    AudibleJson,
    /// audible-cli, `library export`
    AudibleCli,
    /// audible-rs
    AudibleRs,
    /// Libation
    Libation,
    /// OpenAudible
    OpenAudible,
    /// Audible Library Extractor
    LibraryExtractor,
    /// audible-exporter
    AudibleExporter,
    /// Amazon's "Request My Data"
    AmazonData,
    /// Goodreads
    Goodreads,
    /// The StoryGraph
    StoryGraph,
    /// Our own export.
    MeFeed,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::AudibleJson,
        Self::AudibleCli,
        Self::AudibleRs,
        Self::Libation,
        Self::OpenAudible,
        Self::LibraryExtractor,
        Self::AudibleExporter,
        Self::AmazonData,
        Self::Goodreads,
        Self::StoryGraph,
        Self::MeFeed,
    ];

    /// Its name in storage and in the API: `audible_cli`.
    pub const fn code(self) -> &'static str {
        self.names().0
    }

    /// Its name for people: `audible-cli`.
    pub const fn name(self) -> &'static str {
        self.names().1
    }

    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::AudibleJson => ("audible_json", "Audible JSON"),
            Self::AudibleCli => ("audible_cli", "audible-cli"),
            Self::AudibleRs => ("audible_rs", "audible-rs"),
            Self::Libation => ("libation", "Libation"),
            Self::OpenAudible => ("open_audible", "OpenAudible"),
            Self::LibraryExtractor => ("library_extractor", "Audible Library Extractor"),
            Self::AudibleExporter => ("audible_exporter", "audible-exporter"),
            Self::AmazonData => ("amazon_data", "Amazon (Request My Data)"),
            Self::Goodreads => ("goodreads", "Goodreads"),
            Self::StoryGraph => ("story_graph", "The StoryGraph"),
            Self::MeFeed => ("me_feed", "Me Feed"),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Names of columns or members, each in its plain form.
pub(crate) struct Names(HashSet<String>);

/// The letters and digits of a name in lower case: the same for `Product ID`, `product_id`, `productId`.
pub(crate) fn plain(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl Names {
    pub(crate) fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self(names.into_iter().map(plain).filter(|name| !name.is_empty()).collect())
    }

    /// All members of the first entries of a list.
    pub(crate) fn of_entries(entries: &[Value]) -> Self {
        let members = entries.iter().filter_map(Value::as_object).flat_map(Map::keys);
        Self::new(members.map(String::as_str))
    }

    /// It has all of these.
    pub(crate) fn all(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.0.contains(&plain(name)))
    }

    /// It has one of these.
    pub(crate) fn any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.0.contains(&plain(name)))
    }
}

/// A program that writes rows, be it as a table, a sheet or a flat list in JSON.
pub(crate) struct Flat {
    pub(crate) format: Format,
    /// Whether these are the names of its columns.
    pub(crate) is: fn(&Names) -> bool,
    /// In which list of a JSON document its rows stand; the document itself is ``.
    pub(crate) lists: &'static [&'static str],
    /// What each column is, by its plain name. Others are kept as found.
    pub(crate) columns: &'static [(&'static str, Set)],
    /// Columns with days that are written as the computer's language has it.
    pub(crate) local_days: &'static [&'static str],
    /// Puts together what needs several cells.
    pub(crate) end: fn(&mut Draft) -> Verdict,
}

/// A program that writes lists of nested entries.
pub(crate) struct Nested {
    pub(crate) format: Format,
    /// Whether a document is one of its.
    pub(crate) is: fn(&Head) -> bool,
    /// In which lists its titles stand.
    pub(crate) lists: &'static [&'static str],
    /// One entry, beside what stands around the lists.
    pub(crate) title: fn(&Value, &Head, &mut Draft) -> Verdict,
}

/// All programs that write rows.
pub(crate) const FLAT: [&Flat; 9] = [
    &formats::audible_cli::FLAT,
    &formats::audible_rs::FLAT,
    &formats::libation::FLAT,
    &formats::open_audible::FLAT,
    &formats::library_extractor::FLAT,
    &formats::audible_exporter::FLAT,
    &formats::goodreads::FLAT,
    &formats::story_graph::FLAT,
    &formats::me_feed::FLAT,
];

/// All programs that write nested entries.
pub(crate) const NESTED: [&Nested; 4] = [
    &formats::audible_rs::NESTED,
    &formats::library_extractor::NESTED,
    &formats::me_feed::NESTED,
    &formats::audible_json::NESTED,
];
