//! Our own export: every title as it is sent by the extension, with the person's own fields beside it; and
//! our csv, which knows less.

use serde::Deserialize;
use serde_json::Value;
use shared::{
    percent::Percent,
    raw::{RawItem, RawLength, RawListening, RawPerson, RawRating, RawSeries, RawState},
    wire::v1,
};

use crate::{
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
    draft.own = entry.get("own").filter(|own| own.is_object()).cloned();
    // What is no item becomes a title without a number, which mapping names.
    draft.raw = v1::Item::deserialize(&entry["item"]).map(raw).unwrap_or_default();
    super::audible_json::keep_listening(draft);
    Verdict::Title
}

fn raw(item: v1::Item) -> RawItem {
    let person = |one: v1::Person| RawPerson { name: one.name, asin: one.asin };
    let availability = item.availability.unwrap_or_default();
    RawItem {
        asin: item.asin,
        title: Some(item.title),
        subtitle: item.subtitle,
        authors: item.authors.into_iter().map(person).collect(),
        narrators: item.narrators.into_iter().map(person).collect(),
        series: item
            .series
            .into_iter()
            .map(|one| RawSeries { title: one.title, asin: one.asin, sequence: one.sequence })
            .collect(),
        length: item.runtime_minutes.map(|minutes| RawLength::Minutes(f64::from(minutes))),
        release_date: item.release_date,
        purchase_date: item.purchase_date,
        publisher: item.publisher,
        language: item.language,
        categories: item.categories,
        summary: item.summary,
        cover_url: item.cover_url,
        rating: item
            .rating
            .map(|one| RawRating { average: Some(one.average), count: Some(one.count) }),
        my_rating: item.my_rating.map(f64::from),
        listening: item.listening.map(listening),
        content_type: item.content_type,
        delivery_type: item.delivery_type,
        sku: item.sku,
        plus: availability.plus,
        available: availability.available,
        preorder: availability.preorder,
        favorite: item.favorite,
        collections: item.collections,
        rank: item.rank,
        enriched: item.enriched,
        extra: item.source_extra,
    }
}

fn listening(heard: v1::Listening) -> RawListening {
    RawListening {
        state: match heard.state {
            v1::ListeningState::NotStarted => RawState::NotStarted,
            v1::ListeningState::InProgress => RawState::InProgress,
            v1::ListeningState::Finished => RawState::Finished,
        },
        percent: heard.percent.map(Percent::value),
        left: heard.minutes_left.map(|minutes| RawLength::Minutes(f64::from(minutes))),
        finished_at: heard.finished_at,
    }
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
    ("myrating", |draft, cell| draft.raw.my_rating = words::number(cell)),
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
    let text =
        cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r']));
    text.unwrap_or(cell).to_owned()
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
