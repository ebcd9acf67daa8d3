//! Libation: csv in the language of the computer, json, xlsx; the same columns under two sets of names.

use shared::raw::RawSeries;

use crate::{
    draft::{Draft, NOT_OURS, Set, Verdict},
    format::{Flat, Format, Names},
    words,
};

pub(crate) const FLAT: Flat = Flat {
    format: Format::Libation,
    is,
    lists: &[""],
    columns: COLUMNS,
    local_days: &["dateaddedtolibrary", "dateadded", "datepublished", "includeduntil"],
    end,
};

fn is(names: &Names) -> bool {
    names.all(&["Audible Product Id", "Locale", "Title"])
}

const COLUMNS: &[(&str, Set)] = &[
    // Whose account it is: an e-mail address.
    ("account", NOT_OURS),
    ("dateaddedtolibrary", added),
    ("dateadded", added),
    ("isaudibleplus", |draft, cell| draft.raw.plus = words::flag(cell)),
    ("audibleproductid", |draft, cell| draft.raw.asin = cell.to_owned()),
    ("locale", |draft, cell| draft.marketplace = words::marketplace(cell)),
    ("title", |draft, cell| draft.raw.title = Some(cell.to_owned())),
    ("subtitle", |draft, cell| draft.raw.subtitle = Some(cell.to_owned())),
    ("authors", |draft, cell| draft.raw.authors = words::people(cell)),
    ("authornames", |draft, cell| draft.raw.authors = words::people(cell)),
    ("narrators", |draft, cell| draft.raw.narrators = words::people(cell)),
    ("narratornames", |draft, cell| draft.raw.narrators = words::people(cell)),
    ("lengthinminutes", |draft, cell| draft.minutes(cell)),
    ("description", |draft, cell| draft.raw.summary = Some(cell.to_owned())),
    ("publisher", |draft, cell| draft.raw.publisher = Some(cell.to_owned())),
    ("seriesnames", |draft, cell| draft.series = Some(cell.to_owned())),
    ("seriesorder", |draft, cell| draft.sequence = Some(cell.to_owned())),
    ("communityratingoverall", |draft, cell| draft.average = words::rating(cell)),
    ("coverid", cover),
    ("coveridlarge", NOT_OURS),
    ("pictureid", cover),
    ("pictureidlarge", NOT_OURS),
    ("datepublished", |draft, cell| {
        draft.raw.release_date = draft.local_day("release_date", cell).map(day_only);
    }),
    ("categories", |draft, cell| draft.raw.categories = words::categories(cell)),
    ("categoriesnames", |draft, cell| draft.raw.categories = words::categories(cell)),
    ("myratingoverall", |draft, cell| draft.raw.my_rating = words::rating(cell)),
    ("contenttype", |draft, cell| draft.raw.content_type = Some(cell.to_owned())),
    ("language", |draft, cell| draft.raw.language = Some(cell.to_owned())),
    // Only that it was finished is known: what was not may be half heard.
    ("isfinished", |draft, cell| draft.finished = words::flag(cell).filter(|finished| *finished)),
    ("isabridged", |draft, cell| draft.abridged(cell)),
    ("mylibationtags", |draft, cell| draft.extra("libation_tags", cell.into())),
    // About files on that computer, and what has no place in a tracker.
    ("bookliberatedstatus", NOT_OURS),
    ("bookstatus", NOT_OURS),
    ("pdfliberatedstatus", NOT_OURS),
    ("pdfstatus", NOT_OURS),
    ("haspdf", NOT_OURS),
    ("absentfromlastscan", NOT_OURS),
    ("isspatial", NOT_OURS),
    ("includeduntil", NOT_OURS),
    ("communityratingperformance", NOT_OURS),
    ("communityratingstory", NOT_OURS),
    ("myratingperformance", NOT_OURS),
    ("myratingstory", NOT_OURS),
    ("lastdownloaded", NOT_OURS),
    ("lastdownloadedversion", NOT_OURS),
    ("lastdownloadedfileversion", NOT_OURS),
    ("lastdownloadedcodec", NOT_OURS),
    ("lastdownloadedsamplerate", NOT_OURS),
    ("lastdownloadedaudiochannels", NOT_OURS),
    ("lastdownloadedbitrate", NOT_OURS),
];

fn added(draft: &mut Draft, cell: &str) {
    draft.raw.purchase_date = draft.local_day("purchase_date", cell);
}

fn cover(draft: &mut Draft, cell: &str) {
    let address = format!("https://m.media-amazon.com/images/I/{cell}._SL500_.jpg");
    draft.raw.cover_url = Some(address);
}

/// The day of a moment: a release has no hour.
fn day_only(day: String) -> String {
    match day.get(..10) {
        Some(date) if day.as_bytes().get(10) == Some(&b'T') => date.to_owned(),
        _ => day,
    }
}

fn end(draft: &mut Draft) -> Verdict {
    let order = draft.sequence.take().unwrap_or_default();
    draft.raw.series = claims(&order);
    if draft.raw.series.is_empty() {
        draft.one_series();
    }
    Verdict::Title
}

/// `2 : The Coast, 0.5 : Tales, of the Sea,  : Unsorted`: a claim begins with a number, which may be
/// missing, and a colon; names may hold commas and colons.
fn claims(text: &str) -> Vec<RawSeries> {
    let mut series: Vec<RawSeries> = Vec::new();
    for (index, part) in text.split(", ").enumerate() {
        let claim = part.split_once(':').filter(|(number, _)| {
            number.trim().bytes().all(|letter| matches!(letter, b'0'..=b'9' | b'.' | b'-'))
        });
        match (claim, series.last_mut()) {
            (Some((number, title)), _) => series.push(RawSeries {
                title: title.trim().to_owned(),
                asin: None,
                sequence: Some(number.trim().to_owned()).filter(|number| is_place(number)),
            }),
            (None, Some(before)) if index > 0 => before.title.extend([", ", part]),
            _ => return Vec::new(),
        }
    }
    series
}

/// Libation writes 999999999 and -1 where a series has no order.
fn is_place(number: &str) -> bool {
    !number.is_empty() && number != "999999999" && number != "-1"
}

#[cfg(test)]
mod tests {
    use super::claims;

    #[test]
    fn series_are_told_apart_by_their_numbers() {
        let found = |text| -> Vec<(String, Option<String>)> {
            claims(text).into_iter().map(|one| (one.title, one.sequence)).collect()
        };
        let one = |title: &str, place: Option<&str>| (title.to_owned(), place.map(str::to_owned));
        assert_eq!(
            found("2 : The Coast, 0.5 : Tales, of the Sea: North,  : Unsorted, 999999999 : Last"),
            [
                one("The Coast", Some("2")),
                one("Tales, of the Sea: North", Some("0.5")),
                one("Unsorted", None),
                one("Last", None),
            ]
        );
        assert_eq!(found("The Coast"), []);
        assert_eq!(found("1-3 : The Coast"), [one("The Coast", Some("1-3"))]);
    }
}
