//! A registered device over time: new tokens, taking it off the list, and no secret in any text.

use std::sync::Arc;

use audible_client::{account::Account, error::AudibleError, library::Ask, secret::Secret};
use audible_sim::{Fault, Times};
use shared::ids::Marketplace;
use tokio::task::JoinSet;

use crate::world::{MANNERS, World};

const REFRESH: &str = "/auth/token";
const DEREGISTER: &str = "/auth/deregister";

fn is_listed(world: &World) -> bool {
    world.shop().registered()[0].registered
}

/// Asks for the one thing that needs a token, while Amazon does nothing about it.
async fn needs_token(account: &Account) {
    let told = account.deregister().await;
    assert!(matches!(told, Err(AudibleError::Down { status: 503 })), "{told:?}");
}

#[tokio::test]
async fn a_new_token_is_fetched_a_minute_early_and_kept() {
    let world = World::new(5).await;
    let device = world.registered(Marketplace::Us).await;
    let account = world.client.account(device.clone());
    world.shop().fail(Fault::DeregisterDown, Times::Always);
    world.later(3_600 - 61);
    needs_token(&account).await;
    assert_eq!(world.answered(REFRESH), [0_u16; 0]);
    assert_eq!(account.credentials().await, device);

    world.later(1);
    needs_token(&account).await;
    needs_token(&account).await;
    assert_eq!(world.answered(REFRESH), [200]);
    let renewed = account.credentials().await;
    assert_ne!(renewed.access_token, device.access_token);
    let longer = renewed.access_expires_at.as_second() - device.access_expires_at.as_second();
    assert_eq!(longer, 3_600 - 60);
    let mut expected = device;
    expected.access_token = renewed.access_token.clone();
    expected.access_expires_at = renewed.access_expires_at;
    assert_eq!(renewed, expected, "nothing else has changed");
}

#[tokio::test]
async fn however_many_need_a_token_at_once_one_is_fetched() {
    let world = World::new(5).await;
    let account = Arc::new(world.account().await);
    world.later(3_600);
    world.shop().fail(Fault::DeregisterDown, Times::Always);
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let account = Arc::clone(&account);
        tasks.spawn(async move { needs_token(&account).await });
    }
    tasks.join_all().await;
    assert_eq!(world.answered(REFRESH), [200]);
    assert_eq!(world.answered(DEREGISTER), [503; 20].repeat(MANNERS.tries as usize));
}

#[tokio::test]
async fn a_device_is_taken_off_the_list_and_is_gone_for_good() {
    let world = World::new(5).await;
    let account = world.account().await;
    account.books_count().await.unwrap();
    account.deregister().await.unwrap();
    assert!(!is_listed(&world));
    let told = account.books_count().await;
    assert!(matches!(told, Err(AudibleError::NotAuthenticated)), "{told:?}");
    account.deregister().await.unwrap();
    assert_eq!(world.answered(DEREGISTER), [200, 401]);
    assert_eq!(world.answered(REFRESH), [400, 400], "what gets no new token is gone");
}

#[tokio::test]
async fn a_device_that_is_not_believed_but_gets_a_new_token_is_still_known() {
    let world = World::new(5).await;
    let account = world.account().await;
    world.shop().fail(Fault::ApiUnauthorized, Times::Next(1));
    let told = account.books_count().await;
    assert!(matches!(told, Err(AudibleError::Refused { status: 403 })), "{told:?}");
    assert_eq!(world.answered(REFRESH), [200]);
    account.books_count().await.unwrap();
}

#[tokio::test]
async fn a_token_that_is_refused_before_its_time_is_renewed_once() {
    let world = World::new(5).await;
    let mut device = world.registered(Marketplace::De).await;
    device.access_token = Secret::new("Atna|of-another-day");
    world.client.account(device).deregister().await.unwrap();
    assert_eq!(world.answered(DEREGISTER), [401, 200]);
    assert_eq!(world.answered(REFRESH), [200]);
    assert!(!is_listed(&world));
}

#[tokio::test]
async fn a_device_that_could_not_be_taken_off_is_still_there_and_can_be_later() {
    let world = World::new(5).await;
    let account = world.account().await;
    world.shop().fail(Fault::DeregisterDown, Times::Next(MANNERS.tries));
    needs_token(&account).await;
    assert!(is_listed(&world));
    account.deregister().await.unwrap();
    assert!(!is_listed(&world));
}

#[tokio::test]
async fn no_text_of_anything_shows_a_secret() {
    let world = World::new(5).await;
    let attempt = World::attempt(Marketplace::Us, 1);
    let code = world.code(&attempt).await;
    let device = world.client.register(&attempt, &code).await.unwrap();
    let refused = world.client.register(&attempt, &code).await.unwrap_err();
    let account = world.client.account(device.clone());
    let reading = format!("{:?}", account.library(Ask::Full));
    account.deregister().await.unwrap();
    let gone = account.books_count().await.unwrap_err();
    let texts = [
        format!("{attempt:?} {code:?} {device:?} {account:?} {:?} {reading}", world.client),
        format!("{refused:?} {refused} {gone:?} {gone}"),
    ];
    let secrets = world.shop().secrets();
    let has = |start: &str| secrets.iter().any(|secret| secret.starts_with(start));
    assert!(["Atna|", "Atnr|", "AN", "{enc:"].into_iter().all(has), "{}", secrets.len());
    for text in texts {
        let shown: Vec<&String> =
            secrets.iter().filter(|secret| text.contains(secret.as_str())).collect();
        assert_eq!(shown, Vec::<&String>::new(), "{text}");
    }
}
