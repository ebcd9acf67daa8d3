//! The public catalog: what to ask, and how its answer completes titles that a page shows briefly.
//!
//! `GET https://api.audible.{tld}/1.0/catalog/products` needs no login, takes at most fifty ASINs as
//! one comma-joined value (51 are refused) and echoes unknown ones as hollow products.

use serde_json::Value;
use shared::{
    ids::Marketplace,
    problem::{Problem, Reason},
    product,
    raw::{RawItem, RawPerson, RawSeries},
};

/// Most ASINs in one request.
pub const BATCH: usize = 50;

/// Everything that library rows lack; groups that only a library knows are refused by the catalog.
const GROUPS: &str = "contributors,media,product_attrs,product_desc,product_details,\
                      product_extended_attrs,series,rating,category_ladders,sku";

/// The address that answers for these titles; callers pass at most [`BATCH`].
pub fn request_url(marketplace: Marketplace, items: &[RawItem]) -> String {
    let asins: Vec<&str> = items.iter().map(|item| item.asin.as_str()).collect();
    format!(
        "{}/1.0/catalog/products?asins={}&response_groups={GROUPS}&image_sizes=500",
        marketplace.api(),
        asins.join(",")
    )
}

/// Completes titles with the catalog's answer; whoever it does not know stays as it was and is named.
///
/// The page wins for everything about the person (listening, availability, own rating) and for names
/// in its own order; the catalog wins for title and subtitle apart, length, dates and the full summary.
pub fn apply(answer: &Value, items: &mut [RawItem]) -> Vec<Problem> {
    let products = answer.get("products").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut problems = Vec::new();
    for item in items {
        // At most fifty of each.
        let product = products.iter().find(|one| one["asin"].as_str() == Some(&item.asin));
        match product.map(product::raw).filter(|product| product.title.is_some()) {
            Some(product) => complete(item, product),
            None => problems.push(not_enriched(item)),
        }
    }
    problems
}

/// The problem that names a title without catalog data.
pub fn not_enriched(item: &RawItem) -> Problem {
    Problem {
        asin: Some(item.asin.chars().take(40).collect()),
        place: "catalog".to_owned(),
        field: String::new(),
        reason: Reason::NotEnriched,
        detail: "the catalog has no details for this title".to_owned(),
    }
}

fn complete(item: &mut RawItem, known: RawItem) {
    item.enriched = true;
    item.title = known.title.or(item.title.take());
    item.subtitle = known.subtitle;
    item.length = known.length.or(item.length.take());
    item.release_date = known.release_date;
    item.publisher = known.publisher;
    item.language = known.language;
    item.sku = known.sku;
    item.summary = known.summary.or(item.summary.take());
    item.cover_url = item.cover_url.take().or(known.cover_url);
    item.content_type = item.content_type.take().or(known.content_type);
    item.delivery_type = item.delivery_type.take().or(known.delivery_type);
    item.rating = known.rating;
    item.categories = known.categories;
    people(&mut item.authors, known.authors);
    people(&mut item.narrators, known.narrators);
    series(&mut item.series, known.series);
    item.extra.extend(known.extra);
}

/// Fills numbers in by name; takes the catalog's list where the page has none.
fn people(shown: &mut Vec<RawPerson>, known: Vec<RawPerson>) {
    if shown.is_empty() {
        *shown = known;
        return;
    }
    for person in known {
        let same = |one: &&mut RawPerson| one.asin.is_none() && one.name == person.name;
        if let Some(one) = shown.iter_mut().find(same) {
            one.asin = person.asin;
        }
    }
}

/// Fills positions and numbers in; series that only the catalog knows follow behind.
fn series(shown: &mut Vec<RawSeries>, known: Vec<RawSeries>) {
    for entry in known {
        let same = |one: &&mut RawSeries| {
            one.title == entry.title || (one.asin.is_some() && one.asin == entry.asin)
        };
        match shown.iter_mut().find(same) {
            Some(one) => {
                one.title = entry.title;
                one.asin = entry.asin.or(one.asin.take());
                one.sequence = entry.sequence.or(one.sequence.take());
            }
            None => shown.push(entry),
        }
    }
}
