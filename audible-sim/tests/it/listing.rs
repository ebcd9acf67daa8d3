//! What the API tells a device: its library in pages, what has changed, marks and wishes.

use std::collections::{BTreeMap, BTreeSet};

use audible_sim::{ApiTruth, Marketplace, Sim};
use serde_json::{Value, json};

use crate::client::{Page, start};
use crate::person::later;
use crate::phone::Phone;

async fn ready(titles: usize) -> (Sim, Phone) {
    let (sim, _) = start(titles).await;
    let phone = Phone::new(&sim, Marketplace::US, 1).await;
    (sim, phone)
}

fn items(page: &Page) -> Vec<Value> {
    assert_eq!(page.status, 200, "{}", page.text);
    page.json()["items"].as_array().unwrap().clone()
}

fn asins(items: &[Value]) -> Vec<String> {
    items.iter().map(|item| item["asin"].as_str().unwrap().to_owned()).collect()
}

fn owned(sim: &Sim) -> Vec<String> {
    sim.control().api_truth().into_iter().map(|title| title.asin).collect()
}

fn total(page: &Page) -> usize {
    page.header("total-count").unwrap().parse().unwrap()
}

/// Every entry of a listing, by its continuations.
async fn walk(phone: &Phone, target: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut next = target.to_owned();
    loop {
        let page = phone.get(&next).await;
        let here = items(&page);
        assert_eq!(page.header("state-token").is_some(), all.is_empty(), "the first page's alone");
        all.extend(here);
        assert!(total(&page) >= all.len());
        match page.header("continuation-token") {
            Some(token) => next = format!("{target}&continuation_token={token}"),
            None => return all,
        }
    }
}

#[tokio::test]
async fn continuations_lead_through_the_whole_library_once() {
    let (sim, phone) = ready(230).await;
    let truth = owned(&sim);
    for size in [50, 200, 1_000] {
        let target = format!("/1.0/library?num_results={size}");
        assert_eq!(asins(&walk(&phone, &target).await), truth, "{size}");
    }
    let oldest_first = walk(&phone, "/1.0/library?num_results=70&sort_by=PurchaseDate").await;
    assert!(asins(&oldest_first).iter().eq(truth.iter().rev()));
    assert_eq!(total(&phone.get("/1.0/library?num_results=1").await), truth.len());
}

#[tokio::test]
async fn page_numbers_lead_through_the_whole_library_once_and_end_with_a_short_page() {
    let (sim, phone) = ready(230).await;
    let mut all = Vec::new();
    for number in 1.. {
        let page = phone.get(&format!("/1.0/library?num_results=100&page={number}")).await;
        let here = items(&page);
        all.extend(asins(&here));
        if here.len() < 100 {
            break;
        }
    }
    assert_eq!(all, owned(&sim));
    assert!(items(&phone.get("/1.0/library?num_results=100&page=9").await).is_empty());
}

#[tokio::test]
async fn a_listing_gives_ten_thousand_titles_and_says_how_many_there_are() {
    let (sim, phone) = ready(10_300).await;
    let truth = owned(&sim);
    let listing = "/1.0/library?num_results=1000&sort_by=PurchaseDate";
    let page = phone.get(&format!("{listing}&page=10")).await;
    assert_eq!((items(&page).len(), total(&page)), (1_000, truth.len()));
    assert!(page.header("continuation-token").is_none());
    assert!(items(&phone.get(&format!("{listing}&page=11")).await).is_empty());

    // What stands behind is reached by the day of purchase.
    let last = &sim.control().api_truth()[truth.len() - 10_000];
    let since = last.purchase_date.as_deref().unwrap();
    let behind = phone.get(&format!("{listing}&purchased_after={since}")).await;
    let found: BTreeSet<String> = asins(&items(&behind)).into_iter().collect();
    assert!(truth[..truth.len() - 10_000].iter().all(|asin| found.contains(asin)));
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused_in_documented_words() {
    let (_sim, phone) = ready(60).await;
    let rule = |value: &str, name: &str, rule: &str| {
        let text = format!(
            "1 validation error detected: Value '{value}' at '{name}' failed to satisfy \
             constraint: {rule}"
        );
        json!({ "message": text })
    };
    let least = "Member must have value greater than or equal to 1";
    let digits = "Member must satisfy regular expression pattern: ^\\d+$";
    let most = |number| format!("Member must have value less than or equal to {number}");
    let odd = json!({"error": "InvalidValue"});
    let first = phone.get("/1.0/library?num_results=20").await;
    let token = first.header("continuation-token").unwrap();
    for (target, expected) in [
        ("library?page=0", rule("0", "page", least)),
        ("library?page=-1", rule("-1", "page", digits)),
        ("library?num_results=x", rule("x", "numResults", digits)),
        ("library?num_results=0", rule("0", "numResults", least)),
        ("library?num_results=1001", rule("1001", "numResults", &most(1_000))),
        ("library?response_groups=media,secrets", json!({"message": "Invalid response group"})),
        ("library?purchased_after=yesterday", odd.clone()),
        ("library?state_token=x", odd.clone()),
        ("library?continuation_token=x", odd.clone()),
        (&format!("library?num_results=30&continuation_token={token}"), odd),
        ("wishlist?num_results=51", rule("51", "numResults", &most(50))),
    ] {
        let told = phone.get(&format!("/1.0/{target}")).await;
        assert_eq!((told.status, told.json()), (400, expected), "{target}");
    }
    for nothing in ["/1.0/library/B0NOTOWNED", "/1.0/elsewhere", "/1.0/wishlist/B000000000"] {
        assert_eq!(phone.get(nothing).await.status, 404, "{nothing}");
    }
    assert_eq!(phone.send(phone.signed("POST", "/1.0/library", "{}")).await.status, 404);
}

const PROGRESS: &str = "is_finished,listening_status,percent_complete,is_playable,product_attrs";

#[tokio::test]
async fn each_title_says_what_is_true_of_it_and_one_alone_says_the_same() {
    let (sim, phone) = ready(400).await;
    let target = format!("/1.0/library?num_results=1000&response_groups={PROGRESS}");
    let listed = items(&phone.get(&target).await);
    let truth = sim.control().api_truth();
    for (item, title) in listed.iter().zip(&truth) {
        assert_eq!(item["title"], title.title.as_str());
        assert_eq!(item["status"], "Active");
        assert_eq!(item["is_finished"], title.finished);
        assert_eq!(item["is_playable"], title.playable);
        let added = &item["library_status"]["date_added"];
        let came = item["purchase_date"].as_str().or(added.as_str());
        assert_eq!(came, title.purchase_date.as_deref());
        let at = item["listening_status"]["finished_at_timestamp"].as_str();
        assert!(at.is_none() || at == title.finished_at.as_deref(), "{item}");
        assert!(item["series"].is_null(), "a group that was not asked for");
    }
    assert!(truth.iter().any(|title| title.finished) && truth.iter().any(|title| !title.playable));
    let one = format!("/1.0/library/{}?response_groups={PROGRESS}", truth[3].asin);
    assert_eq!(phone.get(&one).await.json()["item"], listed[3]);
}

#[tokio::test]
async fn a_state_gives_what_has_changed_since_and_nothing_else() {
    let (sim, phone) = ready(120).await;
    let shop = sim.control();
    let first = phone.get("/1.0/library?num_results=1").await;
    let state = first.header("state-token").unwrap().to_owned();
    assert!(state.len() == 13 && state.bytes().all(|byte| byte.is_ascii_digit()), "{state}");
    let changes = |state: &str| {
        format!("/1.0/library?num_results=2&status=Active,Revoked&state_token={state}")
    };
    let same = phone.get(&changes(&state)).await;
    assert_eq!((items(&same).len(), total(&same)), (0, 0));

    let before = shop.api_truth();
    let open: Vec<&ApiTruth> = before.iter().filter(|title| !title.finished).collect();
    let (gone, done) = (open[4].asin.clone(), open[9].asin.clone());
    later(shop, 60);
    shop.buy(2);
    shop.give_back(&gone);
    shop.finish(&done, "2026-03-04T05:07:00Z");
    let told: BTreeMap<String, String> = walk(&phone, &changes(&state))
        .await
        .iter()
        .map(|item| ["asin", "status"].map(|name| item[name].as_str().unwrap().to_owned()).into())
        .collect();
    let bought = owned(&sim).into_iter().take(2);
    let active = bought.chain([done]).map(|asin| (asin, "Active".to_owned()));
    let expected = active.chain([(gone.clone(), "Revoked".to_owned())]).collect();
    assert_eq!(told, expected);

    let active = phone.get(&format!("/1.0/library?status=Active&state_token={state}")).await;
    assert_eq!(total(&active), 3, "what was given back only where it is asked for");
    let newer = phone.get(&changes(&state)).await.header("state-token").unwrap().to_owned();
    assert!(newer > state);
    assert_eq!(total(&phone.get(&changes(&newer)).await), 0);
    // 0 stands for the beginning of all.
    let beginning = phone.get(&changes("0")).await;
    assert_eq!(total(&beginning), before.len() + 2);
    assert!(!owned(&sim).contains(&gone));
    let revoked = items(&phone.get("/1.0/library?status=Revoked").await);
    assert_eq!(asins(&revoked), [gone]);
    assert_eq!(revoked[0]["status"], "Revoked");
}

async fn marks(phone: &Phone, query: &str) -> Vec<Value> {
    let page = phone.get(&format!("/1.0/stats/status/finished?{query}")).await;
    assert_eq!(page.status, 200);
    page.json()["mark_as_finished_status_list"].as_array().unwrap().clone()
}

#[tokio::test]
async fn marks_say_when_a_title_was_finished_and_the_newest_one_counts() {
    let (sim, phone) = ready(300).await;
    let shop = sim.control();
    let all = marks(&phone, "start_date=2001-01-01T00:00:00Z").await;
    let mut newest: BTreeMap<String, (String, bool)> = BTreeMap::new();
    for mark in &all {
        let at = mark["event_timestamp"].as_str().unwrap().to_owned();
        let finished = mark["is_marked_as_finished"].as_bool().unwrap();
        newest.insert(mark["asin"].as_str().unwrap().to_owned(), (at, finished));
    }
    assert!(all.len() > newest.len(), "several for one title");
    assert!(newest.values().any(|(_, finished)| !finished), "marks that were taken off again");
    for title in shop.api_truth() {
        let newest = newest.get(&title.asin).filter(|(_, finished)| *finished);
        assert_eq!(newest.map(|(at, _)| at.clone()), title.finished_at, "{title:?}");
    }

    let open = shop.api_truth().into_iter().find(|title| !title.finished).unwrap().asin;
    shop.finish(&open, "2026-03-04T05:00:00Z");
    let event = json!({
        "asin": open, "is_marked_as_finished": true, "event_timestamp": "2026-03-04T05:00:00Z",
    });
    let since = marks(&phone, "start_date=2026-03-04T05:00:00Z").await;
    assert_eq!(since, std::slice::from_ref(&event));
    assert!(marks(&phone, "start_date=2026-03-04T05:00:01Z").await.is_empty());
    let of_one = marks(&phone, &format!("start_date=2001-01-01T00:00:00Z&asin={open}")).await;
    assert_eq!(of_one.last(), Some(&event));
    assert!(of_one.iter().all(|mark| mark["asin"] == open.as_str()));
}

async fn wishes(phone: &Phone, query: &str) -> Vec<String> {
    let page = phone.get(&format!("/1.0/wishlist?{query}")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    asins(page.json()["products"].as_array().unwrap())
}

#[tokio::test]
async fn the_wishlist_is_read_from_page_nought_and_changed_one_by_one() {
    let (sim, phone) = ready(10).await;
    sim.control().set_wishlist(120);
    let mut all = Vec::new();
    for page in 0..3 {
        all.extend(wishes(&phone, &format!("num_results=50&page={page}")).await);
    }
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 120);
    assert_eq!(all.len(), 120);
    assert!(wishes(&phone, "page=3").await.is_empty());

    let target = format!("/1.0/wishlist/{}", all[60]);
    let gone = phone.send(phone.signed("DELETE", &target, "")).await;
    assert_eq!((gone.status, gone.text.as_str()), (204, ""));
    assert_eq!(phone.send(phone.signed("DELETE", &target, "")).await.status, 404);
    assert!(!wishes(&phone, "page=1").await.contains(&all[60]));

    let add =
        |asin: &str| phone.signed("POST", "/1.0/wishlist", &json!({"asin": asin}).to_string());
    let added = phone.send(add(&all[60])).await;
    assert_eq!((added.status, added.header("location")), (201, Some(target.as_str())));
    let first = phone.get("/1.0/wishlist?num_results=1&response_groups=product_attrs").await.json();
    assert_eq!(first["total_results"], 120);
    assert_eq!(first["products"][0]["asin"], all[60].as_str());
    assert_eq!(first["products"][0]["added_timestamp"], "2026-03-04T05:06:07.891Z");
    assert!(first["products"][0]["title"].is_string());
    let unknown = phone.send(add("B0UNKNOWN1")).await;
    assert_eq!((unknown.status, unknown.json()), (400, json!({"error": "InvalidValue"})));
}
