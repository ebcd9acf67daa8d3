//! Imports that are taken back, and given again.

use serde_json::{Value, json};
use shared::{item::Item, samples};

use crate::{
    browser::Browser,
    databases::{self, on_both},
    harness::{Server, chunk_of, new_run, run_of},
};

on_both![
    a_run_is_taken_back_and_the_library_is_as_before,
    a_single_title_is_taken_back,
    what_changed_since_stays_and_is_named,
    what_a_person_has_said_since_is_kept_and_named,
    taking_back_can_itself_be_taken_back,
    a_chunk_of_a_run_that_was_taken_back_is_refused,
    large_runs_of_several_chunks_are_taken_back_whole,
    the_page_takes_back_and_gives_again,
    wrong_questions_change_nothing,
];

/// The library as a person sees it, without the moments of changes.
async fn library(server: &Server) -> Vec<Value> {
    let mut items = server.library("sort=title&limit=200").await["items"].clone();
    for item in items.as_array_mut().unwrap() {
        item.as_object_mut().unwrap().retain(|name, _| !name.ends_with("_at"));
        item["user_media"].as_object_mut().unwrap().remove("imported_from");
    }
    items.as_array().unwrap().clone()
}

fn numbers(run: &Value) -> [&Value; 4] {
    ["removed", "imported", "updated", "kept"].map(|name| &run[name])
}

fn id(receipt: &Value) -> String {
    receipt["run"]["id"].as_str().unwrap().to_owned()
}

/// Titles 1 to 10 with another title and state for the first three.
fn changed() -> Vec<Item> {
    let mut items = samples::items(10);
    for item in &mut items[..3] {
        item.title = format!("{} once more", item.title);
    }
    items
}

async fn undo(server: &Server, run: &str, body: Value) -> Value {
    server.post(&format!("/api/imports/{run}/undo"), &body).await.ok()
}

async fn a_run_is_taken_back_and_the_library_is_as_before(database: String) {
    let server = Server::start(database).await;
    server.import(&run_of(&samples::items(5))).await.ok();
    let before = library(&server).await;
    server.later(60);
    let run = id(&server.import(&run_of(&changed())).await.ok());
    assert_ne!(library(&server).await, before);
    server.later(60);
    let undone = undo(&server, &run, json!({})).await;
    assert_eq!(library(&server).await, before);
    assert_eq!(undone["kept"], json!([]));
    assert_eq!(numbers(&undone["run"]), [5, 0, 3, 0].map(|n| json!(n)).each_ref());
    assert_eq!((&undone["run"]["source"], &undone["run"]["undoes"]), (&json!("undo"), &json!(run)));
    let listed = server.get("/api/imports").await.ok();
    assert_eq!(listed["runs"][0], undone["run"]);
    assert_eq!(listed["runs"][1]["undone_by"], undone["run"]["id"]);
    let by = undone["run"]["id"].as_str().unwrap();
    let items = server.get(&format!("/api/imports/{by}/items?outcome=updated")).await.ok();
    assert_eq!(items["items"].as_array().unwrap().len(), 3);
    assert_eq!(items["items"][0]["changed"], json!(["title"]));
}

async fn a_single_title_is_taken_back(database: String) {
    let server = Server::start(database).await;
    server.import(&run_of(&samples::items(5))).await.ok();
    let before = library(&server).await;
    let run = id(&server.import(&run_of(&changed())).await.ok());
    let [restored, new] = [&changed()[1].asin, &changed()[8].asin];
    let ask = json!({"asins": [restored.as_str(), new.as_str(), "B0NOTTHERE"]});
    let undone = undo(&server, &run, ask).await;
    assert_eq!(numbers(&undone["run"]), [1, 0, 1, 0].map(|n| json!(n)).each_ref());
    let stranger = json!([{"asin": "B0NOTTHERE", "reason": "not_changed_by_run"}]);
    assert_eq!(undone["kept"], stranger);
    let after = library(&server).await;
    assert_eq!(after.len(), 9);
    let find = |items: &[Value]| items.iter().find(|one| one["asin"] == restored.as_str()).cloned();
    assert_eq!(find(&after), find(&before));
    // The run itself still counts as there, and the rest can be taken back later.
    assert_eq!(server.get(&format!("/api/imports/{run}")).await.ok()["undone_by"], Value::Null);
    let rest = undo(&server, &run, json!({})).await;
    assert_eq!(numbers(&rest["run"]), [4, 0, 2, 2].map(|n| json!(n)).each_ref());
    assert_eq!(library(&server).await, before);
}

async fn what_changed_since_stays_and_is_named(database: String) {
    let server = Server::start(database).await;
    let run = id(&server.import(&run_of(&samples::items(5))).await.ok());
    let mut later = samples::items(5);
    later[4].title = "Changed by a later import".to_owned();
    server.import(&run_of(&later)).await.ok();
    let undone = undo(&server, &run, json!({})).await;
    assert_eq!(
        undone["kept"],
        json!([{"asin": later[4].asin.as_str(), "reason": "changed_since"}])
    );
    let left = library(&server).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["media"]["title"], "Changed by a later import");
    // What another import has brought again since is not put there twice.
    let by = id(&undone);
    server.import(&run_of(&samples::items(2))).await.ok();
    let again = undo(&server, &by, json!({})).await;
    assert_eq!(numbers(&again["run"]), [0, 2, 0, 2].map(|n| json!(n)).each_ref());
    assert_eq!(again["kept"][0]["reason"], "there_again");
    assert_eq!(server.size().await, 5);
}

async fn what_a_person_has_said_since_is_kept_and_named(database: String) {
    let server = Server::start(database).await;
    server.import(&run_of(&samples::items(5))).await.ok();
    let run = id(&server.import(&run_of(&changed())).await.ok());
    let titles = server.library("sort=title&limit=200").await["items"].clone();
    // One title that the run changed, one that it brought, and another that it brought and that the
    // person edited and gave back again.
    let [restored, new, given_back] = [0, 8, 9].map(|index| {
        let asin = json!(changed()[index].asin.as_str());
        let title = titles.as_array().unwrap().iter().find(|title| title["asin"] == asin);
        title.unwrap()["id"].as_str().unwrap().to_owned()
    });
    for (title, edit) in [
        (&restored, json!({"notes": "Lent to Ada", "status": "finished"})),
        (&new, json!({"rating": 5})),
        (&given_back, json!({"rating": 5})),
        (&given_back, json!({"rating": null})),
    ] {
        server.patch(&format!("/api/library/{title}"), &edit).await.ok();
    }
    let undone = undo(&server, &run, json!({})).await;
    assert_eq!(undone["kept"], json!([{"asin": changed()[8].asin.as_str(), "reason": "edited"}]));
    assert_eq!(numbers(&undone["run"]), [4, 0, 3, 1].map(|n| json!(n)).each_ref());
    assert_eq!(server.size().await, 6);
    let title = server.get(&format!("/api/library/{restored}")).await.ok();
    assert_eq!(title["media"]["title"], samples::items(1)[0].title.as_str());
    assert_eq!(title["notes"], "Lent to Ada");
    assert_eq!(title["user_media"]["status"], "finished");
    assert_eq!(server.get(&format!("/api/library/{new}")).await.ok()["rating"], 5);
    server.get(&format!("/api/library/{given_back}")).await.problem(404, "not_found");
    // Given again: the source's values come back below the person's.
    undo(&server, &id(&undone), json!({})).await;
    let title = server.get(&format!("/api/library/{restored}")).await.ok();
    assert_eq!(title["media"]["title"], changed()[0].title.as_str());
    assert_eq!(title["notes"], "Lent to Ada");
    assert_eq!(server.size().await, 10);
}

async fn taking_back_can_itself_be_taken_back(database: String) {
    let server = Server::start(database).await;
    server.import(&run_of(&samples::items(5))).await.ok();
    let before = library(&server).await;
    let run = id(&server.import(&run_of(&changed())).await.ok());
    let after = library(&server).await;
    let mut last = run.clone();
    for round in 0..5 {
        let undone = undo(&server, &last, json!({})).await;
        let (now, holds) = if round % 2 == 0 { (&before, false) } else { (&after, true) };
        assert_eq!(&library(&server).await, now, "round {round}");
        let first = server.get(&format!("/api/imports/{run}")).await.ok();
        assert_eq!(first["undone_by"].is_null(), holds, "round {round}");
        let twice = server.post(&format!("/api/imports/{last}/undo"), &json!({})).await;
        twice.problem(409, "run_undone");
        last = id(&undone);
        server.later(60);
    }
}

async fn a_chunk_of_a_run_that_was_taken_back_is_refused(database: String) {
    let server = Server::start(database).await;
    let run = new_run();
    let first = chunk_of(&run, 0, false, &samples::items(3), 5);
    server.import(&first).await.ok();
    let undone = undo(&server, &run, json!({})).await;
    for chunk in [first.clone(), chunk_of(&run, 1, true, &samples::items(5), 5)] {
        server.import(&chunk).await.problem(409, "run_undone");
    }
    assert_eq!(server.size().await, 0);
    undo(&server, &id(&undone), json!({})).await;
    server.import(&chunk_of(&run, 1, true, &samples::items(5), 5)).await.ok();
    server.import(&first).await.ok();
    assert_eq!(server.size().await, 5);
}

async fn large_runs_of_several_chunks_are_taken_back_whole(database: String) {
    let server = Server::start(database).await;
    let run = new_run();
    let items = samples::items(1_200);
    for (index, part) in items.chunks(500).enumerate() {
        let chunk = chunk_of(&run, index, index == 2, part, 1_200);
        server.import(&chunk).await.ok();
    }
    let undone = undo(&server, &run, json!({})).await;
    assert_eq!(undone["run"]["removed"], 1_200);
    assert_eq!(server.size().await, 0);
    undo(&server, &id(&undone), json!({})).await;
    assert_eq!(server.size().await, 1_200);
}

async fn the_page_takes_back_and_gives_again(database: String) {
    let server = Server::start(database).await;
    let reader = Browser::signed_in(&server, server.account.id).await;
    let run = id(&server.import(&run_of(&samples::items(4))).await.ok());
    let page = reader.get(&format!("/imports/{run}")).await.text;
    assert!(
        page.contains("leave your library: 4. Changed titles that become what they were: 0."),
        "{page}"
    );
    let asin = samples::items(4)[2].asin.to_string();
    let one = reader.post(&format!("/imports/{run}/undo"), &format!("asin={asin}")).await;
    assert_eq!(server.size().await, 3);
    let shown = reader.get(one.header("location")).await.text;
    assert!(shown.contains("Almanac 2</h2>"), "by name, though it is gone: {shown}");
    assert!(shown.contains("removed 1") && shown.contains("This took an import back"), "{shown}");
    server.later(60);
    let whole = reader.post(&format!("/imports/{run}/undo"), "").await;
    assert_eq!(server.size().await, 0);
    let by = whole.header("location").to_owned();
    let shown = reader.get(&by).await.text;
    assert!(shown.contains("removed 3, left 1 as they are"), "{shown}");
    assert!(shown.contains("it is no longer in the library"), "{shown}");
    let page = reader.get(&format!("/imports/{run}")).await.text;
    assert!(page.contains("This import was taken back") && page.contains(&by), "{page}");
    assert!(!page.contains("Take this import back"), "{page}");
    let twice = reader.post(&format!("/imports/{run}/undo"), "").await;
    assert!(twice.header("location").ends_with(&run));
    reader.post(&format!("{by}/undo"), "").await;
    assert_eq!(server.size().await, 3);
    let list = reader.get("/imports").await.text;
    assert!(list.contains("put back 3<"), "{list}");
}

async fn wrong_questions_change_nothing(database: String) {
    let server = Server::start(database).await;
    let run = id(&server.import(&run_of(&samples::items(5))).await.ok());
    let wrong = server.post(&format!("/api/imports/{run}/undo"), &json!({"titles": []})).await;
    wrong.problem(400, "query_invalid");
    let unknown = server.post(&format!("/api/imports/{}/undo", new_run()), &json!({})).await;
    unknown.problem(404, "not_found");
    assert_eq!(server.size().await, 5);
}
