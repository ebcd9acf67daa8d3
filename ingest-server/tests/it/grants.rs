//! Device authorization (RFC 8628): a program asks, a person decides, the program gets its token once.

use std::net::SocketAddr;

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode, header},
};
use ingest_server::{
    app::Settings,
    grant::{self, GrantError, UserCode},
    sweep::sweep,
};
use serde_json::Value;
use shared::samples;

use crate::{
    databases::{self, on_both},
    harness::{Answer, Server, run_of, settings},
};

on_both![
    an_allowed_program_gets_its_token_once_and_can_import,
    a_refused_program_is_told_so,
    a_code_works_for_ten_minutes,
    a_program_that_asks_too_often_is_slowed_down,
    what_is_not_right_is_refused_by_its_oauth_name,
    one_address_has_few_open_requests_and_all_together_are_bounded,
    codes_that_nobody_has_are_bounded_also_when_they_come_together,
    two_questions_at_once_give_one_token,
];

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const WISH: &str = "client_id=audible-connector&scope=import%3Awrite+library%3Aread\
    &client_name=Firefox+%3Con%3E+Linux";

async fn form(server: &Server, address: &str, body: &str, from: &str) -> Answer {
    let peer: SocketAddr = from.parse().unwrap();
    let request = Request::post(address)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .extension(ConnectInfo(peer));
    server.ask(request.body(Body::from(body.to_owned())).unwrap()).await
}

async fn ask(server: &Server) -> Value {
    form(server, "/api/oauth/device_authorization", WISH, "192.168.1.7:4000").await.ok()
}

async fn fetch(server: &Server, codes: &Value) -> Answer {
    let code = codes["device_code"].as_str().unwrap();
    let body = format!("grant_type={DEVICE_CODE}&client_id=audible-connector&device_code={code}");
    form(server, "/api/oauth/token", &body, "192.168.1.7:4000").await
}

fn user_code(codes: &Value) -> UserCode {
    UserCode::parse(codes["user_code"].as_str().unwrap()).unwrap()
}

async fn decide(server: &Server, codes: &Value, allow: bool) -> bool {
    let code = user_code(codes);
    grant::decide(&server.app, server.account.id, &code, allow).await.unwrap().is_some()
}

#[track_caller]
fn refused(answer: &Answer, name: &str) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let problem = answer.json();
    assert_eq!(problem["error"], name);
    assert!(!problem["error_description"].as_str().unwrap().is_empty());
}

async fn an_allowed_program_gets_its_token_once_and_can_import(database: String) {
    let mut server = Server::start(database).await;
    server.later(1);
    let codes = ask(&server).await;
    assert_eq!(codes["expires_in"], 600);
    assert_eq!(codes["interval"], 5);
    assert_eq!(codes["verification_uri"], "http://127.0.0.1:8787/pair");
    let complete = format!("http://127.0.0.1:8787/pair?user_code={}", user_code(&codes));
    assert_eq!(codes["verification_uri_complete"], complete);
    refused(&fetch(&server, &codes).await, "authorization_pending");

    let code = user_code(&codes);
    let waiting = grant::find(&server.app, server.account.id, &code).await.unwrap().unwrap();
    assert_eq!(waiting.client_name, "Firefox <on> Linux");
    assert_eq!(waiting.address, "192.168.1.7");
    assert_eq!(waiting.scopes.to_string(), "import:write library:read");
    assert!(decide(&server, &codes, true).await);
    assert!(!decide(&server, &codes, false).await, "what is decided is decided");

    let answer = fetch(&server, &codes).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let given = answer.ok();
    assert_eq!(given["token_type"], "Bearer");
    assert_eq!(given["token_name"], "Firefox <on> Linux");
    assert_eq!(given["scope"], "import:write library:read");
    refused(&fetch(&server, &codes).await, "invalid_grant");

    server.token = given["access_token"].as_str().unwrap().to_owned();
    assert!(server.token.starts_with("mf_"));
    assert_eq!(server.import(&run_of(&samples::items(3))).await.ok()["imported"], 3);
    let tokens = server.get("/api/tokens").await.ok();
    assert_eq!(tokens[0]["name"], "Firefox <on> Linux");
}

async fn a_refused_program_is_told_so(database: String) {
    let server = Server::start(database).await;
    let codes = ask(&server).await;
    assert!(decide(&server, &codes, false).await);
    refused(&fetch(&server, &codes).await, "access_denied");
    assert!(!decide(&server, &codes, true).await);
    assert_eq!(server.get("/api/tokens").await.ok().as_array().unwrap().len(), 1);
}

async fn a_code_works_for_ten_minutes(database: String) {
    let server = Server::start(database).await;
    let (late, early) = (ask(&server).await, ask(&server).await);
    server.later(599);
    assert!(decide(&server, &early, true).await);
    server.later(2);
    assert!(!decide(&server, &late, true).await);
    refused(&fetch(&server, &late).await, "expired_token");
    // Who allows at the last moment leaves the program its time.
    fetch(&server, &early).await.ok();
    server.later(3_600);
    sweep(&server.app).await.unwrap();
    refused(&fetch(&server, &late).await, "invalid_grant");
}

async fn a_program_that_asks_too_often_is_slowed_down(database: String) {
    let server = Server::start(database).await;
    let codes = ask(&server).await;
    for (after, told) in [
        (0, "authorization_pending"),
        (5, "authorization_pending"),
        (1, "slow_down"),
        (5, "slow_down"),
        (15, "authorization_pending"),
        (15, "authorization_pending"),
    ] {
        server.later(after);
        refused(&fetch(&server, &codes).await, told);
    }
    // What was decided is told at once.
    assert!(decide(&server, &codes, true).await);
    fetch(&server, &codes).await.ok();
}

async fn what_is_not_right_is_refused_by_its_oauth_name(database: String) {
    let server = Server::start(database).await;
    let codes = ask(&server).await;
    let device = codes["device_code"].as_str().unwrap();
    let token = format!("grant_type={DEVICE_CODE}");
    let exporter = format!("{token}&client_id=audible-export&device_code={device}");
    for (address, body, name) in [
        ("device_authorization", "client_id=somebody", "invalid_client"),
        ("device_authorization", "scope=import%3Awrite", "invalid_request"),
        ("device_authorization", "client_id=command-line&scope=all", "invalid_scope"),
        ("device_authorization", "client_id=a&client_id=b", "invalid_request"),
        ("token", "grant_type=password&client_id=audible-connector", "unsupported_grant_type"),
        ("token", "client_id=audible-connector", "invalid_request"),
        ("token", &token, "invalid_client"),
        ("token", &format!("{token}&client_id=audible-connector"), "invalid_grant"),
        ("token", &exporter, "invalid_grant"),
    ] {
        let answer = form(&server, &format!("/api/oauth/{address}"), body, "[::1]:1").await;
        refused(&answer, name);
    }
    let plain = Request::post("/api/oauth/token").header(header::CONTENT_TYPE, "application/json");
    refused(&server.ask(plain.body(Body::from("{}")).unwrap()).await, "invalid_request");
    refused(&fetch(&server, &codes).await, "authorization_pending");
}

async fn one_address_has_few_open_requests_and_all_together_are_bounded(database: String) {
    let settings =
        Settings { trusted_proxies: vec!["10.0.0.1/32".parse().unwrap()], ..settings(database) };
    let server = Server::with(settings).await;
    let from = async |peer: &str, client: &str| -> Answer {
        let request = Request::post("/api/oauth/device_authorization")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("x-forwarded-for", client)
            .extension(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
        server.ask(request.body(Body::from(WISH)).unwrap()).await
    };
    for _ in 0..grant::OPEN_OF_ONE {
        from("10.0.0.1:1", "192.168.1.7").await.ok();
    }
    server.later(60);
    let many = from("10.0.0.1:1", "192.168.1.7").await;
    many.problem(429, "too_many_requests");
    assert_eq!(many.header("retry-after"), "540");
    // Another address behind the same proxy is another one; the header of a stranger is none.
    from("10.0.0.1:1", "192.168.1.8").await.ok();
    for _ in 0..grant::OPEN_OF_ONE {
        from("203.0.113.5:1", "192.168.1.9").await.ok();
    }
    from("203.0.113.5:1", "192.168.1.10").await.problem(429, "too_many_requests");
    let open = 2 * grant::OPEN_OF_ONE + 1;
    for number in open..grant::OPEN_OF_ALL {
        from(&format!("198.51.100.{number}:1"), "").await.ok();
    }
    from("198.51.101.1:1", "").await.problem(429, "too_many_requests");
    server.later(540);
    from("10.0.0.1:1", "192.168.1.7").await.ok();
}

async fn codes_that_nobody_has_are_bounded_also_when_they_come_together(database: String) {
    let server = Server::start(database).await;
    let codes = ask(&server).await;
    let wrong = UserCode::parse("BCDF-GHJK").unwrap();
    let tries = usize::try_from(3 * grant::MISSES_OF_ONE).unwrap();
    let together = (0..tries).map(|_| grant::find(&server.app, server.account.id, &wrong));
    let mut looked_up = 0;
    for result in futures::future::join_all(together).await {
        match result {
            Ok(found) => {
                assert!(found.is_none());
                looked_up += 1;
            }
            Err(error) => assert!(matches!(error, GrantError::Guessing(1..=600)), "{error}"),
        }
    }
    assert!((1..=grant::MISSES_OF_ONE).contains(&looked_up), "{looked_up}");
    // The rest of what the account may try, then it has to wait, also for a code that there is.
    for _ in looked_up..grant::MISSES_OF_ONE {
        assert!(grant::find(&server.app, server.account.id, &wrong).await.unwrap().is_none());
    }
    let right = user_code(&codes);
    let locked = grant::find(&server.app, server.account.id, &right).await;
    assert!(matches!(locked, Err(GrantError::Guessing(600))));
    server.later(599);
    let codes = ask(&server).await;
    let right = user_code(&codes);
    assert!(grant::find(&server.app, server.account.id, &right).await.is_err());
    server.later(2);
    assert!(grant::find(&server.app, server.account.id, &right).await.unwrap().is_some());
}

async fn two_questions_at_once_give_one_token(database: String) {
    let server = Server::start(database).await;
    let codes = ask(&server).await;
    assert!(decide(&server, &codes, true).await);
    let (one, other) = futures::join!(fetch(&server, &codes), fetch(&server, &codes));
    let (won, lost) = if one.status == StatusCode::OK { (one, other) } else { (other, one) };
    won.ok();
    refused(&lost, "invalid_grant");
    assert_eq!(server.get("/api/tokens").await.ok().as_array().unwrap().len(), 2);
}
