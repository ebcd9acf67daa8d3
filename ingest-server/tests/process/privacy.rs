//! No log line says who reads what: no titles, addresses, tokens, bodies, queries.

use axum::{
    body::Body,
    http::{Request, header},
};
use ingest_server::accounts;
use serde_json::json;
use shared::samples;

use crate::{
    databases::{self, on_both},
    harness::{Server, run_of},
    lines,
};

on_both![nothing_personal_is_logged_even_at_the_finest_level];

async fn nothing_personal_is_logged_even_at_the_finest_level(address: String) {
    let _turn = lines::turn().await;
    let server = Server::start(address).await;
    let link = accounts::one_time_link(&server.app, server.account.id).await.unwrap();
    let password = "lantern orchard seven";
    accounts::change_password(&server.app, server.account.id, None, password).await.unwrap();
    let invitation = accounts::invitation(&server.app, &server.account).await.unwrap();
    let invited = invitation.split_once('#').unwrap().1;
    let newcomer = format!("secret={invited}&email=new@elsewhere.example&password=");
    for (page, form, status) in [
        ("/sign-in", format!("email=reader@home.example&password={password}"), 303),
        ("/sign-in", "email=reader@home.example&password=velvet+harness+nine".to_owned(), 422),
        ("/setup", format!("{newcomer}short"), 422),
        ("/setup", format!("{newcomer}marble+tulip+eleven"), 303),
    ] {
        let request = Request::post(page)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::USER_AGENT, "Curious/1.0");
        let answer = server.ask(request.body(Body::from(form)).unwrap()).await;
        assert_eq!(answer.status.as_u16(), status, "{page}: {}", answer.text);
    }
    let mut body = run_of(&samples::items(3));
    server.import(&body).await.ok();
    body["items"][0]["title"] = json!("Changed");
    server.import(&body).await.problem(409, "idempotency_key_reused");
    body["run"]["library"] = json!(5);
    server.dry_run(&body).await.problem(422, "envelope_invalid");
    server.library("q=lighthouse").await;
    server.get("/api/library?q=lighthouse&limit=0").await.problem(400, "query_invalid");
    server.app.store().close().await;
    server.get("/api/library?q=lighthouse").await.problem(503, "database_away");

    let text = lines::take();
    assert!(text.contains("answered") && text.contains("http.route=\"/api/library\""));
    assert!(text.contains("request failed"), "the cause of a failure is logged");
    let secret = link.split_once('#').unwrap().1;
    for private in [
        server.token.as_str(),
        secret,
        invited,
        password,
        "velvet",
        "marble",
        "$argon2id$",
        "Curious",
        "new@elsewhere",
        "reader@home",
        "Rea Der",
        "Lighthouse",
        "lighthouse",
        "Harbour",
        "Maren",
        "B000000",
    ] {
        let line = text.lines().find(|line| line.contains(private));
        assert!(line.is_none(), "{private} stands in the log: {line:?}");
    }
}
