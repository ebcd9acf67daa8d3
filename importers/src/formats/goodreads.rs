//! Goodreads: the audiobooks of its export. It names no ASIN: a title is found in the library by its name.

use serde_json::Value;
use shared::raw::RawState;

use crate::{
    draft::{Draft, NOT_OURS, Set, Verdict},
    format::{Flat, Format, Names},
    words::{self, DayOrder},
};

pub(crate) const FLAT: Flat =
    Flat { format: Format::Goodreads, is, lists: &[], columns: COLUMNS, local_days: &[], end };

fn is(names: &Names) -> bool {
    names.all(&["Title", "Author", "My Rating", "Binding", "Date Read", "Bookshelves"])
        && !names.any(&["asin"])
}

const COLUMNS: &[(&str, Set)] = &[
    ("title", |draft, cell| title(draft, cell)),
    ("author", |draft, cell| draft.raw.authors.splice(..0, words::people(cell)).for_each(drop)),
    ("additionalauthors", |draft, cell| draft.raw.authors.extend(words::people(cell))),
    ("myrating", |draft, cell| draft.raw.my_rating = words::rating(cell)),
    ("averagerating", NOT_OURS),
    ("publisher", |draft, cell| draft.raw.publisher = Some(cell.to_owned())),
    ("binding", |draft, cell| draft.binding = Some(cell.to_lowercase())),
    ("dateread", |draft, cell| draft.finished_at = Some(words::day(cell, DayOrder::Unknown))),
    ("exclusiveshelf", shelf),
    ("bookshelves", |draft, cell| draft.extra("bookshelves", cell.into())),
    ("myreview", |draft, cell| draft.extra("review", cell.into())),
    ("privatenotes", |draft, cell| draft.extra("private_notes", cell.into())),
    ("isbn", |draft, cell| isbn(draft, "isbn", cell)),
    ("isbn13", |draft, cell| isbn(draft, "isbn13", cell)),
    // About the printed book, the shelf's order, and what others do.
    ("bookid", NOT_OURS),
    ("authorlf", NOT_OURS),
    ("numberofpages", NOT_OURS),
    ("yearpublished", NOT_OURS),
    ("originalpublicationyear", NOT_OURS),
    ("dateadded", NOT_OURS),
    ("bookshelveswithpositions", NOT_OURS),
    ("spoiler", NOT_OURS),
    ("readcount", NOT_OURS),
    ("ownedcopies", NOT_OURS),
    ("recommendedfor", NOT_OURS),
    ("recommendedby", NOT_OURS),
    ("originalpurchasedate", NOT_OURS),
    ("originalpurchaselocation", NOT_OURS),
    ("condition", NOT_OURS),
    ("conditiondescription", NOT_OURS),
    ("bcid", NOT_OURS),
];

/// `Name (Series, #1)` names the series behind the title.
pub(super) fn title(draft: &mut Draft, cell: &str) {
    let inside = cell.strip_suffix(')').and_then(|cell| cell.rsplit_once(" ("));
    let series = inside.and_then(|(title, inside)| {
        let (name, number) = inside.rsplit_once('#')?;
        Some((title, name.trim_end().trim_end_matches(','), number))
    });
    match series {
        Some((title, name, number)) => {
            draft.raw.title = Some(title.to_owned());
            draft.series = Some(name.to_owned());
            draft.sequence = Some(number.to_owned());
        }
        None => draft.raw.title = Some(cell.to_owned()),
    }
}

/// What somebody wants to read has no state.
pub(super) fn shelf(draft: &mut Draft, word: &str) {
    draft.state = match word {
        "read" => Some(RawState::Finished),
        "currently-reading" => Some(RawState::InProgress),
        _ => None,
    };
    draft.shelf = Some(word.to_owned());
}

/// `="0441172717"` keeps Excel from taking it for a number.
fn isbn(draft: &mut Draft, name: &str, cell: &str) {
    let number = cell.trim_start_matches('=').trim_matches('"');
    if !number.is_empty() {
        draft.extra(name, Value::from(number));
    }
}

fn end(draft: &mut Draft) -> Verdict {
    draft.one_series();
    // The form that Goodreads takes in has no shelf: there a day of reading says that it was read.
    if draft.shelf.is_none() && draft.finished_at.is_some() {
        draft.state = Some(RawState::Finished);
    }
    let binding = draft.binding.as_deref().unwrap_or_default();
    if ["audi", "mp3"].into_iter().any(|word| binding.contains(word)) {
        Verdict::Title
    } else {
        Verdict::Other
    }
}
