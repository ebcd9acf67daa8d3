//! Whole runs: every title with every field, in any language, politely.

use audible_sim::{Case, Language, Library, Marketplace};
use extension::messages::{Phase, Request};
use shared::wire::v1::Item;

use crate::{truth, world::World};

/// Imports a library; what the server has got.
fn imported(world: &mut World) -> Vec<Item> {
    let phase = world.import();
    let Phase::Done(receipt) = phase else { panic!("{phase:?}") };
    let outside = world.outside.borrow();
    let chunks = outside.chunks();
    assert!(receipt.complete && chunks.iter().all(|chunk| chunk.run.reading.unwrap().complete));
    assert_eq!(receipt.library_url, "https://home.example/books/");
    assert_eq!(outside.repeated, 0);
    let last: Vec<bool> = chunks.iter().map(|chunk| chunk.run.chunk.last).collect();
    assert_eq!(last.iter().filter(|last| **last).count(), 1);
    assert_eq!(last.last(), Some(&true));
    let items: Vec<Item> = chunks.into_iter().flat_map(|chunk| chunk.items).collect();
    assert_eq!(receipt.imported as usize, items.len());
    assert_eq!(receipt.source_total as usize, items.len());
    items
}

fn truths(world: &World) -> Vec<audible_sim::Truth> {
    let outside = world.outside.borrow();
    outside.library.truth(outside.marketplace)
}

#[test]
fn the_shop_that_was_proposed_needs_no_choice() {
    let mut world = World::of(Library::generate(7, 5));
    world.browser.grant(world.marketplace());
    world.ask(Request::Read);
    assert!(matches!(world.run(), Phase::Ready(_)));
    let snapshot = world.ask(Request::Look).expect("a worker that answers");
    assert_eq!(snapshot.marketplace, Some(world.marketplace()));
}

#[test]
fn libraries_of_every_small_size_arrive_whole() {
    for count in [0, 1, 20, 50, 51, 120] {
        let mut world = World::of(Library::generate(7, count));
        let items = imported(&mut world);
        truth::same(&items, &truths(&world));
        let ranks: Vec<Option<u32>> = items.iter().map(|item| item.rank).collect();
        let expected: Vec<Option<u32>> = (1..=count).map(|rank| u32::try_from(rank).ok()).collect();
        assert_eq!(ranks, expected);
    }
}

#[test]
fn every_kind_of_row_arrives_the_same_in_every_language() {
    let of = |marketplace, language| {
        let mut world = World::in_language(Library::of(&Case::ALL), marketplace, language);
        let items = imported(&mut world);
        truth::same(&items, &truths(&world));
        items
    };
    let english = of(Marketplace::US, Language::English);
    assert_eq!(english.len(), Case::ALL.len() - 1, "the welcome sample is no title");
    let same_but_for_the_shop = |others: Vec<Item>| {
        let plain =
            |item: &Item| Item { audible_url: None, source_extra: <_>::default(), ..item.clone() };
        let (ours, others): (Vec<_>, Vec<_>) =
            english.iter().zip(&others).map(|(a, b)| (plain(a), plain(b))).unzip();
        assert_eq!(ours, others);
    };
    same_but_for_the_shop(of(Marketplace::DE, Language::German));
    same_but_for_the_shop(of(Marketplace::DE, Language::Invented));
    same_but_for_the_shop(of(Marketplace::US, Language::Invented));
}

#[test]
fn a_thousand_titles_take_few_requests_at_a_polite_pace() {
    let mut world = World::of(Library::generate(11, 1_000));
    let items = imported(&mut world);
    truth::same(&items, &truths(&world));
    let sent = world.browser.sent();
    assert_eq!(sent.len(), 46, "forty-two to Audible; two looks at the server, two chunks");
    let audible: Vec<_> = sent.iter().filter(|one| one.request.url.contains(".audible.")).collect();
    assert_eq!(audible.len(), 42, "twenty pages, two of them twice, twenty batches");
    assert!(audible.iter().all(|one| one.open <= 3));
    for pair in audible.windows(2) {
        // Three a second, give or take a quarter.
        assert!(pair[1].at_ms - pair[0].at_ms >= 250, "{pair:?}");
    }
    let seconds = (audible[41].at_ms - audible[0].at_ms) / 1_000;
    assert!((13..=18).contains(&seconds), "{seconds} s");
}

#[test]
fn the_pace_is_a_stored_setting() {
    let mut world = World::of(Library::generate(3, 300));
    let slow = r#"{"requests_per_second":0.5,"jitter":0.0,"max_open":1,"page_size":20}"#;
    world.browser.store("settings", slow);
    imported(&mut world);
    let sent = world.browser.sent();
    let audible: Vec<_> = sent.iter().filter(|one| one.request.url.contains(".audible.")).collect();
    assert_eq!(audible.len(), 15 + 2 + 6);
    assert!(audible.iter().all(|one| one.open == 1));
    assert!(audible.windows(2).all(|pair| pair[1].at_ms - pair[0].at_ms >= 2_000));
}

#[test]
fn nothing_of_a_run_stays_in_storage_when_it_is_through_or_dropped() {
    let mut world = World::of(Library::generate(5, 60));
    world.import();
    assert_eq!(world.browser.stored().into_keys().collect::<Vec<_>>(), ["state"]);
    world.ask(Request::Read);
    world.run();
    assert!(world.browser.stored().len() > 1);
    assert_eq!(world.ask(Request::Discard).unwrap().phase, Phase::Idle);
    world.run();
    assert_eq!(world.browser.stored().into_keys().collect::<Vec<_>>(), ["state"]);
}

#[test]
fn reading_shows_its_progress_and_waits_for_nobody_to_look() {
    let mut world = World::of(Library::generate(9, 400));
    world.prepare();
    world.ask(Request::Read);
    world.run();
    let shown = world.browser.shown();
    let pages: Vec<u32> = shown
        .iter()
        .filter_map(|snapshot| match &snapshot.phase {
            Phase::Reading(progress) => Some(progress.done),
            _ => None,
        })
        .collect();
    assert!(pages.is_sorted() && pages.contains(&4), "{pages:?}");
    let last = shown.last().map(|snapshot| &snapshot.phase);
    let Some(Phase::Ready(summary)) = last else { panic!("{last:?}") };
    assert_eq!((summary.titles, summary.source_total, summary.complete), (400, 400, true));
}

#[test]
fn the_origins_held_are_those_of_the_chosen_shop_alone() {
    use shared::ids::Marketplace;
    let mut world = World::of(Library::generate(1, 5));
    for marketplace in [Marketplace::De, Marketplace::Us, Marketplace::Jp] {
        world.browser.grant(marketplace);
    }
    world.ask(Request::ChooseMarketplace { marketplace: Marketplace::Us });
    world.run();
    assert_eq!(world.browser.granted().into_iter().collect::<Vec<_>>(), [Marketplace::Us]);
}
