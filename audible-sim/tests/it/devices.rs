//! Devices of the account: registered once for each sign-in, refreshed, taken off the list.

use audible_sim::{Marketplace, Sim};
use serde_json::{Value, json};

use crate::client::{Browser, Page, start};
use crate::person::{Attempt, client_id, later};
use crate::phone::{Phone, register};

const US: Marketplace = Marketplace::US;
const DE: Marketplace = Marketplace::DE;

async fn refresh(phone: &Phone, token: &str) -> Page {
    let url = format!("https://api.amazon.{}/auth/token", phone.shop.tld);
    let fields = [
        ("app_name", "Audible"),
        ("app_version", "3.56.2"),
        ("source_token", token),
        ("source_token_type", "refresh_token"),
        ("requested_token_type", "access_token"),
    ];
    phone.browser.post(&url, &fields).await
}

async fn deregister(phone: &Phone, token: &str, everywhere: bool) -> Page {
    let url = format!("https://api.amazon.{}/auth/deregister", phone.shop.tld);
    let headers = [access(token), ("content-type", "application/json".to_owned())];
    let body = json!({ "deregister_all_existing_accounts": everywhere }).to_string();
    phone.browser.send("POST", &url, &headers, body).await
}

fn access(token: &str) -> (&'static str, String) {
    ("x-amz-access-token", token.to_owned())
}

async fn reads_with(phone: &Phone, token: &str) -> u16 {
    phone.get_with("/1.0/library", &[access(token)]).await.status
}

/// Whether each device is still on the list.
fn listed(sim: &Sim) -> Vec<bool> {
    sim.control().registered().iter().map(|device| device.registered).collect()
}

#[tokio::test]
async fn a_registration_gives_tokens_a_key_and_cookies() {
    let (sim, mut browser) = start(3).await;
    later(sim.control(), 0);
    let attempt = Attempt::new(DE, 7);
    let code = attempt.code(&mut browser).await;
    let told = register(&browser, DE, &attempt.registration(&code)).await;
    assert_eq!((told.status, told.content_type.as_str()), (200, "application/json"));
    let told = told.json();
    let success = &told["response"]["success"];
    assert!(told["request_id"].is_string() && success["customer_id"].is_string());

    let tokens = &success["tokens"];
    let starts = |value: &Value, start: &str| value.as_str().unwrap().starts_with(start);
    assert!(starts(&tokens["bearer"]["access_token"], "Atna|"));
    assert!(starts(&tokens["bearer"]["refresh_token"], "Atnr|"));
    assert_eq!(tokens["bearer"]["expires_in"], "3600");
    assert!(starts(&tokens["mac_dms"]["device_private_key"], "-----BEGIN RSA PRIVATE KEY-----\n"));
    let adp = tokens["mac_dms"]["adp_token"].as_str().unwrap();
    let names: Vec<&str> = adp
        .strip_prefix('{')
        .and_then(|adp| adp.strip_suffix('}'))
        .unwrap()
        .split("}{")
        .map(|part| part.split_once(':').unwrap().0)
        .collect();
    assert_eq!(names, ["enc", "key", "iv", "name", "serial"]);

    let cookie = &tokens["website_cookies"][0];
    for name in ["Name", "Value", "Domain", "Path", "Expires", "Secure", "HttpOnly"] {
        assert!(cookie[name].is_string(), "{name}");
    }
    assert_eq!(cookie["Domain"], ".amazon.de");
    assert_eq!(tokens["website_cookies_ttl"], 31_536_000);
    assert!(tokens["store_authentication_cookie"]["cookie"].is_string());

    let device = &success["extensions"]["device_info"];
    assert_eq!(
        *device,
        json!({
            "device_name": "Robin's Phone",
            "device_serial_number": attempt.serial,
            "device_type": "A2CZJZGLK2JJVM",
        })
    );
    assert_eq!(success["extensions"]["customer_info"]["given_name"], "Robin");
    let devices = sim.control().registered();
    assert_eq!(devices.len(), 1);
    assert_eq!(
        (devices[0].name.as_str(), devices[0].serial.as_str(), devices[0].marketplace),
        ("Robin's Phone", attempt.serial.as_str(), "de")
    );
}

#[tokio::test]
async fn what_was_not_asked_for_is_not_given() {
    let (sim, mut browser) = start(1).await;
    later(sim.control(), 0);
    let attempt = Attempt::new(US, 1);
    let code = attempt.code(&mut browser).await;
    let mut body = attempt.registration(&code);
    body["requested_token_type"] = json!(["bearer", "mac_dms"]);
    let told = register(&browser, US, &body).await.json();
    let tokens = told["response"]["success"]["tokens"].as_object().unwrap();
    assert_eq!(tokens.keys().collect::<Vec<_>>(), ["bearer", "mac_dms"]);
}

/// A registration of which one thing is not right.
struct Wrong {
    what: &'static str,
    /// Where it is sent.
    shop: Marketplace,
    /// Where in the body, and what stands there instead.
    change: Option<(&'static str, Value)>,
    /// Seconds between sign-in and registration.
    after: i64,
}

#[tokio::test]
async fn a_registration_of_which_one_thing_is_wrong_is_refused_and_uses_the_code_up() {
    let other = Attempt::new(US, 2);
    let text = |text: &str| json!(text);
    let changed = |what, change| Wrong { what, shop: US, change: Some(change), after: 0 };
    let wrongs = [
        changed("another verifier", ("/auth_data/code_verifier", text(&other.verifier))),
        changed("no verifier", ("/auth_data/code_verifier", Value::Null)),
        changed("another way to check it", ("/auth_data/code_algorithm", text("plain"))),
        changed("another client", ("/auth_data/client_id", json!(client_id(&other.serial)))),
        changed("another serial number", ("/registration_data/device_serial", text(&other.serial))),
        changed("another kind of device", ("/registration_data/device_type", text("A10KISP2G"))),
        changed("another kind of client", ("/auth_data/client_domain", text("Device"))),
        changed("no device", ("/registration_data/domain", text("Person"))),
        Wrong { what: "another shop", shop: DE, change: None, after: 0 },
        Wrong { what: "too late", shop: US, change: None, after: 601 },
    ];
    let (sim, mut browser) = start(1).await;
    let attempt = Attempt::new(US, 1);
    for Wrong { what, shop, change, after } in wrongs {
        later(sim.control(), 0);
        let code = attempt.code(&mut browser).await;
        let right = attempt.registration(&code);
        let mut body = right.clone();
        if let Some((at, value)) = change {
            *body.pointer_mut(at).unwrap() = value;
        }
        later(sim.control(), after);
        refused(&register(&browser, shop, &body).await, what);
        refused(&register(&browser, US, &right).await, what);
    }
    assert!(sim.control().registered().is_empty());
}

#[track_caller]
fn refused(told: &Page, what: &str) {
    assert_eq!(told.status, 400, "{what}");
    let told = told.json();
    assert!(told["request_id"].is_string(), "{what}");
    let error = &told["response"]["error"];
    assert_eq!(error["code"], "InvalidValue", "{what}");
    assert!(error["message"].is_string(), "{what}");
}

#[tokio::test]
async fn a_code_that_is_wrong_or_was_used_registers_nothing() {
    let (sim, mut browser) = start(1).await;
    later(sim.control(), 0);
    let attempt = Attempt::new(US, 1);
    let code = attempt.code(&mut browser).await;
    refused(&register(&browser, US, &attempt.registration("ANsomethingelse")).await, "wrong");
    let body = attempt.registration(&code);
    assert_eq!(register(&browser, US, &body).await.status, 200, "a wrong code spoils no other");
    refused(&register(&browser, US, &body).await, "used");
    assert_eq!(listed(&sim), [true]);
    let url = "https://api.amazon.com/auth/register";
    let told = browser.send("POST", url, &[], "no json".to_owned()).await;
    assert_eq!(
        (told.status, &told.json()["response"]["error"]["code"]),
        (400, &json!("MissingValue"))
    );
}

#[tokio::test]
async fn a_token_works_for_an_hour_and_a_new_one_after_it() {
    let (sim, _) = start(3).await;
    let phone = Phone::new(&sim, US, 1).await;
    later(sim.control(), 3_599);
    assert_eq!(reads_with(&phone, &phone.access).await, 200);
    later(sim.control(), 3_600);
    assert_eq!(reads_with(&phone, &phone.access).await, 403);
    for number in 1..=2 {
        let told = refresh(&phone, &phone.refresh).await;
        assert_eq!(told.status, 200);
        let told = told.json();
        assert_eq!((&told["token_type"], &told["expires_in"]), (&json!("bearer"), &json!(3_600)));
        assert_eq!(reads_with(&phone, told["access_token"].as_str().unwrap()).await, 200);
        // Newer accounts are told of more tokens, which are none of a client's business.
        assert_eq!(told["actor_access_token"].is_string(), number == 2);
    }
    for wrong in ["Atnr|wrong", phone.access.as_str(), ""] {
        let told = refresh(&phone, wrong).await;
        assert_eq!((told.status, &told.json()["error"]), (400, &json!("invalid_grant")), "{wrong}");
    }
}

#[tokio::test]
async fn a_token_goes_in_its_own_header_and_no_longer_beside_a_client_id() {
    let (sim, _) = start(3).await;
    let phone = Phone::new(&sim, DE, 1).await;
    let bearer = ("authorization", format!("Bearer {}", phone.access));
    let bare = phone.get_with("/1.0/library", std::slice::from_ref(&bearer)).await;
    assert_eq!(bare.status, 200);
    let both = phone.get_with("/1.0/library", &[bearer, ("client-id", "0".to_owned())]).await;
    let expected = json!({"message": "token does not correspond to the specified Client-ID"});
    assert_eq!((both.status, both.json()), (400, expected));
    for nothing in [vec![], vec![access("Atna|wrong")], vec![("client-id", "0".to_owned())]] {
        let told = phone.get_with("/1.0/library", &nothing).await;
        let expected = json!({"message": "Message could not be authenticated"});
        assert_eq!((told.status, told.json()), (403, expected), "{nothing:?}");
    }
}

#[tokio::test]
async fn a_device_serves_every_shop() {
    let (sim, _) = start(3).await;
    let mut phone = Phone::new(&sim, DE, 1).await;
    phone.shop = Marketplace::find("jp").unwrap();
    assert_eq!(phone.get("/1.0/library").await.status, 200);
    assert_eq!(refresh(&phone, &phone.refresh).await.status, 200);
}

#[tokio::test]
async fn a_device_that_was_taken_off_the_list_can_do_nothing_more() {
    let (sim, _) = start(3).await;
    let (one, other) = (Phone::new(&sim, US, 1).await, Phone::new(&sim, DE, 2).await);
    assert_eq!(one.get("/1.0/library").await.status, 200);

    let refused = deregister(&one, "Atna|wrong", false).await;
    assert_eq!(
        (refused.status, &refused.json()["response"]["error"]["code"]),
        (401, &json!("InvalidToken"))
    );
    assert_eq!(listed(&sim), [true, true]);
    let done = deregister(&one, &one.access, false).await;
    assert_eq!((done.status, &done.json()["response"]), (200, &json!({"success": {}})));
    assert_eq!(listed(&sim), [false, true]);

    assert_eq!(one.get("/1.0/library").await.status, 403, "its signature");
    assert_eq!(reads_with(&one, &one.access).await, 403, "its token");
    assert_eq!(refresh(&one, &one.refresh).await.status, 400, "a new one");
    assert_eq!(deregister(&one, &one.access, false).await.status, 401, "once more");
    assert_eq!(other.get("/1.0/library").await.status, 200, "the other one");
}

#[tokio::test]
async fn all_devices_can_be_taken_off_the_list_at_once() {
    let (sim, _) = start(3).await;
    let (one, other) = (Phone::new(&sim, US, 1).await, Phone::new(&sim, DE, 2).await);
    assert_eq!(deregister(&one, &one.access, true).await.status, 200);
    assert_eq!(listed(&sim), [false, false]);
    assert_eq!(other.get("/1.0/library").await.status, 403);
}

#[tokio::test]
async fn a_device_that_is_given_away_without_a_sign_in_has_the_file_of_another_program() {
    let (sim, _) = start(3).await;
    later(sim.control(), 0);
    let file = sim.control().give_device("uk", "Robin's Audible for iPhone").unwrap();
    let browser = Browser::new(&sim);
    let token = access(file["access_token"].as_str().unwrap());
    let url = "https://api.audible.co.uk/1.0/library";
    assert_eq!(browser.send("GET", url, &[token], String::new()).await.status, 200);
    assert_eq!(file["locale_code"], "uk");
    assert!(sim.control().give_device("xx", "x").is_none());
}
