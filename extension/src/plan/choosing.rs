//! Between reading and sending: what the server would make of the titles, and which are left out.

use serde::{Deserialize, Serialize};
use shared::{ids::RunId, wire::v1::ImportReceipt};

use super::{
    Effect, Server, State, Survey, Ticket,
    run::{Run, Stage},
    units::Units,
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
    /// What the server has yet to be told; the first may be on its way.
    wishes: Vec<Wish>,
    on_its_way: bool,
    told: u32,
    untold: Option<ServerTrouble>,
}

/// Titles that are never to be imported, or to be imported again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wish {
    /// Their ASINs.
    pub asins: Vec<String>,
    /// To be imported again.
    pub wanted: bool,
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
        self.on_its_way = false;
        if let Some(comparing) = &mut self.comparing {
            comparing.units.reopen();
        }
    }

    /// The server is being asked.
    pub(super) fn is_asking(&self) -> bool {
        !self.wishes.is_empty() || self.comparing.as_ref().is_some_and(Comparing::goes_on)
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

    /// What the popup is told.
    pub(super) fn choice(&self) -> Choice {
        Choice {
            run: self.id.to_string(),
            batches: self.enriching.units.of(),
            left_out: self.choosing.left_out,
            settled: self.is_cut(),
            compared: self.choosing.comparing.as_ref().map(|comparing| comparing.told.clone()),
            told: self.choosing.told,
            untold: self.choosing.untold.clone(),
        }
    }

    /// The next part, one at a time.
    pub(super) fn ask_verdict(&mut self, server: &Server) -> Option<Effect> {
        let comparing = self.choosing.comparing.as_mut()?;
        if !comparing.goes_on()
            || self.choosing.on_its_way
            || comparing.units.open() > 0
            || comparing.address != server.address
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

impl Run {
    /// The next wish, one at a time. Verdicts are written by one hand at a time, too.
    pub(super) fn tell_wish(&mut self, server: &Server) -> Option<Effect> {
        let parts = self.parts();
        let choosing = &mut self.choosing;
        let comparing = choosing.comparing.as_ref().is_some_and(|one| one.units.open() > 0);
        if choosing.on_its_way || comparing {
            return None;
        }
        let wish = choosing.wishes.first()?.clone();
        choosing.on_its_way = true;
        Some(Effect::Ignore {
            run: self.id,
            marketplace: self.marketplace,
            address: server.address.clone(),
            token: server.token.clone(),
            parts,
            wish,
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
        run.choosing = Choosing { survey, ..Choosing::default() };
        if without_asking && run.reading.complete() {
            run.stage = Stage::Cutting { asked: false };
        }
    }
}

/// Asks the server from the start, or goes on where it was in trouble.
pub(super) fn compare(state: &mut State) {
    let State { run: Some(run), server: Some(server), .. } = state else { return };
    if run.stage != Stage::Ready || run.is_cut() {
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
    let run = state.run.as_ref().filter(|run| run.stage == Stage::Ready && !run.is_cut())?;
    Some(Effect::Choose { run: run.id, left_out })
}

/// The choice was stored.
pub(super) fn chosen(state: &mut State, run: RunId, left_out: u32) {
    let Some(run) = state.run.as_mut().filter(|one| one.id == run) else { return };
    run.choosing.left_out = left_out;
}

/// Remembers what the server is to be told.
pub(super) fn ignore(state: &mut State, asins: Vec<String>, wanted: bool) {
    let State { run: Some(run), server: Some(_), .. } = state else { return };
    if run.stage == Stage::Ready && !run.is_cut() && !asins.is_empty() {
        run.choosing.untold = None;
        run.choosing.wishes.push(Wish { asins, wanted });
    }
}

/// The server was told, or could not be; then the person is shown why, and may ask again.
pub(super) fn told(state: &mut State, run: RunId, result: Result<(), ServerTrouble>) {
    let Some(run) = state.run.as_mut().filter(|one| one.id == run) else { return };
    let choosing = &mut run.choosing;
    choosing.on_its_way = false;
    match result {
        Ok(()) if !choosing.wishes.is_empty() => {
            choosing.wishes.remove(0);
            choosing.told = choosing.told.wrapping_add(1);
        }
        Ok(()) => {}
        Err(trouble) => {
            choosing.wishes.clear();
            choosing.untold = Some(trouble);
        }
    }
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
