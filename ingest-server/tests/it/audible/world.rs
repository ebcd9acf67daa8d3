//! A server, an imitation of Audible and Amazon, one clock for both, and short words for asking.

use std::{net::SocketAddr, time::Duration};

use audible_client::client::{Manners, Network};
use audible_sim::{Config, Control, Sim};
use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, header},
};
use ingest_server::{
    accounts,
    app::Settings,
    audible::{self, vault::MasterKey},
    audit,
    clock::Clock as _,
};
use serde_json::{Value, json};

use super::person;
use crate::harness::{Answer, Server, settings};

/// A master key of the tests.
pub(super) const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

pub(super) struct World {
    pub(super) sim: Sim,
    pub(super) server: Server,
    /// Of the account, with every scope.
    pub(super) token: String,
}

/// The way to the imitation, without waiting.
pub(super) fn connections(sim: &Sim) -> audible::Settings {
    let wait = Duration::from_millis(1);
    audible::Settings {
        key: Some(MasterKey::parse(KEY).unwrap()),
        password_login: true,
        network: Network {
            proxy: Some(format!("http://{}", sim.proxy()).parse().unwrap()),
            authorities: Some(sim.certificate_pem().to_owned()),
        },
        manners: Manners {
            pause: Duration::ZERO,
            first_wait: wait,
            longest_wait: wait,
            tries: 2,
            ..Manners::default()
        },
        ..audible::Settings::default()
    }
}

/// One with so many titles, whose clock is the server's.
pub(super) async fn shop(titles: usize) -> Sim {
    Sim::start(Config { titles, ..Config::default() }).await.unwrap()
}

impl World {
    pub(super) async fn new(database: String, titles: usize) -> Self {
        let sim = shop(titles).await;
        let audible = connections(&sim);
        Self::with(sim, Settings { audible, ..settings(database) }).await
    }

    pub(super) async fn with(sim: Sim, settings: Settings) -> Self {
        let server = Server::with(settings).await;
        let scopes = "import:write library:read library:write audible:connect".parse().unwrap();
        let token = accounts::create_token(&server.app, server.account.id, "all", scopes);
        let token = token.await.unwrap();
        let world = Self { sim, server, token };
        world.later(0);
        world
    }

    pub(super) fn shop(&self) -> &Control {
        self.sim.control()
    }

    /// Lets time pass, here and at Audible.
    pub(super) fn later(&self, seconds: i64) {
        self.server.later(seconds);
        let now = self.server.clock.now().as_millisecond();
        self.sim.control().set_now_ms(now);
    }

    /// Asks from the same machine.
    pub(super) async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let near: SocketAddr = "127.0.0.1:5000".parse().unwrap();
        self.ask_from(near, method, path, body).await
    }

    pub(super) async fn ask_from(
        &self,
        from: SocketAddr,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let request = axum::http::Request::builder()
            .method(method)
            .uri(path)
            .extension(ConnectInfo(from))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json");
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.server.ask(request.body(body).unwrap()).await
    }

    pub(super) async fn connect(&self, body: Value) -> Answer {
        self.ask(Method::POST, "/api/audible/connect", Some(&body)).await
    }

    /// Begins an attempt; gives its state and the address to sign in at.
    pub(super) async fn begun(&self, marketplace: &str) -> (String, String) {
        let begun = self.connect(json!({"marketplace": marketplace})).await.ok();
        let text = |name: &str| begun[name].as_str().unwrap().to_owned();
        (text("state"), text("authorize_url"))
    }

    /// The whole way, by a pasted address.
    pub(super) async fn connected(&self, marketplace: &str) -> Value {
        let (state, address) = self.begun(marketplace).await;
        let landed = person::signs_in(&self.sim, &address).await;
        self.connect(json!({"state": state, "redirect_url": landed})).await.ok()
    }

    pub(super) async fn sync(&self) -> Answer {
        self.ask(Method::POST, "/api/audible/sync", None).await
    }

    pub(super) async fn status(&self) -> Value {
        self.ask(Method::GET, "/api/audible/status", None).await.ok()
    }

    /// Every title of the library, by pages, with what is kept of it.
    pub(super) async fn library(&self) -> Vec<Value> {
        let mut titles = Vec::new();
        let mut path = "/api/library?limit=200".to_owned();
        loop {
            let page = self.ask(Method::GET, &path, None).await.ok();
            titles.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => path = format!("/api/library?limit=200&cursor={next}"),
                None => return titles,
            }
        }
    }

    /// What the account's list of activity says, newest first: what, shop, result.
    pub(super) async fn noted(&self) -> Vec<(String, String, String)> {
        let page = audit::noted(&self.server.app, self.server.account.id, None, 100);
        let entries = page.await.unwrap().entries.into_iter();
        entries.map(|entry| (entry.what, entry.marketplace, entry.result)).collect()
    }
}
