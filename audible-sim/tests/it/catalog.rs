//! The catalog and the covers.

use audible_sim::library::Library;
use audible_sim::{Case, catalog};

use crate::client::start;

const GROUPS: &str = "contributors,media,product_attrs,product_desc,product_extended_attrs,series,rating,category_ladders";

fn url(asins: &[String]) -> String {
    let asins = asins.join(",");
    format!(
        "https://api.audible.com/1.0/catalog/products?asins={asins}&response_groups={GROUPS}&image_sizes=500"
    )
}

#[tokio::test]
async fn fifty_asins_are_answered_without_any_login() {
    let (sim, browser) = start(60).await;
    let truth = sim.control().truth("us");
    let asins: Vec<String> = truth.iter().take(50).map(|title| title.asin.clone()).collect();
    let page = browser.get(&url(&asins)).await;
    assert_eq!(page.status, 200);
    let products = page.json()["products"].as_array().unwrap().clone();
    assert_eq!(products.len(), 50);
    for (product, title) in products.iter().zip(&truth) {
        assert_eq!(product["asin"], title.asin.as_str());
        if title.enriched {
            assert_eq!(product["title"], title.title.as_str());
            assert_eq!(
                product["runtime_length_min"].as_u64(),
                title.runtime_minutes.map(u64::from)
            );
            assert_eq!(product["release_date"].as_str(), title.release_date.as_deref());
        }
    }
}

#[tokio::test]
async fn fifty_one_asins_are_refused() {
    let (_sim, browser) = start(1).await;
    let asins: Vec<String> = (0..51).map(|number| format!("B0000000{number:02}")).collect();
    let page = browser.get(&url(&asins)).await;
    assert_eq!(page.status, 400);
    let message = page.json()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("at 'asins' failed to satisfy constraint"));
}

#[tokio::test]
async fn unknown_asins_are_hollow_and_no_other_origin_may_read() {
    let (_sim, browser) = start(1).await;
    let response = browser.request(&url(&["B0UNKNOWN1".to_owned()])).send().await.unwrap();
    assert!(response.headers().get("access-control-allow-origin").is_none());
    let body: serde_json::Value = response.json().await.unwrap();
    assert_eq!(body["products"], serde_json::json!([{ "asin": "B0UNKNOWN1" }]));
}

#[test]
fn groups_that_were_not_asked_for_are_null_and_library_groups_are_refused() {
    let library = Library::of(&[Case::NotStarted, Case::NotInCatalog]);
    let asin = &library.titles()[0].asin;
    let answer = catalog::products(&library, asin, "media").unwrap();
    assert!(answer["products"][0]["title"].is_null());
    assert!(answer["products"][0]["runtime_length_min"].is_number());
    let refusal = catalog::products(&library, asin, "media,listening_status").unwrap_err();
    assert_eq!(refusal.body()["message"], "Invalid response group");
    let gone = catalog::products(&library, &library.titles()[1].asin, "media").unwrap();
    assert_eq!(gone["products"][0].as_object().unwrap().len(), 1);
}

#[test]
fn stars_add_up_to_the_number_of_ratings() {
    let library = Library::generate(1, 300);
    for title in library.titles() {
        let answer = catalog::products(&library, &title.asin, "rating").unwrap();
        let spread = &answer["products"][0]["rating"]["overall_distribution"];
        let Some(count) = spread["num_ratings"].as_u64() else { continue };
        let stars = ["one", "two", "three", "four", "five"];
        let each = stars.map(|name| spread[format!("num_{name}_star_ratings")].as_u64().unwrap());
        assert_eq!(each.iter().sum::<u64>(), count);
    }
}

#[tokio::test]
async fn everything_but_the_catalog_wants_a_signature() {
    let (_sim, browser) = start(1).await;
    let page = browser.get("https://api.audible.com/1.0/library?page=1").await;
    assert_eq!(page.status, 403);
}

#[tokio::test]
async fn a_known_cover_is_drawn_and_an_unknown_one_is_missing() {
    let (sim, browser) = start(40).await;
    let truth = sim.control().truth("us");
    for title in &truth {
        let Some(address) = &title.cover_url else { continue };
        let cover = browser.get(address).await;
        assert_eq!((cover.status, cover.content_type.as_str()), (200, "image/svg+xml"));
        assert!(cover.text.starts_with("<svg ") && cover.text.ends_with("</svg>"));
    }
    let unknown = "https://m.media-amazon.com/images/I/00000000000._SL500_.jpg";
    assert_eq!(browser.get(unknown).await.status, 404);
}
