//! Pages of the web site, built without any socket.

mod block;
mod buttons;
mod frame;
mod history;
mod paging;
mod row;

use crate::library::{Library, Sort, Title};
use crate::marketplace::Marketplace;
use crate::words::Language;

pub(crate) use block::CAPTCHA_PATH;
pub use block::{captcha_page, unavailable_page, whoops_page};
pub(crate) use frame::{home_page, plain_page};
pub use history::{HistoryAsked, history_page};

/// Characters of the summary that a row shows.
pub(crate) const TEASER_LENGTH: usize = 180;

/// Titles on a page when `pageSize` says nothing.
pub const DEFAULT_PAGE_SIZE: usize = 20;

/// What a library page is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// 1-based; 0 counts as 1.
    pub page: usize,
    /// `None` is the default of 20; links to other pages then carry no size.
    pub page_size: Option<usize>,
    /// Order of the titles.
    pub sort: Sort,
}

/// A row that is spoilt on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// Nothing is spoilt.
    None,
    /// The title at this place of the asked order (from 0) lost its ASIN and its title.
    RowAt(usize),
}

/// One page of the library of a signed-in person.
///
/// A page beyond the end is a frame without rows, and so is every page of an empty library.
pub fn library_page(
    library: &Library,
    marketplace: Marketplace,
    language: Language,
    page: usize,
    page_size: usize,
) -> String {
    let asked = Asked { page, page_size: Some(page_size), sort: Sort::Newest };
    asked_page(library, marketplace, language, asked, Damage::None)
}

/// One page as asked, possibly with one spoilt row.
pub fn asked_page(
    library: &Library,
    marketplace: Marketplace,
    language: Language,
    asked: Asked,
    damage: Damage,
) -> String {
    let size = asked.page_size.unwrap_or(DEFAULT_PAGE_SIZE).max(1);
    let page = asked.page.max(1);
    let pages = library.titles().len().div_ceil(size);
    let first = (page - 1).saturating_mul(size);
    let titles = library.sorted(asked.sort);
    let look = Look { marketplace, language };
    let mut out = String::with_capacity(30_000 + 34_000 * size.min(titles.len()));
    frame::open(&mut out, &look, asked);
    for (place, title) in titles.iter().enumerate().skip(first).take(size) {
        if damage == Damage::RowAt(place) {
            row::write(&mut out, &look, &spoilt(title), place - first);
        } else {
            row::write(&mut out, &look, title, place - first);
        }
    }
    if titles.is_empty() {
        frame::nothing_here(&mut out, &look);
    }
    frame::close_list(&mut out);
    if page <= pages {
        paging::write(&mut out, &look, page, pages, asked);
    }
    frame::close(&mut out);
    out
}

/// A row alone, without the page around it.
pub fn row(title: &Title, marketplace: Marketplace, language: Language) -> String {
    let mut out = String::with_capacity(40_000);
    row::write(&mut out, &Look { marketplace, language }, title, 0);
    out
}

/// The same page after a redesign: every id, class and field name that readers know is another.
/// The marks of a signed-in person stay.
pub fn redesigned(page: &str) -> String {
    const RENAMED: [(&str, &str); 20] = [
        ("adbl-", "lx9-"),
        ("bc-", "k7-"),
        ("time-remaining-", "clock-"),
        ("collectionIds-", "shelves-"),
        ("mark-as-", "turn-"),
        ("authorLabel", "whoLine"),
        ("narratorLabel", "voiceLine"),
        ("seriesLabel", "cycleLine"),
        ("summaryLabel", "aboutLine"),
        ("parentTitleLabel", "showLine"),
        ("merchandisingSummary", "aboutText"),
        ("pagingElements", "leafList"),
        ("pageNumberElement", "leaf"),
        ("nextButton", "leafOn"),
        ("previousButton", "leafBack"),
        ("name=\"asin\"", "name=\"key\""),
        ("asin=\"", "key=\""),
        ("ui-it-purchase", "box-bought"),
        ("progressbar", "img"),
        ("aria-valuenow", "data-now"),
    ];
    RENAMED.iter().fold(page.to_owned(), |page, (old, new)| page.replace(old, new))
}

/// Where and in which words a page is shown.
pub(crate) struct Look {
    pub(crate) marketplace: Marketplace,
    pub(crate) language: Language,
}

fn spoilt(title: &Title) -> Title {
    Title { asin: String::new(), title: String::new(), subtitle: None, ..title.clone() }
}
