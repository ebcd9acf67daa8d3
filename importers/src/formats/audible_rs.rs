//! audible-rs: a document with Audible's own JSON of every title, or a csv with little of each.

use serde_json::Value;
use shared::product;

use super::audible_json;
use crate::{
    draft::{Draft, Set, Verdict},
    format::{Flat, Format, Names, Nested},
    json::Head,
    words,
};

pub(crate) const NESTED: Nested =
    Nested { format: Format::AudibleRs, is: is_document, lists: &["items"], title };

pub(crate) const FLAT: Flat =
    Flat { format: Format::AudibleRs, is, lists: &[], columns: COLUMNS, local_days: &[], end };

fn is_document(head: &Head) -> bool {
    head.text("format") == Some("audible-rs-library-export")
}

/// The shop is known where the document is of one shop alone.
fn title(entry: &Value, head: &Head, draft: &mut Draft) -> Verdict {
    draft.raw = product::owned(entry);
    audible_json::keep_listening(draft);
    let own = ["mp", "marketplace"].into_iter().find_map(|name| entry.get(name)?.as_str());
    draft.marketplace = match (own, head.list("marketplaces")) {
        (Some(own), _) => words::marketplace(own),
        (None, [Value::String(only)]) => words::marketplace(only),
        _ => None,
    };
    Verdict::Title
}

fn is(names: &Names) -> bool {
    names.all(&["mp", "asin", "kind", "full_title", "runtime_min"])
}

const COLUMNS: &[(&str, Set)] = &[
    ("mp", |draft, cell| draft.marketplace = words::marketplace(cell)),
    ("asin", |draft, cell| draft.raw.asin = cell.to_owned()),
    ("kind", |draft, cell| draft.raw.content_type = Some(kind(cell).to_owned())),
    ("title", |draft, cell| draft.raw.title = Some(cell.to_owned())),
    ("subtitle", |draft, cell| draft.raw.subtitle = Some(cell.to_owned())),
    ("fulltitle", |draft, cell| {
        draft.raw.title.get_or_insert_with(|| cell.to_owned());
    }),
    ("purchasedate", |draft, cell| draft.raw.purchase_date = Some(cell.to_owned())),
    ("runtimemin", |draft, cell| draft.minutes(cell)),
    ("language", |draft, cell| draft.raw.language = Some(cell.to_owned())),
];

/// In Audible's own words.
fn kind(word: &str) -> &str {
    match word {
        "book" => "Product",
        "podcast" => "Podcast",
        "episode" => "Episode",
        other => other,
    }
}

fn end(_: &mut Draft) -> Verdict {
    Verdict::Title
}
