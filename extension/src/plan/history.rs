//! The purchase history: a library page does not say when a title was bought, the history does.
//!
//! Read only when the person asks for it, between reading and sending, one page at a time. Whatever
//! goes wrong here costs days and never titles: the person may go on without.

use serde::{Deserialize, Serialize};
use shared::{
    ids::RunId,
    problem::{Problem, Reason},
};

use super::{
    Effect, Failure, Now, State, Ticket,
    run::{Run, Stage},
    units::{Units, count},
};
use crate::pace::Settings;

/// Most pages of a year, far above what anybody orders.
const PAGES: u32 = 250;
/// Most years.
const YEARS: usize = 60;

/// What a question asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryPage {
    /// None: only which years there are.
    pub year: Option<i16>,
    /// From 1.
    pub page: u32,
}

/// What a stored page of the history showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryFacts {
    /// Years that can be asked for.
    pub years: Vec<i16>,
    /// Pages of this year.
    pub pages: u32,
    /// Titles with a day.
    pub dates: u32,
}

/// The history so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct History {
    pub(super) units: Units,
    /// What each unit asks for.
    asks: Vec<HistoryPage>,
    /// Days found so far.
    pub(super) dates: u32,
    /// Titles that have a day, once what was found was applied.
    pub(super) titles: Option<u32>,
    /// The history cannot be read.
    changed: bool,
}

impl History {
    /// It can be read, or read on.
    pub(super) fn is_open(&self) -> bool {
        !self.changed && (self.asks.is_empty() || !self.units.all_done())
    }

    /// Pages that may be stored.
    pub(super) fn stored(&self) -> u32 {
        count(self.asks.len())
    }

    /// Problems of the whole.
    pub(super) fn notes(&self) -> Option<Problem> {
        self.changed.then(|| Problem {
            asin: None,
            place: "purchase history".to_owned(),
            field: "purchase_date".to_owned(),
            reason: Reason::LayoutChanged,
            detail: "the purchase history does not have the structure that we know".to_owned(),
        })
    }

    fn ask(&mut self, page: HistoryPage) {
        if !self.asks.contains(&page) {
            self.asks.push(page);
            self.units.grow(count(self.asks.len()));
        }
    }

    fn take(&mut self, unit: u32, facts: &HistoryFacts) {
        self.units.finish(unit);
        self.dates += facts.dates;
        let asked = usize::try_from(unit).ok().and_then(|at| self.asks.get(at)).copied();
        match asked.and_then(|page| page.year) {
            Some(year) => {
                for page in 2..=facts.pages.min(PAGES) {
                    self.ask(HistoryPage { year: Some(year), page });
                }
            }
            None => {
                for year in facts.years.iter().take(YEARS) {
                    self.ask(HistoryPage { year: Some(*year), page: 1 });
                }
            }
        }
    }
}

impl Run {
    pub(super) fn ask_history(&mut self) -> Option<Effect> {
        let unit = self.history.units.next()?;
        let page = *self.history.asks.get(usize::try_from(unit).ok()?)?;
        let ticket = self.history.units.ask(self.id, unit);
        Some(Effect::ReadHistory { ticket, marketplace: self.marketplace, page })
    }

    /// The history is being read.
    pub(super) fn reads_history(&self) -> bool {
        self.stage == Stage::History
    }

    /// Goes on with what was found so far.
    pub(super) fn leave_history(&mut self) {
        self.stage = Stage::Dating { asked: false };
        self.history.units.reopen();
        self.resume();
    }
}

/// Reads the history, or reads it on.
pub(super) fn read(state: &mut State) -> Option<Effect> {
    let run = state.run.as_mut()?;
    if !run.may_be_chosen_from() || !run.history.is_open() {
        return None;
    }
    if run.history.asks.is_empty() {
        run.history.units = Units::new(0, 0);
        run.history.ask(HistoryPage { year: None, page: 1 });
    }
    run.stage = Stage::History;
    run.resume();
    run.permission_question()
}

/// Takes the answer to a page.
pub(super) fn page(
    state: &mut State,
    ticket: Ticket,
    result: Result<HistoryFacts, Failure>,
    settings: &Settings,
    now: Now,
) -> Option<Effect> {
    let run =
        state.run.as_mut().filter(|run| run.id == ticket.run && run.stage == Stage::History)?;
    if !run.history.units.answer(ticket) {
        return None;
    }
    let pace = state.paces.entry(run.marketplace).or_default();
    match result {
        Ok(facts) => {
            run.history.take(ticket.unit, &facts);
            run.went_well();
            pace.went_well();
            None
        }
        Err(Failure::Changed) => {
            run.history.changed = true;
            run.leave_history();
            None
        }
        Err(failure) => {
            run.refused(&failure, ticket.unit, pace, settings, now);
            (failure == Failure::Offline).then_some(Effect::CheckPermission(run.marketplace))
        }
    }
}

/// The days that were found stand at their titles.
pub(super) fn dated(state: &mut State, run: RunId, titles: u32) {
    let Some(run) = state.run.as_mut().filter(|one| one.id == run) else { return };
    if matches!(run.stage, Stage::Dating { .. }) {
        run.history.titles = Some(titles);
        run.stage = Stage::Surveying { asked: false };
    }
}
