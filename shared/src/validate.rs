//! JSON to proof: the trust boundary, the same function in the extension and on the server.
//!
//! The schema that is generated from the wire types is compiled in and looks at the whole request
//! once. What it says about `/items/7/…` concerns that item alone; anything else concerns the
//! request. Then [`item()`] checks what a schema cannot say: ASINs, dates, addresses.

mod item;

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::Value;

pub use self::item::item;
use crate::{
    ids::{Asin, Marketplace},
    item::Item,
    text,
    wire::v1,
};

/// The generated JSON Schema of the request, as text.
pub const SCHEMA: &str = include_str!("../schema/import-request.v1.json");

#[jsonschema::validator(path = "schema/import-request.v1.json")]
struct Schema;

/// A chunk whose envelope is valid and whose items are each kept, doubled or rejected.
///
/// Only [`validate`] makes one.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidBatch {
    run: v1::Run,
    entries: Vec<Entry>,
}

/// What became of one item of the request.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// Valid.
    Keep(Box<Item>),
    /// Stands again later in the chunk; the later one counts.
    Duplicate {
        /// The title.
        asin: Asin,
        /// JSON pointer: `/items/7`.
        pointer: String,
    },
    /// Not valid.
    Rejected {
        /// As found, at most 40 characters; none where the item names none.
        asin: Option<String>,
        /// JSON pointer: `/items/7/cover_url`.
        pointer: String,
        /// Why, for people, without the value itself.
        reason: String,
    },
}

/// The request itself is not valid.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct EnvelopeProblem {
    /// JSON pointer: `/run/chunk/index`.
    pub pointer: String,
    /// Why, for people, without the value itself.
    pub reason: String,
}

impl ValidBatch {
    /// The run that the chunk belongs to.
    pub fn run(&self) -> &v1::Run {
        &self.run
    }

    /// The shop; files may not know it.
    pub fn marketplace(&self) -> Option<Marketplace> {
        self.run.marketplace
    }

    /// Every item of the request in its order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The valid ones; each ASIN once.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Keep(item) => Some(&**item),
            Entry::Duplicate { .. } | Entry::Rejected { .. } => None,
        })
    }
}

/// Checks a whole request.
///
/// # Errors
///
/// Everything that is wrong with the request itself, at most 20 problems. A single invalid item is
/// no error: it becomes [`Entry::Rejected`].
pub fn validate(request: &Value) -> Result<ValidBatch, Vec<EnvelopeProblem>> {
    let faults = faults(request)?;
    let run = run(request)?;
    let items = request.get("items").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let checked = items.iter().enumerate().map(|(index, value)| match faults.get(&index) {
        Some(fault) => rejected(value, &fault.pointer, &fault.reason),
        None => match item::from_json(value) {
            Ok(item) => Entry::Keep(Box::new(item)),
            Err((field, reason)) => rejected(value, &format!("/items/{index}{field}"), &reason),
        },
    });
    Ok(ValidBatch { run, entries: without_doubles(checked.collect()) })
}

/// Runs the schema; gives the first fault of each item, or all faults of the envelope.
fn faults(request: &Value) -> Result<HashMap<usize, EnvelopeProblem>, Vec<EnvelopeProblem>> {
    let mut of_items = HashMap::new();
    let mut of_envelope = Vec::new();
    for error in Schema::iter_errors(request) {
        let pointer = error.instance_path().to_string();
        let reason = text::bounded(&text::clean(&error.masked().to_string()), 300).0;
        let problem = EnvelopeProblem { pointer, reason };
        match item_index(&problem.pointer) {
            Some(index) => {
                of_items.entry(index).or_insert(problem);
            }
            None => of_envelope.push(problem),
        }
    }
    of_envelope.truncate(20);
    if of_envelope.is_empty() { Ok(of_items) } else { Err(of_envelope) }
}

fn item_index(pointer: &str) -> Option<usize> {
    pointer.strip_prefix("/items/")?.split('/').next()?.parse().ok()
}

fn run(request: &Value) -> Result<v1::Run, Vec<EnvelopeProblem>> {
    let wrong = |pointer: &str, reason: String| {
        vec![EnvelopeProblem { pointer: pointer.to_owned(), reason }]
    };
    let run = request.get("run").unwrap_or(&Value::Null);
    let id = run.get("id").and_then(Value::as_str).unwrap_or_default();
    if !uuid::Uuid::parse_str(id).is_ok_and(|id| id.get_version_num() == 7) {
        return Err(wrong("/run/id", "a run's id is a UUID of version 7".to_owned()));
    }
    let mut run = v1::Run::deserialize(run).map_err(|error| wrong("/run", error.to_string()))?;
    for (index, asin) in run.not_sent.iter().enumerate() {
        Asin::parse(asin)
            .map_err(|error| wrong(&format!("/run/not_sent/{index}"), error.to_string()))?;
    }
    run.library = text::clean(&run.library);
    run.client.name = text::clean(&run.client.name);
    run.client.version = text::clean(&run.client.version);
    run.client.browser = run.client.browser.map(|browser| text::clean(&browser));
    if run.library.is_empty() {
        return Err(wrong("/run/library", "a library's label is not empty".to_owned()));
    }
    Ok(run)
}

fn rejected(value: &Value, pointer: &str, reason: &str) -> Entry {
    let asin = value.get("asin").and_then(Value::as_str);
    Entry::Rejected {
        asin: asin.map(|asin| text::bounded(&text::clean(asin), 40).0),
        pointer: pointer.to_owned(),
        reason: reason.to_owned(),
    }
}

/// The last of several entries with the same ASIN stays.
fn without_doubles(mut entries: Vec<Entry>) -> Vec<Entry> {
    let mut seen: HashSet<Asin> = HashSet::with_capacity(entries.len());
    for (index, entry) in entries.iter_mut().enumerate().rev() {
        if let Entry::Keep(item) = entry
            && !seen.insert(item.asin.clone())
        {
            let asin = item.asin.clone();
            *entry = Entry::Duplicate { asin, pointer: format!("/items/{index}") };
        }
    }
    entries
}
