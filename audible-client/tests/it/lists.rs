//! What else an account knows: wishes, marks, and what the catalog says of titles.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use shared::ids::Asin;

use crate::world::World;

#[tokio::test]
async fn the_whole_wishlist_is_read_newest_first() {
    let world = World::new(5).await;
    let account = world.account().await;
    for (count, requests) in [(0, 1), (49, 1), (50, 2), (120, 3)] {
        world.shop().set_wishlist(count);
        world.shop().forget_requests();
        let wishes = account.wishlist().await.unwrap();
        let asins: Vec<String> = wishes.iter().map(|wish| wish.raw.asin.clone()).collect();
        assert_eq!(asins, world.shop().wishes());
        assert_eq!(asins.iter().collect::<BTreeSet<_>>().len(), count);
        assert!(wishes.iter().all(|wish| wish.raw.title.is_some()));
        assert_eq!(world.answered("/1.0/wishlist"), vec![200; requests], "{count}");
        let added = wishes.iter().filter_map(|wish| wish.added_at.as_ref());
        let added: Vec<Timestamp> = added.map(|at| at.parse().unwrap()).collect();
        assert!(added.is_sorted_by(|one, next| one >= next));
        assert!(added.len() * 10 >= count * 9, "few have none");
    }
}

#[tokio::test]
async fn marks_come_oldest_first_and_the_last_one_of_a_title_counts() {
    let world = World::new(400).await;
    let account = world.account().await;
    let open = world.shop().api_truth().into_iter().find(|title| !title.finished).unwrap();
    world.shop().finish(&open.asin, "2026-03-04T05:00:00Z");
    let events = account.finished_since("2001-01-01T00:00:00Z").await.unwrap();
    let moments: Vec<Timestamp> = events.iter().map(|event| event.at.parse().unwrap()).collect();
    assert!(moments.is_sorted());
    let mut last = BTreeMap::new();
    for event in &events {
        last.insert(event.asin.as_str(), event.finished.then_some(event.at.as_str()));
    }
    let truth = world.shop().api_truth();
    for title in &truth {
        let found = last.get(title.asin.as_str()).copied().flatten();
        assert_eq!(found, title.finished_at.as_deref(), "{title:?}");
    }
    assert!(last.values().any(Option::is_none), "marks that were taken off");

    let newest = account.finished_since("2026-03-04T05:00:00Z").await.unwrap();
    assert_eq!(newest.len(), 1);
    assert_eq!((newest[0].asin.as_str(), newest[0].finished), (open.asin.as_str(), true));
}

#[tokio::test]
async fn the_catalog_is_asked_for_fifty_titles_a_time_and_unknown_ones_are_missing() {
    let world = World::new(180).await;
    let account = world.account().await;
    let truth = world.shop().truth("us");
    let asins = truth.iter().map(|title| Asin::parse(&title.asin).unwrap());
    let unknown = Asin::parse("B0UNKNOWN1").unwrap();
    let asked: Vec<Asin> = [unknown].into_iter().chain(asins).take(120).collect();
    let found = account.catalog(&asked).await.unwrap();
    let known = truth.iter().take(119).filter(|title| title.enriched);
    let expected: Vec<(&str, &str)> =
        known.map(|title| (title.asin.as_str(), title.title.as_str())).collect();
    let found: Vec<(&str, &str)> =
        found.iter().map(|raw| (raw.asin.as_str(), raw.title.as_deref().unwrap())).collect();
    assert_eq!(found, expected);
    assert_eq!(world.answered("/1.0/catalog/products"), [200; 3]);
    assert!(account.catalog(&[]).await.unwrap().is_empty());
}
