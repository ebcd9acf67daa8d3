//! What a stolen database gives away, and how secrets get another master key.

use audible_sim::SignInVariant;
use ingest_server::{
    app::{App, Settings},
    audible::{self, jobs, rotate, vault::MasterKey},
    clock::{Clock, System},
};
use serde_json::json;

use super::{
    person::{EMAIL, PASSWORD},
    world::{KEY, World, connections},
};
use crate::{
    databases::{self, on_both},
    dump,
    harness::settings,
    intruder,
};

on_both![
    a_stolen_database_has_no_token_and_no_password,
    the_token_of_one_account_is_none_of_another,
    a_rotation_that_is_interrupted_goes_on,
    a_server_without_the_new_key_leaves_the_sync_to_another,
];

const NEXT_KEY: &str = "/v38+/r5+Pf29fTz8vHw7+7t7Ovq6ejn5uXk4+Lh4N8=";

async fn a_stolen_database_has_no_token_and_no_password(database: String) {
    let world = World::new(database.clone(), 30).await;
    world.shop().set_sign_in(SignInVariant::SecondFactor("97531864".to_owned()));
    let body = json!({"email": EMAIL, "password": PASSWORD, "marketplace": "us"});
    let asked = world.connect(body).await.problem(422, "audible_second_factor");
    // Attempts that wait are stored, too.
    world.begun("de").await;
    let waiting = dump::values(&database).await;
    holds_no_secret(&world, &waiting);
    let state = asked["state"].as_str().unwrap();
    assert!(!waiting.contains(state), "not even the name of an attempt");
    world.connect(json!({"state": state, "otp": "97531864"})).await.ok();
    world.sync().await.ok();

    let secrets = world.shop().secrets();
    assert!(secrets.len() > 6, "{}", secrets.len());
    assert!(secrets.iter().any(|secret| secret == PASSWORD));
    let values = dump::values(&database).await;
    assert!(values.contains("Me Feed - Web"), "what is looked into is what was written");
    holds_no_secret(&world, &values);
    match intruder::bytes(&database).await {
        Some(raw) => {
            assert!(raw.len() > 1_000);
            holds_no_secret(&world, &String::from_utf8_lossy(&raw));
        }
        None => assert!(!database.starts_with("sqlite"), "the files of SQLite are there"),
    }
}

#[track_caller]
fn holds_no_secret(world: &World, text: &str) {
    for secret in world.shop().secrets() {
        assert!(!text.contains(&secret), "a secret of {} characters", secret.len());
    }
    assert!(!text.contains(KEY));
}

async fn the_token_of_one_account_is_none_of_another(database: String) {
    let world = World::new(database.clone(), 4).await;
    world.connected("us").await;
    world.connected("de").await;
    // Whoever can write into the database puts a token where another one belongs.
    intruder::swaps_tokens(&database).await;
    let sync = |shop: &str| format!("/api/audible/sync?marketplace={shop}");
    let post = axum::http::Method::POST;
    let damaged = world.ask(post.clone(), &sync("de"), None).await;
    damaged.problem(409, "audible_secrets_damaged");
    world.ask(post.clone(), &sync("us"), None).await.ok();

    let other = world.server.app.store().account_by_email("other@home.example").await.unwrap();
    let (own, other) = (world.server.account.id, other.unwrap().id);
    intruder::hands_over(&database, own, other).await;
    let stolen = jobs::sync_now(&world.server.app, other, None).await.unwrap_err();
    assert_eq!(stolen.code(), "audible_secrets_damaged");
}

async fn a_rotation_that_is_interrupted_goes_on(database: String) {
    let world = World::new(database.clone(), 4).await;
    for shop in ["us", "de", "fr"] {
        world.connected(shop).await;
    }
    let with = async |key: &str, previous: Option<&str>| {
        let audible = audible::Settings {
            key: MasterKey::parse(key).ok(),
            previous_key: previous.map(|key| MasterKey::parse(key).unwrap()),
            ..connections(&world.sim)
        };
        let clock = std::sync::Arc::clone(&world.server.clock) as std::sync::Arc<dyn Clock>;
        let settings = Settings { audible, ..settings(database.clone()) };
        App::open_with(settings, clock, std::sync::Arc::new(System)).await.unwrap()
    };
    let syncs = async |app: &App| {
        let mut codes = Vec::new();
        for shop in ["us", "de", "fr"] {
            let shop = shared::ids::Marketplace::parse(shop).unwrap();
            let done = jobs::sync_now(app, world.server.account.id, Some(shop)).await;
            codes.push(done.err().map_or("done", |error| error.code()));
        }
        codes
    };
    // New and old key at once; it breaks off after the first connection.
    let both = with(NEXT_KEY, Some(KEY)).await;
    rotate::check(&both).await.unwrap();
    let some = rotate::rotate_some(&both, 1).await.unwrap();
    assert_eq!((some.resealed, some.unopened), (1, 0));
    assert_eq!(syncs(&both).await, ["done"; 3], "meanwhile everything works");
    let only_next = with(NEXT_KEY, None).await;
    assert!(rotate::check(&only_next).await.is_err(), "two still need the old key");

    let rest = rotate::rotate(&both).await.unwrap();
    assert_eq!((rest.resealed, rest.current, rest.unopened), (2, 1, 0));
    let again = rotate::rotate(&both).await.unwrap();
    assert_eq!((again.resealed, again.current), (0, 3));
    rotate::check(&only_next).await.unwrap();
    assert_eq!(syncs(&only_next).await, ["done"; 3]);
    let old = with(KEY, None).await;
    assert!(rotate::check(&old).await.is_err(), "the old key opens nothing any more");
    let noted = world.noted().await;
    assert_eq!(noted.iter().filter(|(what, ..)| what == "key_rotation").count(), 3);
    for app in [both, only_next, old] {
        app.store().close().await;
    }
}

async fn a_server_without_the_new_key_leaves_the_sync_to_another(database: String) {
    let world = World::new(database.clone(), 4).await;
    world.connected("us").await;
    let before = world.status().await;
    let noted = world.noted().await;
    // Servers get another key one by one, and this one is not of those that have it.
    let key = MasterKey::parse(NEXT_KEY).ok();
    let audible = audible::Settings { key, ..connections(&world.sim) };
    let clock = std::sync::Arc::clone(&world.server.clock) as std::sync::Arc<dyn Clock>;
    let settings = Settings { audible, ..settings(database) };
    let chance = std::sync::Arc::new(System);
    let late = App::open_with(settings, clock, chance).await.unwrap();
    for _ in 0..6 {
        world.later(60);
        assert_eq!(jobs::run_due(&late).await.unwrap(), 1);
        assert_eq!(jobs::run_due(&late).await.unwrap(), 0, "not at once again");
    }
    let by_hand = jobs::sync_now(&late, world.server.account.id, None).await.unwrap_err();
    assert_eq!(by_hand.code(), "audible_other_key");
    let mut after = world.status().await;
    assert_ne!(after["connection"]["next_sync"], before["connection"]["next_sync"]);
    after["connection"]["next_sync"] = before["connection"]["next_sync"].clone();
    after["connections"][0]["next_sync"] = before["connections"][0]["next_sync"].clone();
    assert_eq!(after, before, "nothing else has changed");
    assert_eq!(world.noted().await, noted);

    world.later(60);
    assert_eq!(jobs::run_due(&world.server.app).await.unwrap(), 1);
    assert_eq!(world.noted().await[0].2, "done");
    late.store().close().await;
}
