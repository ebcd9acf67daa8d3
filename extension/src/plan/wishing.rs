//! Titles that are never to be imported: the server is told before anything is sent.
//!
//! A wish is of the account, not of the run in which it was made: it is told although that run has
//! been sent or discarded meanwhile.

use serde::{Deserialize, Serialize};
use shared::ids::Marketplace;

use super::{
    Effect, State,
    run::{Run, Stage},
};
use crate::messages::ServerTrouble;

/// Titles that are never to be imported, or to be imported again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wish {
    /// Their shop.
    pub marketplace: Marketplace,
    /// Their ASINs.
    pub asins: Vec<String>,
    /// To be imported again.
    pub wanted: bool,
}

/// What the server has yet to be told, one after the other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wishes {
    waiting: Vec<Wish>,
    /// The question by which the first is on its way.
    open: Option<u32>,
    asked: u32,
    /// Wishes that the server was told.
    pub(super) told: u32,
    /// Why it could not be told the last.
    pub(super) untold: Option<ServerTrouble>,
}

impl Wishes {
    /// Something is to be told.
    pub(super) fn are_pending(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// One is on its way: verdicts are being written.
    pub(super) const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Nothing is in flight any more.
    pub(super) fn reopen(&mut self) {
        self.open = None;
    }

    /// The server that was meant is gone.
    pub(super) fn drop_all(&mut self) {
        self.waiting.clear();
        self.open = None;
    }
}

/// Remembers what the server is to be told.
pub(super) fn wish(state: &mut State, asins: Vec<String>, wanted: bool) {
    let State { run: Some(run), server: Some(_), wishes, .. } = state else { return };
    if run.may_be_chosen_from() && !asins.is_empty() {
        wishes.untold = None;
        wishes.waiting.push(Wish { marketplace: run.marketplace, asins, wanted });
    }
}

/// Tells the next wish. Verdicts are written by one hand at a time.
pub(super) fn advance(state: &mut State, effects: &mut Vec<Effect>) {
    let State { run, server: Some(server), wishes, .. } = state else { return };
    if wishes.open.is_some() || run.as_ref().is_some_and(Run::is_comparing) {
        return;
    }
    let Some(wish) = wishes.waiting.first().cloned() else { return };
    wishes.asked = wishes.asked.wrapping_add(1);
    wishes.open = Some(wishes.asked);
    effects.push(Effect::Ignore {
        number: wishes.asked,
        address: server.address.clone(),
        token: server.token.clone(),
        verdicts: run.as_ref().filter(|run| run.may_be_chosen_from()).map(Run::verdicts),
        wish,
    });
}

/// The server was told, or could not be. Then nothing is sent: the person is shown why first.
pub(super) fn told(state: &mut State, number: u32, result: Result<(), ServerTrouble>) {
    let State { run, wishes, .. } = state;
    if wishes.open != Some(number) {
        return;
    }
    wishes.open = None;
    match result {
        Ok(()) => {
            wishes.waiting.remove(0);
            wishes.told = wishes.told.wrapping_add(1);
        }
        Err(trouble) => {
            wishes.waiting.clear();
            wishes.untold = Some(trouble);
            if let Some(run) = run.as_mut().filter(|run| matches!(run.stage, Stage::Cutting { .. }))
            {
                run.stage = Stage::Ready;
                run.resume();
            }
        }
    }
}
