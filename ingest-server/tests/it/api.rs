//! What holds for every answer: CORS, headers, problems, the document.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use serde_json::Value;

use crate::harness::{Answer, IMPORT, Server};

async fn server() -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("test.db");
    (Server::start(format!("sqlite://{}", file.display())).await, folder)
}

async fn from(server: &Server, origin: &str, method: Method, address: &str) -> Answer {
    let builder = Request::builder().method(method).uri(address).header(header::ORIGIN, origin);
    let builder = builder
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type,idempotency-key");
    server.ask(builder.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn extensions_may_call_the_api_without_cookies() {
    let (server, _folder) = server().await;
    for origin in ["chrome-extension://abcdefgh", "moz-extension://1-2-3"] {
        let answer = from(&server, origin, Method::OPTIONS, IMPORT).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("access-control-allow-origin"), origin);
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        assert!(answer.header("access-control-allow-methods").contains("POST"));
        for name in ["authorization", "content-type", "idempotency-key"] {
            assert!(answer.header("access-control-allow-headers").contains(name), "{name}");
        }
        // An extension reads why it failed, and when to come back.
        let failed = from(&server, origin, Method::POST, IMPORT).await;
        failed.problem(401, "token_missing");
        assert_eq!(failed.header("access-control-allow-origin"), origin);
        assert_eq!(failed.header("access-control-expose-headers"), "retry-after,x-request-id");
        let unknown = from(&server, origin, Method::GET, "/api/unknown").await;
        assert_eq!(unknown.header("access-control-allow-origin"), origin);
    }
}

#[tokio::test]
async fn other_sites_may_not_call_and_pages_are_nobody_s_to_read() {
    let (server, _folder) = server().await;
    for origin in ["https://evil.example", "null", "http://127.0.0.1:8787"] {
        let answer = from(&server, origin, Method::OPTIONS, IMPORT).await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
    }
    let page = from(&server, "chrome-extension://abcdefgh", Method::GET, "/sign-in").await;
    assert_eq!(page.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems_for_programs_and_pages_for_people() {
    let (server, _folder) = server().await;
    server.get("/api/nothing").await.problem(404, "not_found");
    server.get(IMPORT).await.problem(405, "method_not_allowed");
    let page = server.get("/nothing").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.text.contains("There is no page at this address"), "{}", page.text);
    assert!(page.text.contains(page.header("x-request-id")));
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let (server, _folder) = server().await;
    for address in
        ["/", "/sign-in", "/nothing", "/api/version", "/api/nothing", "/assets/pages.css"]
    {
        let answer = server.get(address).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{address}");
        assert!(policy.contains("frame-ancestors 'none'"), "{address}");
        assert!(!policy.contains("unsafe"), "{address}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{address}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{address}");
        assert_eq!(answer.header("x-request-id").len(), 36, "{address}");
    }
}

#[tokio::test]
async fn version_health_and_schema_need_no_login() {
    let (server, _folder) = server().await;
    let ask =
        async |address: &str| server.ask(Request::get(address).body(Body::empty()).unwrap()).await;
    let version = ask("/api/version").await.ok();
    assert_eq!(version["product"], "me-feed");
    assert_eq!(version["wire_versions"], serde_json::json!([1]));
    assert_eq!(version["server_time"], "2026-11-18T11:06:40Z");
    assert_eq!(ask("/healthz").await.status, StatusCode::OK);
    assert_eq!(ask("/readyz").await.status, StatusCode::OK);
    let schema = ask(&format!("{IMPORT}/schema")).await;
    assert_eq!(schema.text, shared::validate::SCHEMA);
    server.app.store().close().await;
    let away = ask("/readyz").await;
    away.problem(503, "database_away");
    assert_eq!(away.header("retry-after"), "5");
}

#[tokio::test]
async fn the_document_names_every_route_and_every_reference_leads_somewhere() {
    let (server, _folder) = server().await;
    let document = server.get("/api/openapi.json").await.ok();
    let paths = document["paths"].as_object().unwrap();
    for (path, method) in [
        (IMPORT, "post"),
        ("/api/audible/import-from-extension/schema", "get"),
        ("/api/version", "get"),
        ("/api/library", "get"),
        ("/api/library/{id}", "get"),
        ("/api/library/{id}", "patch"),
        ("/api/import/file", "post"),
        ("/api/import/audible-json", "post"),
        ("/api/export", "get"),
        ("/api/ignored", "get"),
        ("/api/ignored", "post"),
        ("/api/ignored/{marketplace}/{asin}", "get"),
        ("/api/ignored/{marketplace}/{asin}", "put"),
        ("/api/ignored/{marketplace}/{asin}", "delete"),
        ("/api/imports", "get"),
        ("/api/imports/{run}", "get"),
        ("/api/imports/{run}/items", "get"),
        ("/api/imports/{run}/undo", "post"),
        ("/api/audible/connect", "post"),
        ("/api/audible/sync", "post"),
        ("/api/audible/status", "get"),
        ("/api/audible/schedule", "put"),
        ("/api/audible/disconnect", "delete"),
        ("/api/wishlist", "get"),
        ("/api/account/export", "get"),
        ("/api/account", "delete"),
        ("/api/tokens", "get"),
        ("/api/tokens/{id}", "delete"),
        ("/api/oauth/device_authorization", "post"),
        ("/api/oauth/token", "post"),
        ("/api/oauth/revoke", "post"),
        ("/healthz", "get"),
        ("/readyz", "get"),
        ("/metrics", "get"),
        ("/api/docs", "get"),
        ("/api/openapi.json", "get"),
    ] {
        assert!(paths[path][method].is_object(), "{method} {path}");
    }
    assert_eq!(paths.len(), 32, "a new route belongs into this list");
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 10);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

fn collect(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                into.push(reference.clone());
            }
            fields.values().for_each(|value| collect(value, into));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, into)),
        _ => {}
    }
}

#[tokio::test]
async fn the_api_ignores_cookies() {
    let (server, _folder) = server().await;
    let link =
        ingest_server::accounts::one_time_link(&server.app, server.account.id).await.unwrap();
    let secret = link.split_once('#').unwrap().1;
    let form = Request::post("/sign-in/link")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(format!("secret={secret}")))
        .unwrap();
    let signed_in = server.ask(form).await;
    let cookie = signed_in.header("set-cookie").split(';').next().unwrap().to_owned();
    let request = Request::get("/api/library").header(header::COOKIE, cookie);
    server.ask(request.body(Body::empty()).unwrap()).await.problem(401, "token_missing");
}
