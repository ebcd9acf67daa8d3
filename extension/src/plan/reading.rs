//! Library pages: which to ask for, when the last one is reached, whether the reading is complete.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::problem::{Problem, Reason};

use super::{
    Effect, Failure, Now, State, Ticket,
    run::{Run, Stage},
    units::Units,
};
use crate::pace::Settings;

/// What a stored page showed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageFacts {
    /// Titles read.
    pub titles: u32,
    /// Rows that could not be read.
    pub unreadable: u32,
    /// Page behind the enabled "next" button.
    pub next: Option<u32>,
    /// Last page number shown.
    pub total: Option<u32>,
    /// Fingerprint of the set of titles.
    pub print: u64,
    /// The page came after a harmless redirect.
    pub followed: bool,
}

/// Reading so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Reading {
    pub(super) units: Units,
    facts: BTreeMap<u32, PageFacts>,
    /// Last page that a paging list has promised.
    promised: u32,
    /// Promised pages that showed nothing of their own.
    gaps: Vec<u32>,
    /// There are more pages than one run may read.
    capped: bool,
    follow: bool,
}

impl Reading {
    /// The first page; it says how many there are.
    pub(super) fn begin() -> Self {
        Self { units: Units::new(1, 1), ..Self::default() }
    }

    pub(super) fn titles(&self) -> u32 {
        self.facts.values().map(|facts| facts.titles).sum()
    }

    pub(super) fn unreadable(&self) -> u32 {
        self.facts.values().map(|facts| facts.unreadable).sum()
    }

    /// Every page was read, in full.
    pub(super) fn complete(&self) -> bool {
        self.units.all_done() && self.gaps.is_empty() && !self.capped && self.unreadable() == 0
    }

    /// Problems of whole pages.
    pub(super) fn notes(&self) -> Vec<Problem> {
        let note = |place: String, reason, detail: &str| Problem {
            asin: None,
            place,
            field: String::new(),
            reason,
            detail: detail.to_owned(),
        };
        let gap = |page: &u32| {
            let detail = "the page list promises this page, but it shows nothing of its own";
            note(format!("page {page}"), Reason::Missing, detail)
        };
        let cap = self.capped.then(|| {
            let place = format!("page {}", self.units.of());
            note(place, Reason::TooLarge, "the library has more pages than one run reads")
        });
        self.gaps.iter().map(gap).chain(cap).collect()
    }

    /// Takes a page in.
    ///
    /// A page without a title of its own ends a walk beyond the promised pages; within them it is a
    /// gap, and the reading is not complete.
    fn accept(&mut self, page: u32, facts: PageFacts, settings: &Settings) {
        let repeated = self.facts.values().any(|seen| seen.titles > 0 && seen.print == facts.print);
        let empty = facts.titles == 0 && facts.unreadable == 0;
        self.follow |= facts.followed;
        self.units.finish(page);
        if page > 1 && (empty || repeated) {
            // Kept titles of a repeated page would be doubles; putting in order drops them.
            self.facts.insert(page, PageFacts { titles: 0, ..facts });
            if page <= self.promised {
                self.gaps.push(page);
                self.gaps.sort_unstable();
            }
            return;
        }
        self.promised = self.promised.max(facts.total.unwrap_or_default());
        let wanted = facts.next.unwrap_or_default().max(self.promised);
        self.capped |= wanted > settings.page_cap;
        self.units.grow(wanted.min(settings.page_cap));
        self.facts.insert(page, facts);
    }
}

impl Run {
    pub(super) fn ask_page(&mut self) -> Option<Effect> {
        let unit = self.reading.units.next()?;
        let ticket = self.reading.units.ask(self.id, unit);
        Some(Effect::ReadPage {
            ticket,
            marketplace: self.marketplace,
            follow: self.reading.follow,
        })
    }
}

/// Takes a page's answer; a silent host may also be a permission that was taken away.
pub(super) fn page(
    state: &mut State,
    ticket: Ticket,
    result: Result<PageFacts, Failure>,
    settings: &Settings,
    now: Now,
) -> Option<Effect> {
    let run =
        state.run.as_mut().filter(|run| run.id == ticket.run && run.stage == Stage::Reading)?;
    if !run.reading.units.answer(ticket) {
        return None;
    }
    match result {
        Ok(facts) => {
            run.reading.accept(ticket.unit, facts, settings);
            run.went_well();
            None
        }
        Err(failure) => {
            run.pause(&failure, ticket.unit, settings, now);
            (failure == Failure::Offline).then_some(Effect::CheckPermission(run.marketplace))
        }
    }
}
