//! audible-cli, `audible library export`: tsv, csv, or a list of the same rows in JSON.

use crate::{
    draft::{Draft, Set, Verdict},
    format::{Flat, Format, Names},
    words,
};

pub(crate) const FLAT: Flat =
    Flat { format: Format::AudibleCli, is, lists: &[""], columns: COLUMNS, local_days: &[], end };

fn is(names: &Names) -> bool {
    is_row(names) && names.any(&["purchase_date"])
}

/// A wishlist has the same columns without the day of buying. In JSON, whatever is empty is missing.
pub(crate) fn is_wishlist(names: &Names) -> bool {
    is_row(names) && !names.any(&["purchase_date"])
}

fn is_row(names: &Names) -> bool {
    let others = ["series_sequence", "date_added", "genres", "cover_url", "num_ratings"];
    names.all(&["asin", "title"])
        && names.any(&["percent_complete", "runtime_length_min"])
        && names.any(&others)
        && !names.any(&["content_type", "product_images", "category_ladders"])
}

const COLUMNS: &[(&str, Set)] = &[
    ("asin", |draft, cell| draft.raw.asin = cell.to_owned()),
    ("title", |draft, cell| draft.raw.title = Some(cell.to_owned())),
    ("subtitle", |draft, cell| draft.raw.subtitle = Some(cell.to_owned())),
    ("extendedproductdescription", |draft, cell| draft.raw.summary = Some(cell.to_owned())),
    ("authors", |draft, cell| draft.raw.authors = words::people(cell)),
    ("narrators", |draft, cell| draft.raw.narrators = words::people(cell)),
    ("seriestitle", |draft, cell| draft.series = Some(cell.to_owned())),
    ("seriessequence", |draft, cell| draft.sequence = Some(cell.to_owned())),
    ("genres", |draft, cell| draft.raw.categories = words::categories(cell)),
    ("runtimelengthmin", |draft, cell| draft.minutes(cell)),
    ("isfinished", |draft, cell| draft.finished = words::flag(cell)),
    ("percentcomplete", |draft, cell| draft.percent = words::number(cell)),
    ("rating", |draft, cell| draft.average = words::rating(cell)),
    ("numratings", |draft, cell| draft.ratings = words::count(cell)),
    // When the title came into the library; the purchase date, where there is one, follows.
    ("dateadded", |draft, cell| {
        draft.raw.purchase_date.get_or_insert_with(|| cell.to_owned());
    }),
    ("releasedate", |draft, cell| draft.raw.release_date = Some(cell.to_owned())),
    ("coverurl", |draft, cell| draft.raw.cover_url = Some(cell.to_owned())),
    ("purchasedate", |draft, cell| draft.raw.purchase_date = Some(cell.to_owned())),
];

fn end(draft: &mut Draft) -> Verdict {
    draft.one_series();
    Verdict::Title
}
