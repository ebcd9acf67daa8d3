//! Sign-in and sign-out, with the cookies and addresses that belong to them.

use crate::client::{Browser, start, start_signed_in};

#[tokio::test]
async fn signed_out_the_library_leads_to_the_other_origin_and_names_the_way_back() {
    let (_sim, browser) = start(5).await;
    let page = browser.library("?page=1&pageSize=50").await;
    assert_eq!(page.status, 302);
    assert!(page.location.starts_with("https://www.amazon.com/ap/signin?"));
    assert!(page.location.contains(
        "openid.return_to=https%3A%2F%2Fwww.audible.com%2Flibrary%2Ftitles%3Fpage%3D1%26pageSize%3D50"
    ));
}

#[tokio::test]
async fn the_whole_way_of_signing_in_ends_where_it_began() {
    let (sim, mut browser) = start(25).await;
    let arrived = browser.sign_in("com").await;
    assert_eq!((arrived.status, arrived.location.as_str()), (302, "/library/titles?page=2"));
    let guarded = arrived.cookie_lines.iter().find(|line| line.starts_with("at-main=")).unwrap();
    for part in ["Domain=.audible.com", "Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(guarded.contains(part), "{part}");
    }
    assert!(arrived.cookie_lines.iter().any(|line| line.contains("SameSite=Strict")));
    assert_eq!(browser.library("?page=2").await.asins().len(), 5);
    assert!(browser.get("https://www.audible.com/").await.text.contains("Hi, Robin!"));

    let requests = sim.control().requests();
    assert!(!requests[0].carried_session_cookie);
    assert!(requests.last().unwrap().carried_session_cookie);
}

#[tokio::test]
async fn other_marketplaces_name_their_cookies_by_their_country() {
    let (_sim, mut browser) = start(3).await;
    let arrived = browser.sign_in("co.uk").await;
    assert!(arrived.cookie_lines.iter().any(|line| line.starts_with("at-acbuk=Atza|")));
    assert_eq!(browser.get("https://www.audible.co.uk/library/titles").await.asins().len(), 3);
    assert_eq!(browser.library("").await.status, 302);
}

#[tokio::test]
async fn signing_out_makes_the_old_cookies_worthless() {
    let (_sim, browser) = start_signed_in(3).await;
    assert_eq!(browser.get("https://www.audible.com/signout").await.location, "/");
    assert_eq!(browser.library("").await.status, 302);
    assert!(browser.get("https://www.audible.com/").await.text.contains("ui-it-sign-in-link"));
}

#[tokio::test]
async fn a_test_can_sign_everyone_out() {
    let (sim, browser) = start_signed_in(3).await;
    assert_eq!(browser.library("").await.status, 200);
    sim.control().sign_out_everyone();
    assert_eq!(browser.library("").await.status, 302);
}

#[tokio::test]
async fn a_ticket_works_once_and_the_way_back_stays_on_the_site() {
    let (_sim, browser) = start(1).await;
    let used = browser.get("https://www.audible.com/ap/arrive?ticket=guess").await;
    assert!(used.location.starts_with("https://www.amazon.com/ap/signin"));
    assert!(used.cookie_lines.is_empty());
    let start = browser.get("https://www.audible.com/sign-in").await;
    assert!(start.location.contains("%2F%3FloginAttempt%3Dtrue"));
}

#[tokio::test]
async fn a_form_without_password_comes_back_with_a_message() {
    let (sim, _) = start(1).await;
    let browser = Browser::new(&sim);
    let form = browser.get("https://www.amazon.de/ap/signin").await;
    assert!(form.text.contains("id=\"ap_email\"") && form.text.contains("id=\"ap_password\""));
    assert!(!form.text.contains("auth-error-message-box"));
}
