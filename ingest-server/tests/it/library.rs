//! Reading a library: search, order, parts.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::{item::Person, samples, when::When};

use crate::{
    databases::{self, on_both},
    harness::{Server, run_of},
};

on_both![
    a_search_knows_neither_case_nor_accents,
    parts_follow_each_other_without_gap_or_double,
    each_order_is_kept_and_titles_without_dates_follow_by_rank,
];

async fn a_search_knows_neither_case_nor_accents(database: String) {
    let server = Server::start(database).await;
    let mut items = samples::items(5);
    items[0].title = "Die Straße nach Ávila".to_owned();
    items[1].authors = vec![Person { name: "Zoë Łukaszewicz".to_owned(), asin: None }];
    items[2].title = "100% _sure_".to_owned();
    items[3].title = "春の海 – ハルノウミ".to_owned();
    server.import(&run_of(&items)).await.ok();
    for (query, expected) in [
        ("strasse", 1),
        ("STRASSE%20avila", 1),
        ("stra%C3%9Fe", 1),
        ("avila%20zoe", 0),
        ("zoe%20lukaszewicz", 1),
        ("ferreira", 4),
        ("S%C3%B8rensen", 5),
        ("harbour%20stories", 5),
        ("100%25", 1),
        ("_sure_", 1),
        ("%25", 1),
        ("%E6%B5%B7", 1),
        ("%20", 5),
        ("nowhere", 0),
        ("%27%20OR%201%3D1", 0),
    ] {
        let page = server.library(&format!("q={query}")).await;
        assert_eq!(page["total"], expected, "{query}");
        assert_eq!(page["items"].as_array().unwrap().len(), expected, "{query}");
    }
}

async fn parts_follow_each_other_without_gap_or_double(database: String) {
    let server = Server::start(database).await;
    let mut items = samples::items(57);
    // Titles that sort the same are told apart too.
    for item in &mut items[10..30] {
        item.title = "The same".to_owned();
        item.rank = Some(7);
    }
    server.import(&run_of(&items)).await.ok();
    for sort in ["newest", "title", "author"] {
        let (mut seen, mut parts, mut cursor) = (BTreeSet::new(), 0, String::new());
        loop {
            let page = server.library(&format!("sort={sort}&limit=10&cursor={cursor}")).await;
            assert_eq!(page["total"], 57);
            for item in page["items"].as_array().unwrap() {
                assert!(seen.insert(item["id"].as_str().unwrap().to_owned()), "{sort}: twice");
            }
            parts += 1;
            match page["next_cursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        assert_eq!((seen.len(), parts), (57, 6), "{sort}");
    }
    assert_eq!(server.library("limit=57").await["next_cursor"], Value::Null);
}

async fn each_order_is_kept_and_titles_without_dates_follow_by_rank(database: String) {
    let server = Server::start(database).await;
    let mut items = samples::items(4);
    let names = ["éclair", "Zebra", "apple", "Eclipse"];
    let dates =
        [None, When::parse("2024-01-01").ok(), None, When::parse("2025-01-01T10:00:00Z").ok()];
    let ranks = [2, 9, 1, 8];
    for (index, item) in items.iter_mut().enumerate() {
        item.title = names[index].to_owned();
        item.purchase_date = dates[index];
        item.rank = Some(ranks[index]);
        item.authors[0].name = format!("Author {}", 9 - index);
    }
    server.import(&run_of(&items)).await.ok();
    let order = async |sort: &str| -> Vec<String> {
        let page = server.library(&format!("sort={sort}")).await;
        let items = page["items"].as_array().unwrap();
        items.iter().map(|one| one["media"]["title"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(order("newest").await, ["Eclipse", "Zebra", "apple", "éclair"]);
    assert_eq!(order("title").await, ["apple", "éclair", "Eclipse", "Zebra"]);
    assert_eq!(order("author").await, ["Eclipse", "apple", "Zebra", "éclair"]);
}
