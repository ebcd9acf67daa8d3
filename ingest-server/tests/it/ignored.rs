//! Titles that an account does not want.

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use ingest_server::accounts;
use serde_json::{Value, json};
use shared::samples;

use crate::{
    browser::Browser,
    databases::{self, on_both},
    harness::{Answer, Server, run_of},
};

on_both![
    an_ignored_title_stays_out_and_the_run_is_complete,
    what_the_library_has_stays_as_it_is,
    a_source_without_marketplace_respects_it,
    the_list_says_since_when_and_goes_on_in_parts,
    nobody_ignores_for_another,
    many_are_left_out_and_wanted_again_at_once,
    the_page_lists_them_and_lets_one_in_again,
    a_long_page_goes_on,
];

async fn say(server: &Server, method: Method, marketplace: &str, asin: &str) -> Answer {
    let address = format!("/api/ignored/{marketplace}/{asin}");
    server.ask(server.request(method, &address).body(Body::empty()).unwrap()).await
}

async fn put(server: &Server, marketplace: &str, asin: &str) {
    let answer = say(server, Method::PUT, marketplace, asin).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text);
}

fn asin(index: usize) -> String {
    samples::asin(index).to_string()
}

async fn an_ignored_title_stays_out_and_the_run_is_complete(database: String) {
    let server = Server::start(database).await;
    put(&server, "us", &asin(1)).await;
    put(&server, "us", &asin(1)).await;
    put(&server, "de", &asin(2)).await;
    let body = run_of(&samples::items(4));
    let preview = server.dry_run(&body).await.ok();
    let receipt = server.import(&body).await.ok();
    for answer in [&preview, &receipt] {
        assert_eq!((&answer["imported"], &answer["ignored"]), (&json!(3), &json!(1)));
        let line = &answer["items"][1];
        assert_eq!((&line["outcome"], &line["asin"]), (&json!("ignored"), &json!(asin(1))));
        assert_eq!(line["pointer"], Value::Null);
    }
    assert_eq!(receipt["run"]["complete"], true);
    assert_eq!(server.size().await, 3);
    let run = receipt["run"]["id"].as_str().unwrap();
    let told = server.get(&format!("/api/imports/{run}/items?outcome=ignored")).await.ok();
    assert_eq!(told["items"][0]["asin"], asin(1));

    let gone = say(&server, Method::DELETE, "us", &asin(1)).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    say(&server, Method::DELETE, "us", &asin(1)).await.problem(404, "not_found");
    let again = server.import(&run_of(&samples::items(4))).await.ok();
    assert_eq!((&again["imported"], &again["unchanged"]), (&json!(1), &json!(3)));
}

async fn what_the_library_has_stays_as_it_is(database: String) {
    let server = Server::start(database).await;
    server.import(&run_of(&samples::items(2))).await.ok();
    put(&server, "us", &asin(0)).await;
    let mut body = run_of(&samples::items(2));
    body["items"][0]["title"] = json!("Changed");
    let receipt = server.import(&body).await.ok();
    assert_eq!((&receipt["ignored"], &receipt["updated"]), (&json!(1), &json!(0)));
    assert_eq!(server.library("q=changed").await["total"], 0);
    assert_eq!(server.size().await, 2);
}

async fn a_source_without_marketplace_respects_it(database: String) {
    let server = Server::start(database).await;
    server.import(&run_of(&samples::items(1))).await.ok();
    put(&server, "us", &asin(0)).await;
    put(&server, "de", &asin(1)).await;
    // Stored from the shop that is meant, stored nowhere, and one against which nothing is said.
    let mut body = run_of(&samples::items(3));
    body["run"]["source"] = json!("file");
    body["run"].as_object_mut().unwrap().remove("marketplace");
    let receipt = server.import(&body).await.ok();
    assert_eq!((&receipt["ignored"], &receipt["imported"]), (&json!(2), &json!(1)));
}

async fn the_list_says_since_when_and_goes_on_in_parts(database: String) {
    let server = Server::start(database).await;
    server.import(&run_of(&samples::items(1))).await.ok();
    for index in 0..501 {
        put(&server, "us", &asin(index)).await;
    }
    put(&server, "de", &asin(500)).await;
    let first = server.get("/api/ignored").await.ok();
    let titles = first["ignored"].as_array().unwrap();
    assert_eq!(titles.len(), 500);
    assert_eq!(titles[0]["title"], samples::item(0).title.as_str());
    assert_eq!((&titles[1]["title"], &titles[1]["marketplace"]), (&Value::Null, &json!("us")));
    assert_eq!(titles[0]["ignored_at"], "2026-11-18T11:06:40Z");
    let next = first["next_cursor"].as_str().unwrap();
    let second = server.get(&format!("/api/ignored?cursor={next}")).await.ok();
    let rest: Vec<_> = second["ignored"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["marketplace"].clone())
        .collect();
    assert_eq!((rest, &second["next_cursor"]), (vec![json!("de"), json!("us")], &Value::Null));
    server.get("/api/ignored?cursor=x").await.problem(400, "query_invalid");
    let one = say(&server, Method::GET, "us", &asin(0)).await.ok();
    assert_eq!(one, titles[0]);
    for (marketplace, asin) in [("fr", &*asin(0)), ("nowhere", &*asin(0)), ("us", "lower")] {
        say(&server, Method::GET, marketplace, asin).await.problem(404, "not_found");
    }
}

async fn nobody_ignores_for_another(database: String) {
    let server = Server::start(database).await;
    put(&server, "us", &asin(0)).await;
    assert_eq!(server.get_as_other("/api/ignored").await.ok()["ignored"], json!([]));
    let address = format!("/api/ignored/us/{}", asin(0));
    server.get_as_other(&address).await.problem(404, "not_found");
}

async fn many_are_left_out_and_wanted_again_at_once(database: String) {
    let server = Server::start(database).await;
    let ask = |asins: &[String], wanted: bool| json!({"marketplace": "us", "asins": asins, "wanted": wanted});
    let all: Vec<String> = (0..1_000).map(asin).collect();
    let done = server.post("/api/ignored", &ask(&all, false)).await.ok();
    assert_eq!(done, json!({"changed": 1_000}));
    let again = server.post("/api/ignored", &ask(&all[..2], false)).await.ok();
    assert_eq!(again, json!({"changed": 0}));
    let receipt = server.import(&run_of(&samples::items(4))).await.ok();
    assert_eq!((&receipt["imported"], &receipt["ignored"]), (&json!(0), &json!(4)));
    let back = server.post("/api/ignored", &ask(&all[1..], true)).await.ok();
    assert_eq!(back, json!({"changed": 999}));
    let receipt = server.import(&run_of(&samples::items(4))).await.ok();
    assert_eq!((&receipt["imported"], &receipt["ignored"]), (&json!(3), &json!(1)));
    let mut too_many = all.clone();
    too_many.push(asin(1_000));
    for wrong in [
        ask(&too_many, false),
        ask(&["no".to_owned()], false),
        json!({"marketplace": "moon", "asins": [], "wanted": true}),
        json!({"asins": []}),
    ] {
        server.post("/api/ignored", &wrong).await.problem(400, "query_invalid");
    }
}

async fn the_page_lists_them_and_lets_one_in_again(database: String) {
    let server = Server::start(database).await;
    let mut body = run_of(&samples::items(2));
    body["items"][0]["title"] = json!("A <b>bold</b> title");
    server.import(&body).await.ok();
    for index in [0, 150] {
        put(&server, "us", &asin(index)).await;
    }
    let browser = Browser::signed_in(&server, server.account.id).await;
    assert!(browser.get("/").await.text.contains("href=\"/ignored\""));
    let page = browser.get("/ignored").await;
    for part in ["A &#60;b&#62;bold&#60;/b&#62; title", &asin(150), "audible.com", "since "] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }

    let form = format!("marketplace=us&asin={}", asin(0));
    let other = accounts::add_account(&server.app, "third@home.example", "").await.unwrap();
    let stranger = Browser::signed_in(&server, other.id).await;
    stranger.post("/ignored/again", &form).await;
    assert!(browser.get("/ignored").await.text.contains(&asin(0)));
    let done = browser.post("/ignored/again", &form).await;
    let done = browser.get(done.header("location")).await;
    assert!(done.text.contains("is taken in again at the next import"), "{}", done.text);
    assert!(!done.text.contains("bold") && done.text.contains(&asin(150)), "{}", done.text);
    let odd = browser.post("/ignored/again", "marketplace=xx&asin=B0").await;
    assert_eq!(odd.status, StatusCode::NOT_FOUND);

    browser.post("/ignored/again", &format!("marketplace=us&asin={}", asin(150))).await;
    assert!(browser.get("/ignored").await.text.contains("Every title is imported"));
}

async fn a_long_page_goes_on(database: String) {
    let server = Server::start(database).await;
    let browser = Browser::signed_in(&server, server.account.id).await;
    let many: Vec<_> = (0..101).map(asin).collect();
    let body = json!({"marketplace": "us", "asins": many, "wanted": false});
    server.post("/api/ignored", &body).await.ok();
    let first = browser.get("/ignored").await;
    assert!(first.text.contains(&many[99]) && !first.text.contains(&many[100]));
    let rest = browser.get(&format!("/ignored?cursor={}:us", many[99])).await;
    assert!(rest.text.contains(&many[100]) && !rest.text.contains(&many[99]), "{}", rest.text);
    assert_eq!(browser.get("/ignored?cursor=odd").await.status, StatusCode::BAD_REQUEST);
}
