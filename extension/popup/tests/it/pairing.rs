//! Connecting by one press: the form, the code, and every way in which it can end.

use extension::messages::{
    PairingState, PairingTrouble, PairingView, Phase, Request, ServerState, ServerTrouble,
    Snapshot, Step, Trouble,
};
use extension_popup::{
    i18n::Key,
    model::{
        Act, Body, Button, Link, Local, Panel, Screen, Tone, Weight, screen, server::Entry,
        text::Text,
    },
};

use crate::samples::{self, at, waiting, with_server};

const ADDRESS: &str = "https://feed.example.org";

fn shown(snapshot: Snapshot, local: &Local) -> Screen {
    screen(&Link::heard(snapshot), local)
}

fn pairing(state: PairingState) -> Snapshot {
    let pairing = Some(PairingView { address: ADDRESS.into(), state });
    Snapshot { pairing, ..Snapshot::default() }
}

fn failed(trouble: PairingTrouble) -> Screen {
    shown(pairing(PairingState::Failed { trouble }), &Local::default())
}

fn next_step(screen: &Screen) -> &Button {
    screen.buttons.last().unwrap()
}

fn has(screen: &Screen, id: &str) -> bool {
    screen.buttons.iter().any(|button| button.id == id)
}

#[test]
fn the_first_screen_asks_for_the_address_alone() {
    let first = shown(Snapshot::default(), &Local::default());
    let next = next_step(&first);
    assert_eq!(
        (next.id, &next.label, &next.act),
        ("server-connect", &Key::Connect.into(), &Act::SaveServer)
    );
    let Body::Server(form) = &first.body else { panic!("{first:?}") };
    assert_eq!(form.entry, Entry::Address);
    let by_token = first.buttons.iter().find(|button| button.id == "server-by-token").unwrap();
    assert_eq!((by_token.weight, &by_token.act), (Weight::Quiet, &Act::Enter(Entry::Token)));
    let by_hand = shown(Snapshot::default(), &Local { entry: Entry::Token, ..Local::default() });
    assert_eq!(next_step(&by_hand).id, "server-save");
    assert!(has(&by_hand, "server-by-pairing"));
}

#[test]
fn the_code_is_shown_with_the_page_that_it_is_compared_with() {
    let screen = shown(pairing(samples::deciding()), &Local::default());
    assert_eq!(screen.name, "pairing");
    let Body::Pairing(code) = &screen.body else { panic!("{screen:?}") };
    assert_eq!(code, "BCDF-GHJK");
    assert!(screen.lead.contains(&Key::PairCompare.into()));
    let page = format!("{ADDRESS}/pair?user_code=BCDF-GHJK");
    assert_eq!(next_step(&screen).act, Act::Visit(page));
    assert!(has(&screen, "pair-cancel"));
}

#[test]
fn each_end_of_a_pairing_has_its_own_words_and_can_be_asked_again() {
    let ends = [
        (PairingTrouble::Denied, "access_denied", Key::PairDenied),
        (PairingTrouble::Expired, "expired_token", Key::PairExpired),
        (PairingTrouble::Gone, "server_gone", Key::PairGone),
    ];
    for (trouble, name, heading) in ends {
        let screen = failed(trouble);
        assert_eq!((screen.name, screen.trouble), ("pairing", Some(name)));
        assert_eq!(screen.heading, heading.into());
        let again = Request::Connect { address: ADDRESS.into() };
        assert_eq!(
            (next_step(&screen).id, &next_step(&screen).act),
            ("pair-again", &Act::Ask(again))
        );
    }
    for trouble in samples::server_troubles() {
        let screen = failed(PairingTrouble::Server { trouble });
        let Body::Server(form) = &screen.body else { panic!("{screen:?}") };
        assert_eq!(form.address, ADDRESS);
        assert!(form.trouble.is_some() && form.notices.len() == 1);
        assert_eq!(next_step(&screen).id, "server-connect");
    }
}

#[test]
fn an_unencrypted_way_warns_and_is_taken_by_a_press_of_its_own() {
    let trouble = ServerTrouble::Unencrypted;
    let paired = failed(PairingTrouble::Server { trouble: trouble.clone() });
    let state = Some(ServerState::Trouble { trouble });
    let by_hand = shown(with_server(state, Phase::Idle), &Local::default());
    for screen in [paired, by_hand] {
        let Body::Server(form) = &screen.body else { panic!("{screen:?}") };
        assert_eq!(form.notices[0].tone, Tone::Warn);
        let button = screen.buttons.iter().find(|one| one.id == "server-unencrypted").unwrap();
        assert_eq!(
            (button.weight, &button.act),
            (Weight::Plain, &Act::Ask(Request::GoOnUnencrypted))
        );
    }
}

#[test]
fn a_token_that_does_not_work_any_more_offers_to_connect_again() {
    for trouble in [ServerTrouble::TokenRevoked, ServerTrouble::TokenRefused] {
        let state = Some(ServerState::Trouble { trouble: trouble.clone() });
        let run = waiting(Step::Sending, Trouble::Server { trouble });
        let screen = shown(with_server(state.clone(), run), &Local::default());
        let again = Request::Connect { address: ADDRESS.into() };
        assert_eq!(
            (next_step(&screen).id, &next_step(&screen).act),
            ("connect-again", &Act::Ask(again))
        );
        let idle = shown(with_server(state, Phase::Idle), &Local::default());
        assert_eq!(
            (next_step(&idle).id, &next_step(&idle).act),
            ("connect-again", &Act::SaveServer)
        );
    }
}

#[test]
fn a_pairing_comes_before_a_run_and_the_choice_of_the_marketplace_before_it() {
    let snapshot = Snapshot {
        pairing: pairing(samples::deciding()).pairing,
        ..at(Phase::Reading(samples::PROGRESS))
    };
    for panel in [None, Some(Panel::Server)] {
        let local = Local { panel, ..Local::default() };
        assert_eq!(shown(snapshot.clone(), &local).name, "pairing");
    }
    let local = Local { panel: Some(Panel::Marketplace), ..Local::default() };
    assert_eq!(shown(snapshot, &local).name, "marketplace");
}

#[test]
fn a_server_that_could_not_be_told_is_named() {
    let said: Vec<Text> = samples::snapshots()
        .into_iter()
        .filter(|snapshot| snapshot.farewell.is_some())
        .map(|snapshot| {
            let Body::Server(form) = shown(snapshot, &Local::default()).body else { panic!() };
            form.notices[0].what.clone()
        })
        .collect();
    assert_eq!(said.len(), 2);
    assert_ne!(said[0], said[1]);
}
