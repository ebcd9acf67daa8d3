//! Troubles of the API and of registrations, on command.

use std::time::Duration;

use audible_sim::{Fault, Marketplace, Sim, Times};
use serde_json::json;

use crate::client::start;
use crate::person::Attempt;
use crate::phone::{Phone, register};

const LIBRARY: &str = "/1.0/library?num_results=50";

async fn ready() -> (Sim, Phone) {
    let (sim, _) = start(120).await;
    let phone = Phone::new(&sim, Marketplace::US, 1).await;
    (sim, phone)
}

#[tokio::test]
async fn each_trouble_has_its_status_and_is_gone_after_its_count() {
    let (sim, phone) = ready().await;
    for (fault, status, kind, retry_after) in [
        (Fault::ApiDown, 503, "text/html", None),
        (Fault::ApiUnauthorized, 403, "application/json", None),
        (Fault::ApiRefused, 400, "application/json", None),
        (Fault::ApiUnreadable, 200, "text/html", None),
        (Fault::ApiTooMany { retry_after_s: None }, 429, "text/html", None),
        (Fault::ApiTooMany { retry_after_s: Some(7) }, 429, "text/html", Some("7")),
    ] {
        sim.control().fail(fault.clone(), Times::Next(2));
        for target in [LIBRARY, "/1.0/wishlist"] {
            let told = phone.get(target).await;
            assert_eq!(
                (told.status, told.retry_after.as_deref()),
                (status, retry_after),
                "{fault:?}"
            );
            assert!(told.content_type.starts_with(kind), "{fault:?}");
        }
        assert_eq!(phone.get(LIBRARY).await.status, 200, "{fault:?}");
    }
}

#[tokio::test]
async fn the_catalog_needs_no_device_and_has_none_of_these_troubles() {
    let (sim, phone) = ready().await;
    sim.control().fail(Fault::ApiDown, Times::Always);
    let asin = &sim.control().api_truth()[0].asin;
    let url = format!("https://api.audible.com/1.0/catalog/products?asins={asin}");
    assert_eq!(phone.browser.get(&url).await.status, 200);
    assert_eq!(phone.get(LIBRARY).await.status, 503);
    sim.control().heal();
    assert_eq!(phone.get(LIBRARY).await.status, 200);
}

#[tokio::test]
async fn large_pages_of_the_library_fail_and_smaller_ones_do_not() {
    let (sim, phone) = ready().await;
    sim.control().fail(Fault::ApiPageSize(50), Times::Always);
    let told = phone.get("/1.0/library?num_results=51").await;
    let whoops = json!({"message": "Whoops! Looks like something went wrong."});
    assert_eq!((told.status, told.json()), (500, whoops));
    assert_eq!(phone.get(LIBRARY).await.status, 200);
    assert_eq!(phone.get("/1.0/wishlist").await.status, 200);
}

#[tokio::test]
async fn large_pages_of_the_library_come_late_and_whole() {
    let (sim, phone) = ready().await;
    let large = "/1.0/library?num_results=51";
    let slow = |delay| Fault::ApiPageSlow { larger_than: 50, delay };
    sim.control().fail(slow(Duration::from_hours(1)), Times::Next(1));
    tokio::select! {
        biased;
        page = phone.get(large) => unreachable!("it is awaited for an hour: {}", page.status),
        () = until_asked(&sim, "num_results=51") => {}
    }
    assert_eq!(phone.get(LIBRARY).await.status, 200);
    sim.control().fail(slow(Duration::from_millis(1)), Times::Next(1));
    let late = phone.get(large).await;
    assert_eq!(late.json()["items"].as_array().unwrap().len(), 51);
}

/// Waits until a request with this query has come in.
async fn until_asked(sim: &Sim, query: &str) {
    while !sim.control().requests().iter().any(|request| request.query == query) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn continuations_can_end_before_their_time() {
    let (sim, phone) = ready().await;
    let first = phone.get(LIBRARY).await;
    let next =
        format!("{LIBRARY}&continuation_token={}", first.header("continuation-token").unwrap());
    sim.control().fail(Fault::ApiContinuationExpired, Times::Next(1));
    assert_eq!(phone.get(LIBRARY).await.status, 200, "a listing that begins is not touched");
    let told = phone.get(&next).await;
    assert_eq!((told.status, told.json()), (400, json!({"error": "InvalidValue"})));
    assert_eq!(phone.get(&next).await.status, 200);
}

#[tokio::test]
async fn the_api_can_break_after_a_number_of_requests() {
    let (sim, phone) = ready().await;
    sim.control().api_breaks_after(2);
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(phone.get(LIBRARY).await.status);
    }
    assert_eq!(told, [200, 200, 503, 503]);
    assert_eq!(sim.control().listed_pages(), [50, 50]);
    sim.control().heal();
    assert_eq!(phone.get(LIBRARY).await.status, 200);
}

#[tokio::test]
async fn a_registration_that_stumbles_leaves_the_code_good() {
    let (sim, mut phone) = ready().await;
    let attempt = Attempt::new(Marketplace::DE, 9);
    let code = attempt.code(&mut phone.browser).await;
    sim.control().fail(Fault::RegisterFails, Times::Next(1));
    let body = attempt.registration(&code);
    let told = register(&phone.browser, Marketplace::DE, &body).await;
    let expected = json!({
        "code": "ServerError", "message": "The server has encountered a runtime error.",
    });
    assert_eq!((told.status, &told.json()["response"]["error"]), (500, &expected));
    assert_eq!(register(&phone.browser, Marketplace::DE, &body).await.status, 200);
}

#[tokio::test]
async fn a_device_stays_on_the_list_where_taking_it_off_fails() {
    let (sim, phone) = ready().await;
    sim.control().fail(Fault::DeregisterDown, Times::Next(1));
    let url = "https://api.amazon.com/auth/deregister";
    let headers = [("x-amz-access-token", phone.access.clone())];
    let off = || phone.browser.send("POST", url, &headers, "{}".to_owned());
    assert_eq!(off().await.status, 503);
    assert!(sim.control().registered()[0].registered);
    assert_eq!(off().await.status, 200);
    assert!(!sim.control().registered()[0].registered);
}

#[tokio::test]
async fn signed_requests_are_written_down_as_such() {
    let (sim, phone) = ready().await;
    sim.control().forget_requests();
    phone.get(LIBRARY).await;
    phone.get_with(LIBRARY, &[("x-amz-access-token", phone.access.clone())]).await;
    let signed: Vec<bool> = sim.control().requests().iter().map(|request| request.signed).collect();
    assert_eq!(signed, [true, false]);
}
