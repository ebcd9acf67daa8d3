//! Headers for a proxy in front of the server, and the one origin that may be held for it.

use audible_sim::Library;
use extension::{
    browser::{HttpError, HttpRequest, HttpResponse},
    messages::{PairingState, Request, ServerState},
};

use crate::{
    outside::{Decision, SERVER, TOKEN},
    world::World,
};

const HELD: &str = "https://home.example/*";

fn connect(address: &str) -> Request {
    Request::Connect { address: address.to_owned() }
}

fn header(name: &str, value: &str) -> Request {
    Request::SetHeader { name: name.to_owned(), value: value.to_owned() }
}

fn names(world: &mut World) -> Vec<String> {
    world.ask(Request::Look).unwrap().headers
}

fn is_ready(world: &mut World) -> bool {
    let server = world.ask(Request::Look).unwrap().server;
    server.is_some_and(|server| matches!(server.state, ServerState::Ready { .. }))
}

/// A proxy that lets nobody through without its header.
fn guarded() -> World {
    let world = World::of(Library::generate(13, 5));
    world.outside.borrow_mut().decision = Decision::Allowed;
    world.outside.borrow_mut().goes_wrong(|request: &HttpRequest| {
        let ours = request.url.starts_with(SERVER);
        let passes = request.extra.contains(&("X-Key".to_owned(), "open".to_owned()));
        let redirect = HttpResponse { redirected: true, ..HttpResponse::default() };
        (ours && !passes).then_some(Ok(redirect))
    });
    world
}

#[test]
fn with_its_header_a_proxy_lets_pairing_import_and_leaving_through() {
    let mut world = guarded();
    world.ask(connect(SERVER));
    world.run();
    world.ask(header(" X-Key ", "open"));
    world.run();
    assert!(is_ready(&mut world));
    let marketplace = world.marketplace();
    world.browser.grant(marketplace);
    world.ask(Request::ChooseMarketplace { marketplace });
    world.ask(Request::Read);
    world.run();
    world.ask(Request::Send);
    world.run();
    world.ask(Request::ForgetServer);
    world.run();
    assert!(world.outside.borrow().revoked.contains("mf_paired_1"));
    assert!(names(&mut world).is_empty());
    assert!(!world.browser.stored()["state"].contains("X-Key"));
    for sent in world.browser.sent() {
        let ours = sent.request.url.starts_with(SERVER);
        assert!(ours || sent.request.extra.is_empty(), "{}", sent.request.url);
    }
}

#[test]
fn only_names_are_shown_and_forbidden_ones_are_never_kept() {
    let mut world = guarded();
    world.ask(header("X-Key", "open"));
    assert!(names(&mut world).is_empty(), "no address, no headers");
    world.ask(connect(SERVER));
    world.run();
    world.ask(header("X-Key", "secret-value"));
    for name in ["Host", "Cookie", "authorization", "Sec-Fetch-Mode", "a b"] {
        world.ask(header(name, "x"));
    }
    assert_eq!(names(&mut world), ["X-Key"]);
    world.run();
    for snapshot in world.browser.shown() {
        assert!(!format!("{snapshot:?}").contains("secret-value"));
    }
    world.ask(Request::DropHeaders);
    assert!(names(&mut world).is_empty());
}

#[test]
fn another_address_gets_neither_headers_nor_permission_of_the_former_one() {
    for hand_made in [false, true] {
        let mut world = guarded();
        world.ask(connect(SERVER));
        world.run();
        world.browser.grant_server(HELD);
        world.ask(header("X-Key", "open"));
        world.run();
        assert!(world.browser.servers().contains(HELD), "held for the present address");
        world.outside.borrow_mut().goes_wrong(|_| Some(Err(HttpError::NoAnswer)));
        let before = world.browser.sent().len();
        let address = "https://other.example".to_owned();
        world.ask(if hand_made {
            Request::SetServer { address, token: TOKEN.to_owned() }
        } else {
            Request::Connect { address }
        });
        world.run();
        assert!(names(&mut world).is_empty());
        assert!(world.browser.servers().is_empty());
        let sent = world.browser.sent();
        assert!(sent.len() > before);
        assert!(sent[before..].iter().all(|sent| sent.request.extra.is_empty()));
    }
}

#[test]
fn another_page_or_path_of_the_same_origin_keeps_them() {
    let mut world = guarded();
    world.outside.borrow_mut().goes_wrong(|_| Some(Err(HttpError::NoAnswer)));
    world.ask(connect("https://home.example/wrong"));
    world.run();
    world.browser.grant_server(HELD);
    world.ask(header("X-Key", "open"));
    world.ask(connect(SERVER));
    assert_eq!(names(&mut world), ["X-Key"]);
    assert!(world.browser.servers().contains(HELD));
}

#[test]
fn a_permission_for_the_server_lets_a_pairing_go_on_and_leaving_gives_it_back() {
    let mut world = World::of(Library::generate(13, 0));
    world.outside.borrow_mut().decision = Decision::Allowed;
    world.outside.borrow_mut().goes_wrong(|_| Some(Err(HttpError::NoAnswer)));
    world.ask(connect(SERVER));
    world.run();
    world.outside.borrow_mut().is_well_again();
    world.browser.grant_server(HELD);
    world.permissions_changed();
    world.run();
    assert!(is_ready(&mut world));
    world.ask(Request::ForgetServer);
    world.run();
    assert!(world.browser.servers().is_empty());
}

#[test]
fn a_worker_that_ended_before_it_gave_an_origin_back_leaves_that_to_the_next() {
    let mut world = World::of(Library::generate(13, 0));
    world.prepare();
    world.browser.grant_server("https://former.example/*");
    world.browser.grant_server(HELD);
    world.kill();
    world.ask(Request::Look);
    world.run();
    assert_eq!(world.browser.servers().into_iter().collect::<Vec<_>>(), [HELD]);
    world.outside.borrow_mut().goes_wrong(|_| Some(Err(HttpError::NoAnswer)));
    let asking = world.ask(connect("https://other.example")).unwrap().pairing.unwrap();
    assert_eq!(asking.state, PairingState::Asking);
    world.kill();
    world.run();
    assert!(world.browser.servers().is_empty());
}
