//! Library page text in, titles out: pure, by structure and never by words.
//!
//! The site changes its markup several times a year and speaks eleven languages, so everything here
//! hangs on ids, classes, attributes and visibility. One odd row is one problem; the rest goes on.

mod dom;
mod history;
mod page;
mod progress;
mod row;
mod select;
mod series;
mod text;

use serde::Serialize;
use shared::{
    problem::{Problem, Reason},
    raw::RawItem,
};

use dom::Document;
pub use history::{History, history};
pub use page::PageKind;
use row::Row;
use select::SELECTORS;
pub use select::sources as selectors;

/// What one page gave.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Extracted {
    /// What kind of page it is; only a [`PageKind::Library`] says anything about a library.
    #[serde(skip)]
    pub kind: PageKind,
    /// Rows that the page shows, of whatever kind.
    #[serde(skip)]
    pub rows: u32,
    /// Titles in the page's order.
    pub items: Vec<RawItem>,
    /// What could not be read, by row (`row 7`, counted from 1).
    pub problems: Vec<Problem>,
    /// The page that the enabled "next" button leads to.
    pub next_page: Option<u32>,
    /// The last page number shown; `None` where the page shows no paging list.
    pub total_pages: Option<u32>,
}

/// Reads one page: a whole document or only a saved row of it.
///
/// Never fails and never panics: text that is no library page has a [`PageKind`] that says so, and
/// an unreadable page is never an empty library.
pub fn extract(html: &str) -> Extracted {
    let document = Document::parse(html);
    let mut items = Vec::new();
    let mut problems = Vec::new();
    let mut rows = 0_usize;
    let mut all = 0;
    for element in document.select(&SELECTORS.row) {
        all += 1;
        match row::read(element) {
            Row::Title(item) => items.push(*item),
            Row::Placeholder => continue,
            Row::Unreadable { asin, field, reason } => {
                let place = format!("row {}", rows + 1);
                problems.push(unreadable(asin, place, field, reason));
            }
        }
        rows += 1;
    }
    let kind = page::kind(&document, rows, problems.len());
    if kind == PageKind::Unknown {
        problems.push(changed());
    }
    let paging = page::paging(&document);
    Extracted {
        kind,
        rows: all,
        items,
        problems,
        next_page: paging.next,
        total_pages: paging.total,
    }
}

fn unreadable(asin: Option<String>, place: String, field: &str, reason: Reason) -> Problem {
    let detail = match reason {
        Reason::Missing => format!("the row shows no {field}"),
        _ => format!("the row's {field} has an unknown form"),
    };
    Problem { asin, place, field: field.to_owned(), reason, detail }
}

fn changed() -> Problem {
    Problem {
        asin: None,
        place: "page".to_owned(),
        field: String::new(),
        reason: Reason::LayoutChanged,
        detail: "the page does not have the structure of a library page".to_owned(),
    }
}
