//! The server gets a connection of its own with Audible: the person signs in at Amazon, and the code goes to
//! the server, whatever ends in between.

use audible_sim::Library;
use extension::{
    browser::{
        Clock, HttpError, HttpRequest,
        fake::{LED_BACK, START_MS},
    },
    messages::{LinkState, LinkTrouble, Linked, Phase, Request},
};
use serde_json::json;
use shared::ids::Marketplace;

use crate::{
    outside::{Decision, LANDING, SERVER, SIGN_IN, TOKEN, ok, problem},
    world::World,
};

/// A world that is connected with its server.
fn world() -> World {
    let mut world = World::of(Library::generate(13, 5));
    world.prepare();
    world
}

fn link(world: &mut World) -> Option<LinkState> {
    loop {
        if let Some(snapshot) = world.ask(Request::Look) {
            return snapshot.link;
        }
    }
}

/// Looks at the connection, and gives what is said of it.
fn looked(world: &mut World) -> Option<LinkState> {
    world.ask(Request::AskLink);
    world.run_while(|_| true);
    link(world)
}

/// Agrees and grants; what is due within a few seconds is done.
fn agree(world: &mut World) {
    world.browser.grant_amazon(Marketplace::Us);
    world.ask(Request::Link);
    soon(world);
}

/// Lets a few seconds pass.
fn soon(world: &mut World) {
    let until = world.browser.sent().last().map_or(START_MS, |sent| sent.at_ms) - START_MS + 5_000;
    world.run_while(|ms| ms < until);
}

/// A world whose person signs in, and the tab.
fn signing_in() -> (World, i64) {
    let mut world = world();
    assert_eq!(looked(&mut world), Some(LinkState::Open));
    agree(&mut world);
    let tab = i64::try_from(world.browser.tabs().len()).unwrap();
    assert!(
        matches!(link(&mut world), Some(LinkState::SigningIn { .. })),
        "{:?}",
        link(&mut world)
    );
    (world, tab)
}

fn landed(code: &str) -> String {
    let end = LANDING.replace('?', "?openid.mode=id_res&aToken=sim&");
    format!("{end}{code}&openid.ns=x")
}

#[track_caller]
fn failed(world: &mut World) -> LinkTrouble {
    match link(world) {
        Some(LinkState::Failed { trouble }) => trouble,
        other => panic!("{other:?}"),
    }
}

/// Nothing of an attempt is left: no permission, and no word of it in storage.
#[track_caller]
fn nothing_is_left(world: &World) {
    assert!(world.browser.amazon().is_empty(), "the host is given back");
    for (key, value) in world.browser.stored() {
        for secret in ["ANgood", "ANbad", "attempt-secret", "/ap/signin"] {
            assert!(!value.contains(secret), "{secret} is in {key}");
        }
    }
}

#[track_caller]
fn is_connected(world: &mut World) {
    let linked = Linked {
        device_name: "Me Feed - Web".to_owned(),
        titles: Some(5),
        last_sync_ms: None,
        ailing: false,
    };
    match link(world) {
        Some(LinkState::Connected { linked: found, fresh: true }) => {
            // Where the answer was lost, the server's word on its connection tells of the first sync, too.
            assert_eq!(Linked { last_sync_ms: None, ..found }, linked);
        }
        other => panic!("{other:?}"),
    }
    assert!(world.outside.borrow().link.made);
    nothing_is_left(world);
}

#[test]
fn signing_in_at_amazon_connects_the_server_and_nothing_secret_is_kept_or_shown() {
    let (mut world, tab) = signing_in();
    assert_eq!(world.browser.tabs(), [format!("{SIGN_IN}1")]);
    world.tab_at(tab, "https://www.amazon.com/ap/mfa?arb=1");
    assert!(matches!(link(&mut world), Some(LinkState::SigningIn { .. })));
    world.tab_at(tab, &landed("ANgood"));
    // The page that has finished loading tells of itself once more.
    world.tab_at(tab, &landed("ANgood"));
    assert_eq!(link(&mut world), Some(LinkState::Handing));
    assert!(world.browser.stored().values().all(|value| !value.contains("ANgood")));
    world.run();
    is_connected(&mut world);
    assert_eq!(world.outside.borrow().link.landings, [format!("{LANDING}ANgood")]);
    assert_eq!(world.browser.shows(tab).as_deref(), Some(LED_BACK));
    for snapshot in world.browser.shown() {
        let shown = format!("{snapshot:?}");
        assert!(!shown.contains("ANgood") && !shown.contains("attempt-secret"), "{shown}");
    }
    for sent in world.browser.sent() {
        assert!(!sent.request.url.contains("ANgood") && !sent.request.session);
    }
    world.ask(Request::EndLink);
    assert_eq!(link(&mut world), None);
    let Some(LinkState::Connected { linked, fresh: false }) = looked(&mut world) else {
        panic!("it stands")
    };
    assert_eq!(linked.last_sync_ms, Some(1_795_896_000_000));
}

#[test]
fn a_worker_that_ends_at_any_call_still_connects_the_server() {
    for calls in 1.. {
        let mut world = world();
        assert_eq!(looked(&mut world), Some(LinkState::Open));
        world.browser.grant_amazon(Marketplace::Us);
        world.browser.end_after(calls);
        // A person who is not heard presses once more.
        for _ in 0..3 {
            if matches!(link(&mut world), Some(LinkState::Open)) {
                world.ask(Request::Link);
            }
            soon(&mut world);
        }
        let mut tabs = world.browser.tabs();
        tabs.dedup();
        assert_eq!(tabs.len(), world.browser.tabs().len(), "one tab an attempt: {tabs:?}");
        let tab = i64::try_from(tabs.len()).unwrap();
        world.tab_at(tab, &landed("ANgood"));
        world.run_while(|ms| ms < 600_000);
        link(&mut world);
        world.run_while(|ms| ms < 1_200_000);
        is_connected(&mut world);
        assert_eq!(world.browser.shows(tab).as_deref(), Some(LED_BACK), "ended at call {calls}");
        if world.ended == 0 {
            assert!(calls > 20, "{calls}");
            break;
        }
    }
}

#[test]
fn a_worker_that_sleeps_while_the_person_signs_in_hears_of_the_end() {
    let (mut world, tab) = signing_in();
    world.kill();
    world.tab_at(tab, &landed("ANgood"));
    world.run();
    is_connected(&mut world);
}

#[test]
fn an_end_that_nobody_heard_of_is_found_by_the_next_worker() {
    let (mut world, tab) = signing_in();
    world.kill();
    world.browser.go_on(tab, Some(&landed("ANgood")));
    world.ask(Request::Look);
    world.run();
    is_connected(&mut world);
}

#[test]
fn an_answer_that_was_lost_is_found_out_from_the_server() {
    let (mut world, tab) = signing_in();
    world.outside.borrow_mut().link.lost = true;
    world.tab_at(tab, &landed("ANgood"));
    world.run();
    is_connected(&mut world);
    assert_eq!(world.outside.borrow().link.landings.len(), 2);
}

#[test]
fn a_server_that_takes_a_minute_to_register_is_waited_for() {
    let (mut world, tab) = signing_in();
    world.outside.borrow_mut().link.lost = true;
    let mut looks = 0;
    world.outside.borrow_mut().goes_wrong(move |request: &HttpRequest| {
        looks += u32::from(request.url.contains("/api/audible/status"));
        let not_yet = json!({"available": true, "connection": null}).to_string();
        (1..=8).contains(&looks).then(|| Ok(ok(not_yet)))
    });
    let begun = world.browser.now_ms();
    world.tab_at(tab, &landed("ANgood"));
    world.run();
    is_connected(&mut world);
    assert!(world.browser.now_ms() - begun > 60_000, "the server was asked for a minute");
}

#[test]
fn a_server_that_is_away_for_a_moment_gets_the_code_from_the_tab() {
    let (mut world, tab) = signing_in();
    let mut times = 0;
    world.outside.borrow_mut().goes_wrong(move |request: &HttpRequest| {
        times += u32::from(request.url.ends_with("/connect"));
        (times <= 2).then(|| Ok(problem(502, "audible_unreachable", "Amazon does not answer")))
    });
    world.tab_at(tab, &landed("ANgood"));
    soon(&mut world);
    assert!(world.browser.stored().values().all(|value| !value.contains("ANgood")));
    world.run();
    is_connected(&mut world);
    let (mut world, tab) = signing_in();
    world.outside.borrow_mut().goes_wrong(|_| Some(Err(HttpError::NoAnswer)));
    world.tab_at(tab, &landed("ANgood"));
    world.run();
    assert_eq!(failed(&mut world), LinkTrouble::ServerAway);
    nothing_is_left(&world);
}

/// What happens to a tab in which a person signs in.
type Happens = fn(&mut World, i64);

#[test]
fn each_end_of_a_sign_in_has_its_name_and_leaves_nothing() {
    let ends: [(&str, Happens, LinkTrouble); 5] = [
        ("closed", World::close_tab, LinkTrouble::TabClosed),
        (
            "cancelled",
            |world, tab| {
                world.tab_at(tab, "https://www.amazon.com/ap/maplanding?openid.mode=cancel");
            },
            LinkTrouble::WithoutCode,
        ),
        ("refused", |world, tab| world.tab_at(tab, &landed("ANbad")), LinkTrouble::CodeRefused),
        (
            "taken away",
            |world, _| {
                world.browser.revoke_amazon(Marketplace::Us);
                world.permissions_changed();
            },
            LinkTrouble::PermissionGone,
        ),
        ("left alone", |_, _| {}, LinkTrouble::AttemptOver),
    ];
    for (name, happens, trouble) in ends {
        let (mut world, tab) = signing_in();
        happens(&mut world, tab);
        world.run();
        assert_eq!(failed(&mut world), trouble, "{name}");
        nothing_is_left(&world);
        let shown = world.browser.shows(tab);
        match name {
            "closed" => assert_eq!(shown, None),
            // A tab that is not seen any more is left alone.
            "taken away" => assert_eq!(shown, Some(format!("{SIGN_IN}1"))),
            _ => assert_eq!(shown.as_deref(), Some(LED_BACK), "{name}"),
        }
        // It can be begun anew at once.
        assert_eq!(looked(&mut world), Some(LinkState::Open));
        agree(&mut world);
        world.tab_at(tab + 1, &landed("ANgood"));
        world.run();
        is_connected(&mut world);
    }
}

#[test]
fn an_attempt_that_is_left_alone_is_over_after_half_an_hour_by_itself() {
    let (mut world, _) = signing_in();
    world.kill();
    // Nobody asks: the alarm alone wakes the next worker, and once.
    world.run_while(|ms| ms < 29 * 60_000);
    assert_eq!(world.browser.amazon().len(), 1);
    world.run_while(|_| true);
    assert_eq!(failed(&mut world), LinkTrouble::AttemptOver);
    nothing_is_left(&world);
}

#[test]
fn a_tab_that_has_left_amazon_is_left_alone() {
    for request in [None, Some(Request::EndLink)] {
        let (mut world, tab) = signing_in();
        // The person went elsewhere, or the browser has begun anew and numbers its tabs again.
        world.browser.go_on(tab, Some("https://elsewhere.example/"));
        match request {
            Some(request) => drop(world.ask(request)),
            None => world.kill(),
        }
        world.run();
        assert_eq!(world.browser.shows(tab).as_deref(), Some("https://elsewhere.example/"));
        nothing_is_left(&world);
    }
}

#[test]
fn other_tabs_and_other_shops_are_not_listened_to() {
    let (mut world, tab) = signing_in();
    world.tab_at(tab + 1, &landed("ANbad"));
    world.close_tab(tab + 1);
    world.tab_at(tab, &landed("ANbad").replace("amazon.com", "amazon.de"));
    soon(&mut world);
    assert!(matches!(link(&mut world), Some(LinkState::SigningIn { .. })));
    assert_eq!(world.outside.borrow().link.landings, [""; 0]);
}

#[test]
fn giving_up_closes_the_tab_and_leaves_nothing() {
    for request in [
        Request::EndLink,
        Request::ForgetServer,
        Request::ChooseMarketplace { marketplace: Marketplace::De },
    ] {
        let (mut world, tab) = signing_in();
        world.ask(request);
        world.run();
        assert_eq!(link(&mut world), None);
        assert_eq!(world.browser.shows(tab), None);
        nothing_is_left(&world);
    }
}

#[test]
fn without_the_browsers_permission_nothing_is_begun_and_with_it_it_goes_on_by_itself() {
    let mut world = world();
    looked(&mut world);
    world.ask(Request::Link);
    world.run();
    assert_eq!(link(&mut world), Some(LinkState::AwaitingPermission));
    assert_eq!(world.outside.borrow().link.begun, 0);
    // The popup is gone by now, and the worker, too.
    world.kill();
    world.browser.grant_amazon(Marketplace::Us);
    world.permissions_changed();
    soon(&mut world);
    assert!(matches!(link(&mut world), Some(LinkState::SigningIn { .. })));
}

#[test]
fn what_stands_in_the_way_is_named_before_anybody_agrees() {
    let mut world = world();
    world.outside.borrow_mut().link.off = true;
    assert_eq!(looked(&mut world), Some(LinkState::Failed { trouble: LinkTrouble::Off }));
    world.outside.borrow_mut().link.off = false;
    world.outside.borrow_mut().link.made = true;
    assert!(matches!(looked(&mut world), Some(LinkState::Connected { fresh: false, .. })));
    world.outside.borrow_mut().goes_wrong(|_| Some(Err(HttpError::NoAnswer)));
    looked(&mut world);
    assert_eq!(failed(&mut world), LinkTrouble::ServerAway);
}

#[test]
fn what_the_server_says_to_an_agreement_is_named() {
    for (status, code, trouble) in [
        (403, "https_required", LinkTrouble::HttpsRequired),
        (503, "audible_connection_off", LinkTrouble::Off),
        (503, "server_busy", LinkTrouble::ServerAway),
    ] {
        let mut world = world();
        looked(&mut world);
        world.outside.borrow_mut().goes_wrong(move |request: &HttpRequest| {
            request.url.ends_with("/connect").then(|| Ok(problem(status, code, "no")))
        });
        agree(&mut world);
        assert_eq!(failed(&mut world), trouble);
        assert_eq!(world.browser.tabs(), [""; 0]);
        nothing_is_left(&world);
    }
    // Another browser was quicker.
    let mut world = world();
    looked(&mut world);
    world.outside.borrow_mut().link.made = true;
    agree(&mut world);
    assert!(matches!(link(&mut world), Some(LinkState::Connected { fresh: false, .. })));
    nothing_is_left(&world);
}

#[test]
fn an_address_that_is_not_amazons_is_not_opened() {
    let mut world = world();
    looked(&mut world);
    world.outside.borrow_mut().link.elsewhere =
        Some("https://www.amazon.com.evil.example/ap/signin?a=b".to_owned());
    agree(&mut world);
    assert_eq!(failed(&mut world), LinkTrouble::NotAmazon);
    assert_eq!(world.browser.tabs(), [""; 0]);
    nothing_is_left(&world);
}

#[test]
fn a_token_that_may_not_connect_is_replaced_by_one_that_may() {
    let mut world = world();
    world.outside.borrow_mut().wide.clear();
    looked(&mut world);
    assert_eq!(failed(&mut world), LinkTrouble::ScopeMissing);
    // One that was refused, and asked for again, still asks for the same.
    world.outside.borrow_mut().decision = Decision::Denied;
    world.ask(Request::Widen);
    world.run();
    world.outside.borrow_mut().decision = Decision::Allowed;
    world.ask(Request::Connect { address: SERVER.to_owned() });
    world.run();
    assert_eq!(link(&mut world), Some(LinkState::Open));
    // The former one is given up.
    assert!(world.outside.borrow().revoked.contains(TOKEN));
    assert!(!world.browser.stored()["state"].contains(TOKEN));
}

#[test]
fn a_run_goes_on_while_the_person_signs_in() {
    let (mut world, tab) = signing_in();
    world.ask(Request::Read);
    soon(&mut world);
    world.kill();
    world.run_while(|ms| ms < 20 * 60_000);
    assert!(matches!(world.phase(), Phase::Ready(_)), "{:?}", world.phase());
    world.tab_at(tab, &landed("ANgood"));
    world.run();
    is_connected(&mut world);
}
