//! The server's own connection with Audible: the way there, the consent, and every way in which it can end.

use std::collections::HashSet;

use extension::messages::{LinkState, LinkTrouble, Phase, Request, ServerState, Snapshot};
use extension_popup::{
    i18n::Key,
    model::{
        Act, Body, Button, Link, Local, Panel, Screen, Tone, screen,
        server::Missing,
        text::{Text, Value},
    },
};

use crate::samples::{self, PROGRESS, at, with_server};

fn shown(link: LinkState) -> Screen {
    let link = Some(link);
    screen(&Link::heard(Snapshot { link, ..at(Phase::Idle) }), &Local::default())
}

fn failed(trouble: LinkTrouble) -> Screen {
    shown(LinkState::Failed { trouble })
}

fn next_step(screen: &Screen) -> &Button {
    screen.buttons.last().unwrap()
}

fn has(screen: &Screen, id: &str) -> bool {
    screen.buttons.iter().any(|button| button.id == id)
}

#[test]
fn the_way_there_stands_in_the_settings_of_a_server_that_works_and_nowhere_else() {
    let opened = |snapshot| {
        let local = Local { panel: Some(Panel::Server), ..Local::default() };
        screen(&Link::heard(snapshot), &local)
    };
    let settings = opened(at(Phase::Reading(PROGRESS)));
    let way = settings.buttons.iter().find(|button| button.id == "link-open").unwrap();
    assert_eq!(way.act, Act::Ask(Request::AskLink));
    for state in samples::server_states() {
        let ready = matches!(state, Some(ServerState::Ready { .. }));
        assert_eq!(has(&opened(with_server(state, Phase::Idle)), "link-open"), ready);
    }
    for phase in samples::phases() {
        assert!(!has(&screen(&Link::heard(at(phase)), &Local::default()), "link-open"));
    }
}

#[test]
fn the_person_agrees_before_anything_is_asked_for() {
    let consent = shown(LinkState::Open);
    assert_eq!((consent.name, &consent.body), ("link-consent", &Body::Consent));
    let next = next_step(&consent);
    assert_eq!(next.label, Text::with(Key::SignIn, ["amazon.de".into()]));
    assert_eq!(next.act, Act::Agree);
    assert_eq!(Missing::Consent.field(), "link-agree");
    assert_eq!(consent.buttons[0].act, Act::Ask(Request::EndLink));
}

#[test]
fn the_browsers_question_and_a_no_to_it_have_their_own_words() {
    let asked = shown(LinkState::AwaitingPermission);
    assert_eq!((asked.name, asked.trouble, asked.tone), ("link-permission", None, Tone::Wait));
    let link = Some(LinkState::AwaitingPermission);
    let heard = Link::heard(Snapshot { link, ..at(Phase::Idle) });
    let declined = screen(&heard, &Local { declined: true, ..Local::default() });
    assert_eq!((declined.trouble, declined.tone), (Some("declined"), Tone::Warn));
    for screen in [asked, declined] {
        assert_eq!(next_step(&screen).act, Act::Agree);
    }
}

#[test]
fn while_the_person_signs_in_the_page_can_be_shown_and_the_attempt_given_up() {
    let screen = shown(LinkState::SigningIn { expires_at_ms: 1_764_000_600_000 });
    assert_eq!(next_step(&screen).act, Act::Ask(Request::ShowSignIn));
    assert_eq!(screen.buttons[0].act, Act::Ask(Request::EndLink));
    let until = Text::with(Key::LinkUntil, [Value::Clock(1_764_000_600_000)]);
    assert!(screen.lead.contains(&until));
}

#[test]
fn a_connection_is_shown_with_device_titles_and_last_sync() {
    let screen = shown(LinkState::Connected { linked: samples::linked(), fresh: true });
    assert_eq!((screen.name, screen.tone), ("link-connected", Tone::Ok));
    assert_eq!(screen.lead, [Key::LinkFresh.into()]);
    let Body::Found(found) = &screen.body else { panic!("{screen:?}") };
    let facts = [
        (Key::LinkDevice.into(), Text::plain("Me Feed - Web")),
        (Key::LinkTitles.into(), Text::with(Key::Number, [245.into()])),
        (Key::LinkSynced.into(), Text::with(Key::Number, [Value::Moment(1_764_000_600_000)])),
    ];
    assert_eq!(found.facts, facts);
    assert!(found.notices.is_empty());
    assert_eq!(next_step(&screen).act, Act::Visit("https://feed.example.org/audible".into()));
    let ill = extension::messages::Linked { ailing: true, ..samples::linked() };
    let screen = shown(LinkState::Connected { linked: ill, fresh: false });
    let Body::Found(found) = screen.body else { panic!() };
    assert_eq!(found.notices[0].tone, Tone::Warn);
    assert!(screen.lead.is_empty());
}

#[test]
fn each_end_has_a_name_and_words_of_its_own_and_a_way_on() {
    let mut said = HashSet::new();
    for trouble in samples::link_troubles() {
        let screen = failed(trouble.clone());
        assert_eq!(screen.tone, Tone::Warn);
        assert!(said.insert(format!("{:?}", screen.heading)), "{trouble:?}");
        assert!(has(&screen, "link-back"), "{trouble:?}");
    }
    let act = |trouble| next_step(&failed(trouble)).act.clone();
    assert_eq!(act(LinkTrouble::TabClosed), Act::Ask(Request::AskLink));
    assert_eq!(act(LinkTrouble::ScopeMissing), Act::Ask(Request::Widen));
    assert_eq!(act(LinkTrouble::HttpsRequired), Act::Show(Some(Panel::Server)));
    assert_eq!(act(LinkTrouble::Off), Act::Ask(Request::EndLink));
    assert_eq!(act(LinkTrouble::TokenRefused), Act::Ask(Request::Widen));
    assert_eq!(failed(LinkTrouble::ServerAway).trouble, Some("server_away"));
}

#[test]
fn settings_and_a_pairing_stand_before_it() {
    let snapshot = Snapshot { link: Some(LinkState::Open), ..at(Phase::Idle) };
    let local = Local { panel: Some(Panel::Server), ..Local::default() };
    assert_eq!(screen(&Link::heard(snapshot.clone()), &local).name, "server");
    for paired in samples::pairings() {
        let Some(pairing) = paired.pairing else { panic!() };
        let both = Snapshot { pairing: Some(pairing), ..snapshot.clone() };
        let name = screen(&Link::heard(both), &Local::default()).name;
        assert!(["pairing", "server"].contains(&name), "{name}");
    }
}
