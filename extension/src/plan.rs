//! What to do next: `step(state, event) -> (state, effects)`, pure.
//!
//! The whole of a run is one serialisable [`State`]; time and chance come with every step. Effects are
//! carried out by the worker, and each comes back as an event that names its run and its ticket, so
//! late and repeated answers are told from expected ones. What was in flight when a worker died is
//! asked again at the next [`Event::Wake`].

mod choosing;
mod connection;
mod effect;
mod enriching;
mod event;
mod history;
mod leaving;
mod linking;
mod pairing;
mod reading;
mod run;
mod sending;
mod show;
mod trouble;
mod units;
mod wishing;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::{
    ids::{Marketplace, RunId},
    problem::Problem,
};

use crate::{
    headers::Bound,
    messages::{Mark, ServerState, ServerTrouble},
    pace::{Pace, Settings},
};

pub(crate) use choosing::PART;
pub use connection::Server;
pub use effect::{Cut, Effect, LinkAsk};
pub use event::{Event, LinkSaid};
pub use history::{HistoryFacts, HistoryPage};
pub use leaving::Leaving;
pub use linking::Linking;
pub use pairing::Pairing;
pub use reading::PageFacts;
pub use run::Run;
pub use show::snapshot;
pub use trouble::Failure;
pub use wishing::{Wish, Wishes};

/// Everything that the worker knows between two events; kept under one storage key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// The server, once one was entered.
    pub server: Option<Server>,
    /// A pairing under way, or how the last one ended.
    pub pairing: Option<Pairing>,
    /// Headers for a proxy in front of the server.
    pub proxy: Option<Bound>,
    /// A server that is being left, or could not be told.
    pub leaving: Option<Leaving>,
    /// The server's connection with Audible, while the person looks at it or makes it.
    pub linking: Option<Linking>,
    /// The chosen shop.
    pub marketplace: Option<Marketplace>,
    /// The present run.
    pub run: Option<Run>,
    /// Complete readings are sent without asking.
    pub without_asking: bool,
    /// What the server has yet to be told.
    pub wishes: Wishes,
    /// What tells this library from others of the same shop; empty for the usual one.
    pub library: String,
    /// How fast each shop may be asked, over all runs.
    pub paces: BTreeMap<Marketplace, Pace>,
    /// What the button was last marked with.
    pub marked: Option<Mark>,
    /// The tab that was opened for signing in.
    pub tab: Option<i64>,
    /// Stored data that is to be removed.
    pub trash: Vec<Stored>,
}

/// Keys of a run in storage, so that they can be removed without listing all keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// The run.
    pub run: RunId,
    /// Pages from 1.
    pub pages: u32,
    /// Batches of titles from 0, as found and as completed.
    pub batches: u32,
    /// Chunks from 0.
    pub chunks: u32,
    /// Pages of the purchase history from 0.
    #[serde(default)]
    pub histories: u32,
}

/// The moment of a step, and a number from 0 up to 1 drawn for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Now {
    /// Milliseconds since 1970.
    pub ms: i64,
    /// Chance.
    pub chance: f64,
}

/// One question: a unit of a run, and which time it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ticket {
    /// Run.
    pub run: RunId,
    /// Page from 1, batch or chunk from 0.
    pub unit: u32,
    /// Counts all questions of the run's step; no two are the same.
    pub number: u32,
}

/// What the batches hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Survey {
    /// Titles that can be sent.
    pub titles: u32,
    /// Titles without catalog data.
    pub not_enriched: u32,
    /// All problems.
    pub problem_count: u32,
    /// The first hundred of them.
    pub problems: Vec<Problem>,
}

/// One step: takes in what happened, then starts all that may be started now.
pub fn step(mut state: State, event: Event, settings: &Settings, now: Now) -> (State, Vec<Effect>) {
    let mut effects = Vec::new();
    match event {
        Event::Wake => wake(&mut state, &mut effects),
        Event::Tick => {}
        Event::Ask { request, proposed, fresh } => {
            connection::ask(&mut state, request, proposed, fresh, &mut effects);
        }
        Event::Coded { id, result } => {
            pairing::coded(&mut state, id, result, now, &mut effects);
        }
        Event::Polled { device_code, poll } => {
            pairing::polled(&mut state, &device_code, poll, now, &mut effects);
        }
        Event::Left { address, told } => leaving::left(&mut state, &address, told, &mut effects),
        Event::Linked { id, result } => {
            linking::said(&mut state, id, result, now, &mut effects);
        }
        Event::Amazon { marketplace, held } => {
            linking::amazon(&mut state, marketplace, held, &mut effects);
        }
        Event::SignInOpened { id, tab } => linking::opened(&mut state, id, tab, &mut effects),
        Event::TabAt { tab, place } => linking::tab_at(&mut state, tab, place, &mut effects),
        Event::LedBack(tab) => linking::led_back(&mut state, tab),
        Event::Permission { marketplace, held } => {
            run::permission(&mut state, marketplace, held, settings, now);
        }
        Event::PermissionsChanged => {
            effects.extend(state.run.as_ref().and_then(Run::permission_question));
            effects.extend(linking::permission_question(&state));
            // A server that does not allow us by itself can be asked once the person does.
            let silent = |trouble: &ServerTrouble| *trouble == ServerTrouble::NotReachable;
            connection::ask_server_again(&mut state, silent, &mut effects);
        }
        Event::TabLoaded(marketplace) => run::tab_loaded(&mut state, marketplace, settings, now),
        Event::TabOpened(tab) => state.tab = Some(tab),
        Event::Checked { address, token, result } => {
            connection::checked(&mut state, &address, &token, result, now);
        }
        Event::Page { ticket, result } => {
            effects.extend(reading::page(&mut state, ticket, result, settings, now));
        }
        Event::Composed { run, titles, batches } => {
            enriching::composed(&mut state, run, titles, batches, now, &mut effects);
        }
        Event::Batch { ticket, result } => {
            effects.extend(enriching::batch(&mut state, ticket, result, settings, now));
        }
        Event::History { ticket, result } => {
            effects.extend(history::page(&mut state, ticket, result, settings, now));
        }
        Event::Dated { run, titles } => history::dated(&mut state, run, titles),
        Event::Surveyed { run, survey } => choosing::surveyed(&mut state, run, survey),
        Event::Chosen { run, left_out } => choosing::chosen(&mut state, run, left_out),
        Event::Verdict { ticket, result } => choosing::verdict(&mut state, ticket, result),
        Event::Told { number, result } => wishing::told(&mut state, number, result),
        Event::Cut { run, chunks } => sending::cut(&mut state, run, &chunks, &mut effects),
        Event::Chunk { ticket, result } => {
            effects.extend(sending::chunk(&mut state, ticket, result, settings, now));
        }
        Event::Forgotten(stored) => state.trash.retain(|one| *one != stored),
    }
    run::advance(&mut state, settings, now, &mut effects);
    pairing::advance(&mut state, now, &mut effects);
    linking::advance(&mut state, now, &mut effects);
    wishing::advance(&mut state, &mut effects);
    let mark = state.run.as_ref().and_then(Run::mark);
    if mark != state.marked {
        state.marked = mark;
        effects.push(Effect::Mark(mark));
    }
    (state, effects)
}

/// When something is to be done by itself, in milliseconds since 1970; `None` when nothing is.
///
/// A run that waits for answers gives no moment: they come as events.
pub fn next_moment(state: &State, settings: &Settings) -> Option<i64> {
    let linking = state.linking.as_ref().and_then(Linking::next_moment);
    earliest([moment_without_linking(state, settings), linking])
}

fn moment_without_linking(state: &State, settings: &Settings) -> Option<i64> {
    let pairing = state.pairing.as_ref().and_then(Pairing::next_moment);
    earliest([run::next_moment(state, settings), pairing])
}

fn earliest(moments: [Option<i64>; 2]) -> Option<i64> {
    moments.into_iter().flatten().min()
}

/// When a dead worker must be woken, no sooner than `soonest`: what is in flight is looked after then,
/// what waits for its moment at that moment.
pub fn alarm(state: &State, settings: &Settings, soonest: i64) -> Option<i64> {
    let due = || moment_without_linking(state, settings).map_or(soonest, |due| due.max(soonest));
    let linking = state.linking.as_ref().and_then(|linking| linking.alarm(soonest));
    earliest([is_busy(state).then(due), linking])
}

/// Whether work is under way, linking aside.
fn is_busy(state: &State) -> bool {
    let checking =
        state.server.as_ref().is_some_and(|server| server.state == ServerState::Checking);
    let pairing = state.pairing.as_ref().is_some_and(Pairing::is_going);
    let leaving = state.leaving.as_ref().is_some_and(|one| one.question().is_some());
    checking
        || pairing
        || leaving
        || !state.trash.is_empty()
        || state.wishes.are_pending()
        || state.run.as_ref().is_some_and(Run::is_going)
}

fn wake(state: &mut State, effects: &mut Vec<Effect>) {
    state.wishes.reopen();
    if let Some(run) = &mut state.run {
        run.reopen();
        effects.extend(run.permission_question());
    }
    if let Some(server) =
        state.server.as_ref().filter(|server| server.state == ServerState::Checking)
    {
        effects.push(server.check());
    }
    // The former worker may have ended before it gave an origin back.
    let address = state.pairing.as_ref().map(|pairing| &pairing.address);
    let address = address.or(state.server.as_ref().map(|server| &server.address)).cloned();
    effects.push(Effect::ReleaseServers(address));
    effects.extend(state.pairing.as_mut().and_then(Pairing::wake));
    effects.extend(state.leaving.as_ref().and_then(Leaving::question));
    linking::wake(state, effects);
    effects.extend(state.trash.iter().copied().map(Effect::Forget));
}
