//! What kind of page it is, and where its paging leads.

use super::{
    dom::{Document, ElementRef},
    select::SELECTORS,
    text,
};

/// The kinds of page that an address of the library can answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageKind {
    /// A library page; with no titles it is an empty library or lies behind the last page.
    Library,
    /// The sign-in page.
    SignIn,
    /// The security check.
    Captcha,
    /// The page that Audible shows to those who asked for too much.
    Whoops,
    /// Anything else, above all a library page with a structure that we do not know.
    Unknown,
}

/// Tells the kind from the page's marks and from how many rows could be read.
pub(super) fn kind(document: &Document, rows: usize, unreadable: usize) -> PageKind {
    let has = |selector| document.select(selector).next().is_some();
    if rows > 0 {
        // One odd row is a problem of its own; a page full of them is a page we cannot read.
        let mostly_unreadable = rows > 1 && unreadable * 2 > rows;
        return if mostly_unreadable { PageKind::Unknown } else { PageKind::Library };
    }
    if has(&SELECTORS.captcha) {
        return PageKind::Captcha;
    }
    if has(&SELECTORS.sign_in) || (has(&SELECTORS.sign_in_link) && !has(&SELECTORS.signed_in)) {
        return PageKind::SignIn;
    }
    if has(&SELECTORS.list) {
        return if has(&SELECTORS.title_like) { PageKind::Unknown } else { PageKind::Library };
    }
    if says_whoops(document) { PageKind::Whoops } else { PageKind::Unknown }
}

/// The one place that reads a word: nothing but its apology is known of this page, and a miss only
/// means that the page counts as unknown.
fn says_whoops(document: &Document) -> bool {
    document
        .select(&SELECTORS.headings)
        .any(|element| text::of(element).to_lowercase().contains("whoops"))
}

/// Where the paging list leads.
pub(super) struct Paging {
    /// Page behind the enabled "next" button.
    pub(super) next: Option<u32>,
    /// Last page number shown.
    pub(super) total: Option<u32>,
}

/// Reads the paging list; a library of one page has none.
pub(super) fn paging(document: &Document) -> Paging {
    let numbers = |selector| -> Vec<(u32, bool)> {
        document.select(selector).filter_map(|one| Some((number(one)?, is_current(one)))).collect()
    };
    let mut shown = numbers(&SELECTORS.page_number);
    if shown.is_empty() {
        shown = numbers(&SELECTORS.page_number_anywhere);
    }
    let current = shown.iter().find(|(_, current)| *current).map(|(page, _)| *page);
    let next = document
        .select(&SELECTORS.next_button)
        .find_map(enabled_target)
        .filter(|next| current.is_none_or(|current| *next > current));
    Paging { next, total: shown.last().map(|(page, _)| *page) }
}

fn number(element: ElementRef<'_>) -> Option<u32> {
    text::of(element).parse().ok()
}

/// The current page is text, all others are links.
fn is_current(element: ElementRef<'_>) -> bool {
    element.name() != "a" && element.select(&SELECTORS.any_link).next().is_none()
}

/// The page a "next" button leads to; on the last page it is disabled but keeps an address.
fn enabled_target(button: ElementRef<'_>) -> Option<u32> {
    let is_link = button.name() == "a";
    let link = if is_link { button } else { button.select(&SELECTORS.any_link).next()? };
    let disabled = |one: ElementRef<'_>| {
        one.has_class("bc-button-disabled")
            || one.attr("aria-disabled") == Some("true")
            || one.attr("disabled").is_some()
    };
    if disabled(button) || disabled(link) {
        return None;
    }
    let query = link.attr("href")?.split_once('?')?.1;
    let query = query.split('#').next().unwrap_or_default();
    query.split('&').find_map(|pair| pair.strip_prefix("page=")?.parse().ok())
}
