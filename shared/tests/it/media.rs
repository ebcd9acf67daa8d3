//! Item to what the tracker stores, row by row of the mapping.

use serde_json::json;
use shared::{
    ids::Marketplace,
    item::{Item, Listening, SeriesEntry},
    media::{Basis, FINISHED_FROM, Status, UserMedia, media, user_media},
    percent::Percent,
    samples,
    when::When,
};

fn person_side(item: &Item) -> UserMedia {
    user_media(item, item, "audible_extension", FINISHED_FROM)
}

fn heard(percent: f64) -> Item {
    let percent = Percent::clamped(percent).unwrap();
    Item {
        listening: Some(Listening::InProgress { percent, minutes_left: None }),
        ..samples::item(7)
    }
}

#[test]
fn the_titles_side_has_every_field() {
    let mut item = samples::item(7);
    item.series.push(SeriesEntry { title: "Second".to_owned(), asin: None, sequence: None });
    let media = serde_json::to_value(media(&item, Some(Marketplace::Uk))).unwrap();
    assert_eq!(media["title"], "The Lighthouse Keeper's Almanac 7");
    assert_eq!(media["type"], "audiobook");
    assert_eq!(media["release_date"], "2020-01-01");
    assert_eq!(media["tmdb_id"], json!(null));
    assert_eq!(media["imdb_id"], json!(null));
    assert_eq!(media["platform"], "audible");
    let ids = json!({"asin": "B000000007", "marketplace": "uk", "sku": "BK_HARB_000007"});
    assert_eq!(media["platform_ids"], ids);
    let data = &media["media_metadata"];
    assert_eq!(data["authors"], json!(["Maren Holt 7", "Joaquín Ferreira"]));
    assert_eq!(data["narrators"], json!(["Ida Sørensen 7"]));
    assert_eq!(data["duration_minutes"], 421);
    assert_eq!(data["series"], "Harbour Stories 0");
    assert_eq!(data["series_sequence"], "8");
    assert_eq!(data["all_series"][1]["title"], "Second");
    assert_eq!(data["rating"], 4.5);
    assert_eq!(data["cover_url"], "https://m.media-amazon.com/images/I/5100000007L._SL500_.jpg");
    assert_eq!(data["audible_url"], "https://www.audible.co.uk/pd/B000000007");
    assert_eq!(data["subtitle"], "Harbour Stories, Book 8");
    assert_eq!(data["publisher"], "Quiet Harbour Audio");
    assert_eq!(data["language"], "english");
    assert_eq!(data["categories"][0], "Literature & Fiction");
    assert!(data["summary"].as_str().unwrap().starts_with("A keeper"));
}

#[test]
fn from_95_percent_on_a_title_is_finished_and_the_raw_percent_stays() {
    assert_eq!(person_side(&heard(94.9)).status, Status::InProgress);
    let side = person_side(&heard(95.0));
    assert_eq!(side.status, Status::Finished);
    assert_eq!(side.raw_import_data["percent_complete"], 95);
    assert_eq!(side.raw_import_data["is_finished"], false);
}

#[test]
fn a_purchase_date_never_passes_for_a_finish_date() {
    let bought = When::parse("2020-01-01").unwrap();
    let side = person_side(&heard(99.0));
    assert_eq!(side.consumed_at, Some(bought));
    assert_eq!(side.consumed_at_basis, Some(Basis::PurchaseDate));
    assert_eq!(side.acquired_at, Some(bought));

    let on = When::parse("2021-03-04T05:06:07Z").unwrap();
    let listening = Some(Listening::Finished { percent: Percent::HUNDRED, on: Some(on) });
    let side = person_side(&Item { listening, ..samples::item(7) });
    assert_eq!(side.consumed_at, Some(on));
    assert_eq!(side.consumed_at_basis, Some(Basis::FinishDate));

    let side = person_side(&heard(50.0));
    assert_eq!((side.consumed_at, side.consumed_at_basis), (None, None));
}

#[test]
fn the_raw_data_is_what_was_received() {
    let side = person_side(&Item { listening: None, ..samples::item(7) });
    assert_eq!(side.status, Status::NotStarted);
    assert_eq!(side.platform, "audible");
    assert_eq!(side.imported_from, "audible_extension");
    assert_eq!(side.raw_import_data["asin"], "B000000007");
    assert_eq!(side.raw_import_data["percent_complete"], 0);
    assert_eq!(side.raw_import_data["purchase_date"], "2020-01-01");
    assert_eq!(side.raw_import_data["item"]["title"], "The Lighthouse Keeper's Almanac 7");
}
