//! A library read to its end: all of it and exactly it, whatever happens on the way.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use audible_client::{
    account::Account,
    client::Manners,
    error::AudibleError,
    library::{Ask, Reading, StateToken},
};
use audible_sim::{ApiTruth, Fault, Times};
use shared::{
    ids::Marketplace,
    raw::{RawItem, RawState},
};

use crate::world::{MANNERS, World, network};

const PATH: &str = "/1.0/library";

/// Reads what is left; each title comes once.
async fn rest(reading: &mut Reading<'_>) -> Result<BTreeMap<String, RawItem>, AudibleError> {
    let mut titles = BTreeMap::new();
    while let Some(page) = reading.next().await? {
        assert_eq!(page.unreadable, 0);
        for item in page.items {
            let twice = titles.insert(item.asin.clone(), item);
            assert_eq!(twice, None, "it came twice");
        }
    }
    Ok(titles)
}

async fn whole(account: &Account, ask: Ask) -> BTreeMap<String, RawItem> {
    let mut reading = account.library(ask);
    let titles = rest(&mut reading).await.unwrap();
    assert_eq!(reading.seen() as usize, titles.len());
    assert!(reading.is_complete());
    titles
}

#[track_caller]
fn is_exactly(titles: &BTreeMap<String, RawItem>, truth: &[ApiTruth]) {
    assert_eq!(titles.len(), truth.len());
    for title in truth {
        let found = titles.get(&title.asin).unwrap_or_else(|| panic!("{} is missing", title.asin));
        assert_eq!(found.title.as_ref(), Some(&title.title));
        let listening = found.listening.as_ref();
        let finished = listening.is_some_and(|listening| listening.state == RawState::Finished);
        assert_eq!(finished, title.finished, "{title:?}");
        let at = listening.and_then(|listening| listening.finished_at.as_ref());
        assert!(at.is_none() || at == title.finished_at.as_ref(), "{title:?}");
    }
}

#[tokio::test]
async fn a_library_is_read_as_it_is() {
    let world = World::new(400).await;
    let account = world.account().await;
    let truth = world.shop().api_truth();
    let titles = whole(&account, Ask::Full).await;
    is_exactly(&titles, &truth);
    for title in &truth {
        let found = &titles[&title.asin];
        assert_eq!(found.purchase_date, title.purchase_date, "{title:?}");
        assert_eq!(found.available, Some(title.playable), "{title:?}");
    }
    assert!(titles.values().any(|title| title.cover_url.is_some() && !title.authors.is_empty()));
    assert_eq!(world.answered(PATH), [200]);

    let light = whole(&account, Ask::Progress).await;
    is_exactly(&light, &truth);
    assert!(light.values().all(|title| title.summary.is_none() && title.authors.is_empty()));
    let listening = |titles: &BTreeMap<String, RawItem>| -> Vec<_> {
        titles.values().map(|title| title.listening.clone()).collect()
    };
    assert_eq!(listening(&light), listening(&titles));
}

#[tokio::test]
async fn titles_can_be_kept_as_they_were_sent() {
    let world = World::new(60).await;
    let account = world.account().await;
    let page = account.library(Ask::Full).keeping_raw().next().await.unwrap().unwrap();
    let asins: Vec<&str> = page.raw.iter().map(|title| title["asin"].as_str().unwrap()).collect();
    assert!(page.items.iter().map(|item| item.asin.as_str()).eq(asins));
    assert!(page.raw.iter().all(|title| title["status"] == "Active"));
}

#[tokio::test]
async fn an_empty_library_is_complete() {
    let world = World::new(0).await;
    assert_eq!(whole(&world.account().await, Ask::Full).await, BTreeMap::new());
}

#[tokio::test]
async fn a_state_leads_to_what_has_changed_and_to_the_next_state() {
    let world = World::new(300).await;
    let account = world.account().await;
    let shop = world.shop();
    let mut first = account.library(Ask::Full);
    assert_eq!(first.state_token(), None);
    rest(&mut first).await.unwrap();
    let state = first.state_token().unwrap().clone();

    let mut same = account.library(Ask::Changes(state.clone()));
    assert_eq!(rest(&mut same).await.unwrap(), BTreeMap::new());
    assert_eq!((same.total(), same.is_complete()), (Some(0), true));

    let open: Vec<ApiTruth> =
        shop.api_truth().into_iter().filter(|title| !title.finished).collect();
    world.later(60);
    shop.buy(3);
    shop.give_back(&open[5].asin);
    shop.finish(&open[8].asin, "2026-03-04T05:07:00Z");
    let mut changes = account.library(Ask::Changes(state));
    let titles = rest(&mut changes).await.unwrap();
    let bought = shop.api_truth().into_iter().take(3).map(|title| title.asin);
    let expected: BTreeSet<String> =
        bought.chain([open[5].asin.clone(), open[8].asin.clone()]).collect();
    assert_eq!(titles.keys().cloned().collect::<BTreeSet<_>>(), expected);
    assert_eq!(titles[&open[5].asin].available, Some(false), "what was given back");
    let listening = titles[&open[8].asin].listening.as_ref().unwrap();
    assert_eq!(listening.state, RawState::Finished);

    let next = changes.state_token().unwrap().clone();
    assert_eq!(whole(&account, Ask::Changes(next)).await, BTreeMap::new());
    let everything = whole(&account, Ask::Changes(StateToken::new("0"))).await;
    assert_eq!(everything.len(), shop.api_truth().len() + 1);
}

#[tokio::test]
async fn more_titles_than_a_listing_gives_are_all_read_once() {
    let world = World::new(10_300).await;
    let account = world.account().await;
    let truth = world.shop().api_truth();
    assert!(truth.len() > 10_001, "{}", truth.len());
    let titles = whole(&account, Ask::Full).await;
    is_exactly(&titles, &truth);
    let requests = world.shop().requests();
    let listings = requests.iter().filter(|request| request.path == PATH);
    let windows = listings.filter(|request| request.query.contains("purchased_after="));
    assert_eq!(windows.count(), 1, "what stands behind the first ten thousand");
    assert!(world.shop().listed_pages().iter().all(|titles| *titles <= 1_000));
    assert_eq!(world.answered(PATH), [200; 11]);
}

/// How many titles each request asked for.
fn sizes(world: &World) -> Vec<usize> {
    let size = |query: &str| query.strip_prefix("num_results=")?.split_once('&')?.0.parse().ok();
    let requests = world.shop().requests();
    let listings = requests.iter().filter(|request| request.path == PATH);
    listings.map(|request| size(&request.query).unwrap()).collect()
}

#[tokio::test]
async fn pages_that_fail_are_asked_for_in_smaller_sizes() {
    let world = World::new(450).await;
    let account = world.account().await;
    let truth = world.shop().api_truth();
    let pages = |size| vec![size; truth.len().div_ceil(size)];
    for (most, expected) in [
        (1_000, pages(1_000)),
        (999, [vec![1_000; 2], pages(200)].concat()),
        (199, [vec![1_000; 2], vec![200; 2], pages(50)].concat()),
    ] {
        world.shop().forget_requests();
        world.shop().fail(Fault::ApiPageSize(most), Times::Always);
        is_exactly(&whole(&account, Ask::Full).await, &truth);
        assert_eq!(sizes(&world), expected, "{most}");
        world.shop().heal();
    }
}

#[tokio::test]
async fn pages_that_never_come_are_asked_for_in_smaller_sizes() {
    let world = World::new(90).await;
    let device = world.registered(Marketplace::Us).await;
    let manners = Manners { time_out: Duration::from_millis(700), tries: 2, ..MANNERS };
    let account = world.client_with(&network(&world.sim), manners).account(device);
    let delay = Duration::from_hours(1);
    world.shop().fail(Fault::ApiPageSlow { larger_than: 199, delay }, Times::Always);
    is_exactly(&whole(&account, Ask::Full).await, &world.shop().api_truth());
    let sizes = sizes(&world);
    assert_eq!(sizes[..4], [1_000, 1_000, 200, 200], "{sizes:?}");
    assert!(sizes[4..].iter().all(|size| *size == 50), "{sizes:?}");
}

#[tokio::test]
async fn a_page_that_fails_in_the_smallest_size_can_be_asked_for_again() {
    let world = World::new(230).await;
    let account = world.account().await;
    let truth = world.shop().api_truth();
    world.shop().fail(Fault::ApiPageSize(50), Times::Always);
    let mut reading = account.library(Ask::Full);
    let mut titles = BTreeMap::new();
    let take = |page: Option<audible_client::library::Page>| {
        page.unwrap().items.into_iter().map(|item| (item.asin.clone(), item))
    };
    titles.extend(take(reading.next().await.unwrap()));
    titles.extend(take(reading.next().await.unwrap()));
    world.shop().fail(Fault::ApiPageSize(49), Times::Next(MANNERS.tries));
    let told = reading.next().await;
    assert!(matches!(told, Err(AudibleError::Down { status: 500 })), "{told:?}");
    assert_eq!((titles.len(), reading.is_complete()), (100, false));
    let others = rest(&mut reading).await.unwrap();
    assert!(others.keys().all(|asin| !titles.contains_key(asin)));
    titles.extend(others);
    assert!(reading.is_complete());
    is_exactly(&titles, &truth);
}

#[tokio::test]
async fn a_continuation_that_has_ended_begins_the_listing_again_and_gives_nothing_twice() {
    let world = World::new(230).await;
    let account = world.account().await;
    let truth = world.shop().api_truth();
    world.shop().fail(Fault::ApiPageSize(50), Times::Always);
    let mut reading = account.library(Ask::Full);
    let mut titles = BTreeMap::new();
    for _ in 0..2 {
        for item in reading.next().await.unwrap().unwrap().items {
            titles.insert(item.asin.clone(), item);
        }
        world.shop().fail(Fault::ApiContinuationExpired, Times::Next(1));
    }
    titles.extend(rest(&mut reading).await.unwrap());
    assert!(reading.is_complete());
    is_exactly(&titles, &truth);
    assert_eq!(world.answered(PATH).iter().filter(|status| **status == 400).count(), 2);
}

#[tokio::test]
async fn continuations_that_never_work_end_the_reading_with_an_error() {
    let world = World::new(230).await;
    let account = world.account().await;
    world.shop().fail(Fault::ApiPageSize(50), Times::Always);
    world.shop().fail(Fault::ApiContinuationExpired, Times::Always);
    let mut reading = account.library(Ask::Full);
    assert_eq!(reading.next().await.unwrap().unwrap().items.len(), 50);
    world.shop().forget_requests();
    let told = reading.next().await;
    assert!(matches!(told, Err(AudibleError::Refused { status: 400 })), "{told:?}");
    assert_eq!(world.answered(PATH), [400, 200, 400]);
    assert!(!reading.is_complete());
}
