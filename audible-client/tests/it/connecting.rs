//! From the address of a sign-in to a registered device, at every page that Amazon may show.

use audible_client::{
    attempt::Attempt,
    error::AudibleError,
    landing::AuthorizationCode,
    library::Ask,
    secret::Secret,
    sign_in::{Pending, SignIn},
};
use audible_sim::{Fault, SignInVariant, Times};
use reqwest::{Certificate, Client, Proxy, header, redirect};
use shared::ids::Marketplace;

use crate::world::{EMAIL, PASSWORD, World};

const CODE: &str = "246813";

async fn signs_in(world: &World, attempt: &Attempt, password: &str) -> SignIn {
    let password = Secret::new(password);
    world.client.sign_in(attempt, EMAIL, &password).await.unwrap()
}

/// Registers with the code, and reads something with the device.
async fn connects(world: &World, attempt: &Attempt, code: &AuthorizationCode) {
    let device = world.client.register(attempt, code).await.unwrap();
    let known = world.shop().registered().pop().unwrap();
    assert_eq!(known.name, "Me Feed - Web");
    assert_eq!(known.marketplace, attempt.marketplace().code());
    assert_eq!((device.device_name.as_str(), &device.device_serial), (&*known.name, &known.serial));
    assert_eq!(device.marketplace, attempt.marketplace());
    let titles = world.shop().api_truth().len();
    let account = world.client.account(device);
    assert_eq!(account.books_count().await.unwrap() as usize, titles);
}

#[tokio::test]
async fn a_device_is_registered_reads_renews_its_token_and_leaves() {
    let world = World::new(230).await;
    let mut truth: Vec<String> =
        world.shop().api_truth().into_iter().map(|title| title.asin).collect();
    truth.sort();
    for (number, shop) in [(1, Marketplace::Us), (2, Marketplace::De)] {
        world.shop().forget_requests();
        let attempt = World::attempt(shop, number);
        let code = world.code(&attempt).await;
        let account = world.client.account(world.client.register(&attempt, &code).await.unwrap());
        let mut reading = account.library(Ask::Full);
        let mut titles = Vec::new();
        while let Some(page) = reading.next().await.unwrap() {
            titles.extend(page.items.into_iter().map(|item| item.asin));
        }
        titles.sort();
        assert_eq!(titles, truth);
        world.later(3_600);
        account.deregister().await.unwrap();
        assert!(world.shop().registered().iter().all(|device| !device.registered));
        let gone = account.books_count().await;
        assert!(matches!(gone, Err(AudibleError::NotAuthenticated)), "{gone:?}");

        for path in ["/auth/register", "/auth/deregister"] {
            assert_eq!(world.answered(path), [200], "{path}");
        }
        assert_eq!(world.answered("/auth/token"), [200, 400], "what is gone gets no new one");
        let requests = world.shop().requests();
        let signed = requests.iter().filter(|request| request.signed);
        assert_eq!(signed.filter_map(|request| request.status).collect::<Vec<_>>(), [200, 403]);
        assert!(requests.iter().all(|request| request.host.ends_with(shop.tld())));
    }
}

#[tokio::test]
async fn a_sign_in_by_the_form_makes_a_device_at_every_shop() {
    let world = World::new(20).await;
    for (number, shop) in (1..).zip(Marketplace::ALL) {
        let attempt = World::attempt(shop, number);
        let code = world.code(&attempt).await;
        connects(&world, &attempt, &code).await;
    }
    let signed = world.shop().requests().iter().filter(|request| request.signed).count();
    assert_eq!(signed, Marketplace::ALL.len());
    assert_eq!(world.shop().refused(), Vec::<String>::new(), "nobody else was asked");
}

#[tokio::test]
async fn two_pages_and_a_code_behind_the_password_need_nothing_more() {
    let world = World::new(5).await;
    for (variant, password) in [
        (SignInVariant::TwoPages, PASSWORD.to_owned()),
        (SignInVariant::SecondFactor(CODE.to_owned()), format!("{PASSWORD}{CODE}")),
    ] {
        world.shop().set_sign_in(variant);
        let attempt = World::attempt(Marketplace::De, 1);
        let SignIn::Done(code) = signs_in(&world, &attempt, &password).await else {
            unreachable!("it asks for no more");
        };
        connects(&world, &attempt, &code).await;
    }
}

#[tokio::test]
async fn a_second_factor_goes_on_where_the_sign_in_waits_without_the_password() {
    let world = World::new(5).await;
    world.shop().set_sign_in(SignInVariant::SecondFactor(CODE.to_owned()));
    let attempt = World::attempt(Marketplace::Uk, 1);
    let SignIn::SecondFactor(mut pending) = signs_in(&world, &attempt, PASSWORD).await else {
        unreachable!("a code is asked for");
    };
    for (typed, right) in [("000000", false), ("111111", false), (" 246813 ", true)] {
        assert_eq!(format!("{pending:?}"), "Pending { form: Secret }");
        // It is kept in between.
        let kept = serde_json::to_string(&pending).unwrap();
        assert!(!kept.contains(PASSWORD) && !kept.contains("horse"), "{kept}");
        let again: Pending = serde_json::from_str(&kept).unwrap();
        match world.client.second_factor(again, typed).await.unwrap() {
            SignIn::Done(code) if right => connects(&world, &attempt, &code).await,
            SignIn::WrongCode(asked) if !right => pending = asked,
            other => unreachable!("{typed}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_page_that_asks_for_more_has_its_name_and_nothing_is_typed_twice() {
    let world = World::new(5).await;
    for (variant, name) in [
        (SignInVariant::Captcha, "Captcha"),
        (SignInVariant::Approval, "Approval"),
        (SignInVariant::AntiAutomation, "AntiAutomation"),
        (SignInVariant::WrongPassword, "Wrong"),
        (SignInVariant::Unknown, "Unknown"),
    ] {
        world.shop().set_sign_in(variant.clone());
        world.shop().forget_requests();
        let attempt = World::attempt(Marketplace::Us, 1);
        let page = signs_in(&world, &attempt, PASSWORD).await;
        assert_eq!(format!("{page:?}"), name);
        let asked: Vec<String> =
            world.shop().requests().into_iter().map(|request| request.method).collect();
        // The page of an approval stands at an address of its own.
        let more = if variant == SignInVariant::Approval { 3 } else { 2 };
        assert_eq!(asked, ["GET", "POST", "GET"][..more], "{variant:?}");
    }
    assert!(world.shop().registered().is_empty());
}

/// A person signs in in a browser; gives the address on which that ends.
async fn landed(world: &World, attempt: &Attempt) -> String {
    let certificate = Certificate::from_pem(world.sim.certificate_pem().as_bytes()).unwrap();
    let browser = Client::builder()
        .proxy(Proxy::all(format!("http://{}", world.sim.proxy())).unwrap())
        .tls_certs_only([certificate])
        .redirect(redirect::Policy::none())
        .build()
        .unwrap();
    let form = browser.get(attempt.authorize_url()).send().await.unwrap();
    let cookie = form.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let html = form.text().await.unwrap();
    let behind = |start: &str| html.split_once(start).unwrap().1.split_once('"').unwrap().0;
    let typed = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("workflowState", behind("name=\"workflowState\" value=\""))
        .append_pair("email", EMAIL)
        .append_pair("password", PASSWORD)
        .finish();
    let sent = browser
        .post(behind("action=\""))
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(typed);
    let landed = sent.send().await.unwrap();
    landed.headers()[header::LOCATION].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_address_on_which_a_sign_in_in_a_browser_ends_makes_a_device() {
    let world = World::new(5).await;
    for (number, shop) in [(1, Marketplace::De), (2, Marketplace::Br)] {
        let attempt = World::attempt(shop, number);
        let kept = serde_json::to_string(&attempt).unwrap();
        let address = landed(&world, &attempt).await;
        let code = AuthorizationCode::from_landing(&address, shop).unwrap();
        connects(&world, &serde_json::from_str(&kept).unwrap(), &code).await;
    }
}

#[tokio::test]
async fn a_code_that_is_used_or_late_or_of_another_attempt_is_refused() {
    let world = World::new(5).await;
    let attempt = World::attempt(Marketplace::Us, 1);
    let refused = async |attempt: &Attempt, code: &AuthorizationCode| {
        let told = world.client.register(attempt, code).await;
        matches!(told, Err(AudibleError::CodeRefused))
    };
    let used = world.code(&attempt).await;
    connects(&world, &attempt, &used).await;
    assert!(refused(&attempt, &used).await, "used");

    let code = world.code(&attempt).await;
    assert!(refused(&World::attempt(Marketplace::Us, 2), &code).await, "of another attempt");
    let code = world.code(&attempt).await;
    assert!(refused(&World::attempt(Marketplace::De, 1), &code).await, "of another shop");
    let code = world.code(&attempt).await;
    world.later(601);
    assert!(refused(&attempt, &code).await, "late");
    assert_eq!(world.shop().registered().len(), 1);
}

#[tokio::test]
async fn a_registration_is_sent_once_whatever_happens_to_it() {
    let world = World::new(5).await;
    let attempt = World::attempt(Marketplace::Us, 1);
    let code = world.code(&attempt).await;
    world.shop().fail(Fault::RegisterFails, Times::Always);
    let told = world.client.register(&attempt, &code).await.unwrap_err();
    assert!(matches!(told, AudibleError::Down { status: 500 }), "{told:?}");
    assert_eq!(world.answered("/auth/register"), [500]);
    world.shop().heal();
    connects(&world, &attempt, &code).await;
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_says_that_a_device_may_be_registered() {
    let world = World::new(5).await;
    let attempt = World::attempt(Marketplace::Us, 1);
    let code = world.code(&attempt).await;
    world.shop().fail(Fault::RegisterUnreadable, Times::Next(1));
    let told = world.client.register(&attempt, &code).await.unwrap_err();
    assert!(matches!(told, AudibleError::RegistrationUnreadable), "{told:?}");
    assert_eq!(world.shop().registered().len(), 1);
}
