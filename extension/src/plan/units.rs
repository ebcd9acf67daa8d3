//! Numbered pieces of work: which are done, which are open, which come next.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use serde::{Deserialize, Serialize};
use shared::ids::RunId;

use super::Ticket;

/// Units `first` to `first + of - 1`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Units {
    first: u32,
    of: u32,
    done: BTreeSet<u32>,
    /// Open units with the number of their question.
    open: BTreeMap<u32, u32>,
    asked: u32,
}

impl Units {
    pub(super) fn new(first: u32, of: u32) -> Self {
        Self { first, of, ..Self::default() }
    }

    /// Makes room for more; never for less.
    pub(super) fn grow(&mut self, of: u32) {
        self.of = self.of.max(of);
    }

    pub(super) const fn of(&self) -> u32 {
        self.of
    }

    pub(super) fn done(&self) -> u32 {
        count(self.done.range(self.range()).count())
    }

    fn range(&self) -> Range<u32> {
        self.first..self.first + self.of
    }

    pub(super) fn open(&self) -> usize {
        self.open.len()
    }

    pub(super) fn all_done(&self) -> bool {
        self.done() >= self.of
    }

    /// The lowest unit that is neither done nor open.
    pub(super) fn next(&self) -> Option<u32> {
        self.range().find(|unit| self.is_open_for(*unit))
    }

    /// There is such a unit, and it is neither done nor in flight.
    pub(super) fn is_open_for(&self, unit: u32) -> bool {
        self.range().contains(&unit) && !self.done.contains(&unit) && !self.open.contains_key(&unit)
    }

    /// Opens a unit.
    pub(super) fn ask(&mut self, run: RunId, unit: u32) -> Ticket {
        self.asked += 1;
        self.open.insert(unit, self.asked);
        Ticket { run, unit, number: self.asked }
    }

    /// Takes an answer: true only for the one that is waited for, and only once.
    pub(super) fn answer(&mut self, ticket: Ticket) -> bool {
        let expected = self.open.get(&ticket.unit) == Some(&ticket.number);
        if expected {
            self.open.remove(&ticket.unit);
        }
        expected
    }

    pub(super) fn finish(&mut self, unit: u32) {
        self.done.insert(unit);
    }

    /// A unit is to be done once more.
    pub(super) fn undo(&mut self, unit: u32) {
        self.done.remove(&unit);
    }

    /// Everything is to be done again; numbers of questions go on counting.
    pub(super) fn start_over(&mut self, of: u32) {
        self.of = of;
        self.done.clear();
        self.open.clear();
    }

    /// Nothing is in flight any more: open units are to be asked again.
    pub(super) fn reopen(&mut self) {
        self.open.clear();
    }
}

/// A length as a number on the wire.
pub(super) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
