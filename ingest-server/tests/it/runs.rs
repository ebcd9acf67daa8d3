//! When a run is complete.

use serde_json::{Value, json};
use shared::samples;

use crate::{
    databases::{self, on_both},
    harness::{Server, chunk_of, new_run},
};

on_both![
    a_run_is_complete_with_its_last_missing_chunk,
    what_was_left_out_counts_as_seen,
    a_partial_reading_is_never_complete,
    the_last_chunk_s_numbers_hold,
];

fn run(receipt: &Value) -> (u64, u64, bool) {
    let run = &receipt["run"];
    (run["received"].as_u64().unwrap(), run["not_sent"].as_u64().unwrap(), run["complete"] == true)
}

async fn a_run_is_complete_with_its_last_missing_chunk(database: String) {
    let server = Server::start(database).await;
    let (id, items) = (new_run(), samples::items(30));
    let send = |index: usize, last, from: usize, to: usize| {
        chunk_of(&id, index, last, &items[from..to], 30)
    };
    assert_eq!(run(&server.import(&send(2, true, 20, 30)).await.ok()), (10, 0, false));
    // Titles that stand in two chunks count once.
    assert_eq!(run(&server.import(&send(0, false, 0, 12)).await.ok()), (22, 0, false));
    assert_eq!(run(&server.import(&send(1, false, 10, 20)).await.ok()), (30, 0, true));
    assert_eq!(run(&server.import(&send(1, false, 10, 20)).await.ok()), (30, 0, true));
    assert_eq!(server.size().await, 30);
}

async fn what_was_left_out_counts_as_seen(database: String) {
    let server = Server::start(database).await;
    let (id, items) = (new_run(), samples::items(8));
    let mut last = chunk_of(&id, 0, true, &items, 10);
    last["run"]["not_sent"] = json!([samples::asin(100), samples::asin(101), samples::asin(100)]);
    assert_eq!(run(&server.import(&last).await.ok()), (8, 2, true));
}

async fn a_partial_reading_is_never_complete(database: String) {
    let server = Server::start(database).await;
    let mut body = chunk_of(&new_run(), 0, true, &samples::items(3), 3);
    body["run"]["reading"]["complete"] = json!(false);
    assert_eq!(run(&server.import(&body).await.ok()), (3, 0, false));
    let short = chunk_of(&new_run(), 0, true, &samples::items(3), 4);
    assert_eq!(run(&server.import(&short).await.ok()), (3, 0, false));
    let open = chunk_of(&new_run(), 0, false, &samples::items(3), 3);
    assert_eq!(run(&server.import(&open).await.ok()), (3, 0, false));
    let mut silent = chunk_of(&new_run(), 0, true, &samples::items(3), 3);
    silent["run"].as_object_mut().unwrap().remove("reading");
    assert_eq!(run(&server.import(&silent).await.ok()), (3, 0, false));
}

async fn the_last_chunk_s_numbers_hold(database: String) {
    let server = Server::start(database).await;
    let id = new_run();
    let items = samples::items(2);
    let last = chunk_of(&id, 1, true, &items[1..], 2);
    server.import(&last).await.ok();
    let receipt = server.import(&chunk_of(&id, 0, false, &items[..1], 99)).await.ok();
    assert_eq!(receipt["run"]["source_total"], 2);
    assert_eq!(receipt["run"]["seen"], 2);
    assert_eq!(receipt["run"]["complete"], true);
}
