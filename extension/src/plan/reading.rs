//! Library pages: which to ask for, whether the library has moved meanwhile, whether the reading is
//! complete.
//!
//! Every purchase shifts all rows down and every return shifts some up, over the borders of pages. The
//! first and the last page are therefore read first, and both once more at the end: a purchase changes
//! the first, a return the last. Where one has changed, all pages in between are read again.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shared::problem::{Problem, Reason};

use super::{
    Effect, Failure, Now, State, Ticket,
    run::{Run, Stage},
    units::Units,
};
use crate::pace::Settings;

/// How often a library is read from the start because it has moved.
const ROUNDS: u32 = 4;

/// What a stored page showed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageFacts {
    /// Titles read.
    pub titles: u32,
    /// Rows that could not be read.
    pub unreadable: u32,
    /// Rows of whatever kind.
    pub rows: u32,
    /// Page behind the enabled "next" button.
    pub next: Option<u32>,
    /// Last page number shown.
    pub total: Option<u32>,
    /// Fingerprint of the set of titles.
    pub print: u64,
    /// The page came after a harmless redirect.
    pub followed: bool,
}

impl PageFacts {
    /// The page shows the same as before.
    fn same(&self, other: &Self) -> bool {
        let shown = |facts: &Self| (facts.titles, facts.rows, facts.total, facts.print);
        shown(self) == shown(other)
    }
}

/// Reading so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Reading {
    pub(super) units: Units,
    /// Titles asked for on a page.
    size: u32,
    facts: BTreeMap<u32, PageFacts>,
    /// Last page that a paging list has promised.
    promised: u32,
    /// Promised pages that showed nothing of their own.
    gaps: BTreeSet<u32>,
    /// Pages that were fetched a second time, because the first answer left something open.
    again: BTreeSet<u32>,
    /// There are more pages than one run may read.
    capped: bool,
    follow: bool,
    look: Look,
    /// Readings from the start so far.
    rounds: u32,
    /// Most pages that were ever stored.
    most: u32,
}

/// The look at first and last page after all were read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
enum Look {
    /// Not yet.
    #[default]
    Open,
    /// The first page is what it was; now the last.
    Last { first: PageFacts },
    /// Both are what they were.
    Steady,
    /// They never were.
    Moving,
}

impl Reading {
    /// The first page; it says how many there are.
    pub(super) fn begin(size: u32) -> Self {
        Self { units: Units::new(1, 1), size, most: 1, ..Self::default() }
    }

    pub(super) fn titles(&self) -> u32 {
        self.facts.values().map(|facts| facts.titles).sum()
    }

    pub(super) fn unreadable(&self) -> u32 {
        self.facts.values().map(|facts| facts.unreadable).sum()
    }

    /// Nothing is left to be asked.
    pub(super) fn is_over(&self) -> bool {
        self.units.all_done() && matches!(self.look, Look::Steady | Look::Moving)
    }

    /// Whether there is something to ask now.
    pub(super) fn has_question(&self) -> bool {
        self.next().is_some()
    }

    /// Most pages that are stored.
    pub(super) fn stored(&self) -> u32 {
        self.most.max(self.units.of())
    }

    /// Every page was read, in full, and nothing moved meanwhile.
    pub(super) fn complete(&self) -> bool {
        self.units.all_done()
            && self.look == Look::Steady
            && self.gaps.is_empty()
            && !self.capped
            && self.unreadable() == 0
    }

    /// Problems of whole pages.
    pub(super) fn notes(&self) -> Vec<Problem> {
        let note = |page: u32, reason, detail: &str| Problem {
            asin: None,
            place: format!("page {page}"),
            field: String::new(),
            reason,
            detail: detail.to_owned(),
        };
        let gap = |page: &u32| {
            let detail = "the page list promises this page, but it shows nothing of its own";
            note(*page, Reason::Missing, detail)
        };
        let cap = self.capped.then(|| {
            let detail = "the library has more pages than one run reads";
            note(self.units.of(), Reason::TooLarge, detail)
        });
        let moving = (self.look == Look::Moving).then(|| {
            let detail = "the library changed every time while it was read";
            note(1, Reason::Moving, detail)
        });
        self.gaps.iter().map(gap).chain(cap).chain(moving).collect()
    }

    /// Smaller pages from now on, if there are any: pages of another size are other pages.
    pub(super) fn shrink(&mut self, size: u32) {
        let units = std::mem::take(&mut self.units);
        let most = self.stored().max(units.of());
        *self = Self { units, follow: self.follow, most, ..Self::begin(size) };
        self.units.start_over(1);
    }

    /// What was missing is to be fetched once more.
    pub(super) fn go_on(&mut self) {
        self.again.clear();
        self.rounds = 0;
        if self.look == Look::Moving {
            self.shrink(self.size);
            return;
        }
        self.look = Look::Open;
        self.fetch_again();
    }

    /// The page to ask for now: the first, the last, and then those in between.
    fn next(&self) -> Option<u32> {
        if !self.units.all_done() {
            let last = Some(self.promised).filter(|last| self.units.is_open_for(*last));
            return last.or_else(|| self.units.next());
        }
        let wanted = match &self.look {
            Look::Open => 1,
            Look::Last { .. } => self.units.of(),
            Look::Steady | Look::Moving => return None,
        };
        (self.units.open() == 0).then_some(wanted)
    }

    /// No page of this size was read yet.
    fn is_fresh(&self) -> bool {
        self.facts.is_empty()
    }

    /// Takes a page in.
    fn take(&mut self, page: u32, facts: PageFacts, settings: &Settings) {
        self.follow |= facts.followed;
        self.most = self.most.max(page);
        if self.units.all_done() {
            return self.compare(page, facts, settings);
        }
        self.accept(page, facts, settings);
        if self.units.all_done() {
            self.fetch_again();
        }
    }

    /// A page without a title of its own ends a walk beyond the promised pages; within them it is a
    /// gap, and the reading is not complete.
    fn accept(&mut self, page: u32, facts: PageFacts, settings: &Settings) {
        self.facts.remove(&page);
        self.gaps.remove(&page);
        let repeated = self.facts.values().any(|seen| seen.titles > 0 && seen.print == facts.print);
        let empty = facts.titles == 0 && facts.unreadable == 0;
        self.units.finish(page);
        if page > 1 && (empty || repeated) {
            // Kept titles of a repeated page would be doubles; putting in order drops them.
            self.facts.insert(page, PageFacts { titles: 0, ..facts });
            if page <= self.promised {
                self.gaps.insert(page);
            }
            return;
        }
        self.promised = self.promised.max(facts.total.unwrap_or_default());
        let wanted = facts.next.unwrap_or_default().max(self.promised);
        self.capped |= wanted > settings.page_cap;
        self.units.grow(wanted.min(settings.page_cap));
        self.facts.insert(page, facts);
    }

    /// Pages that left something open are fetched a second time, and then taken as they are.
    fn fetch_again(&mut self) {
        let last = self.units.of();
        let usual = self.facts.values().map(|facts| facts.rows).max().unwrap_or_default();
        let doubtful = |(page, facts): (&u32, &PageFacts)| {
            let short = facts.rows < usual && *page < last;
            (short || facts.unreadable > 0 || self.gaps.contains(page)).then_some(*page)
        };
        let doubtful: Vec<u32> = self.facts.iter().filter_map(doubtful).collect();
        for page in doubtful {
            if self.again.insert(page) {
                self.units.undo(page);
            }
        }
    }

    /// First and last page stand beside what they showed before.
    fn compare(&mut self, page: u32, facts: PageFacts, settings: &Settings) {
        let before = self.facts.get(&page).is_some_and(|before| before.same(&facts));
        let only = self.units.of() == 1;
        self.look = match std::mem::take(&mut self.look) {
            Look::Open if before && !only => Look::Last { first: facts },
            Look::Open | Look::Last { .. } if before => Look::Steady,
            _ if self.rounds + 1 >= ROUNDS => Look::Moving,
            Look::Last { first } if page > 1 => {
                return self.start_over(&[(1, first), (page, facts)], settings);
            }
            _ => return self.start_over(&[(page, facts)], settings),
        };
    }

    /// Reads all pages anew, but for those that were just read.
    fn start_over(&mut self, fresh: &[(u32, PageFacts)], settings: &Settings) {
        let rounds = self.rounds + 1;
        self.shrink(self.size);
        self.rounds = rounds;
        for (page, facts) in fresh {
            self.accept(*page, *facts, settings);
        }
    }
}

impl Run {
    pub(super) fn ask_page(&mut self) -> Option<Effect> {
        let unit = self.reading.next()?;
        let ticket = self.reading.units.ask(self.id, unit);
        Some(Effect::ReadPage {
            ticket,
            marketplace: self.marketplace,
            size: self.reading.size,
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
    let pace = state.paces.entry(run.marketplace).or_default();
    match result {
        Ok(facts) => {
            run.reading.take(ticket.unit, facts, settings);
            run.went_well();
            pace.went_well();
            None
        }
        Err(failure) => {
            run.refused(&failure, ticket.unit, pace, settings, now);
            if failure.is_of_size(run.reading.is_fresh())
                && let Some(size) =
                    pace.smaller(run.reading.size, run.failures, run.reading.is_fresh())
            {
                run.reading.shrink(size);
            }
            (failure == Failure::Offline).then_some(Effect::CheckPermission(run.marketplace))
        }
    }
}
