//! What else is asked for in the name of a device: counts, finished titles, wishlist, catalog.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use shared::{ids::Asin, product, raw::RawItem};

use crate::{
    account::{Account, FinishedEvent, Wish},
    error::AudibleError,
    library,
    transport::{LIST, Repeat, SMALL},
};

const FINISHED_PATH: &str = "/1.0/stats/status/finished";
const WISHLIST_PATH: &str = "/1.0/wishlist";
const CATALOG_PATH: &str = "/1.0/catalog/products";

/// Titles a request: more are refused, in the wishlist as in the catalog.
const BATCH: usize = 50;

/// Pages of a wishlist that are read at most, whatever it says of itself.
const MOST_PAGES: usize = 200;

/// What the catalog knows of a title.
const CATALOG_GROUPS: &str = "category_ladders,contributors,media,product_attrs,product_desc,\
     product_details,product_extended_attrs,rating,series,sku";

pub(crate) async fn books_count(account: &Account) -> Result<u32, AudibleError> {
    let query = [
        ("num_results", "1"),
        ("response_groups", "product_attrs"),
        ("status", "Active"),
        ("include_pending", "true"),
    ];
    let answer = account.get(library::PATH, &query, SMALL, Repeat::Always).await?;
    let total = answer.header("total-count").and_then(|text| text.trim().parse().ok());
    total.ok_or(AudibleError::Unreadable("the number of titles"))
}

pub(crate) async fn finished_since(
    account: &Account,
    since: &str,
) -> Result<Vec<FinishedEvent>, AudibleError> {
    let query = [("start_date", since)];
    let answer = account.get(FINISHED_PATH, &query, LIST, Repeat::Always).await?;
    let finished: Finished = answer.json("the list of finished titles")?;
    let events = finished.mark_as_finished_status_list.into_iter().filter_map(|entry| {
        let at = entry.get("event_timestamp")?.as_str()?.to_owned();
        let event = FinishedEvent {
            asin: entry.get("asin")?.as_str()?.to_owned(),
            finished: entry.get("is_marked_as_finished")?.as_bool()?,
            at,
        };
        Some((event.at.parse::<Timestamp>().ok()?, event))
    });
    let mut events: Vec<(Timestamp, FinishedEvent)> = events.collect();
    events.sort_by_key(|(at, _)| *at);
    Ok(events.into_iter().map(|(_, event)| event).collect())
}

pub(crate) async fn wishlist(account: &Account) -> Result<Vec<Wish>, AudibleError> {
    let mut wishes = Vec::new();
    let mut seen = HashSet::new();
    // Unlike those of the library, its pages are counted from 0.
    for number in 0..MOST_PAGES {
        let (number, size) = (number.to_string(), BATCH.to_string());
        let query = [
            ("num_results", size.as_str()),
            ("page", &number),
            ("sort_by", "-DateAdded"),
            ("response_groups", CATALOG_GROUPS),
            ("image_sizes", "500"),
        ];
        let answer = account.get(WISHLIST_PATH, &query, LIST, Repeat::Always).await?;
        let page: Products = answer.json("a page of the wishlist")?;
        let before = wishes.len();
        for product in &page.products {
            let raw = product::raw(product);
            let added_at = product.get("added_timestamp").and_then(Value::as_str);
            if !raw.asin.is_empty() && seen.insert(raw.asin.clone()) {
                wishes.push(Wish { raw, added_at: added_at.map(str::to_owned) });
            }
        }
        if page.products.len() < BATCH || wishes.len() == before {
            break;
        }
    }
    Ok(wishes)
}

pub(crate) async fn catalog(
    account: &Account,
    asins: &[Asin],
) -> Result<Vec<RawItem>, AudibleError> {
    let mut known = Vec::new();
    for batch in asins.chunks(BATCH) {
        let asins = batch.iter().map(Asin::as_str).collect::<Vec<_>>().join(",");
        let query = [
            ("asins", asins.as_str()),
            ("response_groups", CATALOG_GROUPS),
            ("image_sizes", "500"),
        ];
        let answer = account.get(CATALOG_PATH, &query, LIST, Repeat::Always).await?;
        let page: Products = answer.json("an answer of the catalog")?;
        // A title that it does not know comes back with nothing but its ASIN.
        known.extend(page.products.iter().map(product::raw).filter(|raw| raw.title.is_some()));
    }
    Ok(known)
}

#[derive(Deserialize)]
struct Finished {
    mark_as_finished_status_list: Vec<Value>,
}

#[derive(Deserialize)]
struct Products {
    #[serde(alias = "items")]
    products: Vec<Value>,
}
