//! Everything that the person's server may answer, and what the run makes of it.

use audible_sim::Library;
use extension::{
    browser::{HttpError, HttpRequest, HttpResponse},
    messages::{Phase, Receipt, Request, ServerState, ServerTrouble, Step, Trouble},
};

use crate::{
    outside::{Answer, SERVER, TOKEN, ok, problem, status},
    world::World,
};

/// Five titles, read, and a server that answers imports so.
fn sending(trouble: impl Fn(&HttpRequest) -> Option<Answer> + 'static) -> World {
    let mut world = World::of(Library::generate(13, 5));
    world.prepare();
    world.ask(Request::Read);
    world.run();
    world.outside.borrow_mut().goes_wrong(move |request| {
        request.url.ends_with("/import-from-extension").then(|| trouble(request)).flatten()
    });
    world.ask(Request::Send);
    world
}

/// What the run waits for while it sends, and whether it goes on by itself.
#[track_caller]
fn waiting(world: &mut World) -> (ServerTrouble, bool) {
    match world.phase() {
        Phase::Waiting {
            during: Step::Sending,
            trouble: Trouble::Server { trouble },
            resumes_at_ms,
            ..
        } => (trouble, resumes_at_ms.is_some()),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn done(world: &mut World) -> Receipt {
    match world.run() {
        Phase::Done(receipt) => receipt,
        other => panic!("{other:?}"),
    }
}

/// All five titles are stored, each once, and every body of a key was the same.
#[track_caller]
fn is_whole(world: &mut World) {
    let receipt = done(world);
    assert_eq!((receipt.total, receipt.source_total, receipt.complete), (5, 5, true));
    let sent = world.browser.sent();
    let mut bodies: Vec<_> = sent
        .iter()
        .filter(|sent| sent.request.url.ends_with("/import-from-extension"))
        .map(|sent| (&sent.request.headers[2], &sent.request.body))
        .collect();
    assert!(bodies.len() > 1, "asked again");
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "the same key with the same bytes");
    assert_eq!(world.outside.borrow().taken.len(), 1);
}

/// The trouble is named, `TryNow` helps when it is over.
#[track_caller]
fn check(answer: fn() -> Answer, trouble: ServerTrouble, by_itself: bool) {
    let mut world = sending(move |_| Some(answer()));
    world.run_while(|ms| ms < 120_000);
    assert_eq!(waiting(&mut world), (trouble.clone(), by_itself));
    let view = world.ask(Request::Look).unwrap().server.unwrap();
    assert_eq!(view.state, ServerState::Trouble { trouble });
    world.outside.borrow_mut().is_well_again();
    if !by_itself {
        world.ask(Request::TryNow);
    }
    is_whole(&mut world);
    let view = world.ask(Request::Look).unwrap().server.unwrap();
    assert_eq!(view.state, ServerState::Ready { version: "0.1.0".to_owned() });
}

fn refused(code: &str, detail: &str) -> ServerTrouble {
    ServerTrouble::Refused { code: code.to_owned(), detail: detail.to_owned() }
}

#[test]
fn a_refused_token_is_named() {
    check(|| Ok(problem(401, "token_unknown", "no")), ServerTrouble::TokenRefused, false);
}

#[test]
fn a_token_without_the_right_is_named() {
    check(|| Ok(problem(403, "scope_missing", "no")), ServerTrouble::ScopeMissing, false);
}

#[test]
fn a_chunk_that_is_too_large_for_the_server_is_named_in_its_words() {
    let trouble = refused("body_too_large", "at most 1 MiB");
    check(|| Ok(problem(413, "body_too_large", "at most 1 MiB")), trouble, false);
}

#[test]
fn a_conflict_is_named_in_the_servers_words() {
    let trouble = refused("run_undone", "this run was undone");
    check(|| Ok(problem(409, "run_undone", "this run was undone")), trouble, false);
}

#[test]
fn a_proxy_that_redirects_to_its_sign_in_page_is_named_and_never_followed() {
    let redirect = || Ok(HttpResponse { redirected: true, ..HttpResponse::default() });
    check(redirect, ServerTrouble::Redirects, false);
}

#[test]
fn something_else_at_the_address_is_named() {
    check(|| Ok(status(404, "<html>".to_owned())), ServerTrouble::NotMeFeed, false);
    check(|| Ok(ok("<html>welcome</html>".to_owned())), ServerTrouble::NotMeFeed, false);
}

#[test]
fn a_server_that_is_away_is_asked_again_by_itself() {
    check(|| Err(HttpError::NoAnswer), ServerTrouble::NotReachable, true);
    check(|| Ok(status(503, String::new())), ServerTrouble::Busy, true);
}

#[test]
fn a_busy_server_says_how_long_to_wait() {
    let mut world = sending(|_| {
        Some(Ok(HttpResponse { retry_after_ms: Some(90_000), ..status(429, String::new()) }))
    });
    world.run_while(|_| false);
    let start = world.browser.sent().last().unwrap().at_ms;
    world.run_while(|ms| ms < 60_000);
    assert_eq!(waiting(&mut world), (ServerTrouble::Busy, true));
    world.outside.borrow_mut().is_well_again();
    is_whole(&mut world);
    let imports: Vec<i64> = world
        .browser
        .sent()
        .iter()
        .filter(|sent| sent.request.url.ends_with("/import-from-extension"))
        .map(|sent| sent.at_ms)
        .collect();
    assert!(imports[1] - start >= 90_000);
}

#[test]
fn an_answer_that_got_lost_is_asked_for_again_and_nothing_is_stored_twice() {
    let mut world = World::of(Library::generate(13, 5));
    world.prepare();
    world.ask(Request::Read);
    world.run();
    world.outside.borrow_mut().lose_an_answer();
    world.ask(Request::Send);
    is_whole(&mut world);
    assert_eq!(world.outside.borrow().repeated, 1);
}

#[test]
fn a_new_token_lets_a_waiting_run_go_on() {
    let mut world = World::of(Library::generate(13, 5));
    world.prepare();
    world.ask(Request::Read);
    world.run();
    let wrong = || Request::SetServer { address: SERVER.to_owned(), token: "mf_old".to_owned() };
    world.ask(wrong());
    world.run();
    let view = world.ask(Request::Look).unwrap().server.unwrap();
    assert_eq!(view.state, ServerState::Trouble { trouble: ServerTrouble::TokenRefused });
    world.ask(Request::Send);
    world.run();
    assert_eq!(waiting(&mut world), (ServerTrouble::TokenRefused, false));
    world.ask(Request::SetServer { address: SERVER.to_owned(), token: TOKEN.to_owned() });
    is_whole(&mut world);
}

#[test]
fn a_run_waits_for_a_server_and_stop_keeps_what_was_read() {
    let mut world = World::of(Library::generate(13, 5));
    let marketplace = world.marketplace();
    world.browser.grant(marketplace);
    world.ask(Request::ChooseMarketplace { marketplace });
    world.ask(Request::Read);
    assert!(matches!(world.run(), Phase::Ready(_)));
    world.ask(Request::Send);
    assert!(matches!(world.run(), Phase::Ready(_)), "nowhere to send to");
    world.prepare();
    world.ask(Request::Send);
    let stopped = world.ask(Request::Stop).unwrap().phase;
    assert!(matches!(stopped, Phase::Stopped { during: Step::Sending, .. }));
    world.ask(Request::Send);
    assert_eq!(done(&mut world).imported, 5);
}

#[test]
fn addresses_that_are_none_and_servers_that_are_silent_are_told_apart() {
    let mut world = World::of(Library::generate(13, 0));
    let state = |world: &mut World, address: &str| {
        let (address, token) = (address.to_owned(), TOKEN.to_owned());
        world.ask(Request::SetServer { address, token });
        world.run();
        world.ask(Request::Look).unwrap().server.unwrap().state
    };
    let bad = ServerState::Trouble { trouble: ServerTrouble::BadAddress };
    assert_eq!(state(&mut world, "not an address"), bad);
    world.outside.borrow_mut().goes_wrong(|_| Some(Err(HttpError::NoAnswer)));
    let silent = ServerState::Trouble { trouble: ServerTrouble::NotReachable };
    assert_eq!(state(&mut world, SERVER), silent);
    world.outside.borrow_mut().is_well_again();
    let ready = ServerState::Ready { version: "0.1.0".to_owned() };
    assert_eq!(state(&mut world, SERVER), ready);
    assert_eq!(state(&mut world, &format!(" {SERVER}/library/ ")), ready);
}

#[test]
fn the_token_goes_to_the_server_alone_and_the_session_to_audible_alone() {
    let mut world = World::of(Library::generate(13, 5));
    world.import();
    for sent in world.browser.sent() {
        let request = sent.request;
        let carries_token = request.headers.iter().any(|(_, value)| value.contains(TOKEN));
        assert!(!request.url.contains(TOKEN));
        assert!(!carries_token || request.url.starts_with(SERVER), "{}", request.url);
        assert_eq!(request.session, request.url.starts_with("https://www.audible.com/"));
        assert!(!request.follow);
    }
}

#[test]
fn another_import_finds_everything_unchanged() {
    let mut world = World::of(Library::generate(13, 5));
    world.import();
    let Phase::Done(receipt) = world.import() else { panic!("the second import") };
    assert_eq!((receipt.imported, receipt.unchanged, receipt.complete), (0, 5, true));
}
