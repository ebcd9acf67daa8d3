//! How often: three attempts of connecting an hour and ten syncs by hand a day, over all servers.

use axum::http::Method;
use ingest_server::{app::App, http};
use serde_json::json;

use super::{
    person,
    world::{World, connections},
};
use crate::{
    databases::{self, on_both},
    harness::{Server, settings},
};

on_both![three_attempts_an_hour_whose_calls_count_once, ten_syncs_a_day_that_several_servers_share,];

async fn three_attempts_an_hour_whose_calls_count_once(database: String) {
    let world = World::new(database, 3).await;
    for shop in ["us", "uk", "de"] {
        let (state, address) = world.begun(shop).await;
        let landed = person::signs_in(&world.sim, &address).await;
        let empty = json!({"state": state, "redirect_url": ""});
        world.connect(empty).await.problem(422, "audible_landing_empty");
        world.connect(json!({"state": state, "redirect_url": landed})).await.ok();
    }
    let told = world.connect(json!({"marketplace": "fr"})).await;
    told.problem(429, "rate_limited");
    let wait: i64 = told.header("retry-after").parse().unwrap();
    assert!((1..=3600).contains(&wait), "{wait}");
    world.later(wait);
    world.begun("fr").await;
}

async fn ten_syncs_a_day_that_several_servers_share(database: String) {
    let world = World::new(database.clone(), 3).await;
    world.connected("us").await;
    // A second server with the same database and clock.
    let clock = std::sync::Arc::clone(&world.server.clock);
    let second =
        ingest_server::app::Settings { audible: connections(&world.sim), ..settings(database) };
    let chance = std::sync::Arc::new(ingest_server::clock::System);
    let app = App::open_with(second, clock.clone(), chance).await.unwrap();
    let second = Server {
        router: http::router(app.clone()),
        app,
        clock,
        account: world.server.account.clone(),
        token: world.token.clone(),
        other_token: String::new(),
    };
    let at_second = async || {
        let request = second.request(Method::POST, "/api/audible/sync");
        second.ask(request.body(axum::body::Body::empty()).unwrap()).await
    };
    for _ in 0..5 {
        world.sync().await.ok();
        at_second().await.ok();
    }
    for told in [world.sync().await, at_second().await] {
        told.problem(429, "rate_limited");
        let wait: i64 = told.header("retry-after").parse().unwrap();
        assert!((1..=86_400).contains(&wait), "{wait}");
    }
    // Those by schedule are not counted.
    world.later(86_400 + 7_200);
    assert_eq!(ingest_server::audible::jobs::run_due(&world.server.app).await.unwrap(), 1);
    world.sync().await.ok();
    second.app.store().close().await;
}
