//! Tokens: who may list and revoke them, and what a revoked one is told.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use ingest_server::accounts::{self, Scopes};
use serde_json::Value;
use shared::samples;

use crate::{
    databases::{self, on_both},
    harness::{Answer, Server, run_of},
};

on_both![
    a_list_shows_the_account_s_own_tokens_without_secrets,
    a_revoked_token_is_told_so_and_stores_nothing,
    a_token_revokes_itself_and_others_only_with_the_scope,
    whoever_holds_a_token_may_give_it_up,
];

/// A second token of the account, as `(secret, id)`.
async fn another(server: &Server, name: &str, scopes: &str) -> (String, String) {
    let scopes: Scopes = scopes.parse().unwrap();
    let made = accounts::create_token(&server.app, server.account.id, name, scopes).await;
    (made.unwrap(), id_of(server, name).await)
}

async fn id_of(server: &Server, name: &str) -> String {
    let list = server.get("/api/tokens").await.ok();
    let found = list.as_array().unwrap().iter().find(|token| token["name"] == name).cloned();
    found.unwrap()["id"].as_str().unwrap().to_owned()
}

async fn as_token(server: &Server, method: Method, address: &str, token: &str) -> Answer {
    let request = Request::builder().method(method).uri(address);
    let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    server.ask(request.body(Body::empty()).unwrap()).await
}

async fn give_up(server: &Server, body: String) -> Answer {
    let request = Request::post("/api/oauth/revoke")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    server.ask(request.body(Body::from(body)).unwrap()).await
}

async fn a_list_shows_the_account_s_own_tokens_without_secrets(database: String) {
    let server = Server::start(database).await;
    server.later(60);
    let (secret, id) = another(&server, "Firefox <on> Linux", "import:write").await;
    let answer = server.get("/api/tokens").await;
    assert!(!answer.text.contains(&secret) && !answer.text.contains(&server.token));
    let list = answer.ok();
    let list = list.as_array().unwrap();
    assert_eq!(list.len(), 2, "the other account's token is not among them");
    assert_eq!(list[0]["id"], *id, "the newest comes first");
    assert_eq!(list[0]["scopes"], "import:write");
    assert_eq!(list[0]["last_used_at"], Value::Null);
    assert_eq!(list[1]["name"], "t");
    assert!(list[1]["last_used_at"].is_string());
    let blind = as_token(&server, Method::GET, "/api/tokens", &secret).await;
    blind.problem(403, "scope_missing");
}

async fn a_revoked_token_is_told_so_and_stores_nothing(database: String) {
    let mut server = Server::start(database).await;
    let (secret, id) = another(&server, "old", "import:write library:read").await;
    let id = id.parse().unwrap();
    let owner = server.account.id;
    assert!(accounts::revoke_token(&server.app, owner, id).await.unwrap());
    assert!(!accounts::revoke_token(&server.app, owner, id).await.unwrap(), "only once");
    let working = std::mem::replace(&mut server.token, secret);
    server.import(&run_of(&samples::items(1))).await.problem(401, "token_revoked");
    server.get("/api/library").await.problem(401, "token_revoked");
    server.token = working;
    assert_eq!(server.size().await, 0);
    assert_eq!(server.get("/api/tokens").await.ok().as_array().unwrap().len(), 1);
}

async fn a_token_revokes_itself_and_others_only_with_the_scope(database: String) {
    let server = Server::start(database).await;
    let (weak, weak_id) = another(&server, "weak", "import:write").await;
    let (strong, strong_id) = another(&server, "strong", "library:write").await;
    let address = |id: &str| format!("/api/tokens/{id}");
    let delete = async |id: &str, token: &str| -> Answer {
        as_token(&server, Method::DELETE, &address(id), token).await
    };
    delete(&strong_id, &weak).await.problem(403, "scope_missing");
    delete(&strong_id, "mf_unknown").await.problem(401, "token_unknown");
    for nowhere in ["019ab1c2-0000-7000-8000-000000000001", "x"] {
        delete(nowhere, &strong).await.problem(404, "not_found");
    }
    // Another account's token is none that this one knows of.
    let strange = as_token(&server, Method::GET, "/api/tokens", &server.other_token).await.ok();
    let strange = strange[0]["id"].as_str().unwrap();
    delete(strange, &strong).await.problem(404, "not_found");
    as_token(&server, Method::GET, "/api/tokens", &server.other_token).await.ok();

    assert_eq!(delete(&weak_id, &weak).await.status, StatusCode::NO_CONTENT);
    delete(&weak_id, &weak).await.problem(401, "token_revoked");
    let mine = id_of(&server, "t").await;
    assert_eq!(delete(&mine, &strong).await.status, StatusCode::NO_CONTENT);
    server.get("/api/tokens").await.problem(401, "token_revoked");
}

async fn whoever_holds_a_token_may_give_it_up(database: String) {
    let server = Server::start(database).await;
    let (secret, _) = another(&server, "given up", "import:write").await;
    assert_eq!(give_up(&server, format!("token={secret}")).await.status, StatusCode::OK);
    let after = as_token(&server, Method::GET, "/api/library", &secret).await;
    after.problem(401, "token_revoked");
    // Nobody learns here which tokens there are.
    assert_eq!(give_up(&server, "token=mf_nobody".to_owned()).await.status, StatusCode::OK);
    let other = give_up(&server, "other=1".to_owned()).await;
    assert_eq!(
        (other.status, &other.json()["error"]),
        (StatusCode::BAD_REQUEST, &"invalid_request".into())
    );
    server.get("/api/tokens").await.ok();
}
