//! The table that The StoryGraph exports. Hidden titles stay at home.

use super::{
    Title,
    goodreads::{shelf, slashes},
    table,
};

const HEADER: [&str; 23] = [
    "Title",
    "Authors",
    "Contributors",
    "ISBN/UID",
    "Format",
    "Read Status",
    "Date Added",
    "Last Date Read",
    "Dates Read",
    "Read Count",
    "Moods",
    "Pace",
    "Character- or Plot-Driven?",
    "Strong Character Development?",
    "Loveable Characters?",
    "Diverse Characters?",
    "Flawed Characters?",
    "Star Rating",
    "Review",
    "Content Warnings",
    "Content Warning Description",
    "Tags",
    "Owned?",
];

pub(super) fn part(titles: &[Title], first: bool) -> Vec<u8> {
    table::rows(HEADER, first, titles.iter().filter(|title| !title.edits.is_hidden()).map(row))
}

fn row(title: &Title) -> [String; 23] {
    let item = &title.item;
    let authors: Vec<_> = item.authors.iter().map(|author| author.name.as_str()).collect();
    let narrators = item.narrators.iter().map(|one| format!("{} (Narrator)", one.name));
    let added = title.acquired_at.as_deref().and_then(|at| at.get(..10)).map(slashes);
    let read = title.finished_on().map(slashes).unwrap_or_default();
    let status = shelf(&title.status);
    let empty = String::new;
    [
        item.title.clone(),
        authors.join(", "),
        narrators.collect::<Vec<_>>().join(", "),
        item.asin.clone(),
        "audio".to_owned(),
        status.to_owned(),
        added.unwrap_or_default(),
        read.clone(),
        read,
        u8::from(status == "read").to_string(),
        empty(),
        empty(),
        empty(),
        empty(),
        empty(),
        empty(),
        empty(),
        title.rating().map(|stars| format!("{stars}.0")).unwrap_or_default(),
        empty(),
        empty(),
        empty(),
        empty(),
        if title.is_owned() { "Yes" } else { "No" }.to_owned(),
    ]
}
