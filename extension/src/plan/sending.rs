//! Chunks to the server: stored bytes, one after the other, receipts added up.

use serde::{Deserialize, Serialize};
use shared::{
    ids::RunId,
    wire::v1::{ImportReceipt, ItemReceipt, Outcome},
};

use super::{
    Effect, Failure, Now, Server, State, Stored, Ticket,
    run::{self, Run, Stage},
    units::{Units, count},
};
use crate::{messages::ServerState, pace::Settings};

/// Most refused titles that the receipt names.
const NAMED: usize = 100;

/// Sending so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Sending {
    pub(super) units: Units,
    /// Titles in all chunks.
    pub(super) titles: u32,
    pub(super) totals: Totals,
    /// The address that has taken chunks; another one gets all of them from the start.
    address: Option<String>,
    /// Most chunks that were ever stored.
    most: u32,
    /// What is stored is being removed.
    let_go: bool,
}

/// Receipts added up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Totals {
    pub(super) imported: u32,
    pub(super) updated: u32,
    pub(super) unchanged: u32,
    pub(super) ignored: u32,
    pub(super) duplicate: u32,
    pub(super) rejected: u32,
    pub(super) total: u32,
    pub(super) complete: bool,
    pub(super) refused: Vec<ItemReceipt>,
}

impl Totals {
    fn add(&mut self, receipt: ImportReceipt) {
        self.imported += receipt.imported;
        self.updated += receipt.updated;
        self.unchanged += receipt.unchanged;
        self.ignored += receipt.ignored;
        self.duplicate += receipt.duplicate;
        self.rejected += receipt.rejected;
        self.total += receipt.total;
        self.complete |= receipt.run.complete;
        let refused = receipt.items.into_iter().filter(|item| item.outcome == Outcome::Rejected);
        let room = NAMED.saturating_sub(self.refused.len());
        self.refused.extend(refused.take(room));
    }
}

impl Sending {
    /// Most chunks that are stored.
    pub(super) const fn stored(&self) -> u32 {
        self.most
    }

    /// The address that has all chunks.
    pub(super) fn address(&self) -> &str {
        self.address.as_deref().unwrap_or_default()
    }
}

impl Run {
    /// Chunks were cut under this run's name.
    pub(super) const fn is_cut(&self) -> bool {
        self.sending.units.of() > 0
    }

    /// All that is stored of the run, once: the server has everything.
    pub(super) fn let_go(&mut self) -> Option<Stored> {
        let first = !std::mem::replace(&mut self.sending.let_go, true);
        first.then(|| self.stored())
    }

    /// The next chunk, one at a time; the last one tells the server that all have arrived.
    pub(super) fn ask_server(&mut self, server: &Server) -> Option<Effect> {
        if self.sending.address.as_ref() != Some(&server.address) {
            // Numbers go on counting, so that answers of the former server are not taken for ours.
            self.sending.address = Some(server.address.clone());
            self.sending.units.start_over(self.sending.units.of());
            self.sending.totals = Totals::default();
        }
        if self.sending.units.open() > 0 {
            return None;
        }
        let unit = self.sending.units.next()?;
        let ticket = self.sending.units.ask(self.id, unit);
        Some(Effect::Send { ticket, address: server.address.clone(), token: server.token.clone() })
    }
}

/// Chunks are cut and stored; what they were cut from is not needed any more.
pub(super) fn cut(state: &mut State, run: RunId, chunks: &[u32], effects: &mut Vec<Effect>) {
    let Some(run) = state.run.as_mut().filter(|one| one.id == run) else { return };
    if !matches!(run.stage, Stage::Cutting { .. }) {
        return;
    }
    run.stage = Stage::Sending;
    run.since = None;
    let of = count(chunks.len());
    run.sending.units = Units::new(0, of);
    run.sending.most = run.sending.most.max(of);
    run.sending.titles = chunks.iter().sum();
    let stored = Stored { pages: 0, chunks: 0, ..run.stored() };
    run::forget(state, stored, effects);
}

/// Takes the server's answer to a chunk.
pub(super) fn chunk(
    state: &mut State,
    ticket: Ticket,
    result: Result<Box<ImportReceipt>, Failure>,
    settings: &Settings,
    now: Now,
) -> Option<Effect> {
    let State { run: Some(run), server, .. } = state else { return None };
    if run.id != ticket.run || run.stage != Stage::Sending || !run.sending.units.answer(ticket) {
        return None;
    }
    match result {
        Ok(receipt) => {
            run.sending.units.finish(ticket.unit);
            run.sending.totals.add(*receipt);
            run.went_well();
            server.as_mut().and_then(Server::works)
        }
        Err(failure) => {
            run.pause(&failure, ticket.unit, settings, now);
            if let (Some(server), Failure::Server(trouble, _)) = (server, failure) {
                server.state = ServerState::Trouble { trouble };
            }
            None
        }
    }
}
