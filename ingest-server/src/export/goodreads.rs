//! The table that Goodreads exports and imports, and Hardcover imports. Hidden titles stay at home.

use super::{Title, table};

const HEADER: [&str; 24] = [
    "Book Id",
    "Title",
    "Author",
    "Author l-f",
    "Additional Authors",
    "ISBN",
    "ISBN13",
    "My Rating",
    "Average Rating",
    "Publisher",
    "Binding",
    "Number of Pages",
    "Year Published",
    "Original Publication Year",
    "Date Read",
    "Date Added",
    "Bookshelves",
    "Bookshelves with positions",
    "Exclusive Shelf",
    "My Review",
    "Spoiler",
    "Private Notes",
    "Read Count",
    "Owned Copies",
];

pub(super) fn part(titles: &[Title], first: bool) -> Vec<u8> {
    table::rows(HEADER, first, titles.iter().filter(|title| !title.edits.is_hidden()).map(row))
}

fn row(title: &Title) -> [String; 24] {
    let item = &title.item;
    let mut authors = item.authors.iter().map(|author| author.name.as_str());
    let author = authors.next().unwrap_or_default();
    let name = match item.series.first() {
        Some(series) => match &series.sequence {
            Some(sequence) => format!("{} ({} #{sequence})", item.title, series.title),
            None => item.title.clone(),
        },
        None => item.title.clone(),
    };
    let shelf = shelf(&title.status);
    let year = item.release_date.as_deref().and_then(|day| day.get(..4)).unwrap_or_default();
    let average = item.rating.as_ref().map(|rating| format!("{:.2}", rating.average));
    [
        String::new(),
        name,
        author.to_owned(),
        last_first(author),
        authors.collect::<Vec<_>>().join(", "),
        String::new(),
        String::new(),
        title.rating().unwrap_or_default().to_string(),
        average.unwrap_or_default(),
        item.publisher.clone().unwrap_or_default(),
        "Audible Audio".to_owned(),
        String::new(),
        year.to_owned(),
        String::new(),
        title.finished_on().map(slashes).unwrap_or_default(),
        title.acquired_at.as_deref().and_then(|at| at.get(..10)).map(slashes).unwrap_or_default(),
        "audible".to_owned(),
        String::new(),
        shelf.to_owned(),
        String::new(),
        String::new(),
        title.edits.notes().unwrap_or_default().replace('\n', "<br/>"),
        u8::from(shelf == "read").to_string(),
        u8::from(title.is_owned()).to_string(),
    ]
}

/// The shelf for a status; The StoryGraph has the same.
pub(super) fn shelf(status: &str) -> &'static str {
    match status {
        "finished" => "read",
        "in_progress" => "currently-reading",
        _ => "to-read",
    }
}

/// `2025-05-21` as both write it.
pub(super) fn slashes(day: &str) -> String {
    day.replace('-', "/")
}

/// `Maren Holt` as `Holt, Maren`.
fn last_first(name: &str) -> String {
    match name.rsplit_once(' ') {
        Some((first, last)) => format!("{last}, {first}"),
        None => name.to_owned(),
    }
}
