//! One connection in words: how it is, what it did last, what it will do.

use jiff::Timestamp;
use shared::ids::Marketplace;
use uuid::Uuid;

use super::{shop, words};
use crate::{
    audible::{
        disconnect::devices_page,
        schedule::Schedule,
        status::{Connection, State},
        sync::{Progress, Stage},
    },
    history::RunView,
    locale::Locale,
};

/// A sync that is due within so many seconds is waited for.
const SOON: i64 = 60;
/// After this failure nothing helps but a new connection, which takes the place of this one.
const GONE: &str = "audible_not_authenticated";
/// Failures that may go by themselves; a connection stops after several of them in a row.
const PASSING: [&str; 5] = [
    "audible_unreachable",
    "audible_timed_out",
    "audible_too_many_requests",
    "audible_down",
    "database",
];

/// One connection.
pub(super) struct Card {
    pub(super) code: &'static str,
    pub(super) shop: String,
    pub(super) state: &'static str,
    pub(super) state_name: &'static str,
    /// What the state means, where it is more than its name.
    pub(super) says: Option<Says>,
    /// How far a sync is.
    pub(super) progress: Option<ProgressView>,
    pub(super) last: String,
    pub(super) brought: Option<Brought>,
    pub(super) next: String,
    pub(super) books: String,
    pub(super) device: String,
    pub(super) device_since: String,
    pub(super) devices_page: String,
    pub(super) schedule: ScheduleView,
    /// It has to be made anew.
    pub(super) gone: bool,
    /// Something is under way, or about to be.
    pub(super) waits: bool,
    /// Is another one as soon as the card would say something else.
    pub(super) mark: String,
}

/// A sentence with its kind.
pub(super) struct Says {
    pub(super) class: &'static str,
    pub(super) text: String,
}

/// How far a sync is, in words and numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ProgressView {
    pub(super) text: String,
    pub(super) count: String,
    pub(super) read: u32,
    pub(super) total: Option<u32>,
}

/// What the last sync brought.
pub(super) struct Brought {
    pub(super) run: Uuid,
    pub(super) text: String,
    pub(super) partial: bool,
}

/// The form of the schedule.
pub(super) struct ScheduleView {
    pub(super) kind: &'static str,
    pub(super) hours: u8,
}

/// A connection in one line.
pub(in crate::http::pages) struct Summary {
    pub(in crate::http::pages) shop: String,
    pub(in crate::http::pages) state: &'static str,
    pub(in crate::http::pages) state_name: &'static str,
    pub(in crate::http::pages) text: String,
}

/// Whether a connection stands in the way of another one of a marketplace.
pub(super) fn holds(one: &Connection, marketplace: Marketplace) -> bool {
    one.marketplace == marketplace && !is_gone(one)
}

fn is_gone(one: &Connection) -> bool {
    one.error_code.as_deref() == Some(GONE)
}

fn books(locale: Locale, one: &Connection) -> String {
    let unknown = || locale.text("audible.books.unknown").to_owned();
    one.books_count.map_or_else(unknown, |count| locale.number(count))
}

impl Card {
    pub(super) fn new(
        locale: Locale,
        one: &Connection,
        run: Option<&RunView>,
        now: Timestamp,
    ) -> Self {
        let code = one.marketplace.code();
        let since = locale.moment(one.connected_at);
        let since = [("device", one.device_name.as_str()), ("when", since.as_str())];
        Self {
            code,
            shop: shop(code),
            state: one.state.as_str(),
            state_name: state_name(locale, one),
            says: says(locale, one, now),
            progress: (one.state == State::Syncing)
                .then(|| ProgressView::new(locale, one.progress.as_ref())),
            last: last(locale, one),
            brought: run.map(|run| Brought::new(locale, run)),
            next: next(locale, one, now),
            books: books(locale, one),
            device_since: locale.filled("audible.device.since", &since),
            device: one.device_name.clone(),
            devices_page: devices_page(one.marketplace.tld()),
            schedule: ScheduleView::new(one.schedule),
            gone: is_gone(one),
            waits: one.state == State::Syncing || is_due(one, now),
            mark: mark(one),
        }
    }

    pub(super) fn is_schedule(&self, kind: &str) -> bool {
        self.schedule.kind == kind
    }
}

impl Summary {
    pub(in crate::http::pages) fn new(locale: Locale, one: &Connection) -> Self {
        let last = [("when", last(locale, one))];
        let values = last.each_ref().map(|(name, value)| (*name, value.as_str()));
        Self {
            shop: shop(one.marketplace.code()),
            state: one.state.as_str(),
            state_name: state_name(locale, one),
            text: locale.filled("settings.audible.last", &values),
        }
    }
}

impl ProgressView {
    pub(super) fn new(locale: Locale, progress: Option<&Progress>) -> Self {
        let Some(progress) = progress else {
            let text = locale.text("audible.stage.begins").to_owned();
            return Self { text, ..Self::default() };
        };
        let stage = match progress.step {
            Stage::Finished => "audible.stage.finished",
            Stage::Changes => "audible.stage.changes",
            Stage::Library => "audible.stage.library",
            Stage::Wishlist => "audible.stage.wishlist",
        };
        let read = i64::from(progress.read);
        let count = match progress.total {
            Some(total) => {
                let (read, total) = (locale.number(read), locale.number(i64::from(total)));
                locale.filled("audible.read", &[("n", &read), ("total", &total)])
            }
            None if read > 0 => locale.counted("audible.read.so_far", read),
            None => String::new(),
        };
        // A library of which nothing is known yet has no bar that stands at its end.
        let total = progress.total.filter(|total| *total > 0);
        Self { text: locale.text(stage).to_owned(), count, read: progress.read, total }
    }
}

impl Brought {
    fn new(locale: Locale, run: &RunView) -> Self {
        let [imported, updated, unchanged] =
            [run.imported, run.updated, run.unchanged].map(|count| locale.number(count));
        let values = [
            ("imported", imported.as_str()),
            ("updated", updated.as_str()),
            ("unchanged", unchanged.as_str()),
        ];
        let text = locale.filled("audible.brought", &values);
        Self { run: run.id, text, partial: !run.complete }
    }
}

impl ScheduleView {
    fn new(schedule: Schedule) -> Self {
        let (kind, hours) = match schedule {
            Schedule::Off => ("off", 24),
            Schedule::DAILY => ("daily", 24),
            Schedule::WEEKLY => ("weekly", 168),
            Schedule::Every(hours) => ("hours", hours),
        };
        Self { kind, hours }
    }
}

/// Is another one whenever a card that waits would say something else.
pub(super) fn mark(one: &Connection) -> String {
    let last = one.last_sync.map_or(0, Timestamp::as_second);
    format!("{}.{last}.{}", one.state.as_str(), one.failures)
}

/// What has failed is only tried again where something is planned.
fn state_name(locale: Locale, one: &Connection) -> &'static str {
    match (one.state, one.next_sync) {
        (State::Failing, None) => locale.text("audible.state.failed"),
        (state, _) => locale.text(&format!("audible.state.{}", state.as_str())),
    }
}

fn is_due(one: &Connection, now: Timestamp) -> bool {
    let soon = |at: Timestamp| at.as_second() <= now.as_second() + SOON;
    one.state != State::Stopped && one.next_sync.is_some_and(soon)
}

fn says(locale: Locale, one: &Connection, now: Timestamp) -> Option<Says> {
    let code = one.error_code.as_deref().unwrap_or_default();
    let why = words::why(locale, code);
    let (class, text) = match one.state {
        State::Syncing => return None,
        State::Idle if !is_due(one, now) => return None,
        State::Idle if one.last_sync.is_none() => ("", locale.text("audible.first").to_owned()),
        State::Idle => ("", locale.text("audible.due").to_owned()),
        State::Failing => ("notice-warn", failing(locale, one, why)),
        State::Stopped => ("notice-danger", stopped(locale, one, code)),
    };
    Some(Says { class, text })
}

fn failing(locale: Locale, one: &Connection, why: &str) -> String {
    match one.next_sync {
        Some(at) => {
            let when = locale.moment(at);
            locale.filled("audible.failing", &[("why", why), ("when", &when)])
        }
        None => locale.filled("audible.failing.by_hand", &[("why", why)]),
    }
}

/// What may go by itself was tried again until it was enough; anything else needs a person.
fn stopped(locale: Locale, one: &Connection, code: &str) -> String {
    let (why, next) = (words::why(locale, code), words::next(locale, code));
    if PASSING.contains(&code) {
        let count = locale.number(one.failures);
        return locale.filled("audible.stopped.many", &[("why", why), ("n", &count)]);
    }
    locale.filled("audible.stopped", &[("why", why), ("next", next)])
}

fn last(locale: Locale, one: &Connection) -> String {
    let never = || locale.text("audible.last.never").to_owned();
    one.last_sync.map_or_else(never, |at| locale.moment(at))
}

fn next(locale: Locale, one: &Connection, now: Timestamp) -> String {
    let name = match (one.state, one.next_sync) {
        (State::Stopped, _) => "audible.next.stopped",
        (_, None) => "audible.next.off",
        (State::Syncing, _) => "audible.next.running",
        (_, Some(_)) if is_due(one, now) => "audible.next.soon",
        (_, Some(at)) => return locale.moment(at),
    };
    locale.text(name).to_owned()
}
