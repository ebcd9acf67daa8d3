//! What an import stores and answers.

use axum::{body::Body, http::header};
use ingest_server::accounts::{self, Scopes};
use serde_json::{Value, json};
use shared::{
    ids::Marketplace, item::Listening, media, percent::Percent, samples, when::When, wire::v1,
};

use crate::{
    databases::{self, on_both},
    harness::{Server, outcomes, run_of},
};

on_both![
    an_import_is_stored_and_the_second_one_changes_nothing,
    one_invalid_title_among_500_is_named_and_the_others_are_stored,
    stored_fields_are_those_of_the_mapping,
    absent_never_clears_and_a_changed_value_updates,
    what_moves_by_itself_is_refreshed_without_an_update,
    a_dry_run_answers_the_same_and_writes_nothing,
    an_empty_last_chunk_is_legal,
    the_last_of_two_with_the_same_asin_counts,
    another_account_sees_nothing_and_has_its_own_titles,
    a_source_without_marketplace_joins_the_one_title_or_asks,
    finished_without_a_date_says_that_the_date_is_the_purchase,
    a_hundred_accounts_import_at_once,
];

async fn an_import_is_stored_and_the_second_one_changes_nothing(database: String) {
    let server = Server::start(database).await;
    let items = samples::items(245);
    let receipt = server.import(&run_of(&items)).await.ok();
    assert_eq!(outcomes(&receipt), [245, 0, 0, 0, 0]);
    assert_eq!(receipt["total"], 245);
    assert_eq!(receipt["run"]["complete"], true);
    assert_eq!(receipt["items"][7], json!({"asin": samples::asin(7), "outcome": "imported"}));
    let again = server.import(&run_of(&items)).await.ok();
    assert_eq!(outcomes(&again), [0, 0, 245, 0, 0]);
    assert_eq!(server.size().await, 245);
}

async fn one_invalid_title_among_500_is_named_and_the_others_are_stored(database: String) {
    let server = Server::start(database).await;
    let mut body = run_of(&samples::items(500));
    body["items"][123]["cover_url"] = json!("http://elsewhere.example/a.jpg");
    let receipt = server.import(&body).await.ok();
    assert_eq!(outcomes(&receipt), [499, 0, 0, 0, 1]);
    let line = &receipt["items"][123];
    assert_eq!(line["asin"], json!(samples::asin(123)));
    assert_eq!(line["outcome"], "rejected");
    assert_eq!(line["pointer"], "/items/123/cover_url");
    assert!(line["reason"].as_str().unwrap().contains("https"), "{line}");
    assert_eq!(server.size().await, 499);
    assert_eq!(receipt["run"]["received"], 500);
}

async fn stored_fields_are_those_of_the_mapping(database: String) {
    let server = Server::start(database).await;
    let mut item = samples::item(1);
    item.purchase_date = When::parse("2025-05-21T05:42:18.895Z").ok();
    server.import(&run_of(std::slice::from_ref(&item))).await.ok();
    let stored = server.library("raw=true").await["items"][0].clone();

    let media = serde_json::to_value(media::media(&item, Some(Marketplace::Us))).unwrap();
    assert_eq!(stored["media"], media);
    assert_eq!(stored["asin"], json!(item.asin));
    assert_eq!(stored["marketplace"], "us");
    let side = media::user_media(&item, &item, "audible_extension", 95);
    let side = serde_json::to_value(side).unwrap();
    for name in [
        "platform",
        "status",
        "consumed_at",
        "consumed_at_basis",
        "acquired_at",
        "imported_from",
        "raw_import_data",
    ] {
        assert_eq!(stored["user_media"][name], side[name], "{name}");
    }
    assert_eq!(stored["user_media"]["percent"], 50.0);
    assert_eq!(stored["user_media"]["acquired_at"], "2025-05-21T05:42:18.895Z");
}

async fn absent_never_clears_and_a_changed_value_updates(database: String) {
    let server = Server::start(database).await;
    server.import(&run_of(&samples::items(3))).await.ok();
    let mut body = run_of(&samples::items(3));
    body["items"][0] = json!({"asin": samples::asin(0), "title": samples::item(0).title});
    body["items"][1]["publisher"] = json!("Another Harbour");
    let receipt = server.import(&body).await.ok();
    assert_eq!(outcomes(&receipt), [0, 1, 2, 0, 0]);
    assert_eq!(receipt["items"][1]["outcome"], "updated");
    let titles = server.library("sort=title").await;
    let metadata = |index: usize| titles["items"][index]["media"]["media_metadata"].clone();
    assert_eq!(metadata(0)["narrators"], json!([samples::item(0).narrators[0].name]));
    assert_eq!(metadata(0)["publisher"], "Quiet Harbour Audio");
    assert_eq!(metadata(1)["publisher"], "Another Harbour");
}

async fn what_moves_by_itself_is_refreshed_without_an_update(database: String) {
    let server = Server::start(database).await;
    server.import(&run_of(&samples::items(2))).await.ok();
    let before = server.library("sort=title").await;
    server.later(60);
    let mut body = run_of(&samples::items(2));
    body["items"][0]["rating"] = json!({"average": 3.5, "count": 9});
    body["items"][0]["rank"] = json!(77);
    let receipt = server.import(&body).await.ok();
    assert_eq!(outcomes(&receipt), [0, 0, 2, 0, 0]);
    let after = server.library("sort=title").await;
    assert_eq!(after["items"][0]["media"]["media_metadata"]["rating"], 3.5);
    assert_eq!(after["items"][0]["updated_at"], before["items"][0]["updated_at"]);
    assert_eq!(after["items"][1], before["items"][1]);
}

async fn a_dry_run_answers_the_same_and_writes_nothing(database: String) {
    let server = Server::start(database).await;
    let body = run_of(&samples::items(20));
    let preview = server.dry_run(&body).await.ok();
    assert_eq!(outcomes(&preview), [20, 0, 0, 0, 0]);
    assert_eq!(server.size().await, 0);
    assert_eq!(server.import(&body).await.ok(), preview, "no key was written either");
    let mut changed = body.clone();
    changed["items"][3]["title"] = json!("Another title");
    changed["items"][3]["listening"] = json!({"state": "finished"});
    changed["items"][3]["rating"] = json!({"average": 1.5, "count": 2});
    let preview = server.dry_run(&changed).await.ok();
    assert_eq!(outcomes(&preview), [0, 1, 19, 0, 0]);
    assert_eq!(preview["items"][3]["changed"], json!(["listening", "title"]));
    assert_eq!(preview["items"][4].get("changed"), None);
    assert_eq!(server.library("q=another").await["total"], 0);
}

async fn an_empty_last_chunk_is_legal(database: String) {
    let server = Server::start(database).await;
    let receipt = server.import(&run_of(&[])).await.ok();
    assert_eq!(receipt["total"], 0);
    assert_eq!(receipt["run"]["complete"], true);
    assert_eq!(server.size().await, 0);
}

async fn the_last_of_two_with_the_same_asin_counts(database: String) {
    let server = Server::start(database).await;
    let mut items = vec![samples::item(1), samples::item(2), samples::item(1)];
    items[2].title = "The later one".to_owned();
    let receipt = server.import(&run_of(&items)).await.ok();
    assert_eq!(outcomes(&receipt), [2, 0, 0, 1, 0]);
    assert_eq!(receipt["items"][0]["outcome"], "duplicate");
    assert_eq!(receipt["items"][0]["pointer"], "/items/0");
    assert_eq!(receipt["run"]["received"], 2);
    assert_eq!(server.library("q=later").await["total"], 1);
}

async fn another_account_sees_nothing_and_has_its_own_titles(database: String) {
    let server = Server::start(database).await;
    let body = run_of(&samples::items(3));
    server.import(&body).await.ok();
    let bearer = format!("Bearer {}", server.other_token);
    let ask = |builder: axum::http::request::Builder, body: String| {
        let mut request = builder.body(Body::from(body)).unwrap();
        request.headers_mut().insert(header::AUTHORIZATION, bearer.parse().unwrap());
        request
    };
    let library = || ask(server.request(axum::http::Method::GET, "/api/library"), String::new());
    assert_eq!(server.ask(library()).await.ok()["total"], 0);
    // The same run, key and titles are new there.
    let receipt = server.ask(ask(server.chunk(&body), body.to_string())).await.ok();
    assert_eq!(outcomes(&receipt), [3, 0, 0, 0, 0]);
    let own = server.library("").await["items"][0]["id"].clone();
    assert_ne!(server.ask(library()).await.ok()["items"][0]["id"], own);
}

async fn a_source_without_marketplace_joins_the_one_title_or_asks(database: String) {
    let server = Server::start(database).await;
    let from = |marketplace: Option<&str>| {
        let mut body = run_of(&samples::items(1));
        match marketplace {
            Some(code) => body["run"]["marketplace"] = json!(code),
            None => drop(body["run"].as_object_mut().unwrap().remove("marketplace")),
        }
        body
    };
    assert_eq!(outcomes(&server.import(&from(None)).await.ok()), [1, 0, 0, 0, 0]);
    assert_eq!(server.library("").await["items"][0]["marketplace"], Value::Null);
    // The first source that names a marketplace gives it to the title.
    assert_eq!(outcomes(&server.import(&from(Some("us"))).await.ok()), [0, 0, 1, 0, 0]);
    assert_eq!(server.library("").await["items"][0]["marketplace"], "us");
    assert_eq!(outcomes(&server.import(&from(None)).await.ok()), [0, 0, 1, 0, 0]);
    assert_eq!(outcomes(&server.import(&from(Some("de"))).await.ok()), [1, 0, 0, 0, 0]);
    let receipt = server.import(&from(None)).await.ok();
    assert_eq!(outcomes(&receipt), [0, 0, 0, 0, 1]);
    let reason = receipt["items"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("run.marketplace"), "{reason}");
    assert_eq!(receipt["items"][0]["pointer"], "/items/0");
}

async fn finished_without_a_date_says_that_the_date_is_the_purchase(database: String) {
    let server = Server::start(database).await;
    let mut item = samples::item(1);
    let percent = Percent::clamped(95.0).unwrap();
    item.listening = Some(Listening::InProgress { percent, minutes_left: None });
    server.import(&run_of(std::slice::from_ref(&item))).await.ok();
    let side = server.library("").await["items"][0]["user_media"].clone();
    assert_eq!(side["status"], "finished");
    assert_eq!(side["percent"], 95.0);
    assert_eq!(side["consumed_at"], "2020-01-01");
    assert_eq!(side["consumed_at_basis"], "purchase_date");
    let wire = serde_json::to_value(v1::Item::from_item(&item, None)).unwrap();
    assert_eq!(wire["listening"]["state"], "in_progress", "the wire keeps the raw state");
}

async fn a_hundred_accounts_import_at_once(database: String) {
    let server = Server::start(database).await;
    let mut tokens = Vec::new();
    for number in 0..100 {
        let email = format!("reader-{number}@home.example");
        let account = accounts::add_account(&server.app, &email, "").await.unwrap();
        let made = accounts::create_token(&server.app, account.id, "t", Scopes::default());
        tokens.push(made.await.unwrap());
    }
    let body = run_of(&samples::items(20));
    let asked = tokens.iter().map(|token| {
        let mut request = server.chunk(&body).body(Body::from(body.to_string())).unwrap();
        let token = format!("Bearer {token}").parse().unwrap();
        request.headers_mut().insert(header::AUTHORIZATION, token);
        server.ask(request)
    });
    for answer in futures::future::join_all(asked).await {
        assert_eq!(answer.ok()["imported"], 20);
    }
}
