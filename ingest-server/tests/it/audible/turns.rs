//! Turns of syncs: none holds up all others, and none ends the server.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use audible_sim::{Fault, Times};
use axum::http::Method;
use ingest_server::{
    app::{App, Settings},
    audible::{self, jobs},
    clock::{Chance, Clock, System},
    serve,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

use super::world::{World, connections, shop};
use crate::{
    databases::{self, on_both},
    harness::settings,
};

on_both![
    a_sync_that_hangs_holds_up_none_that_becomes_due_later,
    syncs_by_hand_and_by_themselves_take_the_same_turns,
    a_sync_that_panics_is_a_failure_and_the_server_goes_on,
];

/// The connection of a shop, as soon as it is as it should be.
async fn until(world: &World, shop: &str, is: impl Fn(&Value) -> bool) -> Value {
    loop {
        let path = format!("/api/audible/status?marketplace={shop}");
        let status = world.ask(Method::GET, &path, None).await.ok();
        if is(&status["connection"]) {
            return status["connection"].clone();
        }
    }
}

async fn a_sync_that_hangs_holds_up_none_that_becomes_due_later(database: String) {
    let world = World::new(database, 4).await;
    world.connected("us").await;
    let hour = Duration::from_hours(1);
    world.shop().fail(Fault::ApiPageSlow { larger_than: 0, delay: hour }, Times::Next(1));
    let working = tokio::spawn(jobs::work(world.server.app.clone()));
    // It comes as far as the first page of the library.
    let hangs = |one: &Value| one["progress"]["step"] == "finished";
    until(&world, "us", hangs).await;
    let asked = |path: &str| {
        world.shop().requests().iter().any(|one| one.path == path && one.status.is_none())
    };
    while !asked("/1.0/library") {
        tokio::task::yield_now().await;
    }

    world.connected("de").await;
    until(&world, "de", |one| one["last_sync"].is_string()).await;
    until(&world, "us", hangs).await;
    working.abort();
}

async fn syncs_by_hand_and_by_themselves_take_the_same_turns(database: String) {
    let sim = shop(30).await;
    let audible = audible::Settings { at_once: 1, ..connections(&sim) };
    let world = World::with(sim, Settings { audible, ..settings(database) }).await;
    for shop in ["us", "de", "fr"] {
        world.connected(shop).await;
    }
    for shop in ["de", "fr"] {
        let path = format!("/api/audible/schedule?marketplace={shop}");
        let off = json!({"schedule": "off"});
        assert_eq!(world.ask(Method::PUT, &path, Some(&off)).await.status, 204);
    }
    world.shop().forget_requests();
    let (by_itself, one, other) = tokio::join!(
        jobs::run_due(&world.server.app),
        world.ask(Method::POST, "/api/audible/sync?marketplace=de", None),
        world.ask(Method::POST, "/api/audible/sync?marketplace=fr", None),
    );
    assert_eq!(by_itself.unwrap(), 1);
    assert_eq!(
        (one.ok()["complete"].clone(), other.ok()["complete"].clone()),
        (json!(true), json!(true))
    );
    let mut asked: Vec<String> =
        world.shop().requests().into_iter().map(|request| request.host).collect();
    assert!(asked.len() >= 9, "{asked:?}");
    asked.dedup();
    assert_eq!(asked.len(), 3, "one after the other: {asked:?}");
}

/// Breaks at the first id that is made of it, which is that of a sync's run.
#[derive(Debug, Default)]
struct Broken(AtomicBool);

impl Chance for Broken {
    fn fill(&self, bytes: &mut [u8]) {
        let first = bytes.len() == 10 && !self.0.swap(true, Ordering::SeqCst);
        assert!(!first, "as a sync does that comes upon a mistake of ours");
        System.fill(bytes);
    }
}

async fn a_sync_that_panics_is_a_failure_and_the_server_goes_on(database: String) {
    let world = World::new(database.clone(), 4).await;
    world.connected("us").await;
    let settings = Settings { audible: connections(&world.sim), ..settings(database) };
    let clock = Arc::clone(&world.server.clock) as Arc<dyn Clock>;
    let app = App::open_with(settings, clock, Arc::new(Broken::default())).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, told) = oneshot::channel::<()>();
    let running = tokio::spawn(serve(listener, app, async move { told.await.unwrap() }));

    let failed = until(&world, "us", |one| one["state"] != "idle" && one["state"] != "syncing");
    let failed = failed.await;
    assert_eq!((&failed["state"], &failed["error_code"]), (&json!("failing"), &json!("internal")));
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();

    world.later(15 * 60);
    assert_eq!(jobs::run_due(&world.server.app).await.unwrap(), 1);
    assert_eq!(world.status().await["connection"]["state"], "idle");
}
