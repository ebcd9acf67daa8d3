//! What imports did, as programs read it.

use serde_json::{Value, json};
use shared::samples;

use crate::{
    browser::Browser,
    databases::{self, on_both},
    harness::{Server, chunk_of, new_run, run_of},
};

on_both![
    every_run_is_kept_newest_first_and_read_in_parts,
    what_became_of_each_title_is_told,
    the_parts_of_a_run_are_its_chunks,
    a_history_of_its_own,
    wrong_questions_are_told_what_is_right,
    the_pages_tell_the_chain_and_each_title,
    a_run_is_downloaded_as_a_table_and_as_json,
    a_run_lasts_from_the_client_s_beginning,
];

fn names(items: &Value, field: &str) -> Vec<String> {
    let items = items["items"].as_array().unwrap();
    items.iter().map(|item| item[field].as_str().unwrap_or_default().to_owned()).collect()
}

async fn every_run_is_kept_newest_first_and_read_in_parts(database: String) {
    let server = Server::start(database).await;
    let mut ids = Vec::new();
    for count in 1..=3 {
        let receipt = server.import(&run_of(&samples::items(count))).await.ok();
        ids.insert(0, receipt["run"]["id"].clone());
        // Two of one moment, too.
        server.later(if count == 1 { 60 } else { 0 });
    }
    // One without any change.
    server.later(60);
    let last = server.import(&run_of(&samples::items(3))).await.ok();
    ids.insert(0, last["run"]["id"].clone());
    ids[1..3].sort_by_key(|id| std::cmp::Reverse(id.to_string()));

    let all = server.get("/api/imports").await.ok();
    let listed: Vec<Value> =
        all["runs"].as_array().unwrap().iter().map(|run| run["id"].clone()).collect();
    assert_eq!(listed, ids);
    assert_eq!(all["next_cursor"], Value::Null);
    let newest = &all["runs"][0];
    assert_eq!((&newest["unchanged"], &newest["imported"]), (&json!(3), &json!(0)));
    assert_eq!((&newest["source_total"], &newest["complete"]), (&json!(3), &json!(true)));
    assert_eq!(newest["marketplace"], "us");

    let mut found = Vec::new();
    let mut address = "/api/imports?limit=1".to_owned();
    loop {
        let page = server.get(&address).await.ok();
        found.push(page["runs"][0]["id"].clone());
        let Some(next) = page["next_cursor"].as_str() else { break };
        address = format!("/api/imports?limit=1&cursor={next}");
    }
    assert_eq!(found, ids);
    for (id, line) in ids.iter().zip(all["runs"].as_array().unwrap()) {
        let one = server.get(&format!("/api/imports/{}", id.as_str().unwrap())).await.ok();
        assert_eq!(&one, line);
    }
}

async fn what_became_of_each_title_is_told(database: String) {
    let server = Server::start(database).await;
    server.import(&run_of(&samples::items(5))).await.ok();
    let id = new_run();
    let mut body = chunk_of(&id, 0, true, &samples::items(6), 6);
    body["items"][1]["title"] = json!("Changed");
    body["items"][1]["runtime_minutes"] = json!(7);
    body["items"][2]["rank"] = json!(99);
    body["items"][3]["asin"] = json!("lower case");
    body["items"][4] = body["items"][0].clone();
    server.import(&body).await.ok();

    let address = format!("/api/imports/{id}/items");
    let items = server.get(&address).await.ok();
    let outcomes = ["duplicate", "updated", "rejected", "imported", "unchanged", "unchanged"];
    assert_eq!(names(&items, "outcome"), outcomes);
    assert_eq!(items["next_cursor"], Value::Null);
    let changed = &items["items"][1];
    assert_eq!(changed["changed"], json!(["runtime_minutes", "title"]));
    assert_eq!(changed["title"], "Changed");
    let rejected = &items["items"][2];
    assert_eq!(
        (&rejected["pointer"], &rejected["asin"]),
        (&json!("/items/3/asin"), &json!("lower case"))
    );
    assert!(rejected["reason"].as_str().is_some_and(|reason| !reason.is_empty()));
    let unchanged = server.get(&format!("{address}?outcome=unchanged")).await.ok();
    assert_eq!(
        names(&unchanged, "asin"),
        [samples::asin(2), samples::asin(0)].map(|asin| asin.to_string())
    );
    assert!(names(&unchanged, "title").iter().all(|title| !title.is_empty()));
}

async fn the_parts_of_a_run_are_its_chunks(database: String) {
    let server = Server::start(database).await;
    let (id, items) = (new_run(), samples::items(9));
    for (index, range) in [(0, 0..4), (2, 6..9)] {
        server.import(&chunk_of(&id, index, index == 2, &items[range], 9)).await.ok();
    }
    let address = format!("/api/imports/{id}/items");
    let first = server.get(&address).await.ok();
    assert_eq!((names(&first, "asin").len(), &first["next_cursor"]), (4, &json!(1)));
    let second = server.get(&format!("{address}?cursor=1")).await.ok();
    assert_eq!((names(&second, "asin").len(), &second["next_cursor"]), (3, &Value::Null));
    let beyond = server.get(&format!("{address}?cursor=3")).await.ok();
    assert_eq!(beyond, json!({"items": [], "next_cursor": null}));
    let run = server.get(&format!("/api/imports/{id}")).await.ok();
    assert_eq!((&run["complete"], &run["received"]), (&json!(false), &json!(7)));
}

async fn a_history_of_its_own(database: String) {
    let server = Server::start(database).await;
    let mine = server.import(&run_of(&samples::items(2))).await.ok();
    let id = mine["run"]["id"].as_str().unwrap();
    assert_eq!(server.get_as_other("/api/imports").await.ok()["runs"], json!([]));
    for address in [format!("/api/imports/{id}"), format!("/api/imports/{id}/items")] {
        server.get_as_other(&address).await.problem(404, "not_found");
    }
    let cursor = format!("/api/imports?cursor={id}");
    server.get_as_other(&cursor).await.problem(400, "query_invalid");
}

async fn wrong_questions_are_told_what_is_right(database: String) {
    let server = Server::start(database).await;
    let id = new_run();
    for (address, status, code) in [
        ("/api/imports?limit=0".to_owned(), 400, "query_invalid"),
        ("/api/imports?limit=201".to_owned(), 400, "query_invalid"),
        ("/api/imports?cursor=x".to_owned(), 400, "query_invalid"),
        (format!("/api/imports?cursor={id}"), 400, "query_invalid"),
        (format!("/api/imports/{id}/items?outcome=lost"), 400, "query_invalid"),
        (format!("/api/imports/{id}/items?cursor=-1"), 400, "query_invalid"),
        (format!("/api/imports/{id}"), 404, "not_found"),
        ("/api/imports/x".to_owned(), 404, "not_found"),
    ] {
        server.get(&address).await.problem(status, code);
    }
}

async fn the_pages_tell_the_chain_and_each_title(database: String) {
    let server = Server::start(database).await;
    let reader = Browser::signed_in(&server, server.account.id).await;
    assert!(reader.get("/imports").await.text.contains("Nothing has been imported yet"));
    server.import(&run_of(&samples::items(4))).await.ok();
    server.later(60);
    let id = new_run();
    let mut body = chunk_of(&id, 0, true, &samples::items(6), 9);
    body["run"]["not_sent"] = json!([samples::asin(40)]);
    body["items"][1]["title"] = json!("<b>Bold</b>");
    body["items"][2]["cover_url"] = json!("http://elsewhere.example/a.jpg");
    server.import(&body).await.ok();

    let list = reader.get("/imports").await.text;
    let chain = "Audible lists 9, read 9, sent 6, left out 1, not taken 1, \
                 stored 5 (2 new, 1 changed, 2 unchanged)";
    assert!(list.contains(chain), "{list}");
    assert_eq!(list.matches("class=\"tag\"").count(), 1, "one of both is not complete");
    let page = reader.get(&format!("/imports/{id}")).await.text;
    for part in [chain, "&#60;b&#62;Bold", "changed: title", "https", "All 6", "Changed 1"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("<b>Bold") && !page.contains("Ignored"), "{page}");
    let new = reader.get(&format!("/imports/{id}?outcome=imported")).await.text;
    assert_eq!(new.matches("class=\"row\"").count(), 2);

    let other = server.app.store().account_by_email("other@home.example").await.unwrap().unwrap();
    let stranger = Browser::signed_in(&server, other.id).await;
    let hidden = stranger.get(&format!("/imports/{id}")).await;
    assert_eq!(hidden.status, axum::http::StatusCode::NOT_FOUND);
    assert!(!stranger.get("/imports").await.text.contains("Audible lists"));
}

async fn a_run_is_downloaded_as_a_table_and_as_json(database: String) {
    let server = Server::start(database).await;
    let reader = Browser::signed_in(&server, server.account.id).await;
    let run = new_run();
    let mut items = samples::items(700);
    items[600].title = "=HYPERLINK(\"https://evil.example\")".to_owned();
    server.import(&chunk_of(&run, 0, false, &items[..500], 700)).await.ok();
    server.import(&chunk_of(&run, 1, true, &items[500..], 700)).await.ok();
    let table = reader.get(&format!("/imports/{run}/titles.csv")).await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert!(table.header("content-disposition").starts_with("attachment;"));
    let lines: Vec<&str> = table.text.lines().collect();
    assert_eq!((lines[0], lines.len()), ("asin,title,outcome,changed,reason", 701));
    let expected = format!("{},{},imported,,", items[0].asin, items[0].title);
    assert_eq!(lines[1], expected);
    let formula = lines.iter().find(|line| line.contains("evil")).unwrap();
    assert!(formula.contains(",\"'=HYPERLINK(\"\"https"), "{formula}");

    let whole = reader.get(&format!("/imports/{run}/titles.json")).await;
    let told: Vec<Value> = serde_json::from_str(&whole.text).unwrap();
    assert_eq!((told.len(), &told[699]["outcome"]), (700, &json!("imported")));
    assert_eq!(reader.get(&format!("/imports/{run}/titles.xml")).await.status, 404);
    assert_eq!(reader.get(&format!("/imports/{}/titles.csv", new_run())).await.status, 404);
    let other = server.app.store().account_by_email("other@home.example").await.unwrap().unwrap();
    let stranger = Browser::signed_in(&server, other.id).await;
    assert_eq!(stranger.get(&format!("/imports/{run}/titles.csv")).await.status, 404);
}

async fn a_run_lasts_from_the_client_s_beginning(database: String) {
    let server = Server::start(database).await;
    let now = server.app.clock().now();
    let began = now.checked_sub(jiff::SignedDuration::from_secs(90)).unwrap();
    for (began, seconds) in [(began, 90), (jiff::Timestamp::UNIX_EPOCH, 0)] {
        let run = shared::ids::RunId::new(began, &[7; 10]).to_string();
        server.import(&chunk_of(&run, 0, true, &samples::items(2), 2)).await.ok();
        let told = server.get(&format!("/api/imports/{run}")).await.ok();
        assert_eq!(told["duration_seconds"], seconds, "a clock that is wrong is not believed");
    }
}
