//! What a sync ends with: every title, date and count, whatever breaks on the way.

use std::collections::{BTreeMap, BTreeSet};

use audible_sim::{ApiTruth, Fault, Times};
use axum::http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::world::World;
use crate::databases::{self, on_both};

on_both![
    everything_and_then_what_has_changed,
    a_sync_that_is_cut_at_any_request_resumes_without_loss,
    ten_thousand_titles_and_one_are_all_there,
    smaller_pages_where_large_ones_never_come,
    the_wishlist_is_a_list_of_its_own,
    wishlists_of_several_shops_are_one_list,
    a_request_to_slow_down_is_obeyed,
    what_was_taken_back_or_left_out_comes_back_whole,
    what_is_beside_the_library_may_be_missing_once,
];

/// More titles than this that are finished on one day were marked all at once, and say no day of finishing.
const CROWD: usize = 12;

/// Titles with a mark: each with its kind.
fn marked(library: &[Value]) -> BTreeSet<(String, String)> {
    let marks = library.iter().flat_map(|title| {
        let marks = title["marks"].as_array().unwrap().iter();
        marks.map(|mark| (asin(title), mark["kind"].as_str().unwrap().to_owned()))
    });
    marks.collect()
}

fn asin(title: &Value) -> String {
    title["asin"].as_str().unwrap().to_owned()
}

/// Titles that are owned, and can not be played.
fn unplayable(truth: &[ApiTruth]) -> BTreeSet<(String, String)> {
    let titles = truth.iter().filter(|title| !title.playable);
    titles.map(|title| (title.asin.clone(), "unavailable".to_owned())).collect()
}

/// Compares the library with what a correct reader ends with; gives the titles that are marked as gone.
async fn exact(world: &World) -> BTreeSet<String> {
    let library = world.library().await;
    let marks = marked(&library);
    let stored: BTreeMap<String, Value> =
        library.into_iter().map(|title| (asin(&title), title)).collect();
    let truth = world.shop().api_truth();
    let migrated = truth.iter().filter(|title| title.migrated).count();
    for title in &truth {
        let stored = stored.get(&title.asin).unwrap_or_else(|| panic!("{} is missing", title.asin));
        is_right(stored, title, migrated > CROWD);
    }
    let unplayable = unplayable(&truth);
    assert!(unplayable.is_subset(&marks), "{unplayable:?} {marks:?}");
    let gone: BTreeSet<String> =
        marks.difference(&unplayable).map(|(asin, _)| asin.clone()).collect();
    assert_eq!(stored.len(), truth.len() + gone.len());
    gone
}

#[track_caller]
fn is_right(stored: &Value, truth: &ApiTruth, crowded: bool) {
    let moment = |value: &Value| {
        value.as_str().map(|text| text.parse::<Timestamp>().unwrap_or_else(|_| panic!("{text}")))
    };
    let said = |text: &Option<String>| text.as_ref().map(|text| text.parse::<Timestamp>().unwrap());
    let own = &stored["user_media"];
    assert_eq!(stored["media"]["title"], truth.title);
    assert_eq!(moment(&own["acquired_at"]), said(&truth.purchase_date), "{truth:?}");
    assert_eq!(own["imported_from"], "audible_api");
    if !truth.finished {
        assert_ne!(own["consumed_at_basis"], "finished", "{truth:?}");
        return;
    }
    assert_eq!(own["status"], "finished", "{truth:?}");
    let (at, is_finish_date) = match &truth.finished_at {
        Some(at) if !(truth.migrated && crowded) => (Some(at.clone()), true),
        _ => (truth.purchase_date.clone(), false),
    };
    assert_eq!(moment(&own["consumed_at"]), said(&at), "{truth:?} {own}");
    assert_eq!(
        own["consumed_at_basis"] != "purchase_date",
        is_finish_date || at.is_none(),
        "{own}"
    );
}

/// What happened elsewhere: three bought, one given back, two finished. Gives the one that is gone.
fn something_happens(world: &World) -> String {
    let shop = world.shop();
    let titles = shop.api_truth();
    let open: Vec<&ApiTruth> = titles.iter().filter(|title| !title.finished).collect();
    let gone = open[7].asin.clone();
    shop.buy(3);
    shop.give_back(&gone);
    shop.finish(&open[1].asin, "2026-10-01T18:30:00Z");
    shop.finish(&open[2].asin, "2026-10-02T06:15:30.5Z");
    gone
}

async fn everything_and_then_what_has_changed(database: String) {
    let world = World::new(database, 300).await;
    world.connected("us").await;
    let titles = world.shop().api_truth().len();
    let full = world.sync().await.ok();
    assert_eq!(
        [&full["imported"], &full["updated"], &full["total"]],
        [titles, 0, titles].map(|count| json!(count)).each_ref()
    );
    assert_eq!(full["complete"], true);
    assert_eq!(exact(&world).await, BTreeSet::new());
    let migrated = world.shop().api_truth().iter().filter(|title| title.migrated).count();
    assert!(migrated > CROWD, "old marks on one day are seen for what they are: {migrated}");

    world.later(3_600);
    let same = world.sync().await.ok();
    assert_eq!([&same["imported"], &same["updated"]], [&json!(0), &json!(0)], "{same}");
    assert_eq!(same["unchanged"], titles);

    world.later(3_600);
    let gone = something_happens(&world);
    world.shop().forget_requests();
    let changed = world.sync().await.ok();
    assert_eq!(
        [&changed["imported"], &changed["updated"], &changed["total"]],
        [3, 2, titles + 2].map(|count| json!(count)).each_ref(),
        "{changed}"
    );
    assert_eq!(exact(&world).await, BTreeSet::from([gone]));
    assert_eq!(world.status().await["books_count"], titles + 2);
    let asked = world.shop().requests().len();
    assert!(asked <= 4, "marks, changes, list and wishlist: {asked} requests");

    // The run stands in the history, and can be taken back like any other.
    let run = changed["run"].as_str().unwrap();
    let told = world.ask(Method::GET, &format!("/api/imports/{run}"), None).await.ok();
    assert_eq!(told["source"], "api");
    let undone = world.ask(Method::POST, &format!("/api/imports/{run}/undo"), None).await.ok();
    assert!(undone.is_object());
    assert_eq!(world.library().await.len(), titles);
}

async fn a_sync_that_is_cut_at_any_request_resumes_without_loss(database: String) {
    let world = World::new(database, 130).await;
    world.connected("us").await;
    let titles = world.shop().api_truth().len();
    let mut gone = BTreeSet::new();
    for round in ["everything", "changes"] {
        if round == "changes" {
            gone.insert(something_happens(&world));
        }
        let mut cuts = 0;
        loop {
            // Pages of 50 titles, so that there are several.
            world.shop().fail(Fault::ApiPageSize(50), Times::Always);
            world.shop().api_breaks_after(cuts);
            let told = world.sync().await;
            world.shop().heal();
            world.later(3 * 3_600);
            if told.status == 200 {
                assert_eq!(told.ok()["complete"], true);
                break;
            }
            told.problem(502, "audible_down");
            let mut marks = marked(&world.library().await);
            marks.retain(|(asin, _)| !gone.contains(asin));
            let truth = unplayable(&world.shop().api_truth());
            assert!(marks.is_subset(&truth), "nothing is gone because it was not read: {marks:?}");
            cuts += 1;
        }
        assert!(cuts >= 6, "{round}: {cuts}");
        assert_eq!(exact(&world).await, gone, "{round}");
    }
    assert_eq!(world.status().await["books_count"], titles + 2);
}

async fn ten_thousand_titles_and_one_are_all_there(database: String) {
    let world = World::new(database, 10_250).await;
    let titles = world.shop().api_truth().len();
    assert!(titles > 10_000, "{titles}");
    world.connected("us").await;
    let done = world.sync().await.ok();
    assert_eq!([&done["total"], &done["imported"]], [&json!(titles), &json!(titles)]);
    assert_eq!(done["complete"], true);
    let page = world.ask(Method::GET, "/api/library?limit=1", None).await.ok();
    assert_eq!(page["total"], titles);
    let pages = world.shop().listed_pages();
    assert!(pages.len() <= 14, "a thousand a request: {pages:?}");
}

async fn smaller_pages_where_large_ones_never_come(database: String) {
    let world = World::new(database, 450).await;
    world.connected("us").await;
    let titles = world.shop().api_truth().len();
    for (most, pages) in [(999, 200), (150, 50)] {
        world.shop().fail(Fault::ApiPageSize(most), Times::Always);
        let before = world.shop().listed_pages().len();
        let done = world.sync().await.ok();
        assert_eq!([&done["total"], &done["complete"]], [&json!(titles), &json!(true)]);
        let listed = world.shop().listed_pages().split_off(before);
        assert_eq!(listed.iter().max(), Some(&pages), "{listed:?}");
        world.shop().heal();
    }
    assert_eq!(exact(&world).await, BTreeSet::new());
}

async fn the_wishlist_is_a_list_of_its_own(database: String) {
    let world = World::new(database, 10).await;
    world.connected("us").await;
    world.shop().set_wishlist(120);
    world.sync().await.ok();
    let library = world.library().await.len();
    assert_eq!(library, world.shop().api_truth().len());
    let wishes = world.ask(Method::GET, "/api/wishlist", None).await.ok();
    assert_eq!(wishes["wishes"].as_array().unwrap().len(), 120);
    assert!(wishes["wishes"][0]["item"]["title"].is_string());
    world.shop().set_wishlist(2);
    world.later(60);
    world.sync().await.ok();
    let wishes = world.ask(Method::GET, "/api/wishlist?marketplace=us", None).await.ok();
    assert_eq!(wishes["wishes"].as_array().unwrap().len(), 2);
}

async fn wishlists_of_several_shops_are_one_list(database: String) {
    let world = World::new(database, 4).await;
    for (shop, titles) in [("us", 300), ("de", 60)] {
        world.shop().set_wishlist(titles);
        world.connected(shop).await;
        let path = format!("/api/audible/sync?marketplace={shop}");
        world.ask(Method::POST, &path, None).await.ok();
    }
    let wishes = world.ask(Method::GET, "/api/wishlist", None).await.ok();
    let wishes = wishes["wishes"].as_array().unwrap();
    assert_eq!(wishes.len(), 360);
    let added: Vec<Option<&str>> = wishes.iter().map(|wish| wish["added_at"].as_str()).collect();
    assert!(added[0].is_some() && added.contains(&None), "{added:?}");
    assert!(added.is_sorted_by(|one, next| one >= next), "those without come last: {added:?}");
    let mut shops: Vec<&str> =
        wishes.iter().map(|wish| wish["marketplace"].as_str().unwrap()).collect();
    shops.dedup();
    assert!(shops.len() > 3, "not one after the other: {shops:?}");
}

async fn a_request_to_slow_down_is_obeyed(database: String) {
    let world = World::new(database, 10).await;
    world.connected("us").await;
    world.shop().fail(Fault::ApiTooMany { retry_after_s: Some(3_600) }, Times::Next(1));
    let told = world.sync().await;
    told.problem(429, "audible_too_many_requests");
    assert_eq!(told.header("retry-after"), "3600");
    world.sync().await.problem(429, "audible_too_many_requests");
    world.later(3_600);
    world.sync().await.ok();
}

/// What is stored of every title, by ASIN.
async fn media(world: &World) -> BTreeMap<String, Value> {
    let library = world.library().await.into_iter();
    library.map(|title| (asin(&title), title["media"].clone())).collect()
}

async fn what_was_taken_back_or_left_out_comes_back_whole(database: String) {
    let world = World::new(database, 30).await;
    world.connected("us").await;
    let first = world.sync().await.ok();
    let whole = media(&world).await;
    let undo = format!("/api/imports/{}/undo", first["run"].as_str().unwrap());
    world.ask(Method::POST, &undo, None).await.ok();
    assert!(media(&world).await.is_empty());
    world.later(3_600);
    world.sync().await.ok();
    assert_eq!(media(&world).await, whole, "authors, series and covers, too");

    let (unwanted, _) = whole.first_key_value().unwrap();
    let say = |wanted: bool| json!({"marketplace": "us", "asins": [unwanted], "wanted": wanted});
    world.ask(Method::POST, "/api/ignored", Some(&say(false))).await.ok();
    world.shop().buy(1);
    world.later(3_600);
    assert_eq!(world.sync().await.ok()["ignored"], 1);
    world.ask(Method::POST, "/api/ignored", Some(&say(true))).await.ok();
    world.later(3_600);
    let again = world.sync().await.ok();
    assert_eq!(again["ignored"], 0, "{again}");
    assert_eq!(media(&world).await[unwanted], whole[unwanted]);
}

async fn what_is_beside_the_library_may_be_missing_once(database: String) {
    let world = World::new(database, 300).await;
    world.connected("us").await;
    world.shop().set_wishlist(3);
    // Both tries at the finish dates.
    world.shop().fail(Fault::ApiDown, Times::Next(2));
    let without = world.sync().await.ok();
    assert_eq!(without["complete"], true);
    let dated = |title: &Value| title["user_media"]["consumed_at_basis"] == "finish_date";
    assert_eq!(world.library().await.iter().filter(|title| dated(title)).count(), 0);
    let wishes = world.ask(Method::GET, "/api/wishlist", None).await.ok();
    assert_eq!(wishes["wishes"].as_array().unwrap().len(), 3);

    world.later(3_600);
    world.shop().set_wishlist(1);
    // Finish dates, changes and list arrive; the wishlist does not.
    world.shop().api_breaks_after(3);
    assert_eq!(world.sync().await.ok()["complete"], true);
    assert_eq!(exact(&world).await, BTreeSet::new());
    let wishes = world.ask(Method::GET, "/api/wishlist", None).await.ok();
    assert_eq!(wishes["wishes"].as_array().unwrap().len(), 3, "the one that is known stays");
    assert_eq!(world.status().await["connection"]["state"], "idle");
}
