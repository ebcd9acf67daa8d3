//! While a run works or rests: progress in numbers, and what a pause means and asks for.

use extension::messages::{Progress, Request, ServerState, Snapshot, Step, Trouble};

use super::{Act, Body, Button, Screen, Shop, Text, Tone, server};
use crate::i18n::Key;

/// How many steps a run has: read, add details, send.
const STEPS: u32 = 3;

/// A progress bar and the numbers below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What is counted: `3 of 5 pages`.
    pub label: Text,
    /// Done and all; none while all is not known.
    pub share: Option<(u32, u32)>,
    /// Names and values, always the same names in the same order.
    pub facts: Vec<(Text, Text)>,
}

impl Bar {
    /// Whole percent done, rounded down, so that 100 means done.
    pub fn percent(&self) -> Option<u32> {
        let (done, of) = self.share?;
        let percent = u64::from(done.min(of)) * 100 / u64::from(of.max(1));
        u32::try_from(percent).ok()
    }
}

/// A run that rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// What it means for the books.
    pub kept: Text,
    /// When it goes on by itself.
    pub resumes: Option<Text>,
    /// How far it is, without rate and time; none before anything was done.
    pub bar: Option<Bar>,
}

/// A step is being worked on.
pub(super) fn working(step: Step, progress: &Progress) -> Screen {
    let (name, heading) = match step {
        Step::Reading => ("reading", Key::ReadingHeading),
        Step::Enriching => ("enriching", Key::EnrichingHeading),
        Step::History => ("history", Key::HistoryHeading),
        Step::Sending => ("sending", Key::SendingHeading),
    };
    let mut bar = bar(step, progress);
    bar.facts.push((Key::Rate.into(), known(progress.titles_per_minute.map(number))));
    bar.facts.push((Key::TimeLeft.into(), known(progress.seconds_left.map(left))));
    let stop = stop(step, Button::plain);
    let mut screen = Screen::new(name, heading.into(), Body::Progress(bar), vec![stop]);
    screen.step = place(step);
    screen
}

/// A run waits for something.
pub(super) fn waiting(
    snapshot: &Snapshot,
    shop: Shop,
    step: Step,
    trouble: &Trouble,
    resumes_at_ms: Option<i64>,
    progress: &Progress,
) -> Screen {
    let (heading, mut then) = words(trouble, shop, snapshot);
    if (step, trouble) == (Step::History, &Trouble::SignedOut) {
        then = Text::with(Key::HistorySignedOutThen, [shop.site().into()]);
    }
    let resumes = match (resumes_at_ms, trouble) {
        (Some(moment), _) => Some(Text::with(Key::ResumesAt, [super::text::Value::Clock(moment)])),
        (None, Trouble::SignedOut | Trouble::PermissionMissing) => Some(Key::ResumesThen.into()),
        (None, _) => None,
    };
    let rest = Rest { kept: kept(step, progress), resumes, bar: begun(step, progress) };
    let buttons = ways_on(step, trouble, shop, snapshot);
    let mut screen = Screen::new("waiting", heading, Body::Rest(rest), buttons);
    screen.trouble = Some(name(trouble));
    screen.server_trouble = match trouble {
        Trouble::Server { trouble } => Some(server::name(trouble)),
        _ => None,
    };
    screen.tone = match trouble {
        Trouble::Blocked | Trouble::Throttled | Trouble::Unavailable => Tone::Wait,
        _ => Tone::Warn,
    };
    screen.step = place(step);
    screen.lead.push(then);
    screen
}

/// The person has stopped the run.
pub(super) fn stopped(step: Step, progress: &Progress) -> Screen {
    let (heading, on) = match step {
        Step::Reading => (
            Key::StoppedReading,
            Button::filled("read", Key::GoOnReading, Act::AllowThen(Request::Read)),
        ),
        Step::Enriching => (
            Key::StoppedEnriching,
            Button::filled("read", Key::GoOn, Act::AllowThen(Request::Read)),
        ),
        Step::History => {
            (Key::HistoryHeading, Button::filled("history", Key::GoOn, Request::ReadHistory))
        }
        Step::Sending => {
            (Key::StoppedSending, Button::filled("send", Key::GoOnSending, Request::Send))
        }
    };
    let rest = Rest { kept: kept(step, progress), resumes: None, bar: begun(step, progress) };
    let drop = Button::quiet("discard", Key::Discard, Request::Discard);
    let mut screen = Screen::new("stopped", heading.into(), Body::Rest(rest), vec![drop, on]);
    screen.tone = Tone::Pause;
    screen.step = place(step);
    screen
}

/// The step's number and how many there are; the purchase history is a way round.
fn place(step: Step) -> Option<Text> {
    let number: u32 = match step {
        Step::Reading => 1,
        Step::Enriching => 2,
        Step::History => return None,
        Step::Sending => 3,
    };
    Some(Text::with(Key::StepOf, [number.into(), STEPS.into()]))
}

fn bar(step: Step, progress: &Progress) -> Bar {
    let units = match step {
        Step::Reading | Step::History => Key::PagesOf,
        Step::Enriching => Key::BatchesOf,
        Step::Sending => Key::ChunksOf,
    };
    let label = match progress.of {
        Some(of) => Text::with(units, [progress.done.into(), of.into()]),
        None if progress.done == 0 => Key::PagesOpen.into(),
        None => Text::with(Key::PagesSoFar, [progress.done.into()]),
    };
    let titles = match step {
        Step::Reading => Key::TitlesFound,
        Step::Enriching => Key::TitlesCompleted,
        Step::History => Key::DaysFound,
        Step::Sending => Key::TitlesSent,
    };
    let count = match progress.titles_of {
        Some(of) => Text::with(Key::NumberOf, [progress.titles.into(), of.into()]),
        None => number(progress.titles),
    };
    Bar {
        label,
        share: progress.of.map(|of| (progress.done.min(of), of)),
        facts: vec![(titles.into(), count)],
    }
}

fn begun(step: Step, progress: &Progress) -> Option<Bar> {
    (progress.done > 0 || progress.of.is_some()).then(|| bar(step, progress))
}

/// A number alone.
pub fn number(count: u32) -> Text {
    Text::with(Key::Number, [count.into()])
}

fn known(value: Option<Text>) -> Text {
    value.unwrap_or_else(|| Key::NotYetKnown.into())
}

/// Coarse on purpose: a guess that jumps by seconds is read as a promise.
fn left(seconds: u32) -> Text {
    match seconds {
        0..5 => Key::LeftSoon.into(),
        5..90 => Text::with(Key::LeftSeconds, [seconds.next_multiple_of(5).into()]),
        _ => Text::with(Key::LeftMinutes, [seconds.div_ceil(60).into()]),
    }
}

fn kept(step: Step, progress: &Progress) -> Text {
    let read = match step {
        Step::Reading => progress.titles,
        Step::Enriching => progress.titles_of.unwrap_or(progress.titles),
        Step::History => return Key::HistoryKept.into(),
        Step::Sending => {
            let of = progress.titles_of.unwrap_or(progress.titles);
            return Text::with(Key::KeptSending, [progress.titles.into(), of.into()]);
        }
    };
    match read {
        0 => Key::KeptNothing.into(),
        _ => Text::counted(read, Key::KeptOne, Key::Kept),
    }
}

/// What happened, and what to do.
fn words(trouble: &Trouble, shop: Shop, snapshot: &Snapshot) -> (Text, Text) {
    let site = || [shop.site().into()];
    match trouble {
        Trouble::SignedOut => (Key::SignedOut.into(), Text::with(Key::SignedOutThen, site())),
        Trouble::Captcha => (Key::Captcha.into(), Text::with(Key::CaptchaThen, site())),
        Trouble::Blocked => (Key::Blocked.into(), Text::with(Key::BlockedThen, site())),
        Trouble::Throttled => (Key::Throttled.into(), Text::with(Key::ThrottledThen, site())),
        Trouble::Unavailable => (Key::Unavailable.into(), Text::with(Key::UnavailableThen, site())),
        Trouble::Offline => (Text::with(Key::Offline, site()), Key::OfflineThen.into()),
        Trouble::LayoutChanged { page } => (
            Key::LayoutChanged.into(),
            Text::with(Key::LayoutChangedThen, [(*page).into(), shop.site().into()]),
        ),
        Trouble::PermissionMissing => (
            Text::with(Key::PermissionMissing, site()),
            Text::with(Key::PermissionMissingThen, shop.hosts()),
        ),
        Trouble::Server { trouble } => {
            let address = snapshot.server.as_ref().map(|server| server.address.as_str());
            server::words(trouble, address.unwrap_or_default())
        }
    }
}

/// Ends the step; of the history what was found is used, and the rest is not needed.
fn stop(step: Step, kind: fn(&'static str, Key, Request) -> Button) -> Button {
    let label = if step == Step::History { Key::GoOnWithout } else { Key::Stop };
    kind("stop", label, Request::Stop)
}

/// The buttons, the most helpful one filled and last.
fn ways_on(step: Step, trouble: &Trouble, shop: Shop, snapshot: &Snapshot) -> Vec<Button> {
    let stop = stop(step, Button::quiet);
    let open = |kind: fn(&'static str, Text, Act) -> Button, key| {
        let label = Text::with(key, [shop.site().into()]);
        kind("open-audible", label, Act::Ask(Request::OpenAudible))
    };
    let try_now = Button::plain("try-now", Key::TryNow, Request::TryNow);
    let try_first = Button::filled("try-now", Key::TryNow, Request::TryNow);
    match trouble {
        Trouble::SignedOut => vec![stop, try_now, open(Button::filled, Key::SignIn)],
        Trouble::Captcha => vec![stop, try_now, open(Button::filled, Key::OpenAudible)],
        Trouble::Blocked | Trouble::LayoutChanged { .. } | Trouble::Unavailable => {
            vec![stop, open(Button::plain, Key::OpenAudible), try_first]
        }
        Trouble::Throttled | Trouble::Offline => vec![stop, try_first],
        Trouble::PermissionMissing => {
            let label = Text::with(Key::AllowAccess, [shop.site().into()]);
            vec![stop, Button::filled("try-now", label, Act::AllowThen(Request::TryNow))]
        }
        Trouble::Server { trouble } => {
            let mended = snapshot
                .server
                .as_ref()
                .is_some_and(|server| matches!(server.state, ServerState::Ready { .. }));
            if let Some(server) =
                snapshot.server.as_ref().filter(|_| trouble.wants_token() && !mended)
            {
                let settings = server::settings(Button::plain);
                vec![stop, settings, server::connect_again(&server.address)]
            } else if server::needs_the_person(trouble) && !mended {
                vec![stop, try_now, server::settings(Button::filled)]
            } else {
                vec![stop, server::settings(Button::plain), try_first]
            }
        }
    }
}

/// Name for programs, as on the wire.
fn name(trouble: &Trouble) -> &'static str {
    match trouble {
        Trouble::SignedOut => "signed_out",
        Trouble::Captcha => "captcha",
        Trouble::Blocked => "blocked",
        Trouble::Throttled => "throttled",
        Trouble::Unavailable => "unavailable",
        Trouble::Offline => "offline",
        Trouble::LayoutChanged { .. } => "layout_changed",
        Trouble::PermissionMissing => "permission_missing",
        Trouble::Server { .. } => "server",
    }
}
