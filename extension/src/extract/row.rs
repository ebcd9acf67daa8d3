//! One row of the library list: one title.

use serde_json::{Map, Value};
use shared::{
    ids::Asin,
    problem::Reason,
    raw::{RawItem, RawPerson},
};

use super::{
    dom::{ElementRef, Selector},
    progress,
    select::SELECTORS,
    series, text,
};

/// Audible's welcome sample; it stands in libraries without an author and is no purchase.
const WELCOME_SAMPLE: &str = "B002V8N37Q";
const ROW_ID: &str = "adbl-library-content-row-";

/// What a row turned out to be.
pub(super) enum Row {
    /// A title.
    Title(Box<RawItem>),
    /// A row of the site's own that stands for no title.
    Placeholder,
    /// A row without one of the two values that a title must have.
    Unreadable {
        /// The product number, where that one is readable.
        asin: Option<String>,
        /// The value that is missing.
        field: &'static str,
        /// Missing or malformed.
        reason: Reason,
    },
}

/// Reads one row.
pub(super) fn read(row: ElementRef<'_>) -> Row {
    let id = row.attr("id").and_then(|id| id.strip_prefix(ROW_ID)).map(str::trim);
    if id == Some("id") {
        return Row::Placeholder;
    }
    let title = title(row);
    let Some(asin) = asin(row, id) else {
        let reason =
            if id.is_some_and(|id| !id.is_empty()) { Reason::Malformed } else { Reason::Missing };
        return Row::Unreadable { asin: None, field: "asin", reason };
    };
    let authors = people(row, &SELECTORS.author);
    if asin.as_str() == WELCOME_SAMPLE && authors.is_empty() {
        return Row::Placeholder;
    }
    let Some(title) = title else {
        let asin = Some(String::from(asin));
        return Row::Unreadable { asin, field: "title", reason: Reason::Missing };
    };
    Row::Title(Box::new(item(row, asin, title, authors)))
}

fn item(row: ElementRef<'_>, asin: Asin, title: String, authors: Vec<RawPerson>) -> RawItem {
    let progress = progress::read(row);
    let collections = collections(row);
    let extra = extra(row, &asin);
    RawItem {
        asin: asin.into(),
        title: Some(title),
        authors,
        narrators: people(row, &SELECTORS.narrator),
        series: series::read(row),
        length: progress.length,
        summary: text::first(row, &SELECTORS.summary),
        cover_url: text::attr(row, &SELECTORS.cover, "src")
            .or_else(|| text::attr(row, &SELECTORS.cover_anywhere, "src")),
        my_rating: own_rating(row),
        listening: progress.listening,
        content_type: text::attr(row, &SELECTORS.content_type, "value"),
        delivery_type: text::attr(row, &SELECTORS.delivery_type, "value"),
        plus: Some(row.select(&SELECTORS.plus).next().is_some()),
        available: Some(text::any_shown(row, &SELECTORS.inaccessible) != Some(true)),
        preorder: Some(
            text::attr(row, &SELECTORS.prerelease, "value").is_some_and(|value| value != "false"),
        ),
        favorite: text::any_shown(row, &SELECTORS.unfavorite),
        collections,
        extra,
        ..RawItem::default()
    }
}

/// The first valid product number among the places that carry it.
fn asin(row: ElementRef<'_>, id: Option<&str>) -> Option<Asin> {
    let elsewhere = [
        (&SELECTORS.asin_data, "data-asin"),
        (&SELECTORS.asin_input, "value"),
        (&SELECTORS.asin_stars, "asin"),
    ];
    let from_id = id.and_then(|id| Asin::parse(id).ok());
    from_id.or_else(|| {
        elsewhere
            .into_iter()
            .filter_map(|(selector, name)| text::attr(row, selector, name))
            .find_map(|value| Asin::parse(&value).ok())
    })
}

fn title(row: ElementRef<'_>) -> Option<String> {
    text::first(row, &SELECTORS.title).or_else(|| text::first(row, &SELECTORS.title_anywhere))
}

fn people(row: ElementRef<'_>, selector: &'static Selector) -> Vec<RawPerson> {
    row.select(selector)
        .map(|link| RawPerson {
            name: text::of(link),
            asin: link.attr("href").and_then(author_asin),
        })
        .filter(|person| !person.name.is_empty())
        .collect()
}

/// The number in `/author/Some-Name/B000APTN0I`; links to a search carry none.
fn author_asin(href: &str) -> Option<String> {
    if !text::bare(href).contains("/author/") {
        return None;
    }
    text::asin_of_link(href).map(String::from)
}

/// Stars the person gave; 0 stands for none.
fn own_rating(row: ElementRef<'_>) -> Option<f64> {
    let counted = text::attr(row, &SELECTORS.own_rating, "data-star-count")
        .and_then(|stars| stars.parse::<f64>().ok())
        .filter(|stars| stars.is_finite());
    let checked = || {
        let stars = row.select(&SELECTORS.own_stars).filter_map(|star| star.attr("data-index"));
        stars.filter_map(|index| index.parse::<f64>().ok()).last()
    };
    counted.or_else(checked).filter(|stars| *stars > 0.0)
}

/// Ids in a value such as `[__PURCHASE, 0b1c…]`.
fn collections(row: ElementRef<'_>) -> Vec<String> {
    let value = text::attr(row, &SELECTORS.collections, "value").unwrap_or_default();
    value
        .trim_matches(['[', ']'])
        .split(',')
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What the row says besides: store page, PDF, episodes, parent of an episode.
fn extra(row: ElementRef<'_>, asin: &Asin) -> Map<String, Value> {
    let link =
        |selector| text::attr(row, selector, "href").map(|href| text::bare(&href).to_owned());
    let fields = [
        ("store_url", store_url(row, asin)),
        ("pdf_url", link(&SELECTORS.pdf)),
        ("episodes_url", text::attr(row, &SELECTORS.episodes, "href")),
        ("parent_title", text::first(row, &SELECTORS.parent_title)),
        (
            "parent_asin",
            link(&SELECTORS.parent_title)
                .and_then(|href| text::asin_of_link(&href).map(String::from)),
        ),
    ];
    fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?))))
        .collect()
}

/// The title's own page in the shop; podcast parents and titles that left the shop have none.
fn store_url(row: ElementRef<'_>, asin: &Asin) -> Option<String> {
    row.select(&SELECTORS.any_link)
        .filter_map(|link| link.attr("href"))
        .map(text::bare)
        .find(|href| {
            (href.contains("/pd/") || href.contains("/podcast/"))
                && href.trim_end_matches('/').ends_with(asin.as_str())
        })
        .map(str::to_owned)
}
