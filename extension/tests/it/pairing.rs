//! Pairing, leaving a server, and a token that does not work any more.

use audible_sim::Library;
use extension::{
    browser::{HttpError, HttpRequest, HttpResponse},
    messages::{
        PairingState, PairingTrouble, Phase, Request, ServerState, ServerTrouble, Snapshot, Trouble,
    },
};

use crate::{
    outside::{Decision, SERVER, TOKEN, problem, status},
    world::World,
};

fn world() -> World {
    World::of(Library::generate(13, 5))
}

fn connect(address: &str) -> Request {
    Request::Connect { address: address.to_owned() }
}

/// A world whose server has given a code.
fn deciding() -> World {
    let mut world = world();
    world.ask(connect(&format!(" {SERVER}/library/ ")));
    world.run_while(|ms| ms < 3_000);
    world
}

/// How things stand; where this very look ends a worker, the next one answers.
fn look(world: &mut World) -> Snapshot {
    loop {
        if let Some(snapshot) = world.ask(Request::Look) {
            return snapshot;
        }
    }
}

fn pairing(world: &mut World) -> Option<PairingState> {
    look(world).pairing.map(|pairing| pairing.state)
}

#[track_caller]
fn failed(world: &mut World) -> PairingTrouble {
    match pairing(world) {
        Some(PairingState::Failed { trouble }) => trouble,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn is_ready(world: &mut World) {
    let snapshot = look(world);
    assert_eq!(snapshot.pairing, None);
    let server = snapshot.server.unwrap();
    assert_eq!(server.address, SERVER);
    assert_eq!(server.state, ServerState::Ready { version: "0.1.0".to_owned() });
}

/// Moments of the questions for the token, in milliseconds since the test began.
fn polls(world: &World) -> Vec<i64> {
    let sent = world.browser.sent();
    let asked = sent.iter().filter(|sent| sent.request.url.ends_with("/api/oauth/token"));
    asked.map(|sent| sent.at_ms - extension::browser::fake::START_MS).collect()
}

#[test]
fn a_press_and_an_allow_connect_and_nothing_secret_is_shown() {
    let mut world = deciding();
    let expected = "https://home.example/books/pair?user_code=BCDF-GHJK";
    assert_eq!(world.browser.tabs(), [expected]);
    let Some(PairingState::Deciding { user_code, page, .. }) = pairing(&mut world) else {
        panic!("the person decides")
    };
    assert_eq!((user_code.as_str(), page.as_str()), ("BCDF-GHJK", expected));
    world.run_while(|ms| ms < 40_000);
    assert!(world.ask(Request::Look).unwrap().server.is_none());
    world.outside.borrow_mut().decision = Decision::Allowed;
    world.run();
    is_ready(&mut world);
    for snapshot in world.browser.shown() {
        let shown = format!("{snapshot:?}");
        assert!(!shown.contains("secret-") && !shown.contains("mf_"), "{shown}");
    }
    for sent in world.browser.sent() {
        assert!(!sent.request.url.contains("secret-") && !sent.request.url.contains("mf_"));
    }
    let stored = world.browser.stored()["state"].clone();
    assert!(stored.contains("mf_paired_1") && !stored.contains("secret-"));
}

#[test]
fn questions_keep_to_the_interval_and_a_slow_down_lengthens_it_for_good() {
    let mut world = deciding();
    world.run_while(|ms| ms < 20_000);
    let mut slowed = false;
    world.outside.borrow_mut().goes_wrong(move |request: &HttpRequest| {
        let first = request.url.ends_with("/token") && !std::mem::replace(&mut slowed, true);
        first.then(|| Ok(status(400, r#"{"error":"slow_down"}"#.to_owned())))
    });
    world.run_while(|ms| ms < 90_000);
    let gaps: Vec<i64> = polls(&world).windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.iter().all(|gap| *gap >= 5_000), "{gaps:?}");
    let slow = gaps.iter().position(|gap| *gap >= 10_000).unwrap();
    assert!(slow > 0 && gaps[slow..].iter().all(|gap| *gap >= 10_000), "{gaps:?}");
}

#[test]
fn a_worker_that_ends_at_any_call_still_gets_the_token() {
    for calls in 1.. {
        let mut world = world();
        world.outside.borrow_mut().decision = Decision::Allowed;
        world.browser.end_after(calls);
        let acknowledged = world.ask(connect(SERVER)).is_some();
        world.run_while(|_| true);
        if acknowledged {
            is_ready(&mut world);
        }
        if world.ended == 0 {
            assert!(calls > 10);
            break;
        }
    }
}

#[test]
fn a_closed_popup_and_a_worker_that_sleeps_change_nothing() {
    let mut world = deciding();
    world.kill();
    world.outside.borrow_mut().decision = Decision::Allowed;
    // Nobody asks: the alarm alone wakes the next worker.
    world.run_while(|_| true);
    is_ready(&mut world);
}

#[test]
fn a_refusal_and_a_code_that_is_over_are_told_apart_and_can_be_asked_anew() {
    for (decision, trouble) in
        [(Decision::Denied, PairingTrouble::Denied), (Decision::Forgotten, PairingTrouble::Expired)]
    {
        let mut world = deciding();
        world.outside.borrow_mut().decision = decision;
        world.run();
        assert_eq!(failed(&mut world), trouble);
        world.outside.borrow_mut().decision = Decision::Allowed;
        world.ask(connect(SERVER));
        world.run();
        is_ready(&mut world);
        assert_eq!(world.outside.borrow().codes, 2);
    }
}

#[test]
fn without_a_decision_it_ends_by_itself() {
    let mut world = deciding();
    world.run();
    assert_eq!(failed(&mut world), PairingTrouble::Expired);
    let last = polls(&world).pop().unwrap();
    assert!((590_000..=601_000).contains(&last), "{last}");
}

#[test]
fn a_server_that_is_gone_for_a_while_is_asked_on_and_one_that_stays_away_is_named() {
    let mut world = deciding();
    let mut times = 0;
    world.outside.borrow_mut().goes_wrong(move |request: &HttpRequest| {
        times += u32::from(request.url.ends_with("/token"));
        (times <= 2).then_some(Err(HttpError::NoAnswer))
    });
    world.outside.borrow_mut().decision = Decision::Allowed;
    world.run();
    is_ready(&mut world);
    let mut world = deciding();
    world.outside.borrow_mut().goes_wrong(|_| Some(Err(HttpError::NoAnswer)));
    world.run();
    assert_eq!(failed(&mut world), PairingTrouble::Gone);
}

#[test]
fn servers_that_cannot_be_asked_are_named_and_asked_again() {
    let redirect = HttpResponse { redirected: true, ..HttpResponse::default() };
    let old = ServerTrouble::Incompatible { version: "0.1.0".to_owned() };
    for (path, answer, trouble) in [
        ("/api/version", Err(HttpError::NoAnswer), ServerTrouble::NotReachable),
        ("/api/version", Ok(redirect), ServerTrouble::Redirects),
        ("/api/version", Ok(status(200, "<html>".to_owned())), ServerTrouble::NotMeFeed),
        ("/device_authorization", Ok(problem(404, "not_found", "no")), old),
        ("/device_authorization", Ok(status(429, String::new())), ServerTrouble::Busy),
    ] {
        let mut world = world();
        world.outside.borrow_mut().goes_wrong(move |request: &HttpRequest| {
            request.url.ends_with(path).then(|| answer.clone())
        });
        world.ask(connect(SERVER));
        world.run();
        assert_eq!(failed(&mut world), PairingTrouble::Server { trouble });
        assert_eq!(world.browser.tabs(), [""; 0]);
        world.outside.borrow_mut().is_well_again();
        world.outside.borrow_mut().decision = Decision::Allowed;
        world.ask(Request::TryNow);
        world.run();
        is_ready(&mut world);
    }
    let mut world = world();
    world.ask(connect("not an address"));
    let trouble = ServerTrouble::BadAddress;
    assert_eq!(failed(&mut world), PairingTrouble::Server { trouble });
    assert!(world.browser.sent().is_empty());
}

#[test]
fn a_pairing_that_was_stopped_leaves_what_was_there() {
    let mut world = world();
    world.prepare();
    world.ask(connect(SERVER));
    world.run_while(|ms| ms < 20_000);
    world.outside.borrow_mut().decision = Decision::Allowed;
    world.ask(Request::StopPairing);
    world.run();
    is_ready(&mut world);
    assert!(world.browser.stored()["state"].contains(TOKEN));
}

#[test]
fn nothing_goes_to_a_public_address_without_encryption_before_a_second_press() {
    let open = "http://home.example/books";
    let mut world = world();
    world.ask(connect(open));
    world.run();
    let unencrypted = || PairingTrouble::Server { trouble: ServerTrouble::Unencrypted };
    assert_eq!(failed(&mut world), unencrypted());
    world.ask(Request::TryNow);
    world.permissions_changed();
    world.run();
    assert_eq!(failed(&mut world), unencrypted());
    let (address, token) = (open.to_owned(), TOKEN.to_owned());
    world.ask(Request::SetServer { address, token });
    world.ask(Request::TryNow);
    world.run();
    let state = look(&mut world).server.unwrap().state;
    assert_eq!(state, ServerState::Trouble { trouble: ServerTrouble::Unencrypted });
    assert!(world.browser.sent().is_empty());
    world.outside.borrow_mut().goes_wrong(|_| Some(Err(HttpError::NoAnswer)));
    world.ask(Request::GoOnUnencrypted);
    world.run();
    assert_eq!(world.browser.sent().len(), 1);
    world.ask(connect(open));
    world.ask(Request::GoOnUnencrypted);
    world.run();
    let urls: Vec<String> = world.browser.sent().into_iter().map(|sent| sent.request.url).collect();
    assert_eq!(urls, [format!("{open}/api/version"), format!("{open}/api/version")]);
}

#[test]
fn a_run_does_not_send_where_the_way_is_open_to_all() {
    let mut world = world();
    world.prepare();
    world.ask(Request::Read);
    assert!(matches!(world.run(), Phase::Ready(_)));
    let before = world.browser.sent().len();
    let (address, token) = ("http://home.example".to_owned(), TOKEN.to_owned());
    world.ask(Request::SetServer { address, token });
    world.ask(Request::Send);
    let Phase::Waiting { trouble, .. } = world.run() else { panic!("the run waits") };
    assert_eq!(trouble, Trouble::Server { trouble: ServerTrouble::Unencrypted });
    assert_eq!(world.browser.sent().len(), before);
}

#[test]
fn leaving_a_server_gives_the_token_up_there() {
    let mut world = world();
    world.prepare();
    let snapshot = world.ask(Request::ForgetServer).unwrap();
    assert_eq!(snapshot.server, None);
    assert!(!snapshot.farewell.unwrap().untold);
    world.run();
    assert_eq!(look(&mut world).farewell, None);
    assert!(world.outside.borrow().revoked.contains(TOKEN));
    assert!(!world.browser.stored()["state"].contains(TOKEN));
}

#[test]
fn a_worker_that_ends_while_it_leaves_leaves_all_the_same() {
    for calls in 1..12 {
        let mut world = world();
        world.prepare();
        world.browser.end_after(calls);
        let acknowledged = world.ask(Request::ForgetServer).is_some();
        world.run_while(|_| true);
        if acknowledged {
            assert!(world.outside.borrow().revoked.contains(TOKEN), "ended at call {calls}");
            assert!(!world.browser.stored()["state"].contains(TOKEN));
        }
    }
}

#[test]
fn a_server_that_cannot_be_told_is_named_until_the_person_goes_on() {
    let mut world = world();
    world.prepare();
    world.outside.borrow_mut().goes_wrong(|_| Some(Err(HttpError::NoAnswer)));
    world.ask(Request::ForgetServer);
    world.run();
    let farewell = look(&mut world).farewell.unwrap();
    assert_eq!((farewell.address.as_str(), farewell.untold), (SERVER, true));
    assert!(!world.browser.stored()["state"].contains(TOKEN));
    let snapshot = world.ask(connect(SERVER)).unwrap();
    assert_eq!(snapshot.farewell, None);
}

#[test]
fn a_revoked_token_is_named_and_pairing_anew_sends_what_was_read() {
    let mut world = world();
    world.prepare();
    world.ask(Request::Read);
    world.run();
    world.outside.borrow_mut().tokens.clear();
    world.outside.borrow_mut().revoked.insert(TOKEN.to_owned());
    world.ask(Request::Send);
    let Phase::Waiting { trouble, .. } = world.run() else { panic!("the run waits") };
    assert_eq!(trouble, Trouble::Server { trouble: ServerTrouble::TokenRevoked });
    let address = look(&mut world).server.unwrap().address;
    let read = world.browser.sent().iter().filter(|sent| sent.request.session).count();
    world.outside.borrow_mut().decision = Decision::Allowed;
    world.ask(connect(&address));
    let Phase::Done(receipt) = world.run() else { panic!("the run goes on") };
    assert_eq!((receipt.imported, receipt.complete), (5, true));
    let again = world.browser.sent().iter().filter(|sent| sent.request.session).count();
    assert_eq!(read, again, "nothing was read twice");
}
