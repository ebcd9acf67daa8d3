//! The connection doctor: where it is offered, what it shows, what its report says.

use std::sync::Arc;

use extension::{
    doctor::{Cause, Code, Outcome, Report, Stage, tell},
    messages::{Phase, ServerState, ServerTrouble, Step, Trouble},
};
use extension_popup::{
    i18n::Key,
    model::{
        Body, Link, Local, Screen, Tone,
        doctor::{Checkup, Finding},
        screen,
    },
};

use crate::samples::{self, at, with_server};

/// A report with this cause: stages before it are good, those after it were not looked at.
pub(crate) fn report(cause: Option<Code>) -> Report {
    let broken = cause.map_or(Stage::ALL.len(), |code| code.stage() as usize);
    let outcomes = Stage::ALL.map(|stage| match (stage as usize).cmp(&broken) {
        std::cmp::Ordering::Less => Outcome::Passed,
        std::cmp::Ordering::Equal => Outcome::Failed,
        std::cmp::Ordering::Greater => Outcome::Skipped,
    });
    Report {
        address: "https://feed.example.org:8443/books".into(),
        held: false,
        version: cause.is_none().then(|| "0.1.0".into()),
        outcomes: outcomes.into(),
        cause: cause.map(|code| Cause { code, detail: "7".into() }),
    }
}

/// The same as the popup has it.
pub(crate) fn finding(report: &Report) -> Finding {
    let told = tell(report, "0.1.0");
    Finding {
        held: told.held,
        stages: told.stages,
        code: told.code.to_owned(),
        detail: told.detail,
        host: told.host,
        origin: told.origin,
        plain: told.plain,
    }
}

fn shown(checkup: Checkup) -> Screen {
    let local = Local { checkup: Some(checkup), ..Local::default() };
    screen(&Link::Heard(Box::new(at(Phase::Idle))), &local)
}

fn found(cause: Option<Code>) -> Checkup {
    Checkup {
        address: "https://feed.example.org:8443/books".into(),
        finding: Some(Arc::new(finding(&report(cause)))),
        ..Checkup::default()
    }
}

fn shown_finding(screen: &Screen) -> &Finding {
    let Body::Doctor(Some(finding)) = &screen.body else { panic!("{screen:?}") };
    finding
}

fn ids(screen: &Screen) -> Vec<&'static str> {
    screen.buttons.iter().map(|button| button.id).collect()
}

#[test]
fn a_cause_stands_at_its_stage() {
    for code in Code::ALL.iter().copied() {
        let screen = shown(found(Some(code)));
        let finding = shown_finding(&screen);
        assert_eq!((finding.code.as_str(), screen.tone), (code.name(), Tone::Danger));
        let failed = finding.lines().position(|line| line.failed);
        assert_eq!(failed, Some(code.stage() as usize), "{code:?}");
        assert_eq!(finding.lines().filter(|line| line.failed).count(), 1, "{code:?}");
    }
}

#[test]
fn the_browsers_own_name_is_shown_where_it_has_one() {
    let mut one = finding(&report(Some(Code::WrongPort)));
    assert_eq!(one.named(), None);
    "net::ERR_CONNECTION_REFUSED".clone_into(&mut one.detail);
    assert_eq!(one.named(), Some("net::ERR_CONNECTION_REFUSED"));
}

#[test]
fn a_good_connection_shows_nine_good_stages() {
    let screen = shown(found(None));
    assert_eq!((shown_finding(&screen).code.as_str(), screen.tone), ("well", Tone::Ok));
    let good = shown_finding(&screen).lines().filter(|line| line.sign == "sign sign-ok");
    assert_eq!(good.count(), 9);
    assert_eq!(ids(&screen), ["doctor-back", "doctor-copy", "doctor-again"]);
}

#[test]
fn only_what_can_be_named_offers_to_look_behind_it() {
    for code in Code::ALL.iter().copied() {
        let offered = ids(&shown(found(Some(code)))).contains(&"doctor-why");
        assert_eq!(offered, matches!(code, Code::NotReachable | Code::Unreadable), "{code:?}");
    }
    let declined = Checkup { declined: true, ..found(Some(Code::NotReachable)) };
    assert!(shown(declined).lead.contains(&Key::DoctorDeclined.into()));
}

#[test]
fn while_it_checks_there_is_nothing_but_the_way_back() {
    let screen = shown(Checkup::default());
    assert_eq!((screen.body.clone(), ids(&screen)), (Body::Doctor(None), vec!["doctor-back"]));
}

#[test]
fn the_doctor_is_offered_at_the_form_and_at_every_failed_call() {
    let offered = |snapshot| {
        let screen = screen(&Link::Heard(Box::new(snapshot)), &Local::default());
        let way = screen.buttons.iter().find(|button| button.id == "doctor-open");
        way.map(|button| button.label.clone())
    };
    for trouble in samples::server_troubles() {
        let state = Some(ServerState::Trouble { trouble: trouble.clone() });
        assert_eq!(offered(with_server(state, Phase::Idle)), Some(Key::DoctorWhy.into()));
        let waiting = samples::waiting(Step::Sending, Trouble::Server { trouble });
        assert_eq!(offered(at(waiting)), Some(Key::DoctorWhy.into()));
    }
    assert_eq!(offered(with_server(None, Phase::Idle)), None);
    assert_eq!(offered(at(Phase::Idle)), None);
    assert_eq!(offered(at(samples::waiting(Step::Reading, Trouble::Captcha))), None);
    let gone =
        samples::waiting(Step::Sending, Trouble::Server { trouble: ServerTrouble::NotReachable });
    assert_eq!(offered(with_server(None, gone)), None);
}
