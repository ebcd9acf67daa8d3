//! Where the values of a title are from, and which of two sources is believed.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

/// A source: `audible_extension`, `audible_api`, `audible_file:libation`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Origin(String);

/// How well a source knows Audible's titles; of two that both say something the better one is believed,
/// of two equals the later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Nobody remembers.
    Unknown,
    /// Shelves that a person keeps by hand: Goodreads, The StoryGraph.
    Shelf,
    /// What another program made of Audible's words, or Amazon's own list of the data it keeps.
    Retold,
    /// Audible's own words as they were when a file was written.
    Quoted,
    /// Audible itself, read a moment ago: the extension, the server's connection.
    Live,
}

impl Origin {
    /// A source by its name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How well it knows.
    pub fn standing(&self) -> Standing {
        match self.0.strip_prefix("audible_file:").unwrap_or(&self.0) {
            "" => Standing::Unknown,
            "audible_extension" | "audible_api" => Standing::Live,
            "audible_json" | "audible_cli" | "audible_rs" | "audible_exporter" => Standing::Quoted,
            "goodreads" | "story_graph" => Standing::Shelf,
            _ => Standing::Retold,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where each value of one title is from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origins {
    /// Most of them.
    pub most: Origin,
    /// The others, by the names of their fields.
    #[serde(default)]
    pub others: BTreeMap<String, Origin>,
}

/// The stored text is no list of origins.
#[derive(Debug, thiserror::Error)]
#[error("it names no origins: {0}")]
pub struct NoOrigins(#[from] serde_json::Error);

impl Origins {
    /// Everything is from one source.
    pub fn one(origin: Origin) -> Self {
        Self { most: origin, others: BTreeMap::new() }
    }

    /// Where a field is from.
    pub fn of(&self, field: &str) -> &Origin {
        self.others.get(field).unwrap_or(&self.most)
    }

    /// The fields that are known with their origins, in the shortest form.
    pub(crate) fn gathered(fields: &[(&'static str, &Origin)]) -> Self {
        let mut counts: BTreeMap<&Origin, usize> = BTreeMap::new();
        for (_, origin) in fields {
            *counts.entry(origin).or_default() += 1;
        }
        let most = counts.into_iter().max_by_key(|(origin, count)| (*count, origin.standing()));
        let Some((most, _)) = most else { return Self::default() };
        let others = fields.iter().filter(|(_, origin)| *origin != most);
        Self {
            most: most.clone(),
            others: others
                .map(|(field, origin)| ((*field).to_owned(), (*origin).clone()))
                .collect(),
        }
    }

    /// As it is stored: the source's name alone where there is but one, else an object.
    pub fn to_text(&self) -> String {
        if self.others.is_empty() {
            self.most.as_str().to_owned()
        } else {
            serde_json::to_string(self).unwrap_or_default()
        }
    }

    /// Reads what is stored.
    ///
    /// # Errors
    ///
    /// It is neither.
    pub fn parse(text: &str) -> Result<Self, NoOrigins> {
        if text.starts_with('{') {
            Ok(serde_json::from_str(text)?)
        } else {
            Ok(Self::one(Origin::new(text)))
        }
    }
}
