//! Everything about an account, taken out or deleted.

use std::io::{Cursor, Read};

use axum::{
    body::Body,
    http::{Method, header},
};
use ingest_server::{
    accounts::{self, Scopes},
    app::App,
    sweep::sweep,
};
use serde_json::{Value, json};
use shared::samples;
use tower::ServiceExt;

use crate::{
    browser::Browser,
    databases::{self, on_both},
    harness::{self, Answer, Server, run_of},
};

on_both![
    everything_is_taken_out_with_the_password_alone,
    an_account_is_deleted_with_the_password_alone,
    a_person_does_both_on_a_page,
    imports_are_forgotten_after_their_time_and_titles_stay,
];

const PASSWORD: &str = "quiet harbour stories told";

/// An account with a password, and a token that may do all.
async fn with_password(server: &Server) -> String {
    accounts::change_password(&server.app, server.account.id, None, PASSWORD).await.unwrap();
    token(&server.app, server.account.id).await
}

async fn token(app: &App, id: uuid::Uuid) -> String {
    let scopes: Scopes = "import:write library:read library:write".parse().unwrap();
    accounts::create_token(app, id, "all", scopes).await.unwrap()
}

async fn ask(server: &Server, method: Method, token: &str, password: &str) -> Answer {
    let address = if method == Method::GET { "/api/account/export" } else { "/api/account" };
    let request = axum::http::Request::builder()
        .method(method)
        .uri(address)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header("x-account-password", password);
    server.ask(request.body(Body::empty()).unwrap()).await
}

async fn everything_is_taken_out_with_the_password_alone(database: String) {
    let server = Server::start(database).await;
    let token = with_password(&server).await;
    server.import(&run_of(&samples::items(3))).await.ok();
    ask(&server, Method::GET, &token, "").await.problem(422, "wrong_password");
    ask(&server, Method::GET, &token, "wrong").await.problem(422, "wrong_password");
    ask(&server, Method::GET, "mf_none", PASSWORD).await.problem(401, "token_unknown");

    let request = axum::http::Request::get("/api/account/export")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header("x-account-password", PASSWORD)
        .body(Body::empty())
        .unwrap();
    let answer = server.router.clone().oneshot(request).await.unwrap();
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/zip");
    let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes.to_vec())).unwrap();
    let mut text = |name: &str| {
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    assert!(text("README.md").contains("`library.json`"));
    let library: Value = serde_json::from_str(&text("library.json")).unwrap();
    assert_eq!(library["titles"].as_array().unwrap().len(), 3);
    assert_eq!(text("tables/media.jsonl").lines().count(), 3);
    let account: Value = serde_json::from_str(text("tables/users.jsonl").trim()).unwrap();
    assert_eq!(account["email"], "reader@home.example");
    let all: String = archive.file_names().flatten().map(|name| name.into_owned()).collect();
    assert!(!all.contains("uploads"), "a table without rows has no file");
}

async fn an_account_is_deleted_with_the_password_alone(database: String) {
    let server = Server::start(database).await;
    let token = with_password(&server).await;
    server.import(&run_of(&samples::items(3))).await.ok();
    ask(&server, Method::DELETE, &token, "wrong").await.problem(422, "wrong_password");
    let weak = server.token.clone();
    ask(&server, Method::DELETE, &weak, PASSWORD).await.problem(403, "scope_missing");
    assert_eq!(server.size().await, 3);

    let receipt = ask(&server, Method::DELETE, &token, PASSWORD).await.ok();
    assert_eq!((&receipt["rows"]["media"], &receipt["rows"]["users"]), (&json!(3), &json!(1)));
    assert!(receipt["deleted_at"].as_str().unwrap().ends_with('Z'));
    ask(&server, Method::GET, &token, PASSWORD).await.problem(401, "token_unknown");
    assert_eq!(server.get_as_other("/api/library").await.status, 200);
}

async fn a_person_does_both_on_a_page(database: String) {
    let server = Server::start(database).await;
    with_password(&server).await;
    let form = format!("email=reader%40home.example&password={}", PASSWORD.replace(' ', "+"));
    let mut browser = Browser::new(&server);
    browser.submit("/sign-in", &form).await;
    let page = browser.get("/settings").await.text;
    assert!(page.contains("Take out my data") && page.contains("Delete my account"), "{page}");
    let wrong = browser.post("/settings/delete", "password=wrong").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("role=\"alert\""), "{}", wrong.text);
    let proof = format!("password={}", PASSWORD.replace(' ', "+"));
    let archive = browser.post("/settings/data", &proof).await;
    assert_eq!(archive.header("content-type"), "application/zip");
    let gone = browser.post("/settings/delete", &proof).await;
    assert!(gone.text.contains("Your account is deleted"), "{}", gone.text);
    assert!(!browser.is_signed_in().await);
}

async fn imports_are_forgotten_after_their_time_and_titles_stay(database: String) {
    let mut settings = harness::settings(database);
    settings.keep_imports_days = Some(30);
    let server = Server::with(settings).await;
    let runs = || async {
        let runs = server.get("/api/imports").await.ok()["runs"].clone();
        runs.as_array().unwrap().len()
    };
    server.import(&run_of(&samples::items(2))).await.ok();
    let mut german = run_of(&samples::items(1));
    german["run"]["marketplace"] = json!("de");
    server.import(&german).await.ok();
    server.later(40 * 24 * 3600);
    server.import(&run_of(&samples::items(2))).await.ok();
    assert_eq!(sweep(&server.app).await.unwrap(), 3, "a run and two answers");
    assert_eq!(runs().await, 2, "of each library the last complete reading stays");
    assert_eq!(server.size().await, 3);
    // A file is no reading of the library, however complete: it takes nothing's place.
    let mut file = run_of(&samples::items(1));
    file["run"]["source"] = json!("file");
    file["run"]["marketplace"] = json!("de");
    server.later(1);
    server.import(&file).await.ok();
    assert_eq!(sweep(&server.app).await.unwrap(), 0);
    assert_eq!(runs().await, 3);
    let shops = server.get("/api/imports").await.ok()["runs"].clone();
    let live = |run: &&Value| run["source"] == "extension" && run["marketplace"] == "de";
    assert_eq!(shops.as_array().unwrap().iter().filter(live).count(), 1);
    server.later(10 * 24 * 3600);
    server.import(&run_of(&samples::items(2))).await.ok();
    assert_eq!(sweep(&server.app).await.unwrap(), 0);
    assert_eq!(runs().await, 4, "what is younger stays");
}
