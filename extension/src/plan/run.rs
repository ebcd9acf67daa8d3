//! One run from click to receipt: its stages, its pauses, and what may be started now.

use serde::{Deserialize, Serialize};
use shared::ids::{Marketplace, RunId};

use super::{
    Effect, Failure, Now, Server, State, Stored, choosing::Choosing, enriching::Enriching,
    history::History, reading::Reading, sending::Sending, sending::Totals,
};
use crate::{
    messages::{Mark, Step, Trouble},
    pace::{Pace, Settings},
};

/// One reading of one library.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its id, sent with every chunk.
    pub id: RunId,
    /// The shop; fixed for the whole run.
    pub marketplace: Marketplace,
    pub(super) stage: Stage,
    pub(super) hold: Option<Hold>,
    /// Refusals in a row; while there are any, one question at a time is asked.
    pub(super) failures: u32,
    /// When a loaded tab last made the run try again, in milliseconds since 1970.
    pub(super) tab_tried_ms: i64,
    pub(super) reading: Reading,
    pub(super) enriching: Enriching,
    #[serde(default)]
    pub(super) history: History,
    pub(super) choosing: Choosing,
    pub(super) sending: Sending,
    /// Start of the present stretch of undisturbed work: moment, units and titles then done.
    pub(super) since: Option<(i64, u32, u32)>,
}

/// Where a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Stage {
    /// The browser has not granted the two origins.
    Permission,
    /// Pages.
    Reading,
    /// Pages are put in order; `asked` once that has begun.
    Composing { asked: bool },
    /// Batches.
    Enriching,
    /// The purchase history.
    History,
    /// Days of purchase are written to their titles; `asked` once that has begun.
    Dating { asked: bool },
    /// Batches are looked through; `asked` once that has begun.
    Surveying { asked: bool },
    /// All was read.
    Ready,
    /// Chunks are cut; `asked` once that has begun.
    Cutting { asked: bool },
    /// Chunks.
    Sending,
    /// All was sent.
    Done,
}

/// Why a run stands still.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Hold {
    /// The person stopped it.
    Stopped,
    /// Something has to pass first.
    Waiting { trouble: Trouble, resumes_at_ms: Option<i64> },
}

impl Run {
    pub(super) fn new(id: RunId, marketplace: Marketplace) -> Self {
        Self {
            id,
            marketplace,
            stage: Stage::Permission,
            hold: None,
            failures: 0,
            tab_tried_ms: 0,
            reading: Reading::default(),
            enriching: Enriching::default(),
            history: History::default(),
            choosing: Choosing::default(),
            sending: Sending::default(),
            since: None,
        }
    }

    /// Nothing is in flight any more.
    pub(super) fn reopen(&mut self) {
        self.reading.units.reopen();
        self.enriching.units.reopen();
        self.history.units.reopen();
        self.choosing.reopen();
        self.sending.units.reopen();
        match &mut self.stage {
            Stage::Composing { asked }
            | Stage::Dating { asked }
            | Stage::Surveying { asked }
            | Stage::Cutting { asked } => {
                *asked = false;
            }
            _ => {}
        }
        self.since = None;
    }

    /// Fetches what was missing once more; what was read is kept.
    pub(super) fn go_on(&mut self) {
        // What was cut under this run's name must stay what it is.
        if self.stage == Stage::Ready && !self.reading.complete() && !self.is_cut() {
            self.choosing = Choosing::default();
            self.stage = Stage::Reading;
            self.since = None;
            self.reading.go_on();
        }
    }

    /// Whether the run still needs Audible.
    pub(super) const fn needs_audible(&self) -> bool {
        matches!(
            self.stage,
            Stage::Permission
                | Stage::Reading
                | Stage::Composing { .. }
                | Stage::Enriching
                | Stage::History
        )
    }

    /// The question whether Audible may be asked, while that matters.
    pub(super) fn permission_question(&self) -> Option<Effect> {
        self.needs_audible().then_some(Effect::CheckPermission(self.marketplace))
    }

    /// Whether something is being done or will be done without a person.
    pub(super) fn is_going(&self) -> bool {
        let working = !matches!(self.stage, Stage::Permission | Stage::Ready | Stage::Done);
        if self.stage == Stage::Ready {
            return self.choosing.is_asking();
        }
        let will_go_on = match &self.hold {
            None => true,
            Some(Hold::Stopped) => false,
            Some(Hold::Waiting { resumes_at_ms, .. }) => resumes_at_ms.is_some(),
        };
        working && will_go_on
    }

    /// Goes on from a pause because a person says so; without permission that has to come first.
    pub(super) fn try_again(&mut self) {
        if !self.lacks_permission() {
            self.resume();
        }
    }

    fn lacks_permission(&self) -> bool {
        matches!(self.hold, Some(Hold::Waiting { trouble: Trouble::PermissionMissing, .. }))
    }

    /// Goes on from a pause.
    pub(super) fn resume(&mut self) {
        self.hold = None;
        self.since = None;
    }

    /// Pauses because of a failure; those of questions that were already open do not add up.
    pub(super) fn pause(&mut self, failure: &Failure, unit: u32, settings: &Settings, now: Now) {
        if self.hold.is_none() {
            self.failures = self.failures.saturating_add(1);
            self.hold = Some(failure.hold(unit, self.failures, settings, now));
        }
    }

    /// Audible has refused a question: the run pauses, and the shop is asked more slowly.
    pub(super) fn refused(
        &mut self,
        failure: &Failure,
        unit: u32,
        pace: &mut Pace,
        settings: &Settings,
        now: Now,
    ) {
        if self.hold.is_none() && failure.is_too_much() {
            pace.halve();
        }
        self.pause(failure, unit, settings, now);
        if let (Failure::Blocked, Some(Hold::Waiting { resumes_at_ms: Some(at), .. })) =
            (failure, &self.hold)
        {
            pace.rest_until(*at);
        }
    }

    /// A question was answered well.
    pub(super) fn went_well(&mut self) {
        if self.hold.is_none() {
            self.failures = 0;
        }
    }

    /// What is worth a mark while nobody looks.
    pub(super) const fn mark(&self) -> Option<Mark> {
        match (&self.hold, self.stage) {
            (_, Stage::Done) => Some(Mark::Done),
            (_, Stage::Ready) => Some(Mark::Ready),
            (
                Some(
                    Hold::Waiting {
                        trouble: Trouble::SignedOut | Trouble::Captcha | Trouble::PermissionMissing,
                        ..
                    }
                    | Hold::Waiting { resumes_at_ms: None, .. },
                ),
                _,
            ) => Some(Mark::Asks),
            _ => None,
        }
    }

    /// The step that the popup names.
    pub(super) const fn step(&self) -> Step {
        match self.stage {
            Stage::Permission | Stage::Reading | Stage::Composing { .. } => Step::Reading,
            Stage::Enriching | Stage::Surveying { .. } => Step::Enriching,
            Stage::History | Stage::Dating { .. } => Step::History,
            Stage::Ready | Stage::Cutting { .. } | Stage::Sending | Stage::Done => Step::Sending,
        }
    }

    /// Its keys in storage.
    pub(super) fn stored(&self) -> Stored {
        Stored {
            run: self.id,
            pages: self.reading.stored(),
            batches: self.enriching.stored(),
            chunks: self.sending.stored(),
            histories: self.history.stored(),
        }
    }

    pub(super) fn totals(&self) -> &Totals {
        &self.sending.totals
    }
}

/// Takes the browser's answer about permissions.
pub(super) fn permission(
    state: &mut State,
    marketplace: Marketplace,
    held: bool,
    settings: &Settings,
    now: Now,
) {
    let Some(run) = state.run.as_mut().filter(|run| run.marketplace == marketplace) else { return };
    match (run.stage, held) {
        (Stage::Permission, true) => {
            run.stage = Stage::Reading;
            let pace = state.paces.entry(marketplace).or_default();
            run.reading = Reading::begin(pace.page_size(settings));
            run.since = Some((now.ms, 0, 0));
            // A shop that asked for rest asked it of every run.
            run.hold = pace
                .rests_until(now.ms)
                .map(|at| Hold::Waiting { trouble: Trouble::Blocked, resumes_at_ms: Some(at) });
        }
        (Stage::Permission, false) => {}
        (_, true) if run.lacks_permission() => run.resume(),
        (_, false) if run.needs_audible() && run.hold != Some(Hold::Stopped) => {
            run.hold =
                Some(Hold::Waiting { trouble: Trouble::PermissionMissing, resumes_at_ms: None });
        }
        _ => {}
    }
}

/// A page of the shop was loaded in a tab: the person may have signed in or passed the check.
pub(super) fn tab_loaded(
    state: &mut State,
    marketplace: Marketplace,
    settings: &Settings,
    now: Now,
) {
    let Some(run) = state.run.as_mut().filter(|run| run.marketplace == marketplace) else { return };
    let Some(Hold::Waiting { trouble: Trouble::SignedOut | Trouble::Captcha, resumes_at_ms }) =
        &mut run.hold
    else {
        return;
    };
    let at = now.ms.max(run.tab_tried_ms + settings.tab_rest_ms);
    if resumes_at_ms.is_none_or(|planned| planned < now.ms) {
        run.tab_tried_ms = at;
        *resumes_at_ms = Some(at);
    }
}

/// Starts all that may be started now.
pub(super) fn advance(state: &mut State, settings: &Settings, now: Now, effects: &mut Vec<Effect>) {
    let State { run: Some(run), paces, server, library, wishes, .. } = &mut *state else { return };
    if let Some(Hold::Waiting { resumes_at_ms: Some(at), .. }) = run.hold
        && at <= now.ms
    {
        run.resume();
    }
    if run.hold.is_some() {
        return;
    }
    // What is never to be imported is told before anything is sent.
    if !(matches!(run.stage, Stage::Cutting { .. }) && wishes.are_pending()) {
        finish_stage(run, library, effects);
    }
    if run.since.is_none() {
        let (units, titles) = run.worked();
        run.since = Some((now.ms, units, titles));
    }
    let pace = paces.entry(run.marketplace).or_default();
    while may_ask(run, settings) && pace.take(now.ms, now.chance, settings) {
        let Some(effect) = run.ask_audible() else { break };
        effects.push(effect);
    }
    if run.stage == Stage::Ready
        && !wishes.is_open()
        && let Some(server) = server.as_ref()
    {
        effects.extend(run.ask_verdict(server));
    }
    if run.stage == Stage::Sending {
        let trouble = server.as_ref().and_then(Server::trouble);
        if let Some(trouble) = trouble.filter(|trouble| !trouble.may_be_asked()) {
            let trouble = Trouble::Server { trouble: trouble.clone() };
            run.hold = Some(Hold::Waiting { trouble, resumes_at_ms: None });
            return;
        }
        effects.extend(server.as_ref().and_then(|server| run.ask_server(server)));
    }
    if run.stage == Stage::Done
        && let Some(stored) = run.let_go()
    {
        forget(state, stored, effects);
    }
}

/// Remembers to remove keys, and starts it.
pub(super) fn forget(state: &mut State, stored: Stored, effects: &mut Vec<Effect>) {
    state.trash.push(stored);
    effects.push(Effect::Forget(stored));
}

/// Goes from one stage to the next where one is done.
fn finish_stage(run: &mut Run, library: &str, effects: &mut Vec<Effect>) {
    if run.stage == Stage::Reading && run.reading.is_over() {
        run.stage = Stage::Composing { asked: false };
    }
    if run.stage == Stage::Enriching && run.enriching.units.all_done() {
        // What the history has said of titles stays, also when they are completed once more.
        run.stage = match run.history.titles {
            Some(_) => Stage::Dating { asked: false },
            None => Stage::Surveying { asked: false },
        };
    }
    if run.stage == Stage::History && run.history.units.all_done() {
        run.stage = Stage::Dating { asked: false };
    }
    if run.stage == Stage::Sending && run.sending.units.all_done() {
        run.stage = Stage::Done;
    }
    match run.stage {
        Stage::Composing { asked: false } => {
            run.stage = Stage::Composing { asked: true };
            effects.push(Effect::Compose { run: run.id, pages: run.reading.units.of() });
        }
        Stage::Dating { asked: false } => {
            run.stage = Stage::Dating { asked: true };
            effects.push(Effect::Date {
                run: run.id,
                histories: run.history.stored(),
                batches: run.enriching.units.of(),
            });
        }
        Stage::Surveying { asked: false } => {
            run.stage = Stage::Surveying { asked: true };
            effects.push(Effect::Survey {
                run: run.id,
                batches: run.enriching.units.of(),
                histories: run.history.stored(),
                notes: run.reading.notes().into_iter().chain(run.history.notes()).collect(),
            });
        }
        Stage::Cutting { asked: false } => {
            run.stage = Stage::Cutting { asked: true };
            effects.push(Effect::Cut(run.cut(library)));
        }
        _ => {}
    }
}

/// Whether a slot is free and there is something to ask Audible.
fn may_ask(run: &Run, settings: &Settings) -> bool {
    let slots = if run.failures > 0 { 1 } else { settings.max_open };
    match run.stage {
        Stage::Reading => run.reading.units.open() < slots && run.reading.has_question(),
        Stage::Enriching => {
            run.enriching.units.open() < slots && run.enriching.units.next().is_some()
        }
        Stage::History => run.history.units.open() == 0 && run.history.units.next().is_some(),
        _ => false,
    }
}

/// See [`super::next_moment`].
pub(super) fn next_moment(state: &State, settings: &Settings) -> Option<i64> {
    let run = state.run.as_ref()?;
    match &run.hold {
        Some(Hold::Waiting { resumes_at_ms, .. }) => *resumes_at_ms,
        Some(Hold::Stopped) => None,
        None if may_ask(run, settings) => {
            Some(state.paces.get(&run.marketplace).map_or(0, Pace::next_ms))
        }
        None => None,
    }
}
