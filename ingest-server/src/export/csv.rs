//! Our own table: a row for each title, with what its owner says in place of what the sources say.

use super::{Title, table};

const HEADER: [&str; 26] = [
    "asin",
    "marketplace",
    "title",
    "subtitle",
    "authors",
    "narrators",
    "series",
    "series_sequence",
    "duration_minutes",
    "release_date",
    "acquired_at",
    "publisher",
    "language",
    "status",
    "percent",
    "consumed_at",
    "consumed_at_basis",
    "my_rating",
    "average_rating",
    "cover_url",
    "sku",
    "notes",
    "hidden",
    "audible_url",
    "imported_from",
    "categories",
];

pub(super) fn part(titles: &[Title], first: bool) -> Vec<u8> {
    table::rows(HEADER, first, titles.iter().map(row))
}

fn row(title: &Title) -> [String; 26] {
    let item = &title.item;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let series = item.series.first();
    [
        item.asin.clone(),
        title.marketplace.clone(),
        item.title.clone(),
        text(&item.subtitle),
        item.authors.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join("; "),
        item.narrators.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join("; "),
        series.map(|one| one.title.clone()).unwrap_or_default(),
        series.and_then(|one| one.sequence.clone()).unwrap_or_default(),
        item.runtime_minutes.map(|minutes| minutes.to_string()).unwrap_or_default(),
        text(&item.release_date),
        text(&title.acquired_at),
        text(&item.publisher),
        text(&item.language),
        title.status.clone(),
        title.percent.to_string(),
        text(&title.consumed_at),
        text(&title.consumed_at_basis),
        title.rating().map(|stars| stars.to_string()).unwrap_or_default(),
        item.rating.as_ref().map(|rating| rating.average.to_string()).unwrap_or_default(),
        text(&item.cover_url),
        text(&item.sku),
        title.edits.notes().unwrap_or_default().to_owned(),
        title.edits.is_hidden().to_string(),
        text(&item.audible_url),
        title.imported_from.clone(),
        item.categories.join("; "),
    ]
}
