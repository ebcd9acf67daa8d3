//! Compares a stored title, field by field, with what the simulator knows to be true.

use anyhow::{Result, ensure};
use audible_sim::{Truth, truth::TruthListening};
use serde_json::{Value, json};

/// Every difference between `stored`, a title of `GET /api/library?raw=true`, and `truth`.
pub fn differences(truth: &Truth, marketplace: &str, stored: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (path, expected) in expected(truth, marketplace) {
        let seen = tidied(path, stored.pointer(path).unwrap_or(&Value::Null));
        let expected = tidied(path, &expected);
        if !same(&seen, &expected) {
            found.push(format!("{} {path}: {seen} is stored, {expected} is true", truth.asin));
        }
    }
    found
}

/// Checks all titles; names the first twenty differences.
pub fn check(truth: &[Truth], marketplace: &str, stored: &[Value]) -> Result<()> {
    ensure!(
        stored.len() == truth.len(),
        "{} titles are stored, {} are true",
        stored.len(),
        truth.len()
    );
    let mut found = Vec::new();
    for title in truth {
        let of_this = |value: &&Value| value["asin"] == title.asin.as_str();
        match stored.iter().find(of_this) {
            Some(stored) => found.extend(differences(title, marketplace, stored)),
            None => found.push(format!("{} is not stored", title.asin)),
        }
    }
    found.truncate(20);
    ensure!(found.is_empty(), "stored and true differ:\n{}", found.join("\n"));
    Ok(())
}

/// Paths of a stored title and what should stand there.
fn expected(truth: &Truth, marketplace: &str) -> Vec<(&'static str, Value)> {
    let title = if truth.enriched { &truth.title } else { &truth.page_title };
    let subtitle = truth.subtitle.as_ref().filter(|_| truth.enriched);
    let names: Vec<&str> = truth.authors.iter().map(|author| author.name.as_str()).collect();
    let first = truth.series.first();
    let rating = truth.rating.as_ref();
    let percent = truth.listening.as_ref().map_or(0, |listening| listening.percent);
    vec![
        ("/asin", json!(truth.asin)),
        ("/marketplace", json!(marketplace)),
        ("/media/title", json!(title)),
        ("/media/type", json!("audiobook")),
        ("/media/release_date", json!(truth.release_date)),
        ("/media/tmdb_id", Value::Null),
        ("/media/imdb_id", Value::Null),
        ("/media/platform", json!("audible")),
        (
            "/media/platform_ids",
            json!({"asin": truth.asin, "marketplace": marketplace, "sku": truth.sku}),
        ),
        ("/media/media_metadata/subtitle", json!(subtitle)),
        ("/media/media_metadata/authors", json!(names)),
        ("/media/media_metadata/narrators", json!(truth.narrators)),
        ("/media/media_metadata/duration_minutes", json!(truth.runtime_minutes)),
        ("/media/media_metadata/series", json!(first.map(|series| &series.title))),
        (
            "/media/media_metadata/series_sequence",
            json!(first.and_then(|series| series.sequence.as_ref())),
        ),
        ("/media/media_metadata/all_series", json!(truth.series)),
        ("/media/media_metadata/rating", json!(rating.map(|rating| rating.average))),
        ("/media/media_metadata/cover_url", json!(truth.cover_url)),
        ("/media/media_metadata/audible_url", json!(truth.audible_url)),
        ("/media/media_metadata/publisher", json!(truth.publisher)),
        ("/media/media_metadata/language", json!(truth.language)),
        ("/media/media_metadata/categories", json!(truth.categories)),
        ("/media/media_metadata/summary", json!(truth.summary)),
        ("/user_media/platform", json!("audible")),
        ("/user_media/status", json!(status(truth.listening.as_ref()))),
        ("/user_media/percent", json!(percent)),
        ("/user_media/consumed_at", Value::Null),
        ("/user_media/acquired_at", Value::Null),
        ("/user_media/imported_from", json!("audible_extension")),
        ("/user_media/raw_import_data/percent_complete", json!(percent)),
        ("/user_media/raw_import_data/is_finished", json!(status_is_finished(truth))),
        ("/user_media/raw_import_data/item/authors", authors(truth)),
        ("/user_media/raw_import_data/item/rating/count", json!(rating.map(|rating| rating.count))),
        ("/user_media/raw_import_data/item/my_rating", json!(truth.my_rating)),
        (
            "/user_media/raw_import_data/item/listening/state",
            json!(truth.listening.as_ref().map(|listening| listening.state)),
        ),
        (
            "/user_media/raw_import_data/item/listening/minutes_left",
            json!(truth.listening.as_ref().and_then(|listening| listening.minutes_left)),
        ),
        ("/user_media/raw_import_data/item/content_type", json!(truth.content_type)),
        ("/user_media/raw_import_data/item/delivery_type", json!(truth.delivery_type)),
        ("/user_media/raw_import_data/item/availability/plus", json!(truth.plus)),
        ("/user_media/raw_import_data/item/availability/available", json!(truth.available)),
        ("/user_media/raw_import_data/item/availability/preorder", json!(truth.preorder)),
        ("/user_media/raw_import_data/item/favorite", json!(truth.favorite)),
        ("/user_media/raw_import_data/item/collections", json!(truth.collections)),
        ("/user_media/raw_import_data/item/enriched", json!(truth.enriched)),
        ("/user_media/raw_import_data/item/rank", json!(truth.rank + 1)),
    ]
}

/// The tracker's status: from 95 percent on a title counts as finished.
fn status(listening: Option<&TruthListening>) -> Value {
    match listening {
        Some(listening) if listening.percent >= 95 => json!("finished"),
        Some(listening) => json!(listening.state),
        None => json!("not_started"),
    }
}

/// What the page said, before any rule.
fn status_is_finished(truth: &Truth) -> bool {
    truth.listening.as_ref().is_some_and(|listening| json!(listening.state) == json!("finished"))
}

fn authors(truth: &Truth) -> Value {
    let person = |person: &audible_sim::truth::TruthPerson| match &person.asin {
        Some(asin) => json!({"name": person.name, "asin": asin}),
        None => json!({"name": person.name}),
    };
    truth.authors.iter().map(person).collect()
}

/// A summary may break its lines elsewhere, and an empty list may be left out on the wire.
fn tidied(path: &str, value: &Value) -> Value {
    match value {
        Value::String(text) if path.ends_with("/summary") => {
            json!(text.split_whitespace().collect::<Vec<_>>().join(" "))
        }
        Value::Array(items) if items.is_empty() => Value::Null,
        other => other.clone(),
    }
}

/// Numbers are compared by value: 4 and 4.0 are the same.
fn same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-9,
        _ => a == b,
    }
}
