//! Audible's own JSON of one title, as library and catalog answer it, to [`RawItem`].
//!
//! Any field may be null or missing: an answer carries only the groups that were asked for. Shapes:
//! docs/audible.md, "The API".

use serde_json::Value;

use crate::raw::{RawItem, RawLength, RawListening, RawPerson, RawRating, RawSeries, RawState};

/// Fields of a library without a place of their own that are kept as found.
const EXTRA: [&str; 7] = [
    "origin_type",
    "origin_marketplace",
    "is_archived",
    "publication_name",
    "episode_number",
    "copyright",
    "pdf_url",
];

/// What everybody may know of a product: all that the catalog answers.
pub fn raw(product: &Value) -> RawItem {
    RawItem {
        asin: text(product, "asin").unwrap_or_default(),
        title: text(product, "title"),
        subtitle: text(product, "subtitle"),
        authors: people(product, "authors"),
        narrators: people(product, "narrators"),
        series: series(product),
        length: number(product, "runtime_length_min")
            .filter(|minutes| *minutes > 0.0)
            .map(RawLength::Minutes),
        release_date: text(product, "release_date").or_else(|| text(product, "issue_date")),
        publisher: text(product, "publisher_name"),
        language: text(product, "language"),
        categories: categories(product),
        summary: summary(product),
        cover_url: cover(product),
        rating: rating(product),
        content_type: text(product, "content_type"),
        delivery_type: text(product, "content_delivery_type"),
        sku: text(product, "sku").or_else(|| text(product, "sku_lite")),
        extra: extra(product, &["format_type", "isbn"]).collect(),
        ..RawItem::default()
    }
}

/// The same with what only the owner's library knows.
pub fn owned(product: &Value) -> RawItem {
    let mut raw = raw(product);
    raw.purchase_date = text(product, "purchase_date")
        .or_else(|| text(at(product, "library_status"), "date_added"));
    raw.my_rating = number(at(at(product, "provided_review"), "ratings"), "overall_rating");
    raw.listening = listening(product);
    raw.plus = plus(product);
    raw.available = available(product);
    raw.preorder = flag(at(product, "library_status"), "is_preordered");
    raw.extra.extend(extra(product, &EXTRA));
    raw
}

fn extra(product: &Value, names: &[&str]) -> impl Iterator<Item = (String, Value)> {
    names.iter().filter_map(|name| Some(((*name).to_owned(), scalar(product.get(name)?)?)))
}

/// A text that says something; null, other kinds and empty text count as absent.
fn text(of: &Value, field: &str) -> Option<String> {
    let value = of.get(field)?.as_str()?.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

fn number(of: &Value, field: &str) -> Option<f64> {
    of.get(field)?.as_f64()
}

fn flag(of: &Value, field: &str) -> Option<bool> {
    of.get(field)?.as_bool()
}

fn at<'a>(of: &'a Value, field: &str) -> &'a Value {
    of.get(field).unwrap_or(&Value::Null)
}

fn list<'a>(of: &'a Value, field: &str) -> &'a [Value] {
    at(of, field).as_array().map_or(&[], Vec::as_slice)
}

fn scalar(value: &Value) -> Option<Value> {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => None,
        Value::String(text) if text.is_empty() => None,
        scalar => Some(scalar.clone()),
    }
}

fn people(product: &Value, field: &str) -> Vec<RawPerson> {
    let people = list(product, field).iter();
    people
        .filter_map(|one| Some(RawPerson { name: text(one, "name")?, asin: text(one, "asin") }))
        .collect()
}

fn series(product: &Value) -> Vec<RawSeries> {
    let series = list(product, "series").iter().filter_map(|one| {
        let (asin, sequence) = (text(one, "asin"), text(one, "sequence"));
        Some(RawSeries { title: text(one, "title")?, asin, sequence })
    });
    series.collect()
}

fn summary(product: &Value) -> Option<String> {
    ["publisher_summary", "extended_product_description", "merchandising_summary"]
        .into_iter()
        .find_map(|field| text(product, field))
}

fn cover(product: &Value) -> Option<String> {
    let images = at(product, "product_images").as_object()?;
    let by_size = images.get("500").or_else(|| images.values().next());
    by_size.and_then(Value::as_str).map(str::to_owned)
}

/// A title that nobody rated has an average of 0.
fn rating(product: &Value) -> Option<RawRating> {
    let overall = at(at(product, "rating"), "overall_distribution");
    let average = number(overall, "average_rating");
    let count = overall.get("num_ratings").and_then(Value::as_u64);
    (count != Some(0) && average.is_some()).then_some(RawRating { average, count })
}

/// Names of all ladders, general to special, each once.
fn categories(product: &Value) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for step in list(product, "category_ladders").iter().flat_map(|one| list(one, "ladder")) {
        names.extend(text(step, "name").filter(|name| !names.contains(name)));
    }
    names
}

/// `listening_status` where it was asked for, else the two fields that say less.
fn listening(product: &Value) -> Option<RawListening> {
    let status = at(product, "listening_status");
    let finished = flag(status, "is_finished").or_else(|| flag(product, "is_finished"));
    let percent =
        number(status, "percent_complete").or_else(|| number(product, "percent_complete"));
    let state = match (finished, percent) {
        (None, None) => return None,
        (Some(true), _) => RawState::Finished,
        (_, Some(percent)) if percent > 0.0 => RawState::InProgress,
        _ => RawState::NotStarted,
    };
    Some(RawListening {
        state,
        percent,
        left: number(status, "time_remaining_seconds").map(RawLength::Seconds),
        finished_at: text(status, "finished_at_timestamp"),
    })
}

/// What was bought stays, whether or not the Plus catalogue has it too.
fn plus(product: &Value) -> Option<bool> {
    let bought = text(product, "origin_type").is_some_and(|origin| origin == "Purchase");
    flag(product, "is_ayce").map(|plus| plus && !bought)
}

fn available(product: &Value) -> Option<bool> {
    if text(product, "status").is_some_and(|status| status == "Revoked") {
        return Some(false);
    }
    flag(product, "is_playable")
        .or_else(|| flag(at(product, "customer_rights"), "is_consumable"))
        // Of a title that has left the Plus catalogue this stays true.
        .or_else(|| flag(product, "is_listenable").filter(|listenable| !listenable))
}
