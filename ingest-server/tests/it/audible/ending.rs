//! The end of a connection: by its person, with the account, and by Audible.

use audible_sim::{Fault, Times};
use axum::{
    Json, Router,
    body::Body,
    http::{Method, Request, header},
    routing::post,
};
use ingest_server::{
    accounts,
    app::Settings,
    audible::{self, jobs},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::mpsc};

use super::{
    person,
    world::{World, connections, shop},
};
use crate::{
    databases::{self, on_both},
    harness::settings,
};

on_both![
    disconnecting_takes_the_device_off_the_list,
    where_amazon_is_away_the_person_is_told_where_to_remove_the_device,
    a_deleted_account_leaves_no_device,
    a_device_that_audible_does_not_know_any_more_stops_and_is_connected_anew,
    odd_answers_stop_a_connection_only_when_they_are_five_in_a_row,
    a_wait_that_audible_asks_for_is_kept,
    a_wait_is_kept_by_every_schedule_and_by_hand,
    after_five_failures_in_a_row_nothing_happens_by_itself,
    setting_schedules_brings_no_sync_forward_after_a_failure,
    the_operators_address_is_told_once_that_a_connection_stopped,
    a_device_that_two_connections_share_goes_with_the_second,
    of_two_attempts_that_end_at_once_one_is_kept_and_no_device_is_forgotten,
];

async fn disconnect(world: &World) -> Value {
    world.ask(Method::DELETE, "/api/audible/disconnect", None).await.ok()
}

async fn disconnecting_takes_the_device_off_the_list(database: String) {
    let world = World::new(database, 4).await;
    world.connected("us").await;
    world.sync().await.ok();
    let titles = world.library().await.len();
    let ended = disconnect(&world).await;
    assert_eq!(
        ended,
        json!({
            "success": true, "marketplace": "us", "device_name": "Me Feed - Web",
            "device_removed": true, "device_in_use": false, "remove_at": null,
        })
    );
    assert!(!world.shop().registered()[0].registered);
    assert_eq!(world.status().await["connected"], false);
    assert_eq!(world.library().await.len(), titles, "what was imported stays");
    world.later(3 * 86_400);
    assert_eq!(jobs::run_due(&world.server.app).await.unwrap(), 0);
    let again = world.ask(Method::DELETE, "/api/audible/disconnect", None).await;
    again.problem(404, "audible_not_connected");
}

async fn where_amazon_is_away_the_person_is_told_where_to_remove_the_device(database: String) {
    let world = World::new(database, 4).await;
    world.connected("de").await;
    world.shop().fail(Fault::DeregisterDown, Times::Always);
    world.later(1);
    let ended = disconnect(&world).await;
    assert_eq!(ended["device_removed"], false);
    assert!(ended["remove_at"].as_str().unwrap().starts_with("https://www.amazon.de/"));
    assert_eq!(world.status().await["connected"], false, "the token is deleted all the same");
    assert!(world.shop().registered()[0].registered);
    let noted = world.noted().await;
    assert_eq!(noted[0].0, "disconnect");
    assert_ne!(noted[0].2, "done", "the list says that the device is still there");
}

async fn a_deleted_account_leaves_no_device(database: String) {
    let world = World::new(database, 4).await;
    for shop in ["us", "fr"] {
        world.connected(shop).await;
    }
    let devices = || {
        let all = world.shop().registered();
        all.iter().filter(|device| device.registered).count()
    };
    assert_eq!(devices(), 2);
    let app = &world.server.app;
    let account = world.server.account.id;
    let password = "copper window fifteen";
    accounts::change_password(app, account, None, password).await.unwrap();
    let request = Request::delete("/api/account")
        .header(header::AUTHORIZATION, format!("Bearer {}", world.token))
        .header("x-account-password", password);
    let deleted = world.server.ask(request.body(Body::empty()).unwrap()).await.ok();
    assert_eq!(deleted["devices"].as_array().unwrap().len(), 2, "{deleted}");
    assert_eq!(devices(), 0);
}

async fn a_device_that_audible_does_not_know_any_more_stops_and_is_connected_anew(
    database: String,
) {
    let world = World::new(database, 4).await;
    world.connected("us").await;
    world.shop().remove_devices();
    world.sync().await.problem(409, "audible_not_authenticated");
    let status = world.status().await;
    assert_eq!(status["connection"]["state"], "stopped");
    assert_eq!(status["connection"]["error_code"], "audible_not_authenticated");
    assert_eq!(status["connection"]["next_sync"], Value::Null);
    let anew = world.connected("us").await;
    assert_eq!(anew["success"], true);
    let devices = world.shop().registered();
    let listed: Vec<bool> = devices.iter().map(|device| device.registered).collect();
    assert_eq!(listed, [false, true], "the former one does not stay on the list");
    assert_eq!(world.status().await["connection"]["state"], "idle");
    world.sync().await.ok();
}

async fn odd_answers_stop_a_connection_only_when_they_are_five_in_a_row(database: String) {
    let world = World::new(database, 4).await;
    world.connected("us").await;
    for (fault, code) in [
        (Fault::ApiUnauthorized, "audible_refused"),
        (Fault::ApiRefused, "audible_refused"),
        (Fault::ApiUnreadable, "audible_unreadable"),
    ] {
        let name = format!("{fault:?}");
        world.shop().fail(fault, Times::Always);
        for failures in 1..=5 {
            world.later(2 * 86_400);
            assert_eq!(jobs::run_due(&world.server.app).await.unwrap(), 1, "{name}");
            let status = world.status().await;
            assert_eq!(status["connection"]["error_code"], code, "{name}");
            let expected = if failures < 5 { "failing" } else { "stopped" };
            assert_eq!(status["connection"]["state"], expected, "{name}: {failures}");
        }
        // The device is still there, and so is not replaced.
        let other = world.connect(json!({"marketplace": "us"})).await;
        other.problem(409, "audible_already_connected");
        world.shop().heal();
        world.sync().await.ok();
    }
}

async fn a_wait_that_audible_asks_for_is_kept(database: String) {
    let world = World::new(database, 4).await;
    world.connected("us").await;
    let due = async |seconds| {
        world.later(seconds);
        jobs::run_due(&world.server.app).await.unwrap()
    };
    world.shop().fail(Fault::ApiTooMany { retry_after_s: Some(5 * 3_600) }, Times::Next(1));
    assert_eq!(due(0).await, 1);
    assert_eq!(world.status().await["connection"]["error_code"], "audible_too_many_requests");
    assert_eq!(due(5 * 3_600 - 1).await, 0);
    // A shorter one than our own leaves ours as it is, and one without end ends in a week.
    world.shop().fail(Fault::ApiTooMany { retry_after_s: Some(60) }, Times::Next(1));
    assert_eq!(due(1).await, 1);
    assert_eq!(due(30 * 60 - 1).await, 0);
    world.shop().fail(Fault::ApiTooMany { retry_after_s: Some(u32::MAX) }, Times::Next(1));
    assert_eq!(due(1).await, 1);
    assert_eq!(due(7 * 86_400 - 1).await, 0);
    assert_eq!(due(1).await, 1);
    assert_eq!(world.status().await["connection"]["state"], "idle");
}

async fn schedule(world: &World, schedule: &str) {
    let body = json!({"schedule": schedule});
    let set = world.ask(Method::PUT, "/api/audible/schedule", Some(&body)).await;
    assert_eq!(set.status, 204);
}

async fn a_wait_is_kept_by_every_schedule_and_by_hand(database: String) {
    let world = World::new(database, 4).await;
    world.connected("us").await;
    world.shop().fail(Fault::ApiTooMany { retry_after_s: Some(5 * 3_600) }, Times::Next(1));
    assert_eq!(jobs::run_due(&world.server.app).await.unwrap(), 1);
    world.shop().forget_requests();
    world.later(3_600);
    for every in ["off", "6h", "1h"] {
        schedule(&world, every).await;
    }
    for (seconds, left) in [(0, 4 * 3_600), (4 * 3_600 - 1, 1)] {
        world.later(seconds);
        assert_eq!(jobs::run_due(&world.server.app).await.unwrap(), 0);
        let told = world.sync().await;
        told.problem(429, "audible_too_many_requests");
        assert_eq!(told.header("retry-after"), left.to_string());
    }
    assert!(world.shop().requests().is_empty(), "nobody asked");
    world.later(1);
    assert_eq!(jobs::run_due(&world.server.app).await.unwrap(), 1);
    // One that went well ends the wait, and those by hand were not counted.
    for _ in 0..10 {
        world.sync().await.ok();
    }
}

async fn setting_schedules_brings_no_sync_forward_after_a_failure(database: String) {
    let world = World::new(database, 4).await;
    world.connected("us").await;
    world.shop().fail(Fault::ApiDown, Times::Always);
    // Due at once while it has not failed; then after a quarter of an hour, half of one, and so on.
    for minutes in [0, 15, 30, 60, 120] {
        for every in ["6h", "12h"] {
            schedule(&world, every).await;
        }
        if minutes > 0 {
            world.later(minutes * 60 - 1);
            assert_eq!(jobs::run_due(&world.server.app).await.unwrap(), 0, "{minutes}");
            world.later(1);
        }
        assert_eq!(jobs::run_due(&world.server.app).await.unwrap(), 1, "{minutes}");
    }
    let status = world.status().await;
    assert_eq!(status["connection"]["state"], "stopped", "failures are counted all the same");
    for every in ["6h", "off", "6h"] {
        schedule(&world, every).await;
        assert_eq!(jobs::run_due(&world.server.app).await.unwrap(), 0, "not at once");
    }
    world.later(15 * 60);
    assert_eq!(jobs::run_due(&world.server.app).await.unwrap(), 1);
}

async fn after_five_failures_in_a_row_nothing_happens_by_itself(database: String) {
    let world = World::new(database, 4).await;
    world.connected("us").await;
    world.shop().fail(Fault::ApiDown, Times::Always);
    for failures in 1..=5 {
        assert_eq!(jobs::run_due(&world.server.app).await.unwrap(), 1);
        assert_eq!(jobs::run_due(&world.server.app).await.unwrap(), 0, "not at once again");
        let status = world.status().await;
        assert_eq!(status["connection"]["error_code"], "audible_down");
        let expected = if failures < 5 { "failing" } else { "stopped" };
        assert_eq!(status["connection"]["state"], expected, "{failures}");
        world.later(86_400);
    }
    assert_eq!(jobs::run_due(&world.server.app).await.unwrap(), 0);
    world.shop().heal();
    schedule(&world, "6h").await;
    assert_eq!(world.status().await["connection"]["state"], "idle");
    world.later(15 * 60 - 1);
    assert_eq!(jobs::run_due(&world.server.app).await.unwrap(), 0, "not at once");
    world.later(1);
    assert_eq!(jobs::run_due(&world.server.app).await.unwrap(), 1);
    let status = world.status().await;
    assert_eq!(status["connection"]["state"], "idle");
    assert_eq!(status["connection"]["schedule"], "6h");
}

async fn the_operators_address_is_told_once_that_a_connection_stopped(database: String) {
    let (tell, mut told) = mpsc::unbounded_channel::<Value>();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/hook?token=of-the-operator", listener.local_addr().unwrap());
    let take = async move |Json(body): Json<Value>| tell.send(body).unwrap();
    let hook = Router::new().route("/hook", post(take));
    let hook = tokio::spawn(async { axum::serve(listener, hook).await });

    let sim = shop(4).await;
    let webhook = Some(address.parse().unwrap());
    let audible = audible::Settings { webhook, ..connections(&sim) };
    let world = World::with(sim, Settings { audible, ..settings(database) }).await;
    world.connected("us").await;
    world.shop().fail(Fault::ApiDown, Times::Always);
    for _ in 1..=5 {
        assert!(told.try_recv().is_err(), "not before it has stopped");
        assert_eq!(jobs::run_due(&world.server.app).await.unwrap(), 1);
        world.later(86_400);
    }
    let body = told.recv().await.unwrap();
    assert_eq!(
        [&body["event"], &body["marketplace"], &body["code"]],
        ["audible_sync_stopped", "us", "audible_down"]
    );
    assert_eq!(body["account_id"], world.server.account.id.to_string());
    assert_eq!(body.as_object().unwrap().len(), 5, "{body}");
    world.sync().await.problem(502, "audible_down");
    assert!(told.try_recv().is_err(), "what has stopped already is not told again");
    hook.abort();
}

async fn a_device_that_two_connections_share_goes_with_the_second(database: String) {
    let world = World::new(database, 4).await;
    let file = world.shop().give_device("us", "Shared phone").unwrap();
    for shop in ["us", "de"] {
        let body = json!({"auth_file": file, "marketplace": shop});
        world.connect(body).await.ok();
    }
    let end = |shop: &str| format!("/api/audible/disconnect?marketplace={shop}");
    let first = world.ask(Method::DELETE, &end("de"), None).await.ok();
    assert_eq!([&first["device_removed"], &first["device_in_use"]], [false, true]);
    assert_eq!(first["remove_at"], Value::Null);
    world.sync().await.ok();
    let second = world.ask(Method::DELETE, &end("us"), None).await.ok();
    assert_eq!([&second["device_removed"], &second["device_in_use"]], [true, false]);
    assert!(world.shop().registered().iter().all(|device| !device.registered));
}

async fn of_two_attempts_that_end_at_once_one_is_kept_and_no_device_is_forgotten(database: String) {
    let world = World::new(database, 4).await;
    let mut bodies = Vec::new();
    for _ in 0..2 {
        let (state, address) = world.begun("us").await;
        let landed = person::signs_in(&world.sim, &address).await;
        bodies.push(json!({"state": state, "redirect_url": landed}));
    }
    let (one, other) =
        tokio::join!(world.connect(bodies[0].clone()), world.connect(bodies[1].clone()));
    let refused = if one.status == 200 { other } else { one };
    refused.problem(409, "audible_already_connected");
    assert_eq!(world.status().await["connected"], true);
    world.sync().await.ok();
    let devices = world.shop().registered();
    let listed = devices.iter().filter(|device| device.registered).count();
    assert_eq!(listed, 1, "{devices:?}");
}
