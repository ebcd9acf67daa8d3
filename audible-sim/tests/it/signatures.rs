//! Signatures: whatever is changed about an accepted request, it is refused.

use crate::client::start;
use crate::phone::{Phone, Sent, date};
use audible_sim::Marketplace;
use serde_json::json;

const TARGET: &str = "/1.0/wishlist?locale=de-DE&x=%C3%A4%2Cb+c%3D%3D";

/// What is changed, and how.
type Change = (&'static str, fn(&mut Sent));

fn set(sent: &mut Sent, name: &str, value: impl Into<String>) {
    sent.headers.iter_mut().find(|(own, _)| *own == name).unwrap().1 = value.into();
}

fn header<'a>(sent: &'a Sent, name: &str) -> &'a str {
    &sent.headers.iter().find(|(own, _)| *own == name).unwrap().1
}

const CHANGES: [Change; 16] = [
    ("method", |sent| sent.method = "PUT"),
    ("path", |sent| sent.target = sent.target.replace("wishlist", "library")),
    ("path, by a slash", |sent| sent.target = sent.target.replace('?', "/?")),
    ("query", |sent| sent.target = sent.target.replace("de-DE", "en-US")),
    ("query, written otherwise", |sent| sent.target = sent.target.replace("%2C", ",")),
    ("query, in another order", |sent| {
        sent.target = "/1.0/wishlist?x=%C3%A4%2Cb+c%3D%3D&locale=de-DE".to_owned();
    }),
    ("query, none", |sent| sent.target = "/1.0/wishlist".to_owned()),
    ("body", |sent| sent.body = sent.body.replace("\"asin\": ", "\"asin\":")),
    ("body, none", |sent| sent.body.clear()),
    ("date", |sent| {
        let later = header(sent, "x-adp-signature").replace("05:06:07", "05:06:08");
        set(sent, "x-adp-signature", later);
    }),
    ("signature", |sent| {
        let signed = header(sent, "x-adp-signature").to_owned();
        let other = if signed.starts_with('A') { "B" } else { "A" };
        set(sent, "x-adp-signature", format!("{other}{}", &signed[1..]));
    }),
    ("signature without date", |sent| {
        let signed = header(sent, "x-adp-signature").split_once(':').unwrap().0.to_owned();
        set(sent, "x-adp-signature", signed);
    }),
    ("algorithm", |sent| set(sent, "x-adp-alg", "SHA1withRSA:1.0")),
    ("no token", |sent| sent.headers.retain(|(name, _)| *name != "x-adp-token")),
    ("no algorithm", |sent| sent.headers.retain(|(name, _)| *name != "x-adp-alg")),
    ("no signature", |sent| sent.headers.retain(|(name, _)| *name != "x-adp-signature")),
];

#[tokio::test]
async fn a_request_of_which_anything_is_changed_is_refused() {
    let (sim, _) = start(3).await;
    let phone = Phone::new(&sim, Marketplace::DE, 1).await;
    let asin = sim.control().api_truth()[0].asin.clone();
    let body = format!("{{\"asin\": \"{asin}\"}}");
    let right = phone.signed("POST", TARGET, &body);
    for (what, change) in CHANGES {
        let mut wrong = right.clone();
        change(&mut wrong);
        let told = phone.send(wrong).await;
        let expected = json!({"message": "Message could not be authenticated"});
        assert_eq!((told.status, told.json()), (403, expected), "{what}");
        assert_eq!(phone.get("/1.0/wishlist").await.json()["total_results"], 0, "{what}");
    }
    assert_eq!(phone.send(right).await.status, 201);
}

#[tokio::test]
async fn a_date_is_near_and_written_with_offset_and_z() {
    let (sim, _) = start(3).await;
    let phone = Phone::new(&sim, Marketplace::US, 1).await;
    let near = [-899, 0, 899].map(date);
    let whole = date(0).replace(".891234", "");
    for right in near.iter().chain([&whole]) {
        let told = phone.send(phone.signed_at(right, "GET", "/1.0/library", "")).await;
        assert_eq!(told.status, 200, "{right}");
    }
    let far = [-901, 901].map(date);
    let odd = [
        date(0).replace("+00:00Z", "Z"),
        date(0).replace("+00:00Z", "+00:00"),
        date(0).replace("+00:00Z", "+01:00Z"),
        "1772600767".to_owned(),
        String::new(),
    ];
    for wrong in far.iter().chain(&odd) {
        let told = phone.send(phone.signed_at(wrong, "GET", "/1.0/library", "")).await;
        assert_eq!(told.status, 403, "{wrong}");
    }
}

#[tokio::test]
async fn the_key_and_the_token_of_one_device_are_not_those_of_another() {
    let (sim, _) = start(3).await;
    let mut one = Phone::new(&sim, Marketplace::US, 1).await;
    let mut other = Phone::new(&sim, Marketplace::US, 2).await;
    std::mem::swap(&mut one.key, &mut other.key);
    for phone in [&one, &other] {
        assert_eq!(phone.get("/1.0/library").await.status, 403);
    }
    std::mem::swap(&mut one.key, &mut other.key);
    for phone in [&one, &other] {
        assert_eq!(phone.get("/1.0/library").await.status, 200);
    }
    let mut lent = one.signed("GET", "/1.0/library", "");
    set(&mut lent, "x-adp-token", other.adp_token.clone());
    assert_eq!(one.send(lent).await.status, 403);
}

#[tokio::test]
async fn a_wrong_signature_is_not_made_good_by_a_right_token() {
    let (sim, _) = start(3).await;
    let phone = Phone::new(&sim, Marketplace::US, 1).await;
    let mut both = phone.signed("GET", "/1.0/library", "");
    set(&mut both, "x-adp-alg", "none");
    both.headers.push(("x-amz-access-token", phone.access.clone()));
    assert_eq!(phone.send(both).await.status, 403);
}
