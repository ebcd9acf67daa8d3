//! What readings notice of titles: not playable, not listed any more, the same in another shop.

use serde_json::{Value, json};
use shared::{item::Item, samples};

use crate::{
    browser::Browser,
    databases::{self, on_both},
    harness::{Server, run_of},
};

on_both![
    a_title_that_cannot_be_played_is_marked_since_the_first_run_that_saw_it,
    a_title_that_a_complete_reading_lacks_is_marked_until_it_is_listed_again,
    only_complete_readings_of_the_same_library_say_that_a_title_is_gone,
    the_same_recording_from_two_shops_is_shown_as_one,
    the_pages_list_marked_titles,
];

fn unavailable(mut item: Item) -> Item {
    item.availability.available = Some(false);
    item
}

/// Imports titles; gives the run's id.
async fn import(server: &Server, items: &[Item], change: impl Fn(&mut Value)) -> String {
    server.later(60);
    let mut body = run_of(items);
    change(&mut body);
    let receipt = server.import(&body).await.ok();
    receipt["run"]["id"].as_str().unwrap().to_owned()
}

async fn listed(server: &Server, query: &str) -> Vec<(String, Value)> {
    let page = server.library(&format!("sort=title&{query}")).await;
    let titles = page["items"].as_array().unwrap();
    assert_eq!(page["total"], titles.len(), "the number is that of the kind");
    let pair = |title: &Value| (title["asin"].as_str().unwrap().to_owned(), title["marks"].clone());
    titles.iter().map(pair).collect()
}

async fn a_title_that_cannot_be_played_is_marked_since_the_first_run_that_saw_it(database: String) {
    let server = Server::start(database).await;
    let mut items = samples::items(3);
    let first = import(&server, &[items[0].clone(), unavailable(items[1].clone())], |_| {}).await;
    let since = |title: &(String, Value)| title.1[0]["run"].as_str().unwrap().to_owned();
    let found = listed(&server, "only=unavailable").await;
    assert_eq!(
        (found.len(), &found[0].0, since(&found[0])),
        (1, &items[1].asin.to_string(), first.clone())
    );
    assert_eq!(found[0].1[0]["kind"], "unavailable");

    // A later run finds it so still, and another one gone.
    items[1] = unavailable(items[1].clone());
    items[0] = unavailable(items[0].clone());
    let second = import(&server, &items, |_| {}).await;
    let found = listed(&server, "only=unavailable").await;
    assert_eq!(found.iter().map(since).collect::<Vec<_>>(), [second, first]);

    // Back in the catalogue.
    import(&server, &samples::items(3), |_| {}).await;
    assert_eq!(listed(&server, "only=unavailable").await, []);
    server.get("/api/library?only=lost").await.problem(400, "query_invalid");
}

async fn a_title_that_a_complete_reading_lacks_is_marked_until_it_is_listed_again(
    database: String,
) {
    let server = Server::start(database).await;
    let items = samples::items(4);
    import(&server, &items, |_| {}).await;
    let gone = import(&server, &items[..2], |_| {}).await;
    import(&server, &items[..2], |_| {}).await;
    let absent = listed(&server, "only=absent").await;
    assert_eq!(absent.len(), 2);
    for (_, marks) in &absent {
        assert_eq!((&marks[0]["run"], &marks[0]["library"]), (&json!(gone), &json!("main")));
    }
    assert_eq!(server.size().await, 4, "nothing is removed because it was not seen");
    // One is left out by the person and still listed by Audible, the other is sent.
    let asin = items[3].asin.to_string();
    import(&server, &items[..3], |body| {
        body["run"]["not_sent"] = json!([asin]);
        body["run"]["source_total"] = json!(4);
        body["run"]["reading"]["seen"] = json!(4);
    })
    .await;
    assert_eq!(listed(&server, "only=absent").await, []);
}

async fn only_complete_readings_of_the_same_library_say_that_a_title_is_gone(database: String) {
    let server = Server::start(database).await;
    let items = samples::items(4);
    import(&server, &items, |_| {}).await;
    // Another household's library, another shop, an incomplete reading, a file.
    import(&server, &items[..1], |body| body["run"]["library"] = json!("Ada")).await;
    import(&server, &items[..1], |body| body["run"]["marketplace"] = json!("de")).await;
    import(&server, &items[..1], |body| body["run"]["reading"]["complete"] = json!(false)).await;
    import(&server, &items[..1], |body| body["run"]["source"] = json!("file")).await;
    assert_eq!(listed(&server, "only=absent").await, []);
    // Both libraries lose one; each is told.
    import(&server, &items[..3], |_| {}).await;
    let absent = listed(&server, "only=absent").await;
    assert_eq!((absent.len(), &absent[0].0), (1, &items[3].asin.to_string()));
}

async fn the_same_recording_from_two_shops_is_shown_as_one(database: String) {
    let server = Server::start(database).await;
    let here = samples::items(3);
    import(&server, &here, |_| {}).await;
    let mut there = samples::items(8)[6..].to_vec();
    there[0].sku.clone_from(&here[1].sku);
    import(&server, &there, |body| body["run"]["marketplace"] = json!("de")).await;
    assert_eq!(listed(&server, "").await.len(), 5, "each is stored by itself");
    let one = server.library("as_one=true&sort=title").await;
    assert_eq!(one["total"], 4);
    let both = one["items"].as_array().unwrap().iter().find(|title| title["also_in"] != json!([]));
    let both = both.unwrap();
    assert_eq!((&both["asin"], &both["also_in"]), (&json!(here[1].asin.as_str()), &json!(["de"])));
    let id = both["id"].as_str().unwrap();
    let editions = server.get(&format!("/api/library/{id}")).await.ok()["editions"].clone();
    assert_eq!(editions[0]["asin"], there[0].asin.as_str());
}

async fn the_pages_list_marked_titles(database: String) {
    let server = Server::start(database).await;
    let items = samples::items(3);
    import(&server, &items, |_| {}).await;
    import(&server, &[unavailable(items[0].clone()), items[1].clone()], |_| {}).await;
    let reader = Browser::signed_in(&server, server.account.id).await;
    let page = reader.get("/?show=unavailable").await.text;
    assert!(page.contains("Unavailable since 20") && page.contains("1 title<"), "{page}");
    let page = reader.get("/?show=absent").await.text;
    assert!(page.contains("No longer listed since 20"), "{page}");
    let page = reader.get("/?show=hidden").await.text;
    assert!(page.contains("No title is hidden"), "{page}");
}
