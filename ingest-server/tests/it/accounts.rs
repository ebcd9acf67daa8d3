//! Accounts: the first one by link, others by invitation or registration, passwords and sessions.

use axum::http::StatusCode;
use ingest_server::accounts;

use crate::{
    browser::Browser,
    databases::{self, on_both},
    harness::{Server, settings},
};

on_both![
    the_first_start_gives_a_link_that_makes_the_owner,
    the_owner_invites_and_nobody_else_does,
    registration_is_closed_until_the_owner_opens_it,
    a_password_is_chosen_by_link_and_changed_with_the_one_before,
    sessions_are_listed_and_ended,
    a_name_is_changed_and_shown,
];

const PASSWORD: &str = "lantern orchard seven";
const OTHER: &str = "copper window fifteen";

fn secret(link: &str) -> &str {
    link.split_once('#').unwrap().1
}

async fn the_first_start_gives_a_link_that_makes_the_owner(database: String) {
    let server = Server::empty(settings(database)).await;
    let void = accounts::owner_link(&server.app).await.unwrap().unwrap();
    let link = accounts::owner_link(&server.app).await.unwrap().unwrap();
    assert!(link.starts_with("http://127.0.0.1:8787/setup#"));
    let mut browser = Browser::new(&server);
    assert!(browser.get("/setup").await.text.contains("Make your account"));
    let form = |secret: &str, email: &str, password: &str| {
        format!("secret={secret}&email={email}&name=Rea+Der&password={password}")
    };
    let refused = browser.post("/setup", &form(secret(&void), "rea@home.example", PASSWORD)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "a newer link voids the older");
    // What is wrong is said, what was written stays, and the link still works.
    for (email, password, said) in [
        ("rea@home.example", "short", "at least 10 characters"),
        ("rea@home.example", "password123", "tried first"),
        ("nobody", PASSWORD, "not an e-mail address"),
    ] {
        let again = browser.post("/setup", &form(secret(&link), email, password)).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.text.contains(said), "{said}: {}", again.text);
        assert!(again.text.contains(secret(&link)) && again.text.contains("value=\"Rea Der\""));
        assert!(!again.text.contains(password), "a password is never written back");
    }
    let made = browser.submit("/setup", &form(secret(&link), "rea@home.example", PASSWORD)).await;
    assert_eq!((made.status, made.header("location")), (StatusCode::SEE_OTHER, "/"));
    assert!(browser.get("/settings").await.text.contains("Rea Der · rea@home.example · owner"));
    assert_eq!(accounts::owner_link(&server.app).await.unwrap(), None);
    let used = browser.post("/setup", &form(secret(&link), "b@home.example", PASSWORD)).await;
    assert_eq!(used.status, StatusCode::FORBIDDEN);
    assert!(used.text.contains("This link no longer works"));

    let mut elsewhere = Browser::new(&server);
    let form = format!("email=REA@home.example&password={PASSWORD}&next=/tokens");
    let signed_in = elsewhere.submit("/sign-in", &form).await;
    assert_eq!(
        (signed_in.status, signed_in.header("location")),
        (StatusCode::SEE_OTHER, "/tokens")
    );
    assert!(elsewhere.is_signed_in().await);
}

async fn the_owner_invites_and_nobody_else_does(database: String) {
    let server = Server::start(database).await;
    let owner = Browser::signed_in(&server, server.account.id).await;
    let page = owner.post("/settings/people/invite", "").await;
    let start = page.text.find("/setup#").unwrap();
    let link: String = page.text[start..].chars().take_while(|one| !"\"<".contains(*one)).collect();
    let form = format!("secret={}&email=new@home.example&password={PASSWORD}", secret(&link));
    let mut invited = Browser::new(&server);
    assert_eq!(invited.submit("/setup", &form).await.status, StatusCode::SEE_OTHER);
    let settings = invited.get("/settings").await;
    assert!(settings.text.contains("new@home.example"));
    assert!(!settings.text.contains("People on this server"));
    for (address, form) in
        [("/settings/people/invite", ""), ("/settings/people/registration", "open=yes")]
    {
        let refused = invited.post(address, form).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{address}");
        assert!(refused.text.contains("Only the owner"), "{}", refused.text);
    }
    assert!(owner.get("/settings").await.text.contains("new@home.example"));
    // The time of an invitation runs out, too.
    let page = owner.post("/settings/people/invite", "").await;
    let start = page.text.find("/setup#").unwrap();
    let link: String = page.text[start..].chars().take_while(|one| !"\"<".contains(*one)).collect();
    server.later(30 * 60);
    let form = format!("secret={}&email=late@home.example&password={PASSWORD}", secret(&link));
    assert_eq!(invited.post("/setup", &form).await.status, StatusCode::FORBIDDEN);
}

async fn registration_is_closed_until_the_owner_opens_it(database: String) {
    let server = Server::start(database).await;
    let owner = Browser::signed_in(&server, server.account.id).await;
    let stranger = Browser::new(&server);
    let form = |number: usize| format!("email=new{number}@home.example&password={PASSWORD}");
    assert_eq!(stranger.get("/register").await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.post("/register", &form(0)).await.status, StatusCode::NOT_FOUND);
    owner.post("/settings/people/registration", "open=yes").await;
    assert!(stranger.get("/sign-in").await.text.contains("/register"));
    assert_eq!(stranger.get("/register").await.status, StatusCode::OK);
    for number in 0..10 {
        let made = stranger.post("/register", &form(number)).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    }
    let many = stranger.post("/register", &form(10)).await;
    assert_eq!(many.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(many.header("retry-after"), "3600");
    let taken = stranger.post("/setup", &form(0)).await;
    assert_eq!(taken.status, StatusCode::FORBIDDEN, "no link, no account");
    owner.post("/settings/people/registration", "open=no").await;
    assert_eq!(stranger.get("/register").await.status, StatusCode::NOT_FOUND);
}

async fn a_password_is_chosen_by_link_and_changed_with_the_one_before(database: String) {
    let server = Server::start(database).await;
    let link = accounts::password_link(&server.app, server.account.id).await.unwrap();
    let mut browser = Browser::new(&server);
    let answer = browser.follow(&link).await;
    assert_eq!(answer.header("location"), "/settings#password");
    assert!(browser.get("/settings").await.text.contains("choose your password now"));
    let chosen = browser.submit("/settings/password", &format!("new={PASSWORD}")).await;
    assert_eq!(chosen.header("location"), "/settings?done=password", "{}", chosen.text);
    assert!(browser.get("/settings?done=password").await.text.contains("Your password is saved"));

    // A sign-in by link alone is no reason to let somebody change the password.
    let mut other = Browser::signed_in(&server, server.account.id).await;
    let change = |current: &str, new: &str| format!("current={current}&new={new}");
    let wrong = other.submit("/settings/password", &change("wrong wrong wrong", OTHER)).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("The current password is not right"), "{}", wrong.text);
    let weak = other.submit("/settings/password", &change(PASSWORD, "reader@home.example")).await;
    assert!(weak.text.contains("tried first"), "{}", weak.text);
    let changed = other.submit("/settings/password", &change(PASSWORD, OTHER)).await;
    assert_eq!(changed.header("location"), "/settings?done=password");
    assert!(other.is_signed_in().await, "this browser goes on");
    assert!(!browser.is_signed_in().await, "the others do not");
    for (password, status) in
        [(PASSWORD, StatusCode::UNPROCESSABLE_ENTITY), (OTHER, StatusCode::SEE_OTHER)]
    {
        let form = format!("email=reader@home.example&password={password}");
        assert_eq!(Browser::new(&server).post("/sign-in", &form).await.status, status);
    }
}

async fn sessions_are_listed_and_ended(database: String) {
    let server = Server::start(database).await;
    let one = Browser::signed_in(&server, server.account.id).await;
    server.later(60);
    let mut two = Browser::signed_in(&server, server.account.id).await;
    two.agent = "Windows NT 10.0 Chrome/156.0 Safari/537.36";
    server.later(400);
    one.get("/settings").await;
    let page = one.get("/settings").await;
    assert_eq!(page.text.matches("Firefox on Linux</strong>").count(), 2, "{}", page.text);
    assert_eq!(page.text.matches("this browser").count(), 1);
    let ends: Vec<String> = page
        .text
        .match_indices("/settings/sessions/")
        .map(|(start, _)| {
            page.text[start..].chars().take_while(|one| !"\"<".contains(*one)).collect()
        })
        .filter(|address: &String| address.ends_with("/end"))
        .collect();
    assert_eq!(ends.len(), 2);
    // This browser was just seen, so that it stands first.
    assert_eq!(one.post(&ends[1], "").await.header("location"), "/settings?done=session");
    assert!(one.is_signed_in().await && !two.is_signed_in().await);

    let mut three = Browser::signed_in(&server, server.account.id).await;
    three.submit("/settings/sessions/end-others", "").await;
    assert!(three.is_signed_in().await && !one.is_signed_in().await);
    let page = three.get("/settings").await;
    let start = page.text.find("/settings/sessions/").unwrap();
    let here: String = page.text[start..].chars().take_while(|one| !"\"<".contains(*one)).collect();
    assert_eq!(three.post(&here, "").await.header("location"), "/sign-in");
    assert!(!three.is_signed_in().await);
}

async fn a_name_is_changed_and_shown(database: String) {
    let server = Server::start(database).await;
    let browser = Browser::signed_in(&server, server.account.id).await;
    let saved = browser.post("/settings/name", "name=Rea+%3Cb%3E").await;
    assert_eq!(saved.header("location"), "/settings?done=name");
    assert!(browser.get("/").await.text.contains("Signed in as Rea &#60;b&#62;"));
    let long = browser.post("/settings/name", &format!("name={}", "a".repeat(101))).await;
    assert_eq!(long.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(long.text.contains("at most 100 characters"));
}
