//! Pure: when titles were finished, as far as Audible's word on it is to be believed.
//!
//! Audible knows a moment for each mark, newest wins. When Audible moved its own data, marks of years fell
//! on one day, and so do marks that a person sets for a whole shelf at once: a day on which more titles
//! were finished than anybody hears is no day of finishing (docs/audible.md). Such titles stay finished,
//! without a date: dates are never invented.

use std::collections::{HashMap, HashSet};

use audible_client::account::FinishedEvent;
use jiff::civil::Date;
use shared::{
    raw::{RawItem, RawState},
    when::When,
};

/// More finished titles than this on one day are no listening.
const MOST_IN_A_DAY: usize = 12;

/// When titles were finished, by ASIN.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Finished {
    of: HashMap<String, String>,
    /// Days of which no date is believed.
    crowded: HashSet<Date>,
    /// The list could not be read: which days are crowded is not known, so no date is believed.
    unread: bool,
}

impl Finished {
    /// Where the list of marks could not be read: no date is told; those that are known stay.
    pub(super) fn unread() -> Self {
        Self { unread: true, ..Self::default() }
    }

    /// What events say, whatever their order.
    pub(super) fn new(events: Vec<FinishedEvent>) -> Self {
        let mut newest: HashMap<String, (When, FinishedEvent)> = HashMap::new();
        for event in events {
            let Ok(at) = When::parse(&event.at) else { continue };
            let known = newest.get(&event.asin);
            if known.is_none_or(|(last, _)| last.microseconds() <= at.microseconds()) {
                newest.insert(event.asin.clone(), (at, event));
            }
        }
        let mut days: HashMap<_, usize> = HashMap::new();
        for (at, event) in newest.values() {
            *days.entry(at.day()).or_default() += usize::from(event.finished);
        }
        days.retain(|_, count| *count > MOST_IN_A_DAY);
        let crowded: HashSet<_> = days.into_keys().collect();
        let believed = newest
            .into_iter()
            .filter(|(_, (at, event))| event.finished && !crowded.contains(&at.day()));
        Self {
            of: believed.map(|(asin, (_, event))| (asin, event.at)).collect(),
            crowded,
            unread: false,
        }
    }

    /// Puts the moment to a title that is finished. What the title itself says of it holds, unless that is
    /// a day of which no date is believed.
    pub(super) fn put(&self, raw: &mut RawItem) {
        let Some(listening) = &mut raw.listening else { return };
        let own = listening.finished_at.as_deref().and_then(|at| When::parse(at).ok());
        if self.unread || own.is_some_and(|own| self.crowded.contains(&own.day())) {
            listening.finished_at = None;
        }
        if listening.state == RawState::Finished && listening.finished_at.is_none() {
            listening.finished_at = self.of.get(&raw.asin).cloned();
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::raw::RawListening;

    use super::*;

    fn event(asin: &str, finished: bool, at: &str) -> FinishedEvent {
        FinishedEvent { asin: asin.to_owned(), finished, at: at.to_owned() }
    }

    fn title(asin: &str, state: RawState) -> RawItem {
        let listening = RawListening { state, percent: None, left: None, finished_at: None };
        RawItem { asin: asin.to_owned(), listening: Some(listening), ..RawItem::default() }
    }

    fn date(finished: &Finished, asin: &str) -> Option<String> {
        let mut raw = title(asin, RawState::Finished);
        finished.put(&mut raw);
        raw.listening.unwrap().finished_at
    }

    #[test]
    fn the_newest_word_counts_and_a_mark_that_was_taken_off_gives_no_date() {
        let finished = Finished::new(vec![
            event("A", true, "2026-03-01T10:00:00Z"),
            event("A", true, "2025-01-01T10:00:00Z"),
            event("B", true, "2025-01-02T10:00:00Z"),
            event("B", false, "2025-01-03T10:00:00Z"),
            event("C", true, "soon"),
        ]);
        assert_eq!(date(&finished, "A").as_deref(), Some("2026-03-01T10:00:00Z"));
        assert_eq!(date(&finished, "B"), None);
        assert_eq!(date(&finished, "C"), None);
    }

    #[test]
    fn a_day_on_which_nobody_hears_so_much_gives_no_dates() {
        let crowd = |count: usize| {
            let mut events: Vec<FinishedEvent> = (0..count)
                .map(|number| event(&format!("T{number}"), true, "2019-06-01T00:00:00Z"))
                .collect();
            events.push(event("A", true, "2019-06-02T00:00:00Z"));
            Finished::new(events)
        };
        assert!(date(&crowd(MOST_IN_A_DAY), "T3").is_some());
        assert_eq!(date(&crowd(MOST_IN_A_DAY + 1), "T3"), None);
        assert!(date(&crowd(MOST_IN_A_DAY + 1), "A").is_some());
        let mut told = title("B", RawState::Finished);
        told.listening.as_mut().unwrap().finished_at = Some("2019-06-01T07:00:00Z".to_owned());
        crowd(MOST_IN_A_DAY + 1).put(&mut told);
        assert_eq!(told.listening.unwrap().finished_at, None);
    }

    #[test]
    fn only_finished_titles_get_a_date_and_their_own_word_holds() {
        let finished = Finished::new(vec![event("A", true, "2026-03-01T10:00:00Z")]);
        let mut begun = title("A", RawState::InProgress);
        finished.put(&mut begun);
        assert_eq!(begun.listening.unwrap().finished_at, None);
        let mut told = title("A", RawState::Finished);
        told.listening.as_mut().unwrap().finished_at = Some("2026-02-01".to_owned());
        finished.put(&mut told);
        assert_eq!(told.listening.unwrap().finished_at.as_deref(), Some("2026-02-01"));
    }
}
