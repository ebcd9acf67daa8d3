//! Catalog batches: titles must not wait for details for ever.

use serde::{Deserialize, Serialize};
use shared::{ids::RunId, wire::v1::MAIN_LIBRARY};

use super::{
    Cut, Effect, Failure, Now, State, Stored, Ticket,
    run::{self, Run, Stage},
    units::Units,
};
use crate::pace::Settings;

/// Enriching so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Enriching {
    pub(super) units: Units,
    /// Distinct titles.
    pub(super) titles: u32,
    /// Most batches that were ever stored.
    most: u32,
    /// Titles in finished batches.
    pub(super) finished: u32,
    /// Refusals of the whole run; silence counts half of a refusal, as it may be our own line.
    strikes: u32,
    /// The catalog is not asked any more in this run.
    given_up: bool,
}

impl Enriching {
    /// Most batches that are stored.
    pub(super) const fn stored(&self) -> u32 {
        self.most
    }
}

impl Run {
    pub(super) fn ask_batch(&mut self) -> Option<Effect> {
        let unit = self.enriching.units.next()?;
        let ticket = self.enriching.units.ask(self.id, unit);
        let ask = !self.enriching.given_up;
        Some(Effect::Enrich { ticket, marketplace: self.marketplace, ask })
    }

    pub(super) fn ask_audible(&mut self) -> Option<Effect> {
        match self.stage {
            Stage::Reading => self.ask_page(),
            Stage::Enriching => self.ask_batch(),
            Stage::History => self.ask_history(),
            _ => None,
        }
    }

    /// What cutting needs to know.
    pub(super) fn cut(&self, library: &str) -> Cut {
        let library = if library.is_empty() { MAIN_LIBRARY } else { library };
        Cut {
            library: library.to_owned(),
            run: self.id,
            marketplace: self.marketplace,
            batches: self.enriching.units.of(),
            complete: self.reading.complete(),
            seen: self.enriching.titles,
            source_total: self.source_total(),
        }
    }

    /// Titles that the source shows, unreadable rows included.
    pub(super) fn source_total(&self) -> u32 {
        self.enriching.titles + self.reading.unreadable()
    }
}

/// All pages are in order.
pub(super) fn composed(
    state: &mut State,
    run: RunId,
    titles: u32,
    batches: u32,
    now: Now,
    effects: &mut Vec<Effect>,
) {
    let Some(run) = state.run.as_mut().filter(|one| one.id == run) else { return };
    if !matches!(run.stage, Stage::Composing { .. }) {
        return;
    }
    run.stage = Stage::Enriching;
    let most = run.enriching.most.max(batches);
    run.enriching =
        Enriching { units: Units::new(0, batches), titles, most, ..Enriching::default() };
    run.since = Some((now.ms, 0, 0));
    // What is missing can still be fetched, and then the pages are put in order once more.
    if run.reading.complete() {
        let stored = Stored { batches: 0, chunks: 0, histories: 0, ..run.stored() };
        run::forget(state, stored, effects);
    }
}

/// Takes a batch's answer.
pub(super) fn batch(
    state: &mut State,
    ticket: Ticket,
    result: Result<u32, Failure>,
    settings: &Settings,
    now: Now,
) -> Option<Effect> {
    let run =
        state.run.as_mut().filter(|run| run.id == ticket.run && run.stage == Stage::Enriching)?;
    if !run.enriching.units.answer(ticket) {
        return None;
    }
    let pace = state.paces.entry(run.marketplace).or_default();
    let failure = match result {
        Ok(titles) => {
            run.enriching.units.finish(ticket.unit);
            run.enriching.finished += titles;
            run.went_well();
            pace.went_well();
            return None;
        }
        Err(failure) => failure,
    };
    if run.hold.is_none() {
        run.enriching.strikes += if failure == Failure::Offline { 1 } else { 2 };
        run.enriching.given_up = run.enriching.strikes >= 2 * settings.catalog_tries;
    }
    if !run.enriching.given_up {
        run.refused(&failure, ticket.unit, pace, settings, now);
    }
    (failure == Failure::Offline).then_some(Effect::CheckPermission(run.marketplace))
}
