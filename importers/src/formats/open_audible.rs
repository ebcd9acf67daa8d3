//! OpenAudible: csv of several versions, `books.json`, and the small csv of openaudible-py.

use shared::raw::{RawLength, RawState};

use crate::{
    draft::{Draft, NOT_OURS, Set, Verdict},
    format::{Flat, Format, Names},
    words::{self, DayOrder},
};

pub(crate) const FLAT: Flat = Flat {
    format: Format::OpenAudible,
    is,
    lists: &["", "books", "items", "library"],
    columns: COLUMNS,
    local_days: &[],
    end,
};

fn is(names: &Names) -> bool {
    let small = names.all(&["asin", "narrator", "runtime_min", "local_path"]);
    small || names.all(&["asin", "narrated_by", "title"])
}

const COLUMNS: &[(&str, Set)] = &[
    ("asin", |draft, cell| draft.raw.asin = cell.to_owned()),
    ("productid", |draft, cell| draft.raw.sku = Some(cell.to_owned())),
    ("title", |draft, cell| {
        draft.raw.title.get_or_insert_with(|| cell.to_owned());
    }),
    ("fulltitle", |draft, cell| draft.raw.title = Some(cell.to_owned())),
    ("shorttitle", |draft, cell| draft.short = Some(cell.to_owned())),
    ("titleshort", |draft, cell| draft.short = Some(cell.to_owned())),
    ("author", |draft, cell| draft.raw.authors = words::people(cell)),
    ("narratedby", |draft, cell| draft.raw.narrators = words::people(cell)),
    ("narrator", |draft, cell| draft.raw.narrators = words::people(cell)),
    ("purchasedate", |draft, cell| {
        draft.raw.purchase_date = Some(words::day(cell, DayOrder::MonthFirst));
    }),
    ("releasedate", |draft, cell| {
        draft.raw.release_date = Some(words::day(cell, DayOrder::MonthFirst));
    }),
    ("duration", |draft, cell| {
        draft.raw.length.get_or_insert_with(|| words::clock(cell));
    }),
    ("seconds", |draft, cell| draft.raw.length = words::number(cell).map(RawLength::Seconds)),
    ("runtimemin", |draft, cell| draft.minutes(cell)),
    ("averating", |draft, cell| draft.average = words::rating(cell)),
    ("ratingaverage", |draft, cell| draft.average = words::rating(cell)),
    ("ratingcount", |draft, cell| draft.ratings = words::count(cell)),
    ("genre", |draft, cell| {
        draft.raw.categories = cell.split(':').map(|one| one.trim().to_owned()).collect();
    }),
    ("seriesname", |draft, cell| draft.series = Some(cell.to_owned())),
    ("series", |draft, cell| draft.series = Some(cell.to_owned())),
    ("seriessequence", |draft, cell| draft.sequence = Some(cell.to_owned())),
    ("description", |draft, cell| draft.raw.summary = Some(cell.to_owned())),
    ("summary", |draft, cell| {
        draft.raw.summary.get_or_insert_with(|| cell.to_owned());
    }),
    ("publisher", |draft, cell| draft.raw.publisher = Some(cell.to_owned())),
    ("copyright", |draft, cell| draft.extra("copyright", cell.into())),
    ("abridged", |draft, cell| draft.abridged(cell)),
    ("language", |draft, cell| draft.raw.language = Some(cell.to_owned())),
    ("imageurl", |draft, cell| draft.raw.cover_url = Some(cell.to_owned())),
    ("region", |draft, cell| draft.marketplace = words::marketplace(cell)),
    ("ayce", |draft, cell| draft.raw.plus = words::flag(cell)),
    ("readstatus", |draft, cell| draft.state = read_status(cell)),
    // The same again, or about files on that computer, or whose account it is.
    ("key", NOT_OURS),
    ("bookurl", NOT_OURS),
    ("infolink", NOT_OURS),
    ("link", NOT_OURS),
    ("authorurl", NOT_OURS),
    ("authorlink", NOT_OURS),
    ("seriesurl", NOT_OURS),
    ("serieslink", NOT_OURS),
    ("pdfurl", NOT_OURS),
    ("filename", NOT_OURS),
    ("filepaths", NOT_OURS),
    ("files", NOT_OURS),
    ("chapters", NOT_OURS),
    ("localpath", NOT_OURS),
    ("downloaded", NOT_OURS),
    ("converted", NOT_OURS),
    ("userid", NOT_OURS),
    ("custid", NOT_OURS),
    ("ordernumber", NOT_OURS),
    ("audibleaax", NOT_OURS),
    ("mp3", NOT_OURS),
    ("image", NOT_OURS),
    ("m4b", NOT_OURS),
    ("pdf", NOT_OURS),
];

fn read_status(word: &str) -> Option<RawState> {
    match word.to_ascii_lowercase().as_str() {
        "unread" => Some(RawState::NotStarted),
        "reading" => Some(RawState::InProgress),
        "finished" | "read" => Some(RawState::Finished),
        _ => None,
    }
}

fn end(draft: &mut Draft) -> Verdict {
    draft.one_series();
    draft.split_title();
    Verdict::Title
}
