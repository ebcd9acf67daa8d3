//! Making a connection: by Amazon's own page, by e-mail address and password, by another program's file.

use audible_sim::{Fault, SignInVariant, Times};
use serde_json::{Value, json};

use super::{
    person::{self, EMAIL, PASSWORD},
    world::{World, connections, shop},
};
use crate::{
    databases::{self, on_both},
    harness::settings,
};

on_both![
    a_pasted_address_makes_a_device_that_syncs_by_itself,
    what_is_pasted_wrongly_is_named_and_the_attempt_goes_on,
    each_page_of_amazons_ends_in_its_own_words,
    the_code_of_a_second_factor_goes_in_a_field_of_its_own_or_behind_the_password,
    the_file_of_another_program_brings_its_device_along,
    secrets_travel_on_a_closed_line_only,
    what_is_not_allowed_or_not_possible_says_why,
    a_registration_that_fails_is_named_and_nothing_is_kept,
];

async fn a_pasted_address_makes_a_device_that_syncs_by_itself(database: String) {
    let world = World::new(database, 40).await;
    let titles = world.shop().api_truth().len();
    assert_eq!(world.status().await["connected"], false);
    let connected = world.connected("de").await;
    assert_eq!(
        connected,
        json!({
            "success": true, "marketplace": "de", "device_name": "Me Feed - Web",
            "books_count": titles,
        })
    );
    let devices = world.shop().registered();
    assert_eq!(devices.len(), 1);
    assert_eq!(devices[0].name, "Me Feed - Web");
    assert!(devices[0].registered);

    let status = world.status().await;
    assert_eq!((&status["connected"], &status["last_sync"]), (&json!(true), &Value::Null));
    assert_eq!(status["connection"]["schedule"], "daily");
    world.later(1);
    let done = ingest_server::audible::jobs::run_due(&world.server.app).await.unwrap();
    assert_eq!(done, 1, "the first sync begins by itself");
    assert_eq!(world.library().await.len(), titles);
    let status = world.status().await;
    assert_eq!(status["books_count"], titles);
    assert_eq!(status["connection"]["state"], "idle");
    assert!(status["last_sync"].is_string());
    assert_eq!(
        world.noted().await,
        [("sync", "de", "done"), ("connect", "de", "done")].map(|(what, shop, result)| (
            what.to_owned(),
            shop.to_owned(),
            result.to_owned()
        ))
    );

    world.later(1);
    let again = world.connect(json!({"marketplace": "de"})).await;
    again.problem(409, "audible_already_connected");
    assert_eq!(world.noted().await[0].2, "audible_already_connected");
}

async fn what_is_pasted_wrongly_is_named_and_the_attempt_goes_on(database: String) {
    let world = World::new(database, 5).await;
    let (state, address) = world.begun("uk").await;
    let landed = person::signs_in(&world.sim, &address).await;
    let elsewhere = landed.replace("amazon.co.uk", "amazon.de");
    for (pasted, code) in [
        ("", "audible_landing_empty"),
        ("https://www.amazon.co.uk/", "audible_landing_other_page"),
        (address.as_str(), "audible_landing_sign_in_page"),
        (
            "https://www.amazon.co.uk/ap/maplanding?openid.mode=cancel",
            "audible_landing_without_code",
        ),
        (elsewhere.as_str(), "audible_landing_other_marketplace"),
    ] {
        let told = world.connect(json!({"state": state, "redirect_url": pasted})).await;
        told.problem(422, code);
    }
    let unknown = world.connect(json!({"state": "x", "redirect_url": landed})).await;
    unknown.problem(422, "audible_attempt_unknown");
    let connected = world.connect(json!({"state": state, "redirect_url": landed})).await.ok();
    assert_eq!(connected["marketplace"], "uk");
    let used = world.connect(json!({"state": state, "redirect_url": landed})).await;
    used.problem(422, "audible_attempt_unknown");

    // The attempt of one account is none of another's, and ends after half an hour.
    let (state, address) = world.begun("de").await;
    let landed = person::signs_in(&world.sim, &address).await;
    world.later(31 * 60);
    let late = world.connect(json!({"state": state, "redirect_url": landed})).await;
    late.problem(422, "audible_attempt_unknown");
}

fn by_password(otp: Option<&str>) -> Value {
    let mut body = json!({"email": EMAIL, "password": PASSWORD, "marketplace": "us"});
    if let Some(otp) = otp {
        body["otp"] = json!(otp);
    }
    body
}

async fn each_page_of_amazons_ends_in_its_own_words(database: String) {
    let world = World::new(database, 5).await;
    for (page, code) in [
        (SignInVariant::Captcha, "audible_captcha"),
        (SignInVariant::Approval, "audible_approval"),
        (SignInVariant::AntiAutomation, "audible_anti_automation"),
        (SignInVariant::WrongPassword, "audible_wrong_password"),
        (SignInVariant::Unknown, "audible_unknown_page"),
        (SignInVariant::SecondFactor("246813".to_owned()), "audible_second_factor"),
    ] {
        world.shop().set_sign_in(page);
        let told = world.connect(by_password(None)).await;
        let problem = told.problem(422, code);
        assert!(!told.text.contains(PASSWORD) && !told.text.contains(EMAIL));
        assert_eq!(problem["state"].is_string(), code == "audible_second_factor");
        assert_eq!(world.noted().await[0].2, code);
        // Three attempts an hour.
        world.later(3600);
    }
    assert!(world.shop().registered().is_empty());
    for page in [SignInVariant::Plain, SignInVariant::TwoPages] {
        world.shop().set_sign_in(page);
        let connected = world.connect(by_password(None)).await.ok();
        assert_eq!(connected["device_name"], "Me Feed - Web");
        let ended = world.ask(axum::http::Method::DELETE, "/api/audible/disconnect", None).await;
        assert_eq!(ended.ok()["device_removed"], true);
        world.later(3600);
    }
}

async fn the_code_of_a_second_factor_goes_in_a_field_of_its_own_or_behind_the_password(
    database: String,
) {
    let world = World::new(database, 5).await;
    world.shop().set_sign_in(SignInVariant::SecondFactor("246813".to_owned()));
    let asked = world.connect(by_password(None)).await.problem(422, "audible_second_factor");
    let state = asked["state"].as_str().unwrap().to_owned();
    let wrong = world.connect(json!({"state": state, "otp": "000000"})).await;
    let asked = wrong.problem(422, "audible_wrong_code");
    let used = world.connect(json!({"state": state, "otp": "246813"})).await;
    used.problem(422, "audible_attempt_unknown");
    let state = asked["state"].as_str().unwrap().to_owned();
    let connected = world.connect(json!({"state": state, "otp": " 246813 "})).await.ok();
    assert_eq!(connected["success"], true);

    world.later(3600);
    for (password, otp, shop) in
        [(PASSWORD.to_owned(), Some("246813"), "uk"), (format!("{PASSWORD}246813"), None, "fr")]
    {
        let body = json!({"email": EMAIL, "password": password, "marketplace": shop, "otp": otp});
        assert_eq!(world.connect(body).await.ok()["marketplace"], shop);
    }
    assert_eq!(world.shop().registered().len(), 3);
}

async fn the_file_of_another_program_brings_its_device_along(database: String) {
    let world = World::new(database, 30).await;
    let titles = world.shop().api_truth().len();
    let file = world.shop().give_device("fr", "Robin's Audible for iPhone").unwrap();
    let connected = world.connect(json!({"auth_file": file})).await.ok();
    assert_eq!(connected["marketplace"], "fr");
    assert_eq!(connected["device_name"], "Robin's Audible for iPhone");
    assert_eq!(connected["books_count"], titles);
    assert_eq!(world.shop().registered().len(), 1, "none was registered");
    assert_eq!(world.sync().await.ok()["imported"], titles);

    for (file, code) in [
        (json!({"adp_token": "x"}), "audible_auth_file_incomplete"),
        (json!({"a": 1}), "audible_auth_file_unknown"),
        (json!({"ciphertext": "x", "iv": "y"}), "audible_auth_file_encrypted"),
    ] {
        world.connect(json!({"auth_file": file})).await.problem(422, code);
    }
    // A device that Audible does not know any more is refused at once.
    let other = world.shop().give_device("de", "x").unwrap();
    world.shop().remove_devices();
    let told = world.connect(json!({"auth_file": other})).await;
    told.problem(409, "audible_not_authenticated");
}

async fn secrets_travel_on_a_closed_line_only(database: String) {
    let world = World::new(database, 5).await;
    let far = "192.168.1.7:5000".parse().unwrap();
    let post = axum::http::Method::POST;
    for body in [json!({"marketplace": "us"}), by_password(None)] {
        let told = world.ask_from(far, post.clone(), "/api/audible/connect", Some(&body)).await;
        told.problem(403, "https_required");
        assert!(!told.text.contains(PASSWORD));
    }
    assert!(world.shop().requests().is_empty(), "nothing was asked of Amazon");

    let sim = shop(5).await;
    let trusted = vec!["192.168.1.0/24".parse().unwrap()];
    let (database, _folder) = own();
    let settings = ingest_server::app::Settings {
        audible: connections(&sim),
        public_url: "https://feed.home.example".parse().unwrap(),
        trusted_proxies: trusted,
        ..settings(database)
    };
    let world = World::with(sim, settings).await;
    let body = json!({"marketplace": "us"});
    let told = world.ask_from(far, post, "/api/audible/connect", Some(&body)).await.ok();
    assert!(
        told["authorize_url"].as_str().unwrap().starts_with("https://www.amazon.com/ap/signin?")
    );
}

/// A database file of its own.
fn own() -> (String, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (format!("sqlite://{}", folder.path().join("own.db").display()), folder)
}

async fn what_is_not_allowed_or_not_possible_says_why(database: String) {
    let sim = shop(5).await;
    let mut audible = connections(&sim);
    audible.password_login = false;
    let settings_ = ingest_server::app::Settings { audible, ..settings(database) };
    let world = World::with(sim, settings_).await;
    world.connect(by_password(None)).await.problem(403, "audible_password_login_off");
    world.sync().await.problem(404, "audible_not_connected");
    for body in [
        json!({}),
        json!({"marketplace": "xx"}),
        json!({"email": EMAIL, "marketplace": "us"}),
        json!({"state": "x"}),
        json!({"marketplace": "us", "more": 1}),
        json!([]),
    ] {
        world.connect(body).await.problem(422, "audible_request_invalid");
    }

    let (database, _folder) = own();
    let off = World::with(shop(5).await, settings(database)).await;
    off.connect(json!({"marketplace": "us"})).await.problem(503, "audible_connection_off");
    let status = off.status().await;
    assert_eq!(status["available"], false);
    assert_eq!(status["unavailable_reason"], "encryption_key_missing");
}

async fn a_registration_that_fails_is_named_and_nothing_is_kept(database: String) {
    let world = World::new(database, 5).await;
    let (state, address) = world.begun("us").await;
    let landed = person::signs_in(&world.sim, &address).await;
    let body = json!({"state": state, "redirect_url": landed});
    world.shop().fail(Fault::RegisterFails, Times::Next(1));
    world.connect(body.clone()).await.problem(502, "audible_down");
    assert_eq!(world.status().await["connected"], false);
    // The code was not used up, and so the attempt goes on.
    assert_eq!(world.connect(body).await.ok()["success"], true);

    let (state, address) = world.begun("uk").await;
    let landed = person::signs_in(&world.sim, &address).await;
    world.later(11 * 60);
    let told = world.connect(json!({"state": state, "redirect_url": landed})).await;
    told.problem(422, "audible_code_refused");
    assert_eq!(world.shop().registered().len(), 1);

    let (state, address) = world.begun("uk").await;
    let landed = person::signs_in(&world.sim, &address).await;
    world.shop().fail(Fault::RegisterUnreadable, Times::Next(1));
    let told = world.connect(json!({"state": state, "redirect_url": landed})).await;
    let told = told.problem(502, "audible_registration_unreadable");
    assert!(told["detail"].as_str().unwrap().contains("list at Amazon"), "{told}");
    assert_eq!(world.status().await["connected"], true, "the other shop's is left alone");
}
