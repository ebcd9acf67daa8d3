//! The connection doctor: its stages as a list, and what can be done.
//!
//! The texts of causes are found by the cause's name, `cause_wrong_port` and `cause_wrong_port_then`:
//! one way for all of them is a fraction of the code that one branch for each would be.

use std::sync::Arc;

use super::{Act, Body, Button, Link, Screen, Text, Tone, server::short};
use crate::i18n::Key;

/// A check of the connection in this window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkup {
    /// Address that is looked at.
    pub address: String,
    /// Counts the checks, to know late answers.
    pub number: u32,
    /// What the last one found; none while one is under way.
    pub finding: Option<Arc<Finding>>,
    /// The person did not lend the permissions.
    pub declined: bool,
    /// The report was copied.
    pub copied: bool,
}

/// What was found, as the worker tells it ([`extension::doctor::Told`]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// The permission for the origin was held before.
    pub held: bool,
    /// A letter for each stage.
    pub stages: String,
    /// Name of the cause, or `well`.
    pub code: String,
    /// The value that its words take.
    pub detail: String,
    /// Host and port.
    pub host: String,
    /// The origin to ask the browser for where that tells more; else empty.
    pub origin: String,
    /// The report as text.
    pub plain: String,
}

/// One stage.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// What is looked at.
    pub label: Key,
    /// What became of it.
    pub outcome: Key,
    /// Class of its sign.
    pub sign: &'static str,
    /// It breaks here.
    pub failed: bool,
}

/// Stages in the order of the report.
const LABELS: [Key; 9] = [
    Key::StageAddress,
    Key::StageAccess,
    Key::StageReach,
    Key::StageTls,
    Key::StageUpgrade,
    Key::StageAnswer,
    Key::StageVersion,
    Key::StageToken,
    Key::StageClock,
];

impl Finding {
    /// All stages.
    pub fn lines(&self) -> impl Iterator<Item = Line> {
        LABELS.into_iter().zip(self.stages.bytes()).map(|(label, letter)| {
            let (outcome, sign) = match letter {
                b'p' => (Key::DoctorPassed, "sign sign-ok"),
                b'f' => (Key::DoctorFailed, "sign sign-danger"),
                b'n' => (Key::DoctorNotKnown, "sign sign-info"),
                _ => (Key::DoctorSkipped, "sign sign-pause"),
            };
            Line { label, outcome, sign, failed: letter == b'f' }
        })
    }

    /// What browser or server calls the failure: a name with underscores, or a sentence.
    pub fn named(&self) -> Option<&str> {
        let calls = self.detail.bytes().any(|byte| matches!(byte, b'_' | b' '));
        calls.then_some(&*self.detail)
    }
}

/// The way to the doctor that a screen offers: always at the server's form, and wherever a call to
/// the server has failed.
pub(super) fn way(link: &Link, screen: &Screen) -> Option<Key> {
    let Link::Heard(snapshot) = link else { return None };
    match &screen.body {
        Body::Server(form) if form.checking || form.address.is_empty() => None,
        Body::Server(form) if form.trouble.is_none() => Some(Key::DoctorOpen),
        Body::Server(_) => Some(Key::DoctorWhy),
        _ if snapshot.server.is_none() => None,
        _ => screen.server_trouble.map(|_| Key::DoctorWhy),
    }
}

/// The screen of a check.
pub(super) fn screen(checkup: &Checkup) -> Screen {
    let finding = checkup.finding.as_ref();
    let (heading, tone) = match finding {
        None => (Key::DoctorChecking, Tone::Wait),
        Some(finding) if finding.code == "well" => (Key::DoctorWell, Tone::Ok),
        Some(_) => (Key::DoctorIll, Tone::Danger),
    };
    let buttons = buttons(checkup);
    let mut screen = Screen::new("doctor", heading.into(), Body::Doctor(finding.cloned()), buttons);
    screen.tone = tone;
    screen.lead.push(Text::plain(short(&checkup.address)));
    if checkup.declined {
        screen.lead.push(Key::DoctorDeclined.into());
    } else if finding.is_some_and(|finding| !finding.origin.is_empty()) {
        screen.lead.push(Key::DoctorLend.into());
    }
    screen
}

fn buttons(checkup: &Checkup) -> Vec<Button> {
    let mut buttons = vec![Button::quiet("doctor-back", Key::Back, Act::LeaveDoctor)];
    let Some(finding) = &checkup.finding else { return buttons };
    let copy = if checkup.copied { Key::DoctorCopied } else { Key::DoctorCopy };
    buttons.push(Button::plain("doctor-copy", copy, Act::CopyReport));
    let more = !finding.origin.is_empty();
    let kind = if more { Button::plain } else { Button::filled };
    buttons.push(kind("doctor-again", Key::DoctorAgain, Act::CheckUp));
    if more {
        buttons.push(Button::filled("doctor-why", Key::DoctorWhy, Act::FindOutWhy));
    }
    buttons
}
