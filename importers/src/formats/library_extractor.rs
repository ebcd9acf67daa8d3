//! Audible Library Extractor: its csv of everything, the same for Google Sheets, its csv for Goodreads, and
//! its document with `books`.

use serde_json::Value;
use shared::raw::{RawLength, RawPerson, RawSeries, RawState};

use crate::{
    draft::{Draft, NOT_OURS, Set, Verdict},
    format::{Flat, Format, Names, Nested, plain},
    json::Head,
    words::{self, DayOrder},
};

pub(crate) const FLAT: Flat = Flat {
    format: Format::LibraryExtractor,
    is,
    lists: &[],
    columns: COLUMNS,
    local_days: &[],
    end,
};

pub(crate) const NESTED: Nested =
    Nested { format: Format::LibraryExtractor, is: is_document, lists: &["books"], title };

fn is(names: &Names) -> bool {
    let own = names.all(&["Title Short", "Book Numbers", "Store Page Url"])
        || names.all(&["Title Short", "Blurb", "From Plus Catalog"]);
    let for_goodreads = names.all(&["asin", "bookshelves", "binding", "year published"]);
    names.all(&["asin", "title"]) && (own || for_goodreads)
}

const COLUMNS: &[(&str, Set)] = &[
    // A running number, and what points to other places.
    ("added", NOT_OURS),
    ("blurb", NOT_OURS),
    ("booknumbers", NOT_OURS),
    ("titleshort", |draft, cell| draft.short = Some(cell_text(cell))),
    ("downloaded", NOT_OURS),
    ("storepagechanged", NOT_OURS),
    ("storepagemissing", NOT_OURS),
    ("peoplealsobought", NOT_OURS),
    ("sample", NOT_OURS),
    ("webplayer", NOT_OURS),
    ("searchingoodreads", NOT_OURS),
    ("bookshelves", NOT_OURS),
    ("dateadded", NOT_OURS),
    ("binding", NOT_OURS),
    ("asin", |draft, cell| draft.raw.asin = cell_text(cell)),
    ("title", |draft, cell| draft.raw.title = Some(cell_text(cell))),
    ("series", |draft, cell| draft.raw.series = all_series(&cell_text(cell))),
    ("authors", |draft, cell| draft.raw.authors = words::people(&cell_text(cell))),
    ("author", |draft, cell| draft.raw.authors = words::people(&cell_text(cell))),
    ("narrators", |draft, cell| draft.raw.narrators = words::people(&cell_text(cell))),
    ("categories", |draft, cell| draft.raw.categories = ladder(&cell_text(cell))),
    ("parentcategory", NOT_OURS),
    ("childcategory", NOT_OURS),
    ("length", |draft, cell| draft.raw.length = Some(RawLength::Text(cell_text(cell)))),
    ("progress", |draft, cell| progress(draft, &cell_text(cell))),
    ("releasedate", |draft, cell| {
        draft.raw.release_date = Some(words::day(&cell_text(cell), DayOrder::Unknown));
    }),
    ("dateread", |draft, cell| {
        draft.finished = Some(true);
        draft.finished_at = Some(words::day(&cell_text(cell), DayOrder::Unknown));
    }),
    ("publishers", |draft, cell| draft.raw.publisher = Some(cell_text(cell))),
    ("publisher", |draft, cell| draft.raw.publisher = Some(cell_text(cell))),
    ("myrating", |draft, cell| draft.raw.my_rating = words::rating(&cell_text(cell))),
    ("rating", |draft, cell| draft.average = words::rating(&cell_text(cell))),
    ("averagerating", |draft, cell| draft.average = words::rating(&cell_text(cell))),
    ("ratings", |draft, cell| draft.ratings = words::count(&cell_text(cell))),
    ("favorite", |draft, cell| draft.raw.favorite = words::flag(cell)),
    ("language", |draft, cell| draft.raw.language = Some(cell_text(cell))),
    ("frompluscatalog", |draft, cell| draft.raw.plus = words::flag(cell)),
    ("unavailable", |draft, cell| draft.raw.available = words::flag(cell).map(|yes| !yes)),
    ("summary", |draft, cell| draft.raw.summary = Some(cell_text(cell))),
    ("cover", |draft, cell| cover(draft, &cell_text(cell))),
    ("storepageurl", |draft, cell| draft.marketplace = words::marketplace(&address(cell))),
];

fn end(draft: &mut Draft) -> Verdict {
    draft.split_title();
    Verdict::Title
}

/// In the form for Google Sheets, a cell may be `=HYPERLINK("address","text")` or begin with an apostrophe.
fn cell_text(cell: &str) -> String {
    let link = cell.strip_prefix("=HYPERLINK(").and_then(|rest| rest.strip_suffix(')'));
    let text = link.and_then(|link| link.split_once("\",")).map(|(_, text)| text.trim());
    let text = text.map_or(cell, |text| text.trim_matches('"'));
    text.strip_prefix('\'').unwrap_or(text).replace("\"\"", "\"")
}

fn address(cell: &str) -> String {
    let link = cell.strip_prefix("=HYPERLINK(\"").and_then(|rest| rest.split('"').next());
    link.unwrap_or(cell).to_owned()
}

/// `Name (book 1, 2), Other`; a missing number is `∞`.
fn all_series(text: &str) -> Vec<RawSeries> {
    let mut series = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = ends(rest);
        let (one, behind) = rest.split_at(end);
        series.push(one_series(one));
        rest = behind.trim_start_matches(',').trim_start();
    }
    series
}

/// Where the first series ends: at the first comma that stands in no bracket.
fn ends(text: &str) -> usize {
    let mut depth = 0_u32;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

fn one_series(text: &str) -> RawSeries {
    let text = text.trim();
    let parts = text.strip_suffix(')').and_then(|text| text.rsplit_once(" ("));
    let number = parts.and_then(|(_, inside)| {
        let from = inside.find(|letter: char| letter.is_ascii_digit())?;
        inside.get(from..)
    });
    let title = parts.map_or(text, |(title, _)| title);
    RawSeries { title: title.to_owned(), asin: None, sequence: number.map(str::to_owned) }
}

fn ladder(text: &str) -> Vec<String> {
    text.split(" > ").map(|step| step.trim().to_owned()).collect()
}

/// `Finished` or `8h 3m left`, in the words of the shop's language: what has no digit is the former.
fn progress(draft: &mut Draft, text: &str) {
    if text.contains(|letter: char| letter.is_ascii_digit()) {
        draft.state = Some(RawState::InProgress);
        draft.left = Some(RawLength::Text(text.to_owned()));
    } else {
        draft.state = Some(RawState::Finished);
    }
}

/// An address, or the name of a picture alone.
fn cover(draft: &mut Draft, text: &str) {
    draft.raw.cover_url = Some(if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://m.media-amazon.com/images/I/{text}._SL500_.jpg")
    });
}

fn is_document(head: &Head) -> bool {
    let names = Names::of_entries(head.list("books"));
    let extras =
        head.members.get("extras").is_some_and(|extras| extras["domain-extension"].is_string());
    extras || names.all(&["asin", "title", "titleShort"]) && !names.any(&["narrated_by"])
}

fn title(entry: &Value, head: &Head, draft: &mut Draft) -> Verdict {
    for (name, value) in entry.as_object().into_iter().flatten() {
        let (name, cell) = (plain(name), value.as_str().unwrap_or_default().trim());
        let column = COLUMNS.iter().find(|(column, _)| *column == name && !cell.is_empty());
        column.into_iter().for_each(|(_, set)| set(draft, cell));
    }
    draft.raw.authors = people(&entry["authors"]);
    draft.raw.narrators = people(&entry["narrators"]);
    draft.raw.series = series_of(&entry["series"]);
    draft.raw.categories = names_of(&entry["categories"]);
    draft.raw.favorite = entry["favorite"].as_bool();
    draft.raw.plus = entry["fromPlusCatalog"].as_bool();
    draft.raw.available = entry["unavailable"].as_bool().map(|unavailable| !unavailable);
    draft.raw.my_rating = entry["myRating"].as_f64().or(draft.raw.my_rating);
    draft.average = entry["rating"].as_f64().or(draft.average);
    draft.ratings = entry["ratings"].as_u64().or(draft.ratings);
    draft.raw.collections = texts(&entry["collectionIds"]);
    if draft.raw.publisher.is_none() {
        draft.raw.publisher = names_of(&entry["publishers"]).into_iter().next();
    }
    let ending = head.members.get("extras").and_then(|extras| extras["domain-extension"].as_str());
    draft.marketplace = ending.and_then(words::marketplace).or(draft.marketplace);
    end(draft)
}

fn people(list: &Value) -> Vec<RawPerson> {
    names_of(list).into_iter().map(|name| RawPerson { name, asin: None }).collect()
}

/// Names of a list of texts or of objects with `name`.
fn names_of(list: &Value) -> Vec<String> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(|one| one.as_str().or_else(|| one["name"].as_str()))
        .map(str::to_owned)
        .collect()
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn series_of(list: &Value) -> Vec<RawSeries> {
    let list = list.as_array().into_iter().flatten();
    let series = list.filter_map(|one| {
        let numbers = one["bookNumbers"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|number| number.as_str().map_or_else(|| number.to_string(), str::to_owned));
        let numbers: Vec<String> = numbers.filter(|number| number != "∞").collect();
        Some(RawSeries {
            title: one["name"].as_str()?.to_owned(),
            asin: one["asin"].as_str().map(str::to_owned),
            sequence: Some(numbers.join(", ")).filter(|text| !text.is_empty()),
        })
    });
    series.collect()
}
