//! Stored and incoming title to merged title, and the hashes that tell *unchanged* from *updated*.

use sha2::{Digest, Sha256};

use crate::{
    item::{Availability, Item, Listening, Person, SeriesEntry},
    wire::v1,
};

/// Merges a later reading into what is stored: absent never clears.
///
/// A reading without the catalog's help knows less than an enriched one: it shows title and subtitle
/// in one line and cuts the description. It does not undo what the catalog gave.
pub fn merge(stored: &Item, incoming: &Item) -> Item {
    let poorer = stored.enriched && !incoming.enriched;
    let same_title = poorer && in_one_line(stored) == incoming.title;
    let (title, subtitle) = if same_title {
        (stored.title.clone(), stored.subtitle.clone())
    } else {
        (incoming.title.clone(), either(&incoming.subtitle, &stored.subtitle))
    };
    let summary =
        if poorer && stored.summary.is_some() { &stored.summary } else { &incoming.summary };
    Item {
        asin: incoming.asin.clone(),
        title,
        subtitle,
        authors: people(&stored.authors, &incoming.authors),
        narrators: people(&stored.narrators, &incoming.narrators),
        series: series(&stored.series, &incoming.series, poorer),
        runtime_minutes: incoming.runtime_minutes.or(stored.runtime_minutes),
        release_date: incoming.release_date.or(stored.release_date),
        purchase_date: incoming.purchase_date.or(stored.purchase_date),
        publisher: either(&incoming.publisher, &stored.publisher),
        language: either(&incoming.language, &stored.language),
        categories: filled(&incoming.categories, &stored.categories),
        summary: either(summary, &stored.summary),
        cover_url: either(&incoming.cover_url, &stored.cover_url),
        rating: incoming.rating.or(stored.rating),
        my_rating: incoming.my_rating.or(stored.my_rating),
        listening: listening(stored.listening, incoming.listening),
        content_type: either(&incoming.content_type, &stored.content_type),
        delivery_type: either(&incoming.delivery_type, &stored.delivery_type),
        sku: either(&incoming.sku, &stored.sku),
        availability: Availability {
            plus: incoming.availability.plus.or(stored.availability.plus),
            available: incoming.availability.available.or(stored.availability.available),
            preorder: incoming.availability.preorder.or(stored.availability.preorder),
        },
        favorite: incoming.favorite.or(stored.favorite),
        collections: filled(&incoming.collections, &stored.collections),
        enriched: incoming.enriched || stored.enriched,
        rank: incoming.rank.or(stored.rank),
        source_extra: if incoming.source_extra.is_empty() {
            stored.source_extra.clone()
        } else {
            incoming.source_extra.clone()
        },
    }
}

/// Hash of everything that makes an update: all fields but those that move by themselves, which are
/// `rating`, `listening.minutes_left`, `enriched`, `source_extra`, and `rank` (one purchase moves the
/// rank of every older title).
pub fn content_hash(item: &Item) -> [u8; 32] {
    hashes(item).0
}

/// Hash of every field, to see whether something moved that is refreshed silently.
pub fn full_hash(item: &Item) -> [u8; 32] {
    hash(&v1::Item::from_item(item, None))
}

/// Both: [`content_hash`] and [`full_hash`].
pub fn hashes(item: &Item) -> ([u8; 32], [u8; 32]) {
    let mut wire = v1::Item::from_item(item, None);
    let full = hash(&wire);
    wire.rating = None;
    wire.enriched = false;
    wire.rank = None;
    wire.source_extra = serde_json::Map::new();
    if let Some(listening) = &mut wire.listening {
        listening.minutes_left = None;
    }
    (hash(&wire), full)
}

/// The fields have one order, so the same title gives the same bytes.
fn hash(wire: &v1::Item) -> [u8; 32] {
    let bytes = serde_json::to_vec(wire).unwrap_or_default();
    Sha256::digest(bytes).into()
}

fn in_one_line(item: &Item) -> String {
    match &item.subtitle {
        Some(subtitle) => format!("{}: {subtitle}", item.title),
        None => item.title.clone(),
    }
}

fn either(first: &Option<String>, second: &Option<String>) -> Option<String> {
    first.as_ref().or(second.as_ref()).cloned()
}

fn filled(first: &[String], second: &[String]) -> Vec<String> {
    if first.is_empty() { second.to_vec() } else { first.to_vec() }
}

/// The incoming people; those that are known keep the number that a poorer source left out.
fn people(stored: &[Person], incoming: &[Person]) -> Vec<Person> {
    if incoming.is_empty() {
        return stored.to_vec();
    }
    let with_number = |person: &Person| Person {
        name: person.name.clone(),
        asin: person.asin.clone().or_else(|| {
            stored
                .iter()
                .find(|known| known.name == person.name)
                .and_then(|known| known.asin.clone())
        }),
    };
    incoming.iter().map(with_number).collect()
}

fn series(stored: &[SeriesEntry], incoming: &[SeriesEntry], poorer: bool) -> Vec<SeriesEntry> {
    if incoming.is_empty() {
        return stored.to_vec();
    }
    let completed = |entry: &SeriesEntry| {
        let known = stored.iter().find(|known| known.title == entry.title);
        SeriesEntry {
            title: entry.title.clone(),
            asin: entry.asin.clone().or_else(|| known.and_then(|known| known.asin.clone())),
            sequence: entry
                .sequence
                .clone()
                .or_else(|| known.filter(|_| poorer).and_then(|known| known.sequence.clone())),
        }
    };
    incoming.iter().map(completed).collect()
}

/// The incoming state; a finish date is not lost when a later reading does not carry it.
fn listening(stored: Option<Listening>, incoming: Option<Listening>) -> Option<Listening> {
    match (stored, incoming) {
        (
            Some(Listening::Finished { on: known, .. }),
            Some(Listening::Finished { percent, on }),
        ) => Some(Listening::Finished { percent, on: on.or(known) }),
        (stored, incoming) => incoming.or(stored),
    }
}
