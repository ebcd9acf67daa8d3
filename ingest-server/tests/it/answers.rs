//! Every documented answer to an import that is not taken.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use ingest_server::{
    accounts::{self, Scopes},
    serve,
};
use serde_json::{Value, json};
use shared::samples;
use tokio::net::TcpListener;

use crate::{
    databases::{self, on_both},
    harness::{Answer, IMPORT, Server, new_run, run_of, settings},
};

on_both![
    a_token_is_needed_and_has_to_be_known,
    a_token_without_the_scope_is_refused,
    the_same_bytes_get_the_first_answer_again,
    other_bytes_with_the_same_key_are_refused,
    the_same_chunk_sent_twice_at_once_is_stored_once,
    a_key_is_forgotten_after_a_month,
];

async fn a_token_is_needed_and_has_to_be_known(database: String) {
    let server = Server::start(database).await;
    let body = run_of(&samples::items(1));
    let with = |token: Option<&str>| {
        let builder = Request::post(IMPORT).header(header::CONTENT_TYPE, "application/json");
        let builder = match token {
            Some(token) => builder.header(header::AUTHORIZATION, token),
            None => builder,
        };
        builder.body(Body::from(body.to_string())).unwrap()
    };
    let answer = server.ask(with(None)).await;
    answer.problem(401, "token_missing");
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"me-feed\"");
    for wrong in ["Bearer mf_wrong", "bearer ", "Basic mf_wrong"] {
        assert_eq!(server.ask(with(Some(wrong))).await.status, 401, "{wrong}");
    }
    server.ask(with(Some("Bearer mf_wrong"))).await.problem(401, "token_unknown");
    let in_query = Request::get(format!("/api/library?access_token={}", server.token));
    server.ask(in_query.body(Body::empty()).unwrap()).await.problem(401, "token_missing");
    assert_eq!(server.size().await, 0);
}

async fn a_token_without_the_scope_is_refused(database: String) {
    let mut server = Server::start(database).await;
    let scopes: Scopes = "library:read".parse().unwrap();
    server.token =
        accounts::create_token(&server.app, server.account.id, "r", scopes).await.unwrap();
    let answer = server.import(&run_of(&samples::items(1))).await;
    let problem = answer.problem(403, "scope_missing");
    assert!(problem["detail"].as_str().unwrap().contains("import:write"));
    assert!(answer.header("www-authenticate").contains("insufficient_scope"));
    assert_eq!(server.size().await, 0);
}

async fn the_same_bytes_get_the_first_answer_again(database: String) {
    let server = Server::start(database).await;
    let body = run_of(&samples::items(5));
    let first = server.import(&body).await;
    first.ok();
    server.later(3600);
    let again = server.import(&body).await;
    assert_eq!(again.text, first.text);
    assert_eq!(again.status, first.status);
    assert_eq!(again.header("content-type"), first.header("content-type"));
}

async fn other_bytes_with_the_same_key_are_refused(database: String) {
    let server = Server::start(database).await;
    let mut body = run_of(&samples::items(5));
    server.import(&body).await.ok();
    body["items"][0]["title"] = json!("Another title");
    server.import(&body).await.problem(409, "idempotency_key_reused");
    assert_eq!(server.library("q=another").await["total"], 0);
}

async fn the_same_chunk_sent_twice_at_once_is_stored_once(database: String) {
    let server = Server::start(database).await;
    let body = run_of(&samples::items(50));
    let answers = futures_of(&server, &body).await;
    for answer in &answers {
        assert_eq!(answer.text, answers[0].text);
        assert_eq!(answer.ok()["imported"], 50);
    }
    assert_eq!(server.size().await, 50);
}

async fn futures_of(server: &Server, body: &Value) -> Vec<Answer> {
    let (a, b, c) = tokio::join!(server.import(body), server.import(body), server.import(body));
    vec![a, b, c]
}

async fn a_key_is_forgotten_after_a_month(database: String) {
    let server = Server::start(database).await;
    let mut body = run_of(&samples::items(2));
    server.import(&body).await.ok();
    server.later(31 * 24 * 3600);
    body["run"]["client"]["version"] = json!("0.1.1");
    server.import(&body).await.problem(409, "idempotency_key_reused");
    // Nobody writes anything: a server that runs does it by itself.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let running = tokio::spawn(serve(listener, server.app.clone(), std::future::pending()));
    let again = loop {
        let again = server.import(&body).await;
        if again.status != 409 {
            break again.ok();
        }
    };
    running.abort();
    assert_eq!(again["unchanged"], 2);
    assert_eq!(again["run"]["received"], 2);
}

/// Answers that do not depend on the database.
async fn check(change: impl FnOnce(&Server) -> Request<Body>, status: u16, code: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("test.db");
    let mut settings = settings(format!("sqlite://{}", file.display()));
    settings.body_limit = 100_000;
    let server = Server::with(settings).await;
    let problem = server.ask(change(&server)).await.problem(status, code);
    assert_eq!(server.size().await, 0);
    problem
}

fn sent(server: &Server, body: &Value) -> Request<Body> {
    server.chunk(body).body(Body::from(body.to_string())).unwrap()
}

#[tokio::test]
async fn broken_json_is_an_invalid_envelope() {
    for broken in ["", "{", "[1,2", "\"x\"", "nonsense"] {
        let problem = check(
            |server| server.chunk(&run_of(&[])).body(Body::from(broken)).unwrap(),
            422,
            "envelope_invalid",
        )
        .await;
        assert_eq!(problem["errors"][0]["pointer"], "");
        assert!(!problem["errors"][0]["reason"].as_str().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_wrong_envelope_is_named_by_pointer_and_nothing_is_stored() {
    let mut wrong = run_of(&samples::items(2));
    wrong["run"]["chunk"]["index"] = json!(-1);
    let key = format!("{}:-1", wrong["run"]["id"].as_str().unwrap());
    let request = |server: &Server| {
        let builder = server.request(Method::POST, IMPORT);
        let builder = builder.header(header::CONTENT_TYPE, "application/json");
        builder.header("idempotency-key", key).body(Body::from(wrong.to_string())).unwrap()
    };
    let problem = check(request, 422, "envelope_invalid").await;
    assert_eq!(problem["errors"][0]["pointer"], "/run/chunk/index");
}

#[tokio::test]
async fn more_than_500_titles_are_an_invalid_envelope() {
    let mut body = run_of(&[]);
    let item = json!({"asin": samples::asin(1), "title": "x"});
    body["items"] = Value::Array(vec![item; 501]);
    check(|server| sent(server, &body), 422, "envelope_invalid").await;
}

#[tokio::test]
async fn another_kind_of_body_is_refused() {
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"] {
        let request = |server: &Server| {
            let mut request = sent(server, &run_of(&[]));
            request.headers_mut().insert(header::CONTENT_TYPE, kind.parse().unwrap());
            request
        };
        check(request, 415, "not_json").await;
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_with_and_without_its_length() {
    let body = run_of(&samples::items(200));
    check(|server| sent(server, &body), 413, "body_too_large").await;
    let announced = |server: &Server| {
        let mut request = sent(server, &body);
        request.headers_mut().insert(header::CONTENT_LENGTH, 9_000_000.into());
        request
    };
    let problem = check(announced, 413, "body_too_large").await;
    assert!(problem["detail"].as_str().unwrap().contains("100000"));
}

#[tokio::test]
async fn the_key_has_to_be_there_and_name_this_chunk() {
    let body = run_of(&[]);
    let keyless = |server: &Server| {
        let mut request = sent(server, &body);
        request.headers_mut().remove("idempotency-key");
        request
    };
    check(keyless, 422, "idempotency_key_missing").await;
    let other = |server: &Server| {
        let mut request = sent(server, &body);
        let key = format!("{}:0", new_run());
        request.headers_mut().insert("idempotency-key", key.parse().unwrap());
        request
    };
    let problem = check(other, 422, "idempotency_key_mismatch").await;
    let expected = format!("{}:0", body["run"]["id"].as_str().unwrap());
    assert!(problem["detail"].as_str().unwrap().contains(&expected));
}

#[tokio::test]
async fn an_address_with_a_wrong_parameter_is_refused() {
    let dry = |server: &Server| {
        let mut request = sent(server, &run_of(&[]));
        *request.uri_mut() = format!("{IMPORT}?dry_run=perhaps").parse().unwrap();
        request
    };
    check(dry, 400, "query_invalid").await;
    for query in ["limit=0", "limit=201", "limit=x", "sort=size", "cursor=nonsense"] {
        let library = |server: &Server| {
            let builder = server.request(Method::GET, &format!("/api/library?{query}"));
            builder.body(Body::empty()).unwrap()
        };
        check(library, 400, "query_invalid").await;
    }
}
