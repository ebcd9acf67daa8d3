//! The StoryGraph: the audiobooks of its export. A title is found in the library by its name, for what stands
//! there may be read, wished for or borrowed; only what is owned and has an ASIN is a title of itself.

use shared::ids::Asin;

use super::goodreads;
use crate::{
    draft::{Draft, NOT_OURS, Set, Verdict},
    format::{Flat, Format, Names},
    words::{self, DayOrder},
};

pub(crate) const FLAT: Flat =
    Flat { format: Format::StoryGraph, is, lists: &[], columns: COLUMNS, local_days: &[], end };

fn is(names: &Names) -> bool {
    names.all(&["Title", "Authors", "ISBN/UID", "Format", "Read Status", "Star Rating"])
}

const COLUMNS: &[(&str, Set)] = &[
    ("title", |draft, cell| draft.raw.title = Some(cell.to_owned())),
    ("authors", |draft, cell| draft.raw.authors = words::people(cell)),
    ("contributors", NOT_OURS),
    ("isbnuid", uid),
    ("format", |draft, cell| draft.binding = Some(cell.to_lowercase())),
    ("readstatus", goodreads::shelf),
    ("lastdateread", |draft, cell| draft.finished_at = Some(words::day(cell, DayOrder::Unknown))),
    ("starrating", |draft, cell| draft.raw.my_rating = words::rating(cell)),
    ("review", |draft, cell| draft.extra("review", cell.into())),
    ("tags", |draft, cell| draft.extra("tags", cell.into())),
    ("dateadded", NOT_OURS),
    ("datesread", NOT_OURS),
    ("readcount", NOT_OURS),
    ("moods", NOT_OURS),
    ("pace", NOT_OURS),
    ("characterorplotdriven", NOT_OURS),
    ("strongcharacterdevelopment", NOT_OURS),
    ("loveablecharacters", NOT_OURS),
    ("diversecharacters", NOT_OURS),
    ("flawedcharacters", NOT_OURS),
    ("contentwarnings", NOT_OURS),
    ("contentwarningdescription", NOT_OURS),
    ("owned", |draft, cell| draft.owned = words::flag(cell) == Some(true)),
];

/// An ASIN, or the ISBN of whatever edition.
fn uid(draft: &mut Draft, cell: &str) {
    if cell.starts_with('B') && Asin::parse(cell).is_ok() {
        draft.raw.asin = cell.to_owned();
    } else {
        draft.extra("isbn", cell.into());
    }
}

fn end(draft: &mut Draft) -> Verdict {
    let is_owned = draft.owned && draft.shelf.as_deref() != Some("to-read");
    if !is_owned && !draft.raw.asin.is_empty() {
        let asin = std::mem::take(&mut draft.raw.asin);
        draft.extra("uid", asin.into());
    }
    if draft.binding.as_deref().is_some_and(|format| format.contains("audio")) {
        Verdict::Title
    } else {
        Verdict::Other
    }
}
