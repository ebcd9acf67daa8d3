//! Absent never clears, and what moves by itself is no update.

use proptest::prelude::*;
use shared::{
    item::{Availability, Item, Listening, Person},
    merge::{content_hash, full_hash, merge},
    percent::Percent,
    samples,
    when::When,
};

/// What a poor source knows of the same title: nothing but its name.
fn bare(item: &Item) -> Item {
    Item {
        asin: item.asin.clone(),
        title: item.title.clone(),
        subtitle: None,
        authors: Vec::new(),
        narrators: Vec::new(),
        series: Vec::new(),
        runtime_minutes: None,
        release_date: None,
        purchase_date: None,
        publisher: None,
        language: None,
        categories: Vec::new(),
        summary: None,
        cover_url: None,
        rating: None,
        my_rating: None,
        listening: None,
        content_type: None,
        delivery_type: None,
        sku: None,
        availability: Availability::default(),
        favorite: None,
        collections: Vec::new(),
        enriched: false,
        rank: None,
        source_extra: serde_json::Map::new(),
    }
}

#[test]
fn absent_never_clears() {
    let stored = samples::item(1);
    assert_eq!(merge(&stored, &bare(&stored)), stored);
}

#[test]
fn a_reading_without_the_catalog_does_not_undo_it() {
    let stored = samples::item(1);
    let mut page = bare(&stored);
    page.title = format!("{}: {}", stored.title, stored.subtitle.as_deref().unwrap());
    page.summary = Some("A keeper counts the...".to_owned());
    page.authors = vec![Person { name: stored.authors[0].name.clone(), asin: None }];
    let merged = merge(&stored, &page);
    assert_eq!(merged.title, stored.title);
    assert_eq!(merged.subtitle, stored.subtitle);
    assert_eq!(merged.summary, stored.summary);
    assert_eq!(merged.authors, stored.authors[..1]);
    assert!(merged.enriched);
}

#[test]
fn a_finish_date_is_not_lost() {
    let on = Some(When::parse("2024-05-06").unwrap());
    let finished = |on| Some(Listening::Finished { percent: Percent::HUNDRED, on });
    let stored = Item { listening: finished(on), ..samples::item(1) };
    let incoming = Item { listening: finished(None), ..samples::item(1) };
    assert_eq!(merge(&stored, &incoming).listening, finished(on));
}

#[test]
fn a_new_title_wins() {
    let stored = samples::item(1);
    let incoming = Item { title: "Renamed".to_owned(), ..samples::item(1) };
    assert_eq!(merge(&stored, &incoming).title, "Renamed");
}

#[test]
fn what_moves_by_itself_changes_the_full_hash_only() {
    let item = samples::item(1);
    let percent = Percent::clamped(50.0).unwrap();
    let moved = Item {
        rating: None,
        enriched: false,
        rank: Some(77),
        listening: Some(Listening::InProgress { percent, minutes_left: Some(1) }),
        source_extra: [("x".to_owned(), 1.into())].into_iter().collect(),
        ..item.clone()
    };
    assert_eq!(content_hash(&moved), content_hash(&item));
    assert_ne!(full_hash(&moved), full_hash(&item));
    let heard = Item { listening: Some(Listening::NotStarted), ..item.clone() };
    assert_ne!(content_hash(&heard), content_hash(&item));
}

proptest! {
    #[test]
    fn merging_the_same_again_changes_nothing(a in 0_usize..50, b in 0_usize..50) {
        let stored = samples::item(a);
        let incoming = Item { asin: stored.asin.clone(), ..samples::item(b) };
        let once = merge(&stored, &incoming);
        prop_assert_eq!(merge(&once, &incoming), once);
    }
}
