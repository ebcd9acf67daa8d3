//! Which screen a snapshot gives, and what it offers.

use std::collections::HashSet;

use extension::messages::{
    Phase, Progress, Receipt, Request, ServerState, ServerTrouble, Step, Summary, Trouble,
};
use extension_popup::{
    i18n::Key,
    model::{
        Act, Body, Button, Link, Local, Panel, Screen, Tone, Weight, announcement,
        outcome::Delivered,
        screen,
        server::Entry,
        text::{Text, Value},
    },
};
use shared::ids::Marketplace;

use crate::samples::{self, PROGRESS, at, waiting};

fn shown(phase: Phase) -> Screen {
    screen(&Link::heard(at(phase)), &Local::default())
}

fn next_step(screen: &Screen) -> &Button {
    screen.buttons.last().unwrap()
}

fn button<'a>(screen: &'a Screen, id: &str) -> &'a Button {
    screen.buttons.iter().find(|button| button.id == id).unwrap()
}

fn delivered(receipt: Receipt) -> (Screen, Delivered) {
    let screen = shown(Phase::Done(receipt));
    let Body::Delivered(delivered) = screen.body.clone() else { panic!("{screen:?}") };
    (screen, delivered)
}

/// Every screen that there is, with settings open and closed.
fn all() -> Vec<Screen> {
    let mut screens = Vec::new();
    for panel in [None, Some(Panel::Server), Some(Panel::Marketplace)] {
        for entry in [Entry::Address, Entry::Token, Entry::Headers] {
            let declined = entry == Entry::Token;
            let local = Local { panel, declined, entry, ..Local::default() };
            let links = [Link::Loading, Link::Silent].into_iter();
            let links = links.chain(samples::snapshots().into_iter().map(Link::heard));
            screens.extend(links.map(|link| screen(&link, &local)));
        }
    }
    screens
}

#[test]
fn the_next_step_is_the_one_filled_button_and_the_last_one() {
    for screen in all() {
        let filled: Vec<_> =
            screen.buttons.iter().filter(|button| button.weight == Weight::Filled).collect();
        // While something is under way there is nothing to be done next.
        let works = matches!(screen.body, Body::Progress(_) | Body::Skeleton);
        assert_eq!(filled.len(), usize::from(!works), "{screen:?}");
        assert!(works || filled == [next_step(&screen)], "{screen:?}");
    }
}

#[test]
fn no_two_buttons_of_a_screen_share_an_id() {
    for screen in all() {
        let ids: HashSet<_> = screen.buttons.iter().map(|button| button.id).collect();
        assert_eq!(ids.len(), screen.buttons.len(), "{screen:?}");
    }
}

#[test]
fn every_phase_has_the_screen_of_its_name() {
    let stopped = Phase::Stopped { during: Step::Reading, progress: PROGRESS };
    for (phase, name) in [
        (Phase::Idle, "start"),
        (Phase::AwaitingPermission, "awaiting-permission"),
        (Phase::Reading(PROGRESS), "reading"),
        (Phase::Enriching(PROGRESS), "enriching"),
        (Phase::History(PROGRESS), "history"),
        (Phase::Sending(PROGRESS), "sending"),
        (waiting(Step::Reading, Trouble::Captcha), "waiting"),
        (stopped, "stopped"),
        (Phase::Ready(samples::summary()), "ready"),
        (Phase::Done(samples::receipt()), "done"),
    ] {
        assert_eq!(shown(phase).name, name);
    }
    assert_eq!(screen(&Link::Loading, &Local::default()).name, "loading");
}

#[test]
fn a_silent_worker_is_named_and_can_be_asked_again() {
    let screen = screen(&Link::Silent, &Local::default());
    assert_eq!(screen.name, "no-worker");
    assert_eq!((next_step(&screen).id, &next_step(&screen).act), ("try-now", &Act::Look));
}

#[test]
fn every_trouble_has_words_and_a_name_of_its_own() {
    let screens: Vec<_> = samples::troubles()
        .into_iter()
        .map(|trouble| shown(waiting(Step::Reading, trouble)))
        .collect();
    let count = |texts: HashSet<String>| texts.len();
    assert_eq!(count(screens.iter().map(|one| format!("{:?}", one.heading)).collect()), 19);
    assert_eq!(count(screens.iter().map(|one| format!("{:?}", one.lead)).collect()), 19);
    assert_eq!(count(screens.iter().map(|one| format!("{:?}", one.identity())).collect()), 19);
    assert!(screens.iter().all(|screen| screen.trouble.is_some()));
}

#[test]
fn a_waiting_run_can_always_be_stopped_and_tried_at_once() {
    for trouble in samples::troubles() {
        let screen = shown(waiting(Step::Sending, trouble));
        assert_eq!(button(&screen, "stop").act, Act::Ask(Request::Stop));
        let tried = &button(&screen, "try-now").act;
        let permission = Act::AllowThen(Request::TryNow);
        assert!(*tried == Act::Ask(Request::TryNow) || *tried == permission, "{screen:?}");
    }
}

#[test]
fn a_pause_says_what_is_kept_and_when_it_ends() {
    let Body::Rest(rest) = shown(waiting(Step::Reading, Trouble::Blocked)).body else { panic!() };
    assert_eq!(rest.kept, Text::with(Key::Kept, [150.into()]));
    let clock = Value::Clock(1_764_000_300_000);
    assert_eq!(rest.resumes, Some(Text::with(Key::ResumesAt, [clock])));

    let Body::Rest(rest) = shown(waiting(Step::Sending, Trouble::Offline)).body else { panic!() };
    assert_eq!(rest.kept, Text::with(Key::KeptSending, [150.into(), 613.into()]));

    let nothing = Phase::Stopped { during: Step::Reading, progress: Progress::default() };
    let Body::Rest(rest) = shown(nothing).body else { panic!() };
    assert_eq!((rest.kept, rest.resumes), (Key::KeptNothing.into(), None));
    assert_eq!(rest.bar, None);
}

#[test]
fn a_mended_server_can_be_tried_at_once() {
    let refused = || {
        let trouble = ServerTrouble::ScopeMissing;
        waiting(Step::Sending, Trouble::Server { trouble })
    };
    let state = ServerState::Trouble { trouble: ServerTrouble::ScopeMissing };
    let broken = Link::heard(samples::with_server(Some(state), refused()));
    assert_eq!(next_step(&screen(&broken, &Local::default())).id, "server-settings");
    assert_eq!(next_step(&shown(refused())).id, "try-now");
}

#[test]
fn a_stopped_run_goes_on_where_it_was() {
    for (during, act) in [
        (Step::Reading, Act::AllowThen(Request::Read)),
        (Step::Enriching, Act::AllowThen(Request::Read)),
        (Step::History, Act::Ask(Request::ReadHistory)),
        (Step::Sending, Act::Ask(Request::Send)),
    ] {
        let screen = shown(Phase::Stopped { during, progress: PROGRESS });
        assert_eq!(next_step(&screen).act, act);
        assert_eq!(button(&screen, "discard").act, Act::Ask(Request::Discard));
    }
}

#[test]
fn the_question_names_the_number_and_the_server() {
    let screen = shown(Phase::Ready(samples::summary()));
    assert_eq!(screen.heading, Text::with(Key::ReadyHeading, [245.into()]));
    assert_eq!(screen.lead, [Text::with(Key::ReadyLead, ["feed.example.org".into()])]);
    assert_eq!(next_step(&screen).label, Text::with(Key::Send, [245.into()]));

    let one = Summary { titles: 1, source_total: 1, ..samples::summary() };
    assert_eq!(shown(Phase::Ready(one)).heading, Text::with(Key::ReadyHeadingOne, [1.into()]));
    let none = Summary { titles: 0, source_total: 0, ..samples::summary() };
    assert_eq!(next_step(&shown(Phase::Ready(none))).label, Key::SendNone.into());
}

#[test]
fn days_of_purchase_are_offered_while_they_can_be_read_and_never_needed() {
    let open = shown(Phase::Ready(samples::summary()));
    assert_eq!(button(&open, "history").act, Act::AllowThen(Request::ReadHistory));
    let read = Summary { dated: Some(200), history_open: false, ..samples::summary() };
    let screen = shown(Phase::Ready(read));
    assert!(screen.buttons.iter().all(|button| button.id != "history"));
    let Body::Found(found) = screen.body else { panic!() };
    let count = Text::with(Key::NumberOf, [200.into(), 245.into()]);
    assert!(found.facts.contains(&(Key::WithDates.into(), count)));
    for phase in [Phase::History(PROGRESS), waiting(Step::History, Trouble::SignedOut)] {
        let screen = shown(phase);
        let without = button(&screen, "stop");
        assert_eq!(
            (&without.label, &without.act),
            (&Key::GoOnWithout.into(), &Act::Ask(Request::Stop))
        );
        assert_eq!(screen.step, None);
    }
    let again = shown(waiting(Step::History, Trouble::SignedOut));
    assert_eq!(again.lead, [Text::with(Key::HistorySignedOutThen, ["audible.de".into()])]);
}

#[test]
fn an_incomplete_reading_says_so_and_lists_equal_problems_once() {
    let Body::Found(found) = shown(Phase::Ready(samples::flawed_summary())).body else { panic!() };
    let notice = &found.notices[0];
    assert_eq!((notice.tone, &notice.what), (Tone::Warn, &Key::Incomplete.into()));
    let list = found.problems.unwrap();
    assert_eq!(list.title, Text::with(Key::Problems, [12.into()]));
    assert_eq!(list.groups.len(), 8);
    let place = Text::with(Key::PlacePageRow, [2.into(), 7.into()]);
    assert_eq!(list.groups[0].places, [place]);
    assert_eq!(list.groups[1].places, ["B000000001", "B000000002"].map(Text::plain));
    assert_eq!(list.groups[7].places, [Text::with(Key::PlacePage, [3.into()])]);
    assert_eq!(list.cut, Some(Text::with(Key::FirstOnly, [9.into()])));
}

#[test]
fn what_was_read_without_a_server_waits_for_one() {
    let link = Link::heard(samples::with_server(None, Phase::Ready(samples::summary())));
    let screen = screen(&link, &Local::default());
    assert_eq!(next_step(&screen).act, Act::Show(Some(Panel::Server)));
}

#[test]
fn a_receipt_shows_four_numbers_and_the_rarer_two_on_occasion() {
    let (screen, delivered) = delivered(samples::receipt());
    let counts: Vec<_> = delivered.counts.iter().map(|count| (count.id, count.count)).collect();
    let expected = [
        ("receipt-imported", 240),
        ("receipt-updated", 3),
        ("receipt-unchanged", 2),
        ("receipt-rejected", 0),
    ];
    assert_eq!(counts, expected);
    assert_eq!((screen.tone, delivered.notice.tone), (Tone::Ok, Tone::Ok));
    assert_eq!(delivered.refused, None);
}

#[test]
fn a_receipt_with_rejected_titles_says_which_and_why() {
    let (screen, delivered) = delivered(samples::flawed_receipt());
    assert_eq!(delivered.counts.len(), 6);
    assert_eq!((screen.tone, delivered.notice.what), (Tone::Warn, Key::DoneIncomplete.into()));
    let refused = delivered.refused.unwrap();
    assert_eq!(refused.title, Text::with(Key::RefusedTitles, [9.into()]));
    let cover = Value::Said(Key::FieldCover);
    let why = |reason| Text::with(Key::FieldAndReason, [cover.clone(), reason]);
    assert_eq!(refused.groups[0].what, why("is no address".into()));
    assert_eq!(refused.groups[1].what, why(Value::Said(Key::NoReason)));
}

#[test]
fn only_web_addresses_become_links() {
    for (address, linked) in
        [("https://feed.example.org/", true), ("javascript:alert(1)", false), ("", false)]
    {
        let (screen, _) = delivered(Receipt { library_url: address.into(), ..samples::receipt() });
        let link = screen.buttons.iter().any(|button| matches!(button.act, Act::Visit(_)));
        assert_eq!(link, linked, "{address}");
    }
}

#[test]
fn a_no_to_the_browser_is_explained() {
    let local = Local { declined: true, ..Local::default() };
    let screen = screen(&Link::heard(at(Phase::AwaitingPermission)), &local);
    assert_eq!(screen.heading, Key::DeclinedHeading.into());
    assert_eq!(next_step(&screen).act, Act::AllowThen(Request::Read));
    assert_eq!(shown(Phase::AwaitingPermission).heading, Key::PermissionHeading.into());
}

#[test]
fn a_moving_bar_is_read_aloud_once_every_ten_percent() {
    let at = |done| shown(Phase::Reading(Progress { done, of: Some(100), ..PROGRESS }));
    let said = |before, after| announcement(Some(&at(before)), &at(after));
    let percent = |percent: u32| Some(Text::with(Key::PercentSaid, [percent.into()]));
    assert_eq!(said(3, 9), None);
    assert_eq!(said(9, 10), percent(10));
    assert_eq!(said(10, 19), None);
    assert_eq!(said(10, 45), percent(45));
    assert_eq!(said(99, 100), percent(100));
    // The heading of a new screen has the focus and is read anyway.
    assert_eq!(announcement(Some(&shown(Phase::Idle)), &at(50)), None);
    assert_eq!(announcement(None, &at(50)), None);
}

#[test]
fn a_screen_keeps_its_identity_while_only_numbers_change() {
    let one = shown(Phase::Reading(PROGRESS));
    let other = shown(Phase::Reading(Progress { done: 9, ..PROGRESS }));
    assert_eq!(one.identity(), other.identity());
    let captcha = shown(waiting(Step::Reading, Trouble::Captcha));
    let blocked = shown(waiting(Step::Reading, Trouble::Blocked));
    assert_ne!(captcha.identity(), blocked.identity());
}

#[test]
fn the_marketplace_is_proposed_by_language_until_one_is_chosen() {
    let start = |marketplace, language: &str| {
        let mut snapshot = at(Phase::Idle);
        snapshot.marketplace = marketplace;
        let local = Local { language: language.into(), ..Local::default() };
        let Body::Start(shop) = screen(&Link::heard(snapshot), &local).body else { panic!() };
        shop.0
    };
    assert_eq!(start(None, "de-AT"), Marketplace::De);
    assert_eq!(start(None, "en-GB"), Marketplace::Uk);
    assert_eq!(start(Some(Marketplace::Jp), "de"), Marketplace::Jp);
}
