//! Pages: signing in by link, the library, and what guards them.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use ingest_server::accounts;
use shared::{item::Person, samples};

use crate::{
    databases::{self, on_both},
    harness::{Answer, Server, run_of, settings},
};

on_both![
    a_link_signs_in_once_and_within_half_an_hour,
    the_session_id_changes_at_sign_in_and_ends_at_sign_out,
    the_library_page_shows_titles_and_escapes_what_they_say,
    an_empty_library_says_how_to_fill_it,
    pages_lead_on_and_searches_are_kept,
];

async fn secret(server: &Server) -> String {
    let link = accounts::one_time_link(&server.app, server.account.id).await.unwrap();
    let (address, secret) = link.split_once('#').unwrap();
    assert_eq!(address, "http://127.0.0.1:8787/sign-in");
    secret.to_owned()
}

async fn post(server: &Server, address: &str, body: String, headers: &[(&str, &str)]) -> Answer {
    let mut builder = Request::post(address)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::HOST, "127.0.0.1:8787");
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    server.ask(builder.body(Body::from(body)).unwrap()).await
}

async fn page(server: &Server, address: &str, cookie: &str, language: &str) -> Answer {
    let builder = Request::get(address)
        .header(header::COOKIE, cookie)
        .header(header::ACCEPT_LANGUAGE, language);
    server.ask(builder.body(Body::empty()).unwrap()).await
}

/// Signs in and gives the cookie.
async fn signed_in(server: &Server) -> String {
    let secret = secret(server).await;
    let answer = post(server, "/sign-in/link", format!("secret={secret}"), &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert_eq!(answer.header("location"), "/");
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

async fn a_link_signs_in_once_and_within_half_an_hour(database: String) {
    let server = Server::start(database).await;
    let used = secret(&server).await;
    let form = format!("secret={used}");
    assert_eq!(
        post(&server, "/sign-in/link", form.clone(), &[]).await.status,
        StatusCode::SEE_OTHER
    );
    let again = post(&server, "/sign-in/link", form, &[]).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN);
    assert!(again.text.contains("This link no longer works"));
    assert_eq!(again.header("set-cookie"), "");
    let late = secret(&server).await;
    server.later(30 * 60);
    let answer = post(&server, "/sign-in/link", format!("secret={late}"), &[]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    for wrong in ["secret=", "secret=x", "", "other=1"] {
        let answer = post(&server, "/sign-in/link", wrong.to_owned(), &[]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{wrong}");
    }
}

async fn the_session_id_changes_at_sign_in_and_ends_at_sign_out(database: String) {
    let server = Server::start(database).await;
    let planted = signed_in(&server).await;
    let secret = secret(&server).await;
    let answer =
        post(&server, "/sign-in/link", format!("secret={secret}"), &[("cookie", &planted)]).await;
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    assert_ne!(cookie, planted);
    assert_eq!(page(&server, "/", &planted, "en").await.status, StatusCode::SEE_OTHER);
    assert_eq!(page(&server, "/", &cookie, "en").await.status, StatusCode::OK);
    let out = post(&server, "/sign-out", String::new(), &[("cookie", &cookie)]).await;
    assert_eq!(out.header("location"), "/sign-in");
    let gone = page(&server, "/", &cookie, "en").await;
    assert_eq!((gone.status, gone.header("location")), (StatusCode::SEE_OTHER, "/sign-in"));
}

async fn the_library_page_shows_titles_and_escapes_what_they_say(database: String) {
    let server = Server::start(database).await;
    let cookie = signed_in(&server).await;
    let mut items = samples::items(2);
    items[0].title = "<script>alert(1)</script> & \"more\"".to_owned();
    items[1].cover_url = None;
    let twelve = (0..12).map(|n| Person { name: format!("Person {n}"), asin: None });
    items[1].authors = twelve.collect();
    server.import(&run_of(&items)).await.ok();
    for view in ["/", "/?view=list"] {
        let page = page(&server, view, &cookie, "de-AT,de;q=0.9").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.text.contains("<script>alert"), "{view}");
        assert!(page.text.contains("&#60;script&#62;alert(1)"), "{view}: {}", page.text);
        assert!(page.text.contains("lang=\"de\""));
        assert!(page.text.contains("50 % gehört"), "{view}");
        assert!(page.text.contains("Ida Sørensen 0"));
        assert!(page.text.contains("Harbour Stories 0, 1"));
        assert!(page.text.contains("Person 2 und 9 weitere"));
        assert!(page.text.contains("2 Titel"));
        assert!(page.text.contains("2 neu, 0 geändert, 0 unverändert"));
        assert!(!page.text.contains("style="), "the policy forbids inline styles");
    }
    let grid = page(&server, "/", &cookie, "en").await.text;
    assert!(grid.contains("loading=\"lazy\""));
    assert!(grid.contains("referrerpolicy=\"no-referrer\""));
    assert!(grid.contains("aria-label=\"50% heard\""));
    assert!(grid.contains("class=\"blank\""), "a missing cover is drawn");
    assert!(grid.contains("no connection with Amazon or Audible"));
}

async fn an_empty_library_says_how_to_fill_it(database: String) {
    let server = Server::start(database).await;
    let cookie = signed_in(&server).await;
    let page = page(&server, "/", &cookie, "").await;
    assert!(page.text.contains("No audiobooks here yet"));
    assert!(page.text.contains("press “Connect”:<br><code>http://127.0.0.1:8787/</code>"));
}

async fn pages_lead_on_and_searches_are_kept(database: String) {
    let server = Server::start(database).await;
    let cookie = signed_in(&server).await;
    server.import(&run_of(&samples::items(150))).await.ok();
    let mut address = "/?q=almanac&sort=title&view=list".to_owned();
    let mut rows = 0;
    loop {
        let page = page(&server, &address, &cookie, "en").await.text;
        assert!(page.contains("value=\"almanac\""));
        assert!(page.contains("150 titles for “almanac”"));
        rows += page.matches("<th scope=\"row\">").count();
        let Some((_, next)) = page.split_once("rel=\"next\" href=\"") else { break };
        address = next.split('"').next().unwrap().replace("&#38;", "&");
        assert!(address.contains("sort=title") && address.contains("view=list"), "{address}");
    }
    assert_eq!(rows, 150);
    let none = page(&server, "/?q=nowhere", &cookie, "en").await.text;
    assert!(none.contains("No title has all of these words"));
    let broken = page(&server, "/?cursor=nonsense", &cookie, "en").await;
    assert_eq!(broken.status, StatusCode::BAD_REQUEST);
    assert!(broken.text.contains("This address is not complete"));
}

async fn on_sqlite(public: &str) -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(format!("sqlite://{}", folder.path().join("t.db").display()));
    settings.public_url = public.parse().unwrap();
    (Server::with(settings).await, folder)
}

#[tokio::test]
async fn the_cookie_is_closed_to_scripts_and_other_sites_and_secure_behind_tls() {
    for (public, secure) in [("http://127.0.0.1:8787", false), ("https://books.example", true)] {
        let (server, _folder) = on_sqlite(public).await;
        let link = accounts::one_time_link(&server.app, server.account.id).await.unwrap();
        assert!(link.starts_with(&format!("{public}/sign-in#")), "{link}");
        let form = format!("secret={}", link.split_once('#').unwrap().1);
        let answer = post(&server, "/sign-in/link", form, &[]).await;
        let cookie = answer.header("set-cookie");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        assert_eq!(cookie.contains("Secure"), secure, "{cookie}");
    }
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let (server, _folder) = on_sqlite("http://127.0.0.1:8787").await;
    let cookie = signed_in(&server).await;
    for headers in [
        [("cookie", cookie.as_str()), ("origin", "https://evil.example")],
        [("cookie", cookie.as_str()), ("sec-fetch-site", "cross-site")],
        [("cookie", cookie.as_str()), ("sec-fetch-site", "same-site")],
    ] {
        let answer = post(&server, "/sign-out", String::new(), &headers).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
        assert!(answer.text.contains("another site"));
    }
    assert_eq!(page(&server, "/", &cookie, "en").await.status, StatusCode::OK, "still signed in");
    let own = [("cookie", cookie.as_str()), ("origin", "http://127.0.0.1:8787")];
    let out = post(&server, "/sign-out", String::new(), &own).await;
    assert_eq!(out.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_sign_in_page_keeps_the_secret_out_of_addresses() {
    let (server, _folder) = on_sqlite("http://127.0.0.1:8787").await;
    let page = server.get("/sign-in").await;
    assert!(page.text.contains("src=\"/assets/link.js\""));
    assert!(page.text.contains("method=\"post\" action=\"/sign-in/link\""));
    let script = server.get("/assets/link.js").await;
    assert!(script.header("content-type").starts_with("text/javascript"));
    let tokens = server.get("/assets/tokens.css").await;
    assert!(tokens.text.contains("--accent"));
}
