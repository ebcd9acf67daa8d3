//! Numbers for monitoring: who may read them, and what they count.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use ingest_server::{
    app::Settings,
    secret::Secret,
    serve::{Listeners, serve},
};
use serde_json::json;
use shared::samples;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

use crate::{
    browser::Browser,
    databases::{self, on_both},
    harness::{Answer, IMPORT, Server, run_of, settings},
};

on_both![numbers_are_counted_and_name_nobody, numbers_have_an_address_of_their_own];

const TOKEN: &str = "a-token-for-monitoring";

async fn read(server: &Server, token: &str) -> Answer {
    let request = Request::get("/metrics").header(header::AUTHORIZATION, format!("Bearer {token}"));
    server.ask(request.body(Body::empty()).unwrap()).await
}

async fn numbers_are_counted_and_name_nobody(database: String) {
    let metrics_token = Some(Secret::new(TOKEN).unwrap());
    let server = Server::with(Settings { metrics_token, ..settings(database) }).await;
    read(&server, "wrong").await.problem(401, "metrics_token_missing");
    read(&server, &server.token).await.problem(401, "metrics_token_missing");

    let items = samples::items(3);
    server.import(&run_of(&items)).await.ok();
    server.import(&run_of(&items)).await.ok();
    server.dry_run(&run_of(&items)).await.ok();
    let mut broken = run_of(&items);
    broken["schema_version"] = json!(99);
    server.import(&broken).await.problem(422, "envelope_invalid");
    let browser = Browser::signed_in(&server, server.account.id).await;
    browser.get("/").await;
    server.get("/nowhere/at-all?q=title").await;

    let answer = read(&server, TOKEN).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.header("content-type").starts_with("application/openmetrics-text"));
    for line in [
        r#"mefeed_import_titles_total{outcome="imported"} 3"#,
        r#"mefeed_import_titles_total{outcome="unchanged"} 3"#,
        r#"mefeed_import_chunks_total{result="stored"} 2"#,
        r#"mefeed_import_chunks_total{result="previewed"} 1"#,
        r#"mefeed_import_chunks_total{result="envelope_invalid"} 1"#,
        r#"mefeed_sign_ins_total{result="by_link"} 1"#,
        "mefeed_accounts 2",
        "mefeed_sessions 1",
        "mefeed_tokens 2",
        "# EOF",
    ] {
        assert!(answer.text.lines().any(|one| one == line), "{line}\n{}", answer.text);
    }
    let requests =
        format!(r#"mefeed_http_requests_total{{method="POST",route="{IMPORT}",status="200"}} 3"#);
    assert!(answer.text.contains(&requests), "{}", answer.text);
    let durations = format!(r#"mefeed_http_duration_seconds_count{{route="{IMPORT}"}} 4"#);
    assert!(answer.text.contains(&durations), "{}", answer.text);
    for private in ["nowhere", "home.example", "q=title", &server.token] {
        assert!(!answer.text.contains(private), "{private}");
    }
}

async fn numbers_have_an_address_of_their_own(database: String) {
    let server = Server::start(database).await;
    read(&server, TOKEN).await.problem(404, "not_found");
    let people = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let numbers = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (one, other) = (people.local_addr().unwrap(), numbers.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let listeners = Listeners { people, numbers: Some(numbers) };
    let running = tokio::spawn(serve(listeners, server.app.clone(), async {
        stopped.await.unwrap();
    }));
    let ask = async |address, path: &str| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        text
    };
    assert!(ask(other, "/metrics").await.contains("mefeed_accounts 2"));
    assert!(ask(other, "/").await.starts_with("HTTP/1.0 404"));
    assert!(ask(one, "/metrics").await.starts_with("HTTP/1.0 404"));
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
}
