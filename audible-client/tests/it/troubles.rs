//! Troubles on the way: what passes is tried again, what does not has a name.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use audible_client::{
    account::Account,
    client::{Client, Manners, Network},
    error::AudibleError,
    secret::Secret,
};
use audible_sim::{Fault, Times};
use shared::ids::{Asin, Marketplace};
use tokio::{net::TcpListener, task::JoinSet};

use crate::world::{MANNERS, World, network};

const WISHLIST: &str = "/1.0/wishlist";

#[tokio::test]
async fn what_passes_is_tried_again_and_not_for_ever() {
    let world = World::new(5).await;
    let account = world.account().await;
    for (fault, status) in [
        (Fault::ApiDown, 503),
        (Fault::ApiTooMany { retry_after_s: None }, 429),
        (Fault::ApiTooMany { retry_after_s: Some(0) }, 429),
    ] {
        world.shop().forget_requests();
        world.shop().fail(fault.clone(), Times::Next(MANNERS.tries - 1));
        account.wishlist().await.unwrap();
        let tries = MANNERS.tries as usize;
        assert_eq!(world.answered(WISHLIST), [vec![status; tries - 1], vec![200]].concat());

        world.shop().forget_requests();
        world.shop().fail(fault, Times::Always);
        let told = account.wishlist().await.unwrap_err();
        assert!(told.passes(), "{told:?}");
        assert_eq!(world.answered(WISHLIST), vec![status; tries]);
        world.shop().heal();
    }
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_told_instead_of_waited() {
    let world = World::new(5).await;
    let device = world.registered(Marketplace::Us).await;
    let manners = Manners { longest_wait: Duration::from_secs(60), ..MANNERS };
    let account = world.client_with(&network(&world.sim), manners).account(device);
    world.shop().fail(Fault::ApiTooMany { retry_after_s: Some(61) }, Times::Always);
    let told = account.wishlist().await;
    let wait = Some(Duration::from_secs(61));
    assert!(matches!(told, Err(AudibleError::TooMany { retry_after }) if retry_after == wait));
    assert_eq!(world.answered(WISHLIST), [429]);
}

#[tokio::test]
async fn the_wait_that_audible_asks_for_is_taken_instead_of_our_own() {
    let world = World::new(5).await;
    let device = world.registered(Marketplace::Us).await;
    let hour = Duration::from_hours(1);
    let manners = Manners { first_wait: hour, longest_wait: hour, ..MANNERS };
    let account = world.client_with(&network(&world.sim), manners).account(device);
    world.shop().fail(Fault::ApiTooMany { retry_after_s: Some(0) }, Times::Next(2));
    account.wishlist().await.unwrap();
    assert_eq!(world.answered(WISHLIST), [429, 429, 200]);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_asked_for_again() {
    let world = World::new(5).await;
    let account = world.account().await;
    let asin = Asin::parse(&world.shop().truth("us")[0].asin).unwrap();
    world.shop().fail(Fault::CatalogCut, Times::Next(1));
    account.catalog(&[asin]).await.unwrap();
    assert_eq!(world.answered("/1.0/catalog/products"), [200, 200]);
}

#[tokio::test]
async fn the_requests_of_one_account_go_one_after_the_other() {
    let world = World::new(5).await;
    let account = Arc::new(world.account().await);
    world.shop().forget_requests();
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let account = Arc::clone(&account);
        tasks.spawn(async move { account.books_count().await.unwrap() });
    }
    tasks.join_all().await;
    assert_eq!(world.shop().requests().len(), 20);
    assert_eq!(world.shop().peak_in_flight(), 1);
}

/// Asks for something that nothing else has to be right for.
async fn error_of(account: &Account) -> AudibleError {
    account.books_count().await.unwrap_err()
}

#[tokio::test]
async fn what_went_wrong_has_a_name_that_stays() {
    let world = World::new(5).await;
    let shop = world.shop();
    let device = world.registered(Marketplace::Us).await;
    let account = world.client.account(device.clone());
    let with = |client: Client| client.account(device.clone());
    let mut told = Vec::new();

    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let nobody = Network { proxy: Some(nobody.parse().unwrap()), ..network(&world.sim) };
    told.push((
        "audible_unreachable",
        true,
        error_of(&with(world.client_with(&nobody, MANNERS))).await,
    ));

    let other = World::new(1).await;
    let stranger = Network { authorities: network(&other.sim).authorities, ..network(&world.sim) };
    let distrusting = with(world.client_with(&stranger, MANNERS));
    told.push(("audible_unreachable", true, error_of(&distrusting).await));

    shop.fail(Fault::CatalogSlow(Duration::from_hours(1)), Times::Always);
    let hasty = Manners { time_out: Duration::from_millis(50), tries: 2, ..MANNERS };
    let hasty = with(world.client_with(&network(&world.sim), hasty));
    let asin = Asin::parse("B000000000").unwrap();
    told.push(("audible_timed_out", true, hasty.catalog(&[asin]).await.unwrap_err()));

    for (name, passes, fault) in [
        ("audible_too_many_requests", true, Fault::ApiTooMany { retry_after_s: None }),
        ("audible_down", true, Fault::ApiDown),
        ("audible_refused", false, Fault::ApiUnauthorized),
    ] {
        shop.fail(fault, Times::Always);
        told.push((name, passes, error_of(&account).await));
        shop.heal();
    }
    shop.remove_devices();
    told.push(("audible_not_authenticated", false, error_of(&account).await));
    let mut broken = device.clone();
    broken.private_key = Secret::new("no key");
    told.push(("audible_bad_key", false, error_of(&world.client.account(broken)).await));

    let mut codes = BTreeSet::new();
    for (name, passes, error) in told {
        assert_eq!((error.code(), error.passes()), (name, passes), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("api.audible"), "{error:?}");
        codes.insert(error.code());
    }
    assert_eq!(codes.len(), 7);
}
