//! The public catalog: what to ask, and how its answer completes titles that a page shows briefly.
//!
//! `GET https://api.audible.{tld}/1.0/catalog/products` needs no login, takes at most fifty ASINs as
//! one comma-joined value (51 are refused) and echoes unknown ones as hollow products.

use serde_json::{Map, Value};
use shared::{
    ids::Marketplace,
    problem::{Problem, Reason},
    raw::{RawItem, RawLength, RawPerson, RawRating, RawSeries},
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
    let products = answer.get("products").and_then(Value::as_array);
    let known: Map<String, Value> = products
        .into_iter()
        .flatten()
        .filter_map(|product| Some((text(product, "asin")?, product.clone())))
        .collect();
    let mut problems = Vec::new();
    for item in items {
        match known.get(&item.asin).filter(|product| text(product, "title").is_some()) {
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

fn complete(item: &mut RawItem, product: &Value) {
    item.enriched = true;
    item.title = text(product, "title").or(item.title.take());
    item.subtitle = text(product, "subtitle");
    let minutes = product.get("runtime_length_min").and_then(Value::as_f64).filter(|n| *n > 0.0);
    item.length = minutes.map(RawLength::Minutes).or(item.length.take());
    item.release_date = text(product, "release_date").or_else(|| text(product, "issue_date"));
    item.publisher = text(product, "publisher_name");
    item.language = text(product, "language");
    item.sku = text(product, "sku").or_else(|| text(product, "sku_lite"));
    item.summary = ["publisher_summary", "extended_product_description", "merchandising_summary"]
        .into_iter()
        .find_map(|field| text(product, field))
        .or(item.summary.take());
    item.cover_url = item.cover_url.take().or_else(|| cover(product));
    item.content_type = item.content_type.take().or_else(|| text(product, "content_type"));
    item.delivery_type =
        item.delivery_type.take().or_else(|| text(product, "content_delivery_type"));
    item.rating = rating(product);
    item.categories = categories(product);
    people(&mut item.authors, &list(product, "authors"));
    people(&mut item.narrators, &list(product, "narrators"));
    series(&mut item.series, &list(product, "series"));
    for field in ["format_type", "isbn"] {
        if let Some(value) = text(product, field) {
            item.extra.insert(field.to_owned(), Value::String(value));
        }
    }
}

/// A text that says something; null, other kinds and empty text count as absent.
fn text(of: &Value, field: &str) -> Option<String> {
    let value = of.get(field)?.as_str()?.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

fn list(of: &Value, field: &str) -> Vec<Value> {
    of.get(field).and_then(Value::as_array).cloned().unwrap_or_default()
}

fn cover(product: &Value) -> Option<String> {
    let images = product.get("product_images")?.as_object()?;
    let by_size = images.get("500").or_else(|| images.values().next());
    by_size.and_then(Value::as_str).map(str::to_owned)
}

fn rating(product: &Value) -> Option<RawRating> {
    let overall = product.get("rating")?.get("overall_distribution")?;
    let average = overall.get("average_rating").and_then(Value::as_f64);
    let count = overall.get("num_ratings").and_then(Value::as_u64);
    // A title that nobody rated has an average of 0.
    (count != Some(0) && average.is_some()).then_some(RawRating { average, count })
}

/// Names of all ladders, general to special, each once.
fn categories(product: &Value) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for ladder in list(product, "category_ladders") {
        for step in list(&ladder, "ladder") {
            names.extend(text(&step, "name").filter(|name| !names.contains(name)));
        }
    }
    names
}

/// Fills numbers in by name; takes the catalog's list where the page has none.
fn people(shown: &mut Vec<RawPerson>, known: &[Value]) {
    let known = known
        .iter()
        .filter_map(|one| Some(RawPerson { name: text(one, "name")?, asin: text(one, "asin") }));
    if shown.is_empty() {
        shown.extend(known);
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
fn series(shown: &mut Vec<RawSeries>, known: &[Value]) {
    for entry in known {
        let Some(title) = text(entry, "title") else { continue };
        let (asin, sequence) = (text(entry, "asin"), text(entry, "sequence"));
        let same =
            |one: &&mut RawSeries| one.title == title || (one.asin.is_some() && one.asin == asin);
        match shown.iter_mut().find(same) {
            Some(one) => {
                one.title = title;
                one.asin = asin.or(one.asin.take());
                one.sequence = sequence.or(one.sequence.take());
            }
            None => shown.push(RawSeries { title, asin, sequence }),
        }
    }
}
