//! What somebody hostile tries: planted sessions, forms of other sites, guessing, addresses that lead
//! away, framing.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use ingest_server::{accounts, app::Settings};

use crate::{
    browser::Browser,
    databases::{self, on_both},
    harness::{Server, settings},
};

on_both![
    a_session_that_was_planted_is_worth_nothing,
    forms_of_other_sites_change_nothing,
    a_token_in_the_address_is_none,
    nobody_learns_which_accounts_there_are,
    guessing_passwords_is_slowed_down_for_accounts_and_addresses,
    signing_in_leads_to_this_server_only,
    every_answer_is_guarded,
];

const PASSWORD: &str = "lantern orchard seven";

/// Gives the server's account a password.
async fn with_password(server: &Server) {
    let change = accounts::change_password(&server.app, server.account.id, None, PASSWORD).await;
    change.unwrap();
}

async fn a_session_that_was_planted_is_worth_nothing(database: String) {
    let server = Server::start(database).await;
    with_password(&server).await;
    let other = server.app.store().account_by_email("other@home.example").await.unwrap().unwrap();
    // The attacker's own session, planted into the victim's browser before the victim signs in.
    let attacker = Browser::signed_in(&server, other.id).await;
    let mut victim = Browser::new(&server);
    victim.cookie = attacker.cookie.clone();
    let form = format!("email=reader@home.example&password={PASSWORD}");
    victim.submit("/sign-in", &form).await;
    assert_ne!(victim.cookie, attacker.cookie);
    assert!(victim.get("/settings").await.text.contains("reader@home.example"));
    assert!(!attacker.get("/settings").await.text.contains("reader@home.example"));
    // An id that nobody gave is not taken up.
    let mut victim = Browser::new(&server);
    victim.cookie = "mefeed_session=AAAAAAAAAAAAAAAAAAAAAA".to_owned();
    victim.submit("/sign-in", &form).await;
    assert_ne!(victim.cookie, "mefeed_session=AAAAAAAAAAAAAAAAAAAAAA");
}

async fn forms_of_other_sites_change_nothing(database: String) {
    let server = Server::start(database).await;
    let browser = Browser::signed_in(&server, server.account.id).await;
    for address in [
        "/pair",
        "/tokens",
        "/tokens/019ab1c2-0000-7000-8000-000000000001/revoke",
        "/settings/name",
        "/settings/password",
        "/settings/sessions/end-others",
        "/settings/sessions/x/end",
        "/settings/people/invite",
        "/settings/people/registration",
        "/setup",
        "/register",
        "/sign-in",
        "/sign-in/link",
        "/sign-out",
    ] {
        for (origin, site) in [
            ("https://evil.example", "cross-site"),
            ("https://evil.example", ""),
            ("null", "cross-site"),
            ("https://sub.home.example", "same-site"),
        ] {
            let mut request = Request::post(address)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(header::COOKIE, &browser.cookie)
                .header(header::HOST, "127.0.0.1:8787")
                .header(header::ORIGIN, origin);
            if !site.is_empty() {
                request = request.header("sec-fetch-site", site);
            }
            let answer = server.ask(request.body(Body::from("open=yes")).unwrap()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{address} {origin} {site}");
            assert!(answer.text.contains("another site"), "{address}");
        }
    }
    assert!(browser.is_signed_in().await);
    assert_eq!(browser.get("/register").await.status, StatusCode::NOT_FOUND);
}

async fn a_token_in_the_address_is_none(database: String) {
    let server = Server::start(database).await;
    for name in ["token", "access_token", "bearer", "authorization"] {
        let address = format!("/api/library?{name}={}", server.token);
        let request = Request::get(address).body(Body::empty()).unwrap();
        server.ask(request).await.problem(401, "token_missing");
    }
    let basic = format!("Basic {}", server.token);
    let request = Request::get("/api/library").header(header::AUTHORIZATION, basic);
    server.ask(request.body(Body::empty()).unwrap()).await.problem(401, "token_missing");
}

async fn nobody_learns_which_accounts_there_are(database: String) {
    let server = Server::start(database).await;
    with_password(&server).await;
    let browser = Browser::new(&server);
    let mut pages = Vec::new();
    // An account with a password, one without, and none.
    for email in ["reader@home.example", "other@home.example", "nobody@home.example"] {
        let before = server.app.passwords().computed();
        let form = format!("email={email}&password=wrong+wrong+wrong");
        let answer = browser.post("/sign-in", &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.header("set-cookie"), "");
        assert_eq!(server.app.passwords().computed() - before, 1, "{email}");
        pages.push(answer.text.replace(email, ""));
    }
    assert!(pages[0].contains("E-mail address and password do not belong together"));
    assert!(pages.iter().all(|page| *page == pages[0]));
}

async fn guessing_passwords_is_slowed_down_for_accounts_and_addresses(database: String) {
    let trusted_proxies = vec!["10.0.0.1/32".parse().unwrap()];
    let server = Server::with(Settings { trusted_proxies, ..settings(database) }).await;
    with_password(&server).await;
    let try_as = async |email: &str, password: &str, client: &str| {
        let peer: std::net::SocketAddr = "10.0.0.1:1".parse().unwrap();
        let request = Request::post("/sign-in")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("x-forwarded-for", client)
            .extension(axum::extract::ConnectInfo(peer));
        let form = format!("email={email}&password={password}");
        server.ask(request.body(Body::from(form)).unwrap()).await
    };
    for number in 0..10 {
        let client = format!("198.51.100.{number}");
        let answer = try_as("reader@home.example", "wrong", &client).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    // Now the right one does not help either, from no address, and nothing is computed for it.
    let before = server.app.passwords().computed();
    let locked = try_as("READER@home.example", PASSWORD, "203.0.113.1").await;
    assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(locked.header("retry-after"), "900");
    assert!(locked.text.contains("Too many tries. Wait 15 minutes"), "{}", locked.text);
    assert_eq!(server.app.passwords().computed(), before);
    server.later(900);
    let answer = try_as("reader@home.example", PASSWORD, "203.0.113.1").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);

    for number in 0..50 {
        let email = format!("somebody{number}@home.example");
        let answer = try_as(&email, "wrong", "192.0.2.1").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let locked = try_as("reader@home.example", PASSWORD, "192.0.2.1").await;
    assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS);
    // Whoever has a network of IPv6 addresses cannot dodge by changing them.
    for number in 0..50 {
        let email = format!("nobody{number}@home.example");
        let answer = try_as(&email, "wrong", &format!("2001:db8:1:2::{number:x}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let locked = try_as("reader@home.example", PASSWORD, "2001:db8:1:2:ffff::1").await;
    assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS);
    // Another address behind the same proxy is another one.
    let answer = try_as("reader@home.example", PASSWORD, "192.0.2.2").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

async fn signing_in_leads_to_this_server_only(database: String) {
    let server = Server::start(database).await;
    with_password(&server).await;
    for next in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "%2F%2Fevil.example",
        "/%09/evil.example",
        "javascript:alert(1)",
        "%0d%0aset-cookie: a=b",
    ] {
        let form = format!(
            "email=reader@home.example&password={PASSWORD}&next={}",
            next.replace('&', "%26").replace('+', "%2B")
        );
        let answer = Browser::new(&server).post("/sign-in", &form).await;
        assert_eq!(answer.header("location"), "/", "{next}");
        let link = accounts::one_time_link(&server.app, server.account.id).await.unwrap();
        let secret = link.split_once('#').unwrap().1;
        let form = format!("secret={secret}&next={next}");
        let answer = Browser::new(&server).post("/sign-in/link", &form).await;
        assert_eq!(answer.header("location"), "/", "{next}");
    }
    let page = Browser::new(&server).get("/sign-in?next=//evil.example").await;
    assert!(!page.text.contains("evil.example"));
    let signed_in = Browser::signed_in(&server, server.account.id).await;
    let on = signed_in.get("/sign-in?next=//evil.example/").await;
    assert_eq!(on.header("location"), "/");
}

async fn every_answer_is_guarded(database: String) {
    let public_url = "https://home.example/".parse().unwrap();
    let server = Server::with(Settings { public_url, ..settings(database) }).await;
    let link = accounts::one_time_link(&server.app, server.account.id).await.unwrap();
    let mut browser = Browser::new(&server);
    let cookie = browser.follow(&link).await.header("set-cookie").to_owned();
    for part in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(cookie.contains(part), "{part}: {cookie}");
    }
    assert!(!cookie.contains("Domain"));
    for address in
        ["/", "/sign-in", "/setup", "/settings", "/tokens", "/pair", "/nowhere", "/api/library"]
    {
        let answer = browser.get(address).await;
        let csp = answer.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "base-uri 'none'",
        ] {
            assert!(csp.contains(part), "{address}: {csp}");
        }
        assert!(!csp.contains("unsafe-"), "{address}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
    }
}
