//! Reading text and links of an element, with white space folded and entities already decoded.

use shared::ids::Asin;

use super::dom::{ElementRef, Selector};

/// All text below an element, runs of white space (no-break ones too) folded to one space.
pub(super) fn of(element: ElementRef<'_>) -> String {
    fold(element.text())
}

/// Folds several pieces of text into one.
pub(super) fn fold<'a>(pieces: impl IntoIterator<Item = &'a str>) -> String {
    let mut folded = String::new();
    let mut gap = false;
    for piece in pieces {
        for character in piece.chars() {
            if character.is_whitespace() {
                gap = true;
                continue;
            }
            if gap && !folded.is_empty() {
                folded.push(' ');
            }
            gap = false;
            folded.push(character);
        }
    }
    folded
}

/// The first match's text, unless empty.
pub(super) fn first(within: ElementRef<'_>, selector: &'static Selector) -> Option<String> {
    within.select(selector).map(of).find(|text| !text.is_empty())
}

/// The first match's attribute, trimmed, unless empty.
pub(super) fn attr(
    within: ElementRef<'_>,
    selector: &'static Selector,
    name: &str,
) -> Option<String> {
    let value = within.select(selector).next()?.attr(name)?.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// An address without query and fragment.
pub(super) fn bare(href: &str) -> &str {
    href.trim().split(['?', '#']).next().unwrap_or_default()
}

/// The ASIN that ends a link such as `/series/Some-Name/B08CVC76VZ?ref=x`.
pub(super) fn asin_of_link(href: &str) -> Option<Asin> {
    let last = bare(href).trim_end_matches('/').rsplit('/').next()?;
    Asin::parse(last).ok()
}

/// Whether the page shows the element: the site hides with a class, saved pages with the attribute.
pub(super) fn shown(element: ElementRef<'_>) -> bool {
    let hidden_by_class = element.has_class("bc-pub-hidden") || element.has_class("bc-hidden");
    !hidden_by_class && element.attr("hidden").is_none()
}

/// Whether any match is there and shown; `None` when there is no match at all.
pub(super) fn any_shown(within: ElementRef<'_>, selector: &'static Selector) -> Option<bool> {
    let mut found = None;
    for element in within.select(selector) {
        if shown(element) {
            return Some(true);
        }
        found = Some(false);
    }
    found
}
