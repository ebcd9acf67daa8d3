//! The pages on which a person allows a program and revokes it.

use std::net::SocketAddr;

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode, header},
};
use ingest_server::grant;

use crate::{
    browser::Browser,
    databases::{self, on_both},
    harness::{Answer, Server},
};

on_both![
    a_person_sees_who_asks_for_what_and_allows_it,
    a_person_refuses,
    a_code_that_nobody_has_is_asked_for_again_and_bounded,
    who_is_not_signed_in_comes_back_to_the_code,
    the_list_of_programs_revokes_only_the_person_s_own,
    a_token_made_by_hand_is_shown_once,
    another_site_cannot_allow_or_revoke,
];

/// A program asks; gives its device code and user code.
async fn ask(server: &Server, name: &str, from: &str) -> (String, String) {
    let peer: SocketAddr = from.parse().unwrap();
    let body = format!("client_id=audible-connector&client_name={name}");
    let request = Request::post("/api/oauth/device_authorization")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .extension(ConnectInfo(peer));
    let codes = server.ask(request.body(Body::from(body)).unwrap()).await.ok();
    let of = |name: &str| codes[name].as_str().unwrap().to_owned();
    (of("device_code"), of("user_code"))
}

async fn fetch(server: &Server, device_code: &str) -> Answer {
    let body = format!(
        "grant_type=urn:ietf:params:oauth:grant-type:device_code\
         &client_id=audible-connector&device_code={device_code}"
    );
    let request = Request::post("/api/oauth/token")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    server.ask(request.body(Body::from(body)).unwrap()).await
}

async fn a_person_sees_who_asks_for_what_and_allows_it(database: String) {
    let server = Server::start(database).await;
    let browser = Browser::signed_in(&server, server.account.id).await;
    let name = "%3Cb%3EFirefox%3C%2Fb%3E+on+Linux";
    let (device, code) = ask(&server, name, "192.168.1.7:1").await;
    server.later(130);
    let page = browser.get(&format!("/pair?user_code={}", code.to_lowercase())).await;
    assert_eq!(page.status, StatusCode::OK);
    for part in [
        code.as_str(),
        "&#60;b&#62;Firefox&#60;/b&#62; on Linux",
        "2 minutes ago",
        "192.168.1.7",
        "the network address that you have now",
        "Send audiobooks to your library",
        "Read your library",
        "Allow this only if the same code stands",
        "Signed in as Rea Der",
    ] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    assert!(!page.text.contains("<b>") && !page.text.contains("Change your library"));

    let allowed = browser.post("/pair", &format!("user_code={code}&decision=allow")).await;
    assert_eq!(allowed.status, StatusCode::OK);
    assert!(allowed.text.contains("is connected"), "{}", allowed.text);
    let token = fetch(&server, &device).await.ok()["access_token"].clone();
    let list = browser.get("/tokens").await;
    assert!(list.text.contains("&#60;b&#62;Firefox&#60;/b&#62; on Linux"));
    assert!(!list.text.contains(token.as_str().unwrap()));

    let (_, elsewhere) = ask(&server, "Chrome", "203.0.113.1:1").await;
    let page = browser.get(&format!("/pair?user_code={elsewhere}")).await;
    assert!(page.text.contains("not the network address that you have now"));
}

async fn a_person_refuses(database: String) {
    let server = Server::start(database).await;
    let browser = Browser::signed_in(&server, server.account.id).await;
    let (device, code) = ask(&server, "Firefox", "192.168.1.7:1").await;
    let refused = browser.post("/pair", &format!("user_code={code}&decision=refuse")).await;
    assert!(refused.text.contains("Firefox was refused"), "{}", refused.text);
    assert_eq!(fetch(&server, &device).await.json()["error"], "access_denied");
    // A second answer to the same question, as from the browser's history, finds nothing to decide.
    let again = browser.post("/pair", &format!("user_code={code}&decision=allow")).await;
    assert!(again.text.contains("No program waits with this code"), "{}", again.text);
    let odd = browser.post("/pair", &format!("user_code={code}&decision=maybe")).await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST);
}

async fn a_code_that_nobody_has_is_asked_for_again_and_bounded(database: String) {
    let server = Server::start(database).await;
    let browser = Browser::signed_in(&server, server.account.id).await;
    let empty = browser.get("/pair").await;
    assert!(empty.text.contains("Enter the code") && !empty.text.contains("aria-invalid"));
    for typed in ["%3Cscript%3E", "BCDF"] {
        let odd = browser.get(&format!("/pair?user_code={typed}")).await;
        assert!(odd.text.contains("No program waits") && !odd.text.contains("<script>"));
    }
    for _ in 0..grant::MISSES_OF_ONE {
        let unknown = browser.get("/pair?user_code=BCDFGHJK").await;
        assert!(unknown.text.contains("No program waits with this code"));
    }
    let enough = browser.get("/pair?user_code=BCDFGHJK").await;
    assert_eq!(enough.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(enough.header("retry-after"), "600");
    assert!(enough.text.contains("Wait ten minutes"), "{}", enough.text);
}

async fn who_is_not_signed_in_comes_back_to_the_code(database: String) {
    let server = Server::start(database).await;
    let stranger = Browser::new(&server);
    for (address, location) in [
        ("/pair?user_code=bcdfghjk", "/sign-in?next=%2Fpair%3Fuser_code%3Dbcdfghjk"),
        ("/pair", "/sign-in?next=%2Fpair"),
        ("/tokens", "/sign-in?next=%2Ftokens"),
    ] {
        let answer = stranger.get(address).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(answer.header("location"), location);
    }
    let (device, code) = ask(&server, "Firefox", "192.168.1.7:1").await;
    let answer = stranger.post("/pair", &format!("user_code={code}&decision=allow")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(fetch(&server, &device).await.json()["error"], "authorization_pending");
}

async fn the_list_of_programs_revokes_only_the_person_s_own(database: String) {
    let server = Server::start(database).await;
    let browser = Browser::signed_in(&server, server.account.id).await;
    let own = server.get("/api/tokens").await.ok()[0]["id"].as_str().unwrap().to_owned();
    let list = browser.get("/tokens").await;
    assert!(list.text.contains(&format!("/tokens/{own}/revoke")), "{}", list.text);

    let other = server.app.store().account_by_email("other@home.example").await.unwrap().unwrap();
    let stranger = Browser::signed_in(&server, other.id).await;
    assert!(!stranger.get("/tokens").await.text.contains(&own));
    stranger.post(&format!("/tokens/{own}/revoke"), "").await;
    server.get("/api/tokens").await.ok();

    let revoked = browser.post(&format!("/tokens/{own}/revoke"), "").await;
    assert_eq!(revoked.status, StatusCode::SEE_OTHER);
    assert_eq!(revoked.header("location"), "/tokens");
    server.get("/api/tokens").await.problem(401, "token_revoked");
    assert!(browser.get("/tokens").await.text.contains("No program is connected"));
}

async fn a_token_made_by_hand_is_shown_once(database: String) {
    let mut server = Server::start(database).await;
    let form = "name=my+script&scope=library%3Aread&scope=library%3Awrite";
    let secret = {
        let browser = Browser::signed_in(&server, server.account.id).await;
        let made = browser.post("/tokens", form).await;
        let start = made.text.find("mf_").unwrap();
        let secret: String =
            made.text[start..].chars().take_while(|one| !"\"<".contains(*one)).collect();
        assert!(!browser.get("/tokens").await.text.contains(&secret));
        for wrong in ["scope=library%3Aread", "name=x", "name=x&scope=all", "name=+&scope=a"] {
            let refused = browser.post("/tokens", wrong).await;
            assert!(refused.text.contains("The token was not made."), "{wrong}");
            assert!(!refused.text.contains("mf_"));
        }
        secret
    };
    server.token = secret;
    let list = server.get("/api/tokens").await.ok();
    let made = list.as_array().unwrap().iter().find(|one| one["name"] == "my script").unwrap();
    assert_eq!(made["scopes"], "library:read library:write");
}

async fn another_site_cannot_allow_or_revoke(database: String) {
    let server = Server::start(database).await;
    let browser = Browser::signed_in(&server, server.account.id).await;
    let (device, code) = ask(&server, "Firefox", "192.168.1.7:1").await;
    for (address, form) in
        [("/pair", format!("user_code={code}&decision=allow")), ("/tokens", "name=x".to_owned())]
    {
        let request = Request::post(address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::COOKIE, &browser.cookie)
            .header(header::HOST, "127.0.0.1:8787")
            .header(header::ORIGIN, "https://evil.example")
            .header("sec-fetch-site", "cross-site");
        let answer = server.ask(request.body(Body::from(form)).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{address}");
    }
    assert_eq!(fetch(&server, &device).await.json()["error"], "authorization_pending");
    let page = browser.get(&format!("/pair?user_code={code}")).await;
    assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
}
