//! audible-exporter: tsv, or a document with `books`.

use crate::{
    draft::{Draft, NOT_OURS, Set, Verdict},
    format::{Flat, Format, Names},
    words::{self, DayOrder},
};

pub(crate) const FLAT: Flat = Flat {
    format: Format::AudibleExporter,
    is,
    lists: &["books"],
    columns: COLUMNS,
    local_days: &[],
    end,
};

fn is(names: &Names) -> bool {
    names.all(&["asin", "title", "released_ts", "is_fav", "my_rating"])
}

const COLUMNS: &[(&str, Set)] = &[
    ("asin", |draft, cell| draft.raw.asin = cell.to_owned()),
    ("url", |draft, cell| draft.marketplace = words::marketplace(cell)),
    ("title", |draft, cell| draft.raw.title = Some(cell.to_owned())),
    ("authors", |draft, cell| draft.raw.authors = words::people(cell)),
    ("narrators", |draft, cell| draft.raw.narrators = words::people(cell)),
    ("series", |draft, cell| draft.series = Some(cell.to_owned())),
    ("publisher", |draft, cell| draft.raw.publisher = Some(cell.to_owned())),
    ("duration", |draft, cell| draft.raw.length = Some(words::clock(cell))),
    ("released", |draft, cell| {
        draft.raw.release_date = Some(words::day(cell, DayOrder::Unknown));
    }),
    ("releasedts", NOT_OURS),
    ("purchased", |draft, cell| {
        draft.raw.purchase_date = Some(words::day(cell, DayOrder::Unknown));
    }),
    ("language", |draft, cell| draft.raw.language = Some(cell.to_owned())),
    ("summary", |draft, cell| draft.raw.summary = Some(cell.to_owned())),
    ("myrating", |draft, cell| draft.raw.my_rating = words::rating(cell)),
    ("isfav", |draft, cell| draft.raw.favorite = words::flag(cell)),
    ("rating", |draft, cell| draft.average = words::rating(cell)),
    ("numratings", |draft, cell| draft.ratings = words::count(cell)),
    ("genre", |draft, cell| draft.raw.categories.insert(0, cell.to_owned())),
    ("subgenre", |draft, cell| draft.raw.categories.push(cell.to_owned())),
];

fn end(draft: &mut Draft) -> Verdict {
    draft.one_series();
    Verdict::Title
}
