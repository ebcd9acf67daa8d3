//! A server with two accounts, and short words for asking it.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU8, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, Response, StatusCode, header},
};
use ingest_server::{
    accounts::{self, Account, Scopes, passwords::Cost},
    app::{App, Settings},
    clock::{Clock, System},
    http,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::{ids::Marketplace, item::Item, samples, wire::v1};
use tower::ServiceExt;
use uuid::Uuid;

pub(crate) const IMPORT: &str = "/api/audible/import-from-extension";

/// A clock that tests set.
#[derive(Debug)]
pub(crate) struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

pub(crate) struct Server {
    pub(crate) app: App,
    pub(crate) router: Router,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) account: Account,
    pub(crate) token: String,
    pub(crate) other_token: String,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.json()
    }

    /// Checks that it is a problem with this status and code that says what to do.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["code"], code);
        assert_eq!(problem["status"], status);
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        assert!(!problem["title"].as_str().unwrap().is_empty());
        assert!(!problem["detail"].as_str().unwrap().is_empty());
        problem
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub(crate) fn settings(database: String) -> Settings {
    let public = "http://127.0.0.1:8787".parse().unwrap();
    // Passwords are hashed as cheaply as can be: their cost has a test of its own.
    let password_cost = Cost { memory: 16, passes: 1 };
    Settings { password_cost, ..Settings::new(public, database, PathBuf::from(".")) }
}

impl Server {
    pub(crate) async fn start(database: String) -> Self {
        Self::with(settings(database)).await
    }

    /// A server with two accounts.
    pub(crate) async fn with(settings: Settings) -> Self {
        let Self { app, clock, .. } = Self::empty(settings).await;
        let account = accounts::add_account(&app, "reader@home.example", "Rea Der").await.unwrap();
        let other = accounts::add_account(&app, "other@home.example", "").await.unwrap();
        let token = accounts::create_token(&app, account.id, "t", Scopes::default()).await.unwrap();
        let other_token =
            accounts::create_token(&app, other.id, "t", Scopes::default()).await.unwrap();
        Self { router: http::router(app.clone()), app, clock, account, token, other_token }
    }

    /// A server that nobody has an account on.
    pub(crate) async fn empty(settings: Settings) -> Self {
        crate::logs::keep();
        let clock = Arc::new(TestClock(AtomicI64::new(1_795_000_000)));
        let given = Arc::clone(&clock) as Arc<dyn Clock>;
        let app = App::open_with(settings, given, Arc::new(System)).await.unwrap();
        let (token, other_token) = (String::new(), String::new());
        let (email, name) = (String::new(), String::new());
        let account = Account { id: Uuid::nil(), email, name, finished_from: 95, is_owner: false };
        Self { router: http::router(app.clone()), app, clock, account, token, other_token }
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> Answer {
        answer(self.router.clone().oneshot(request).await.unwrap()).await
    }

    pub(crate) async fn get(&self, address: &str) -> Answer {
        self.ask(self.request(Method::GET, address).body(Body::empty()).unwrap()).await
    }

    /// The same with the token of another account.
    pub(crate) async fn get_as_other(&self, address: &str) -> Answer {
        let bearer = format!("Bearer {}", self.other_token);
        let request = Request::builder().uri(address).header(header::AUTHORIZATION, bearer);
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) fn request(&self, method: Method, address: &str) -> axum::http::request::Builder {
        let bearer = format!("Bearer {}", self.token);
        Request::builder().method(method).uri(address).header(header::AUTHORIZATION, bearer)
    }

    /// Sends a chunk with the key that belongs to it.
    pub(crate) async fn post(&self, address: &str, body: &Value) -> Answer {
        let request = self.request(Method::POST, address);
        let request = request.header("content-type", "application/json");
        self.ask(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// Changes a title, with a token that may.
    pub(crate) async fn patch(&self, address: &str, edit: &Value) -> Answer {
        let scopes = "library:read library:write".parse().unwrap();
        let token = accounts::create_token(&self.app, self.account.id, "p", scopes).await.unwrap();
        let request = Request::patch(address)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/merge-patch+json");
        self.ask(request.body(Body::from(edit.to_string())).unwrap()).await
    }

    pub(crate) async fn import(&self, body: &Value) -> Answer {
        self.ask(self.chunk(body).body(Body::from(body.to_string())).unwrap()).await
    }

    pub(crate) async fn dry_run(&self, body: &Value) -> Answer {
        let request = self
            .request(Method::POST, &format!("{IMPORT}?dry_run=true"))
            .header(header::CONTENT_TYPE, "application/json");
        self.ask(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub(crate) fn chunk(&self, body: &Value) -> axum::http::request::Builder {
        self.request(Method::POST, IMPORT)
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", key(body))
    }

    pub(crate) async fn library(&self, query: &str) -> Value {
        self.get(&format!("/api/library?{query}")).await.ok()
    }

    pub(crate) async fn size(&self) -> i64 {
        self.library("limit=1").await["total"].as_i64().unwrap()
    }

    pub(crate) fn later(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

pub(crate) async fn answer(response: Response<Body>) -> Answer {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Answer { status: parts.status, headers: parts.headers, text }
}

pub(crate) fn key(body: &Value) -> String {
    let run = &body["run"];
    format!("{}:{}", run["id"].as_str().unwrap_or(""), run["chunk"]["index"])
}

/// A run of one chunk that reads everything. Each call is a new run.
pub(crate) fn run_of(items: &[Item]) -> Value {
    chunk_of(&new_run(), 0, true, items, items.len())
}

pub(crate) fn new_run() -> String {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    samples::run_id(NEXT.fetch_add(1, Ordering::SeqCst)).to_string()
}

pub(crate) fn chunk_of(run: &str, index: usize, last: bool, items: &[Item], seen: usize) -> Value {
    let items: Vec<v1::Item> =
        items.iter().map(|item| v1::Item::from_item(item, Some(Marketplace::Us))).collect();
    json!({
        "schema_version": 1,
        "run": {
            "id": run, "source": "extension", "marketplace": "us",
            "client": {"name": "audible-connector", "version": "0.1.0", "browser": "chrome"},
            "library": "main", "source_total": seen, "reading": {"complete": true, "seen": seen},
            "chunk": {"index": index, "last": last}
        },
        "items": items
    })
}

/// The outcomes of an answer: imported, updated, unchanged, duplicate, rejected.
pub(crate) fn outcomes(receipt: &Value) -> [u64; 5] {
    ["imported", "updated", "unchanged", "duplicate", "rejected"]
        .map(|name| receipt[name].as_u64().unwrap())
}
