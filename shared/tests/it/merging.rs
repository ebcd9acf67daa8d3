//! Absent never clears, the better informed source is believed, and what moves by itself is no update.

use proptest::prelude::*;
use shared::{
    ids::Asin,
    item::{Availability, Item, Listening, Person, SeriesEntry},
    merge::{Sourced, content_hash, full_hash, merge, recall},
    origin::{Origin, Origins, Standing},
    percent::Percent,
    samples,
    when::When,
};

const LIVE: &str = "audible_extension";
const QUOTED: &str = "audible_file:audible_cli";
const RETOLD: &str = "audible_file:libation";
const SHELF: &str = "audible_file:goodreads";

fn from(origin: &str, item: Item) -> Sourced {
    Sourced { item, origins: Origins::one(Origin::new(origin)) }
}

/// What one live reading makes of another.
fn reread(stored: &Item, incoming: &Item) -> Item {
    merge(&from(LIVE, stored.clone()), &from(LIVE, incoming.clone())).item
}

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
    assert_eq!(reread(&stored, &bare(&stored)), stored);
}

#[test]
fn a_reading_without_the_catalog_does_not_undo_it() {
    let stored = samples::item(1);
    let mut page = bare(&stored);
    page.title = format!("{}: {}", stored.title, stored.subtitle.as_deref().unwrap());
    page.summary = Some("A keeper counts the...".to_owned());
    page.authors = vec![Person { name: stored.authors[0].name.clone(), asin: None }];
    let merged = reread(&stored, &page);
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
    assert_eq!(reread(&stored, &incoming).listening, finished(on));
}

#[test]
fn a_new_title_wins() {
    let stored = samples::item(1);
    let incoming = Item { title: "Renamed".to_owned(), ..samples::item(1) };
    assert_eq!(reread(&stored, &incoming).title, "Renamed");
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

#[test]
fn sources_stand_in_one_order() {
    for (origin, standing) in [
        ("", Standing::Unknown),
        (SHELF, Standing::Shelf),
        ("audible_file:story_graph", Standing::Shelf),
        (RETOLD, Standing::Retold),
        ("audible_file:amazon_data", Standing::Retold),
        ("audible_file:a program of tomorrow", Standing::Retold),
        (QUOTED, Standing::Quoted),
        ("audible_file:audible_json", Standing::Quoted),
        (LIVE, Standing::Live),
        ("audible_api", Standing::Live),
    ] {
        assert_eq!(Origin::new(origin).standing(), standing, "{origin}");
    }
}

#[test]
fn a_file_fills_gaps_and_takes_nothing_back() {
    let half = Percent::clamped(50.0).unwrap();
    let live = Item {
        purchase_date: None,
        my_rating: None,
        listening: Some(Listening::InProgress { percent: half, minutes_left: None }),
        ..samples::item(1)
    };
    let file = Item {
        title: "As the file has it".to_owned(),
        purchase_date: Some(When::parse("2021-02-03").unwrap()),
        my_rating: Some(4),
        listening: Some(Listening::NotStarted),
        ..samples::item(1)
    };
    let merged = merge(&from(LIVE, live.clone()), &from(RETOLD, file.clone()));
    let filled = Item { purchase_date: file.purchase_date, my_rating: Some(4), ..live.clone() };
    assert_eq!(merged.item, filled);
    assert_eq!(merged.origins.most.as_str(), LIVE);
    let others: Vec<_> = merged.origins.others.iter().collect();
    let retold = Origin::new(RETOLD);
    let expected = [("my_rating".to_owned(), retold.clone()), ("purchase_date".to_owned(), retold)];
    assert_eq!(others, expected.iter().map(|(field, origin)| (field, origin)).collect::<Vec<_>>());

    // Whichever comes first, the same values stay in the end.
    let other_way = merge(&from(RETOLD, file), &from(LIVE, live));
    assert_eq!(other_way.item, merged.item);
    assert_eq!(other_way.origins, merged.origins);
}

#[test]
fn a_moment_is_better_than_the_day_around_it_whoever_knows_it() {
    let when = |text: &str| Some(When::parse(text).unwrap());
    let bought = |text: &str| Item { purchase_date: when(text), ..samples::item(1) };
    let moment = "2021-02-03T23:30:00Z";
    for (stored, incoming, kept) in [
        ((LIVE, "2021-02-03"), (QUOTED, moment), moment),
        ((LIVE, "2021-02-04"), (QUOTED, moment), moment),
        ((QUOTED, moment), (LIVE, "2021-02-03"), moment),
        ((LIVE, "2020-01-01"), (QUOTED, moment), "2020-01-01"),
        ((QUOTED, moment), (LIVE, "2020-01-01"), "2020-01-01"),
    ] {
        let merged =
            merge(&from(stored.0, bought(stored.1)), &from(incoming.0, bought(incoming.1)));
        assert_eq!(merged.item.purchase_date, when(kept), "{stored:?} {incoming:?}");
    }
}

#[test]
fn a_finish_date_comes_from_whoever_knows_it_and_is_never_invented() {
    let on = Some(When::parse("2024-05-06").unwrap());
    let finished = |on| Item {
        listening: Some(Listening::Finished { percent: Percent::HUNDRED, on }),
        ..samples::item(1)
    };
    let merged = merge(&from(LIVE, finished(None)), &from(SHELF, finished(on)));
    assert_eq!(merged.item.listening, finished(on).listening);
    assert_eq!(merged.origins.of("listening").as_str(), LIVE);
    assert_eq!(merged.origins.of("finished_at").as_str(), SHELF);

    let half = Percent::clamped(50.0).unwrap();
    let begun = Some(Listening::InProgress { percent: half, minutes_left: None });
    for (live, shelf, heard) in [
        (Some(Listening::NotStarted), finished(on), finished(on).listening),
        (Some(Listening::NotStarted), finished(None), Some(Listening::NotStarted)),
        (begun, finished(on), begun),
    ] {
        let live = Item { listening: live, ..samples::item(1) };
        let (live, shelf) = (from(LIVE, live), from(SHELF, shelf));
        assert_eq!(merge(&live, &shelf).item.listening, heard);
        assert_eq!(merge(&shelf, &live).item.listening, heard);
    }
    // Whoever set it back at Audible itself is believed.
    let (before, after) =
        (finished(on), Item { listening: Some(Listening::NotStarted), ..samples::item(1) });
    assert_eq!(reread(&before, &after).listening, after.listening);
}

#[test]
fn a_name_that_stands_twice_is_not_completed() {
    let entry = |asin: Option<&str>| SeriesEntry {
        title: "Harbour Stories".to_owned(),
        asin: asin.map(|asin| Asin::parse(asin).unwrap()),
        sequence: None,
    };
    let twice = Item { series: vec![entry(Some("B0SERIES01")), entry(None)], ..samples::item(1) };
    assert_eq!(reread(&twice, &twice), twice);
    let once = Item { series: vec![entry(Some("B0SERIES01"))], ..samples::item(1) };
    let merged = reread(&once, &twice);
    assert_eq!(merged, twice);
    assert_eq!(reread(&merged, &twice), twice);
}

#[test]
fn origins_are_stored_short_and_read_again() {
    let one = Origins::one(Origin::new(LIVE));
    assert_eq!(one.to_text(), LIVE);
    let mut two = one.clone();
    two.others.insert("sku".to_owned(), Origin::new(RETOLD));
    assert_eq!(
        two.to_text(),
        r#"{"most":"audible_extension","others":{"sku":"audible_file:libation"}}"#
    );
    for origins in [one, two, Origins::default()] {
        assert_eq!(Origins::parse(&origins.to_text()).unwrap(), origins);
    }
    assert!(Origins::parse("{").is_err());
}

#[test]
fn what_a_file_remembers_fills_gaps_and_beats_lower_sources_only() {
    let old = Item { rank: Some(9), ..samples::item(1) };
    let new = Item {
        asin: old.asin.clone(),
        rank: Some(1),
        publisher: None,
        listening: Some(Listening::NotStarted),
        ..samples::item(2)
    };
    let (now, remembered) = (from(LIVE, new.clone()), from(LIVE, old.clone()));
    let back = recall(&now, &remembered);
    assert_eq!((&back.item.title, back.item.rank), (&new.title, Some(1)));
    assert_eq!((back.item.listening, &back.item.publisher), (new.listening, &old.publisher));
    assert_eq!(recall(&back, &remembered), back);
    assert_eq!(recall(&from(RETOLD, new), &remembered).item.title, old.title);
}

proptest! {
    #[test]
    fn merging_the_same_again_changes_nothing(
        (a, b) in (0_usize..50, 0_usize..50),
        (first, second) in (0_usize..4, 0_usize..4),
    ) {
        let origins = [LIVE, QUOTED, RETOLD, SHELF];
        let stored = from(origins[first], samples::item(a));
        let item = Item { asin: stored.item.asin.clone(), ..samples::item(b) };
        let incoming = from(origins[second], item);
        let once = merge(&stored, &incoming);
        prop_assert_eq!(merge(&once, &incoming), once);
    }
}
