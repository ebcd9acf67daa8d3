//! Builders for tests and benchmarks: titles as rich as real ones, every one of them valid.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{
    ids::{Asin, Marketplace, RunId},
    item::{Availability, Item, Listening, Person, Rating, SeriesEntry},
    percent::Percent,
    when::When,
    wire::v1,
};

/// The valid ASIN number `index`: `B000000000` for 0.
///
/// # Panics
///
/// Not below 1,000,000,000.
pub fn asin(index: usize) -> Asin {
    match Asin::parse(&format!("B{index:09}")) {
        Ok(asin) => asin,
        Err(error) => panic!("{index}: {error}"),
    }
}

/// A run's id that depends on `seed` alone.
pub fn run_id(seed: u8) -> RunId {
    RunId::new(Timestamp::UNIX_EPOCH, &[seed; 10])
}

/// A rich title: two authors, a series, a description, half heard.
pub fn item(index: usize) -> Item {
    let day = jiff::civil::date(2020, 1, 1);
    Item {
        asin: asin(index),
        title: format!("The Lighthouse Keeper's Almanac {index}"),
        subtitle: Some(format!("Harbour Stories, Book {}", index % 12 + 1)),
        authors: vec![
            Person {
                name: format!("Maren Holt {}", index % 97),
                asin: Some(asin(500_000 + index % 97)),
            },
            Person { name: "Joaquín Ferreira".to_owned(), asin: None },
        ],
        narrators: vec![Person { name: format!("Ida Sørensen {}", index % 31), asin: None }],
        series: vec![SeriesEntry {
            title: format!("Harbour Stories {}", index / 12),
            asin: Some(asin(600_000 + index / 12)),
            sequence: Some((index % 12 + 1).to_string()),
        }],
        runtime_minutes: Some(421),
        release_date: Some(day),
        purchase_date: Some(When::Day(day)),
        publisher: Some("Quiet Harbour Audio".to_owned()),
        language: Some("english".to_owned()),
        categories: vec!["Literature & Fiction".to_owned(), "Sea Adventures".to_owned()],
        summary: Some(
            "A keeper counts the ships that do not come home. ".repeat(12).trim().to_owned(),
        ),
        cover_url: Some(format!("https://m.media-amazon.com/images/I/51{index:08}L._SL500_.jpg")),
        rating: Some(Rating { average: 4.5, count: 1_234 }),
        my_rating: Some(4),
        listening: Some(Listening::InProgress {
            percent: Percent::clamped(50.0).unwrap_or_default(),
            minutes_left: Some(210),
        }),
        content_type: Some("Product".to_owned()),
        delivery_type: Some("SinglePartBook".to_owned()),
        sku: Some(format!("BK_HARB_{index:06}")),
        availability: Availability { plus: Some(false), available: Some(true), preorder: None },
        favorite: Some(false),
        collections: vec!["__PENDING".to_owned()],
        enriched: true,
        rank: u32::try_from(index + 1).ok(),
        source_extra: Map::new(),
    }
}

/// `count` different titles.
pub fn items(count: usize) -> Vec<Item> {
    (0..count).map(item).collect()
}

/// The only chunk of a complete run over `items`.
pub fn request(run: RunId, items: &[Item]) -> v1::ImportRequest {
    let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
    chunk(run, items, 0, Some(count))
}

/// One chunk of a run; `seen` is given with the last one, which closes a complete reading.
pub fn chunk(run: RunId, items: &[Item], index: u32, seen: Option<u32>) -> v1::ImportRequest {
    v1::ImportRequest {
        schema_version: v1::SCHEMA_VERSION,
        run: v1::Run {
            id: run,
            source: v1::Source::Extension,
            marketplace: Some(Marketplace::Us),
            client: v1::Client {
                name: "audible-connector".to_owned(),
                version: "0.1.0".to_owned(),
                browser: Some("chrome".to_owned()),
            },
            library: v1::MAIN_LIBRARY.to_owned(),
            source_total: seen,
            reading: seen.map(|seen| v1::Reading { complete: true, seen }),
            chunk: v1::Chunk { index, last: seen.is_some() },
            not_sent: Vec::new(),
        },
        items: items.iter().map(|item| v1::Item::from_item(item, Some(Marketplace::Us))).collect(),
    }
}

/// A request as JSON, for tests that break it.
pub fn json(request: &v1::ImportRequest) -> Value {
    json!(request)
}
