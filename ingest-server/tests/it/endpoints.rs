//! The table of endpoints in docs/api.md against the server's own routes: each is there, and lets in whom
//! the table names and nobody else.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use ingest_server::{
    accounts::{self, Scopes},
    app::Settings,
    secret::Secret,
};
use shared::samples;

use crate::{
    browser::Browser,
    databases::{self, on_both},
    harness::{Answer, Server, chunk_of, new_run, settings},
};

on_both![the_table_names_every_endpoint_and_who_may_call_it];

const DOCUMENT: &str = include_str!("../../../docs/api.md");
const METHODS: [Method; 5] =
    [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
const STRANGE: &str = "019ab1c2-0000-7000-8000-000000000001";
const METRICS: &str = "a-token-for-monitoring";

type Endpoint = (String, String);

/// Rows of the table: method and path, and who may call it.
fn table() -> BTreeMap<Endpoint, &'static str> {
    let rows = DOCUMENT.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect();
        let [method, path, who] = cells.as_slice() else { return None };
        let path = path.strip_prefix("`/")?.strip_suffix('`')?;
        METHODS.iter().find(|one| one.as_str() == *method)?;
        Some((((*method).to_owned(), format!("/{path}")), *who))
    });
    rows.collect()
}

/// Paths of the router. It tells them when it is asked to show itself; nothing else knows them all.
fn paths(server: &Server) -> BTreeSet<String> {
    let shown = format!("{:?}", server.router);
    shown
        .split('"')
        .filter(|part| part.starts_with('/') && !part.contains("fallback"))
        .map(|path| if path.starts_with("/assets/") { "/assets/{file}" } else { path }.to_owned())
        .collect()
}

/// With the owner's ids in it.
fn filled(path: &str, token: &str, session: &str, run: &str) -> String {
    path.replace("{id}", token)
        .replace("{hash}", session)
        .replace("{run}", run)
        .replace("{marketplace}", "us")
        .replace("{asin}", "B000000001")
        .replace("{file}", "icon.svg")
}

async fn as_nobody(server: &Server, method: &str, path: &str) -> Answer {
    with_token(server, method, path, None).await
}

async fn with_token(server: &Server, method: &str, path: &str, token: Option<&str>) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    server.ask(request.body(Body::empty()).unwrap()).await
}

fn to_sign_in(answer: &Answer) -> bool {
    answer.status == StatusCode::SEE_OTHER && answer.header("location").starts_with("/sign-in")
}

async fn the_table_names_every_endpoint_and_who_may_call_it(database: String) {
    let metrics_token = Some(Secret::new(METRICS).unwrap());
    let server = Server::with(Settings { metrics_token, ..settings(database) }).await;
    let owner = Browser::signed_in(&server, server.account.id).await;
    let other = server.app.store().account_by_email("other@home.example").await.unwrap().unwrap();
    let scope = |text: &str| text.parse::<Scopes>().unwrap();
    let blind =
        accounts::create_token(&server.app, server.account.id, "b", scope("audible:connect"));
    let blind = blind.await.unwrap();
    let reading =
        accounts::create_token(&server.app, server.account.id, "r", scope("library:read"));
    let reading = reading.await.unwrap();
    let all = scope("import:write library:read library:write audible:connect");
    let strange = accounts::create_token(&server.app, other.id, "s", all.clone()).await.unwrap();
    let able = accounts::create_token(&server.app, server.account.id, "a", all).await.unwrap();
    let tokens = server.app.store().tokens(server.account.id).await.unwrap();
    let token = tokens.iter().find(|token| token.name == "t").unwrap().id.to_string();
    let now = server.app.clock().now().as_microsecond();
    let session =
        server.app.store().sessions(server.account.id, now).await.unwrap()[0].hash.clone();

    let imported = chunk_of(&new_run(), 0, true, &samples::items(1), 1);
    let run = server.import(&imported).await.ok()["run"]["id"].as_str().unwrap().to_owned();

    // Every path with every method that it takes stands in the table, and nothing else does.
    let mut found = BTreeSet::new();
    for path in paths(&server) {
        for method in METHODS {
            let address = filled(&path, STRANGE, "nobody", STRANGE);
            let answer = as_nobody(&server, method.as_str(), &address).await;
            if answer.status != StatusCode::METHOD_NOT_ALLOWED {
                found.insert((method.to_string(), path.clone()));
            }
        }
    }
    let table = table();
    assert_eq!(found, table.keys().cloned().collect::<BTreeSet<_>>());
    assert!(found.len() > 30);

    for ((method, path), who) in &table {
        let address = filled(path, &token, &session, &run);
        let nobody = as_nobody(&server, method, &address).await;
        let told = format!("{method} {path} ({who}): {} {}", nobody.status, nobody.text);
        match *who {
            "anybody" => assert!(!to_sign_in(&nobody) || path == "/sign-out", "{told}"),
            "signed in" | "owner" => {
                assert!(to_sign_in(&nobody), "{told}");
                let bearer = with_token(&server, method, &address, Some(&server.token)).await;
                assert!(to_sign_in(&bearer), "a token is no session: {told}");
                // A session of its own each time: some of these end it.
                let stranger = Browser::signed_in(&server, other.id).await;
                let method = method.parse().unwrap();
                let answer = stranger.ask(method, &address).await;
                if *who == "owner" {
                    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{told}");
                } else {
                    assert!(!to_sign_in(&answer), "{told}");
                    assert!(!answer.text.contains("reader@home.example"), "{told}");
                }
            }
            "whoever has the link" => assert_eq!(nobody.status, StatusCode::FORBIDDEN, "{told}"),
            "whoever has the device code" | "whoever has the token" => {
                assert_eq!(nobody.json()["error"], "invalid_request", "{told}");
            }
            "the token of `MEFEED_METRICS_TOKEN`" => {
                nobody.problem(401, "metrics_token_missing");
                let wrong = with_token(&server, method, &address, Some(&server.token)).await;
                wrong.problem(401, "metrics_token_missing");
                with_token(&server, method, &address, Some(METRICS)).await;
            }
            "that token itself, or one of the account with `library:write`" => {
                nobody.problem(401, "token_missing");
                let weak = with_token(&server, method, &address, Some(&blind)).await;
                weak.problem(403, "scope_missing");
                let of_other = with_token(&server, method, &address, Some(&strange)).await;
                of_other.problem(404, "not_found");
            }
            who => {
                let scope = who.strip_prefix("token with `").and_then(|who| who.strip_suffix('`'));
                let scope = scope.unwrap_or_else(|| panic!("who is that? {told}"));
                nobody.problem(401, "token_missing");
                let weak = if scope == "audible:connect" { &reading } else { &blind };
                let weak = with_token(&server, method, &address, Some(weak)).await;
                let problem = weak.problem(403, "scope_missing");
                assert!(problem["detail"].as_str().unwrap().contains(scope), "{told}");
                let cookie = owner.ask(method.parse().unwrap(), &address).await;
                cookie.problem(401, "token_missing");
                if path.contains("{run}") {
                    let of_other = with_token(&server, method, &address, Some(&strange)).await;
                    of_other.problem(404, "not_found");
                }
                let right = with_token(&server, method, &address, Some(&able)).await;
                // Nothing here came by https or from this machine, which one of them wants.
                let open = right.status == 403 && right.json()["code"] == "https_required";
                assert_eq!(open, path == "/api/audible/connect", "{told}");
                assert!(open || !matches!(right.status.as_u16(), 401 | 403), "{told}");
                assert!(right.status != StatusCode::NOT_FOUND || !path.contains("{run}"), "{told}");
            }
        }
    }
    // After all that the owner's token, session and settings are what they were.
    server.get("/api/tokens").await.ok();
    let settings = owner.get("/settings").await;
    assert_eq!(settings.status, StatusCode::OK);
    assert!(settings.text.contains("Registration is closed"));
    assert_eq!(server.app.store().tokens(server.account.id).await.unwrap().len(), tokens.len());
}
