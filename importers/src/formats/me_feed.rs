//! Our own export: every title as it is sent by the extension, with the person's own fields beside it; and
//! our csv, which knows less.

use serde::Deserialize;
use serde_json::Value;
use shared::{
    raw::{RawPerson, RawState},
    wire::v1,
};

use crate::{
    Ours,
    draft::{Draft, NOT_OURS, Set, Verdict},
    format::{Flat, Format, Names, Nested},
    json::Head,
    words::{self, DayOrder},
};

pub(crate) const NESTED: Nested =
    Nested { format: Format::MeFeed, is: is_document, lists: &["titles"], title };

pub(crate) const FLAT: Flat =
    Flat { format: Format::MeFeed, is, lists: &[], columns: COLUMNS, local_days: &[], end };

fn is_document(head: &Head) -> bool {
    head.text("format") == Some("me-feed-library")
}

fn title(entry: &Value, _: &Head, draft: &mut Draft) -> Verdict {
    draft.marketplace = entry["marketplace"].as_str().and_then(words::marketplace);
    let object = |name: &str| entry.get(name).filter(|value| value.is_object()).cloned();
    match v1::Item::deserialize(&entry["item"]) {
        Ok(item) => {
            let (own, origins) = (object("own"), object("origins"));
            draft.ours = Some(Ours { item, own, origins });
        }
        // It becomes a title without a number, which mapping refuses.
        Err(_) => draft.problems.push(("item", "it is no title as our export has them")),
    }
    Verdict::Title
}

fn is(names: &Names) -> bool {
    names.all(&["asin", "marketplace", "status", "percent", "acquired_at", "consumed_at"])
}

const COLUMNS: &[(&str, Set)] = &[
    ("asin", |draft, cell| draft.raw.asin = cell.to_owned()),
    ("marketplace", |draft, cell| draft.marketplace = words::marketplace(cell)),
    ("title", |draft, cell| draft.raw.title = Some(unguarded(cell))),
    ("subtitle", |draft, cell| draft.raw.subtitle = Some(unguarded(cell))),
    ("authors", |draft, cell| draft.raw.authors = listed(cell)),
    ("narrators", |draft, cell| draft.raw.narrators = listed(cell)),
    ("series", |draft, cell| draft.series = Some(unguarded(cell))),
    ("seriessequence", |draft, cell| draft.sequence = Some(unguarded(cell))),
    ("durationminutes", |draft, cell| draft.minutes(cell)),
    ("releasedate", |draft, cell| draft.raw.release_date = Some(cell.to_owned())),
    ("acquiredat", |draft, cell| draft.raw.purchase_date = Some(cell.to_owned())),
    ("publisher", |draft, cell| draft.raw.publisher = Some(unguarded(cell))),
    ("language", |draft, cell| draft.raw.language = Some(unguarded(cell))),
    ("status", |draft, cell| draft.state = status(cell)),
    ("percent", |draft, cell| draft.percent = words::number(cell)),
    ("consumedat", |draft, cell| {
        draft.finished_at = Some(words::day(cell, DayOrder::Unknown));
    }),
    ("consumedatbasis", |draft, cell| draft.binding = Some(cell.to_owned())),
    ("myrating", |draft, cell| draft.raw.my_rating = words::rating(cell)),
    ("averagerating", |draft, cell| draft.average = words::rating(cell)),
    ("categories", |draft, cell| {
        draft.raw.categories = unguarded(cell).split("; ").map(str::to_owned).collect();
    }),
    ("coverurl", |draft, cell| draft.raw.cover_url = Some(cell.to_owned())),
    ("sku", |draft, cell| draft.raw.sku = Some(cell.to_owned())),
    // What the person says of it is in the document, and not in the csv.
    ("notes", NOT_OURS),
    ("hidden", NOT_OURS),
    ("audibleurl", NOT_OURS),
    ("importedfrom", NOT_OURS),
];

/// Names with semicolons between them, as our csv has them.
fn listed(cell: &str) -> Vec<RawPerson> {
    let names = unguarded(cell);
    names.split("; ").map(|name| RawPerson { name: name.to_owned(), asin: None }).collect()
}

/// An apostrophe before a formula keeps spreadsheets from running it.
fn unguarded(cell: &str) -> String {
    let guarded =
        |rest: &&str| rest.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r']);
    cell.strip_prefix('\'').filter(guarded).unwrap_or(cell).to_owned()
}

fn status(word: &str) -> Option<RawState> {
    match word {
        "not_started" => Some(RawState::NotStarted),
        "in_progress" => Some(RawState::InProgress),
        "finished" => Some(RawState::Finished),
        _ => None,
    }
}

/// The day of buying stands in for the day of finishing where none is known; it is none.
fn end(draft: &mut Draft) -> Verdict {
    draft.one_series();
    if draft.binding.as_deref() == Some("purchase_date") {
        draft.finished_at = None;
    }
    Verdict::Title
}
