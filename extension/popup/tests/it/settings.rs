//! The server form, the choice of the marketplace, and the two small buttons in the head.

use extension::messages::{Phase, Request, ServerState, ServerTrouble, Snapshot, Step};
use extension_popup::{
    i18n::Key,
    model::{
        Act, Body, Link, Local, Panel, Screen, Tone, chips, screen,
        server::{Entry, Missing, ServerForm, entered, header_entered, short},
        text::Text,
    },
};
use shared::ids::Marketplace;

use crate::samples::{self, PROGRESS, at, with_server};

fn form(screen: Screen) -> ServerForm {
    let Body::Server(form) = screen.body else { panic!("{screen:?}") };
    form
}

fn ids(screen: &Screen) -> Vec<&'static str> {
    screen.buttons.iter().map(|button| button.id).collect()
}

fn opened(panel: Panel, snapshot: Snapshot) -> Screen {
    screen(&Link::heard(snapshot), &Local { panel: Some(panel), ..Local::default() })
}

#[test]
fn without_a_usable_server_the_form_comes_first() {
    for state in samples::server_states() {
        let usable = matches!(state, Some(ServerState::Ready { .. }));
        let screen = screen(&Link::heard(with_server(state, Phase::Idle)), &Local::default());
        assert_eq!(screen.name, if usable { "start" } else { "server" });
    }
}

#[test]
fn a_trouble_with_the_server_stands_on_its_form_in_words_of_its_own() {
    let mut said = std::collections::HashSet::new();
    for trouble in samples::server_troubles() {
        let state = Some(ServerState::Trouble { trouble });
        let form = form(screen(&Link::heard(with_server(state, Phase::Idle)), &Local::default()));
        let [notice] = &form.notices[..] else { panic!("{form:?}") };
        assert!(matches!(notice.tone, Tone::Danger | Tone::Warn));
        let name = form.trouble.unwrap();
        assert!(said.insert((format!("{:?}{:?}", notice.what, notice.then), name)));
    }
}

#[test]
fn a_stored_server_can_be_forgotten_and_left_as_it_is() {
    let settings = opened(Panel::Server, at(Phase::Reading(PROGRESS)));
    assert_eq!(
        ids(&settings),
        [
            "doctor-open",
            "server-forget",
            "server-by-token",
            "server-headers",
            "link-open",
            "back",
            "server-connect"
        ]
    );
    let form = form(settings);
    assert!(form.stored && !form.checking);
    assert_eq!(form.address, "https://feed.example.org");
    let first = screen(&Link::heard(with_server(None, Phase::Idle)), &Local::default());
    assert_eq!(ids(&first), ["server-by-token", "server-connect"]);
}

#[test]
fn while_the_server_is_checked_the_button_says_so() {
    let checking = with_server(Some(ServerState::Checking), Phase::Idle);
    let screen = screen(&Link::heard(checking), &Local::default());
    assert_eq!(screen.buttons.last().unwrap().label, Key::ServerCheckingNow.into());
    assert!(form(screen).checking);
}

#[test]
fn every_field_that_is_shown_is_needed_and_pasted_white_space_is_not() {
    assert_eq!(entered("  ", Some("mf_x")), Err(Missing::Address));
    assert_eq!(entered("  ", None), Err(Missing::Address));
    assert_eq!(entered("feed.example.org", Some("\n")), Err(Missing::Token));
    let connect = Request::Connect { address: "feed.example.org".into() };
    assert_eq!(entered(" feed.example.org\n", None), Ok(connect));
    let (address, token) = ("feed.example.org".into(), "mf_x".into());
    assert_eq!(
        entered(" feed.example.org\n", Some("\tmf_x ")),
        Ok(Request::SetServer { address, token })
    );
}

#[test]
fn a_header_is_refused_in_words_and_asks_for_its_own_origin_alone() {
    let request = Request::SetHeader { name: "X-Key".into(), value: "open".into() };
    assert_eq!(header_entered("X-Key", "open"), Ok(request));
    for name in ["Host", "cookie", "Authorization"] {
        assert_eq!(header_entered(name, "x"), Err(Missing::HeaderTaken));
    }
    assert_eq!(header_entered("a b", "x"), Err(Missing::HeaderName));
    assert_eq!(header_entered("X-Key", " "), Err(Missing::HeaderValue));
    let panel = Some(Panel::Server);
    let local = Local { panel, entry: Entry::Headers, ..Local::default() };
    let snapshot = Snapshot { headers: vec!["X-Key".into()], ..at(Phase::Idle) };
    let screen = screen(&Link::heard(snapshot), &local);
    assert_eq!(ids(&screen), ["doctor-open", "header-drop", "back", "header-add"]);
    let add = Act::AddHeader("https://feed.example.org/*".into());
    assert_eq!(screen.buttons.last().unwrap().act, add);
    let names = form(screen).notices.pop().unwrap().then;
    assert_eq!(names, Some(Text::plain("X-Key")));
}

#[test]
fn headers_are_offered_where_a_proxy_may_stand() {
    let offers = |snapshot, panel| {
        let local = Local { panel, ..Local::default() };
        ids(&screen(&Link::heard(snapshot), &local)).contains(&"server-headers")
    };
    assert!(offers(at(Phase::Idle), Some(Panel::Server)));
    assert!(!offers(Snapshot::default(), None));
    assert!(!offers(Snapshot::default(), Some(Panel::Server)));
    for (trouble, may) in [
        (ServerTrouble::Redirects, true),
        (ServerTrouble::NotReachable, true),
        (ServerTrouble::BadAddress, false),
        (ServerTrouble::TokenRevoked, false),
    ] {
        let state = Some(ServerState::Trouble { trouble });
        assert_eq!(offers(with_server(state, Phase::Idle), None), may);
    }
}

#[test]
fn a_server_that_is_not_reached_can_be_allowed() {
    for trouble in samples::server_troubles() {
        let silent = trouble == ServerTrouble::NotReachable;
        let state = Some(ServerState::Trouble { trouble });
        let screen = screen(&Link::heard(with_server(state, Phase::Idle)), &Local::default());
        let allow = screen.buttons.iter().find(|button| button.id == "server-allow");
        let pattern = Act::AllowServer("https://feed.example.org/*".into());
        assert_eq!(allow.map(|button| &button.act), silent.then_some(&pattern));
    }
}

#[test]
fn an_address_in_a_sentence_needs_no_scheme() {
    assert_eq!(short("https://feed.example.org/"), "feed.example.org");
    assert_eq!(short("http://192.168.1.20:8787"), "192.168.1.20:8787");
    assert_eq!(short("feed"), "feed");
}

#[test]
fn a_change_of_marketplace_warns_where_it_would_drop_titles() {
    let warns = |phase, picked| {
        let local =
            Local { panel: Some(Panel::Marketplace), picked: Some(picked), ..Local::default() };
        let screen = screen(&Link::heard(at(phase)), &local);
        let change = Act::Ask(Request::ChooseMarketplace { marketplace: picked });
        assert_eq!(screen.buttons.last().unwrap().act, change);
        let Body::Marketplace { warning, .. } = screen.body else { panic!() };
        warning.is_some()
    };
    let stopped = |during| Phase::Stopped { during, progress: PROGRESS };
    assert!(warns(Phase::Reading(PROGRESS), Marketplace::Fr));
    assert!(warns(stopped(Step::Enriching), Marketplace::Fr));
    assert!(!warns(Phase::Reading(PROGRESS), Marketplace::De));
    assert!(!warns(Phase::Idle, Marketplace::Fr));
    assert!(!warns(stopped(Step::Sending), Marketplace::Fr));
    assert!(!warns(Phase::History(PROGRESS), Marketplace::Fr));
}

#[test]
fn the_head_names_marketplace_and_connection() {
    assert_eq!(chips(&Link::Loading, "de"), None);
    let [marketplace, server] = chips(&Link::heard(at(Phase::Idle)), "en").unwrap();
    assert_eq!(marketplace.label, Text::plain("audible.de"));
    assert_eq!((server.label, server.tone), (Key::ChipServerReady.into(), Tone::Ok));
    let [marketplace, server] = chips(&Link::heard(Snapshot::default()), "en").unwrap();
    assert_eq!(marketplace.label, Key::ChipMarketplaceNone.into());
    assert_eq!(server.label, Key::ChipServerNone.into());
}
