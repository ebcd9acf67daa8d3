//! Export files of other programs.

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use importers::Limits;
use serde_json::{Value, json};
use shared::samples;

use crate::{
    databases::{self, on_both},
    harness::{self, Answer, Server, run_of},
};

on_both![
    a_file_becomes_a_run_with_a_history_like_any_other,
    one_invalid_row_among_ten_thousand_is_named_and_the_rest_arrives,
    each_shop_of_a_file_is_a_run_of_its_own,
    a_title_without_a_shop_joins_the_only_one_there_is_or_is_named,
    a_dry_run_says_the_same_and_writes_nothing,
    a_file_without_numbers_finds_its_titles_by_name,
    a_row_without_its_number_is_named_where_titles_have_one,
    a_file_that_breaks_off_is_no_complete_reading,
    what_is_no_library_is_refused_by_name,
    a_file_over_the_limit_is_refused,
];

const HEADER: &str = "mp,asin,kind,title,subtitle,full_title,purchase_date,runtime_min,language\n";

fn row(shop: &str, index: usize) -> String {
    format!("{shop},{},book,Title {index},,,2025-05-21,421,english\n", samples::asin(index))
}

async fn send(server: &Server, address: &str, file: impl Into<Vec<u8>>) -> Answer {
    let request = server.request(Method::POST, address);
    server.ask(request.body(Body::from(file.into())).unwrap()).await
}

fn counts(receipt: &Value) -> [u64; 4] {
    ["imported", "updated", "unchanged", "rejected"].map(|name| receipt[name].as_u64().unwrap())
}

async fn a_file_becomes_a_run_with_a_history_like_any_other(database: String) {
    let server = Server::start(database).await;
    let file = format!("{HEADER}{}{}", row("us", 0), row("us", 1));
    let receipt = send(&server, "/api/import/file", file.clone()).await.ok();
    assert_eq!(
        (&receipt["format"], &receipt["format_name"]),
        (&json!("audible_rs"), &json!("audible-rs"))
    );
    assert_eq!((counts(&receipt), &receipt["whole"]), ([2, 0, 0, 0], &json!(true)));
    let run = &receipt["runs"][0];
    assert_eq!((&run["titles"], &run["complete"]), (&json!(2), &json!(true)));
    let history = server.get(&format!("/api/imports/{}", run["run"].as_str().unwrap())).await.ok();
    assert_eq!((&history["source"], &history["imported"]), (&json!("file"), &json!(2)));
    let title = &server.library("q=title+1").await["items"][0];
    assert_eq!(title["user_media"]["imported_from"], "audible_file:audible_rs");

    let again = send(&server, "/api/import/file", file).await.ok();
    assert_eq!(counts(&again), [0, 0, 2, 0]);
    let undo = format!("/api/imports/{}/undo", run["run"].as_str().unwrap());
    server.post(&undo, &json!({})).await.ok();
    assert_eq!(server.size().await, 0);
}

async fn one_invalid_row_among_ten_thousand_is_named_and_the_rest_arrives(database: String) {
    let server = Server::start(database).await;
    let mut file = HEADER.to_owned();
    for index in 0..10_000 {
        let row = row("us", index);
        file.push_str(&if index == 6_000 { row.replace("B000006000", "b6000") } else { row });
    }
    let receipt = send(&server, "/api/import/file", file).await.ok();
    assert_eq!(counts(&receipt), [9_999, 0, 0, 1]);
    assert_eq!(receipt["problems_total"], 1);
    let problem = &receipt["problems"][0];
    assert_eq!((&problem["place"], &problem["field"]), (&json!("line 6002"), &json!("asin")));
    assert_eq!(server.size().await, 9_999);
}

async fn each_shop_of_a_file_is_a_run_of_its_own(database: String) {
    let server = Server::start(database).await;
    let file = format!("{HEADER}{}{}{}", row("us", 0), row("de", 0), row("", 1));
    let receipt = send(&server, "/api/import/file?marketplace=uk", file).await.ok();
    let shops: Vec<_> = receipt["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["marketplace"].as_str().unwrap())
        .collect();
    assert_eq!((shops, counts(&receipt)), (vec!["us", "uk", "de"], [3, 0, 0, 0]));
    assert_eq!(server.library("").await["total"], 3);
    send(&server, "/api/import/file?marketplace=mars", "x").await.problem(400, "query_invalid");
}

async fn a_title_without_a_shop_joins_the_only_one_there_is_or_is_named(database: String) {
    let server = Server::start(database).await;
    let file = |index| format!("{HEADER}{}", row("", index));
    send(&server, "/api/import/file", format!("{HEADER}{}", row("us", 0))).await.ok();
    let joined = send(&server, "/api/import/file", file(0)).await.ok();
    assert_eq!((counts(&joined), server.size().await), ([0, 0, 1, 0], 1));
    send(&server, "/api/import/file", format!("{HEADER}{}", row("de", 0))).await.ok();
    let asked = send(&server, "/api/import/file", file(0)).await.ok();
    assert_eq!(counts(&asked), [0, 0, 0, 1]);
    let problem = &asked["problems"][0];
    assert_eq!(problem["place"], "line 2");
    assert!(problem["detail"].as_str().unwrap().contains("several marketplaces"), "{problem}");
}

async fn a_dry_run_says_the_same_and_writes_nothing(database: String) {
    let server = Server::start(database).await;
    let file = format!("{HEADER}{}{}", row("us", 0), row("us", 1));
    let receipt = send(&server, "/api/import/file?dry_run=true", file).await.ok();
    assert_eq!((counts(&receipt), &receipt["runs"][0]["run"]), ([2, 0, 0, 0], &Value::Null));
    assert_eq!(server.size().await, 0);
    assert_eq!(server.get("/api/imports").await.ok()["runs"], json!([]));
}

async fn a_file_without_numbers_finds_its_titles_by_name(database: String) {
    let server = Server::start(database).await;
    let mut body = run_of(&samples::items(2));
    body["items"][0]["title"] = json!("The Keeper’s Almanac");
    body["items"][0]["authors"] = json!([{"name": "M. J. Holt"}]);
    body["items"][0]["listening"] = json!({"state": "not_started"});
    server.import(&body).await.ok();
    let header = "Title,Author,My Rating,Binding,Date Read,Bookshelves,Exclusive Shelf\n";
    let file = format!(
        "{header}\"The Keeper's Almanac (Coast, #2)\",M.J. Holt,2,Audible Audio,2025/06/02,read,read\n\
         Unknown,Nobody,5,Audio CD,,,to-read\nPrinted,Nobody,5,Paperback,,,read\n"
    );
    let receipt = send(&server, "/api/import/file", file).await.ok();
    assert_eq!((counts(&receipt), &receipt["others"]), ([0, 1, 0, 1], &json!(1)));
    assert_eq!(receipt["problems"][0]["place"], "line 3");
    let title = &server.library("q=keeper").await["items"][0];
    assert_eq!(title["user_media"]["status"], "finished");
    assert_eq!(title["user_media"]["consumed_at"], "2025-06-02");
    assert_eq!(server.size().await, 2);
}

async fn a_row_without_its_number_is_named_where_titles_have_one(database: String) {
    let server = Server::start(database).await;
    let mut body = run_of(&samples::items(1));
    body["items"][0]["title"] = json!("Salt");
    body["items"][0]["authors"] = json!([{"name": "Maren Holt"}]);
    server.import(&body).await.ok();
    let file = "AudibleProductId,Locale,Title,AuthorNames,DateAdded,MyRatingOverall,CategoriesNames\n\
                ,us,Salt,Maren Holt,2020-01-02,4,\n";
    let receipt = send(&server, "/api/import/file", file).await.ok();
    assert_eq!(counts(&receipt), [0, 0, 0, 1], "{receipt}");
    let problem = &receipt["problems"][0];
    assert_eq!((&problem["place"], &problem["field"]), (&json!("line 2"), &json!("asin")));
    assert!(!problem["detail"].as_str().unwrap().contains("by name"), "{problem}");
}

async fn a_file_that_breaks_off_is_no_complete_reading(database: String) {
    let server = Server::start(database).await;
    let one =
        json!({"asin": samples::asin(0), "title": "A", "format_type": "unabridged"}).to_string();
    let receipt =
        send(&server, "/api/import/audible-json", format!("[{one}, {{\"asin\"")).await.ok();
    assert_eq!((counts(&receipt)[0], &receipt["whole"]), (1, &json!(false)));
    assert_eq!(receipt["runs"][0]["complete"], false);
    assert!(receipt["problems"][0]["detail"].as_str().unwrap().contains("breaks off"));
}

async fn what_is_no_library_is_refused_by_name(database: String) {
    let server = Server::start(database).await;
    for (file, code) in [
        (&b""[..], "file_empty"),
        (b"name,age\nAda,7\n", "file_unknown"),
        (b"PK\x03\x04", "file_damaged"),
        (b"asin,title,series_sequence,percent_complete,date_added\n", "file_wishlist"),
    ] {
        send(&server, "/api/import/file", file).await.problem(422, code);
    }
    let table = format!("{HEADER}{}", row("us", 0));
    send(&server, "/api/import/audible-json", table).await.problem(422, "file_other_format");
    let request = axum::http::Request::post("/api/import/file").body(Body::from("x")).unwrap();
    server.ask(request).await.problem(401, "token_missing");
    assert_eq!(server.get("/api/import/file").await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(server.size().await, 0);
}

async fn a_file_over_the_limit_is_refused(database: String) {
    let mut settings = harness::settings(database);
    settings.file_limit = 1_000;
    let server = Server::with(settings).await;
    let file = format!("{HEADER}{}", row("us", 0).repeat(30));
    assert!(file.len() > 1_000 && file.len() < usize::try_from(Limits::default().entry).unwrap());
    send(&server, "/api/import/file", file).await.problem(413, "file_too_large");
}
