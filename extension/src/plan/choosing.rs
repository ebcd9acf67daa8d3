//! Between reading and sending: what the server would make of the titles, and which are left out.

use serde::{Deserialize, Serialize};
use shared::{ids::RunId, wire::v1::ImportReceipt};

use super::{
    Effect, Server, State, Survey, Ticket,
    run::{Run, Stage},
    units::Units,
    wishing::Wishes,
};
use crate::messages::{Choice, Compared, ServerTrouble};

/// Batches of one question to the server.
pub(crate) const PART: u32 = 10;

/// What was read, and what of it is sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Choosing {
    pub(super) survey: Survey,
    /// Titles left out.
    pub(super) left_out: u32,
    comparing: Option<Comparing>,
}

/// The server is asked part by part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Comparing {
    /// Another server would say something else.
    address: String,
    units: Units,
    told: Compared,
}

impl Choosing {
    /// Nothing is in flight any more.
    pub(super) fn reopen(&mut self) {
        if let Some(comparing) = &mut self.comparing {
            comparing.units.reopen();
        }
    }

    /// The server is being asked.
    pub(super) fn is_asking(&self) -> bool {
        self.comparing.as_ref().is_some_and(Comparing::goes_on)
    }
}

impl Comparing {
    const fn goes_on(&self) -> bool {
        self.told.trouble.is_none() && self.told.done < self.told.of
    }
}

impl Run {
    /// Parts of the stored batches.
    fn parts(&self) -> u32 {
        self.enriching.units.of().div_ceil(PART)
    }

    /// The run and how many parts of it may have verdicts.
    pub(super) fn verdicts(&self) -> (RunId, u32) {
        (self.id, self.parts())
    }

    /// Everything was read, and nothing was cut for sending.
    pub(super) fn may_be_chosen_from(&self) -> bool {
        self.stage == Stage::Ready && !self.is_cut()
    }

    /// The server's word on a part is awaited.
    pub(super) fn is_comparing(&self) -> bool {
        self.choosing.comparing.as_ref().is_some_and(|comparing| comparing.units.open() > 0)
    }

    /// What the popup is told.
    pub(super) fn choice(&self, wishes: &Wishes) -> Choice {
        Choice {
            run: self.id.to_string(),
            batches: self.enriching.units.of(),
            left_out: self.choosing.left_out,
            settled: self.is_cut(),
            compared: self.choosing.comparing.as_ref().map(|comparing| comparing.told.clone()),
            told: wishes.told,
            untold: wishes.untold.clone(),
        }
    }

    /// The next part, one at a time.
    pub(super) fn ask_verdict(&mut self, server: &Server) -> Option<Effect> {
        let comparing = self.choosing.comparing.as_mut()?;
        if !comparing.goes_on() || comparing.units.open() > 0 || comparing.address != server.address
        {
            return None;
        }
        let unit = comparing.units.next()?;
        Some(Effect::Compare {
            ticket: comparing.units.ask(self.id, unit),
            marketplace: self.marketplace,
            address: server.address.clone(),
            token: server.token.clone(),
        })
    }
}

/// All batches were looked through.
pub(super) fn surveyed(state: &mut State, run: RunId, survey: Survey) {
    let without_asking = state.without_asking && state.server.is_some();
    let Some(run) = state.run.as_mut().filter(|one| one.id == run) else { return };
    if matches!(run.stage, Stage::Surveying { .. }) {
        run.stage = Stage::Ready;
        run.since = None;
        let left_out = run.choosing.left_out;
        run.choosing = Choosing { survey, left_out, ..Choosing::default() };
        // Whoever asked for days of purchase has decided to look first.
        if without_asking && run.history.titles.is_none() && run.reading.complete() {
            run.stage = Stage::Cutting { asked: false };
        }
    }
}

/// Asks the server from the start, or goes on where it was in trouble.
pub(super) fn compare(state: &mut State) {
    let State { run: Some(run), server: Some(server), .. } = state else { return };
    if !run.may_be_chosen_from() {
        return;
    }
    let of = run.parts();
    let known = run.choosing.comparing.take().filter(|one| one.address == server.address);
    let mut comparing = known.unwrap_or_else(|| Comparing {
        address: server.address.clone(),
        units: Units::new(0, of),
        told: Compared { of, ..Compared::default() },
    });
    comparing.told.trouble = None;
    run.choosing.comparing = Some(comparing);
}

/// Which titles are left out can be said until chunks are cut.
pub(super) fn choose(state: &State, left_out: Vec<String>) -> Option<Effect> {
    let run = state.run.as_ref().filter(|run| run.may_be_chosen_from())?;
    Some(Effect::Choose { run: run.id, left_out })
}

/// The choice was stored.
pub(super) fn chosen(state: &mut State, run: RunId, left_out: u32) {
    let Some(run) = state.run.as_mut().filter(|one| one.id == run) else { return };
    run.choosing.left_out = left_out;
}

/// Takes the server's word on a part.
pub(super) fn verdict(
    state: &mut State,
    ticket: Ticket,
    result: Result<Box<ImportReceipt>, ServerTrouble>,
) {
    let Some(run) = state.run.as_mut().filter(|run| run.id == ticket.run) else { return };
    let Some(comparing) = run.choosing.comparing.as_mut() else { return };
    if !comparing.units.answer(ticket) {
        return;
    }
    let told = &mut comparing.told;
    match result {
        Ok(receipt) => {
            comparing.units.finish(ticket.unit);
            told.done = comparing.units.done();
            told.imported += receipt.imported;
            told.updated += receipt.updated;
            told.unchanged += receipt.unchanged;
            told.ignored += receipt.ignored;
            told.rejected += receipt.rejected;
        }
        Err(trouble) => told.trouble = Some(trouble),
    }
}
