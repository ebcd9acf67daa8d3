//! Amazon's listening history: when something of a title was heard, and how far.

use std::collections::HashSet;

use serde_json::json;
use shared::{
    raw::{RawItem, RawLength, RawListening, RawState},
    when::When,
};

use super::{Cells, Note};
use crate::words;

/// Share of a title behind which its day is the day of finishing it: credits are often left unheard.
const HEARD: f64 = 0.95;
/// Percent of a title that is all of it.
const WHOLE: f64 = 99.0;
/// A day, in microseconds.
const DAY: i64 = 86_400_000_000;

/// What the listening history says of a title.
#[derive(Default)]
pub(super) struct Heard {
    pub(super) place: String,
    pub(super) title: String,
    length: f64,
    farthest: f64,
    first: Option<When>,
    last: Option<When>,
    reached_end: Option<When>,
    /// Days since 1970.
    days: HashSet<i64>,
}

impl Heard {
    /// A time of listening.
    pub(super) fn add(&mut self, row: &Cells<'_>, place: String, note: Note<'_>) {
        let milliseconds = |name| row.get(name).and_then(words::number).unwrap_or_default();
        if self.place.is_empty() {
            self.place = place;
        }
        row.get("productname").unwrap_or_default().clone_into(&mut self.title);
        self.length = self.length.max(milliseconds("booklengthmilliseconds"));
        let position = milliseconds("endpositionmilliseconds");
        self.farthest = self.farthest.max(position);
        let from = row.day("startdate", "listening", note);
        let to = row.day("enddate", "listening", note);
        self.first = earlier(self.first, from);
        self.last = later(self.last, to);
        if self.length > 0.0 && position >= self.length * HEARD {
            self.reached_end = earlier(self.reached_end, to);
        }
        let days = [from, to].into_iter().flatten();
        self.days.extend(days.map(|day| day.microseconds().div_euclid(DAY)));
    }

    pub(super) fn length(&self) -> Option<RawLength> {
        (self.length > 0.0).then(|| RawLength::Seconds(self.length / 1_000.0))
    }

    fn percent(&self) -> Option<f64> {
        (self.length > 0.0).then(|| (self.farthest / self.length * 100.0).min(100.0))
    }

    /// The days of listening, as found.
    pub(super) fn note(&self, raw: &mut RawItem) {
        let text = |day: Option<When>| day.map(|day| day.to_string()).unwrap_or_default();
        let (first, last) = (text(self.first), text(self.last));
        let days = json!({"first": first, "last": last, "days": self.days.len()});
        raw.extra.insert("listening_days".to_owned(), days);
    }
}

/// Finished if Amazon says so, or if it was heard to its end; the day is the first on which the end was heard.
pub(super) fn listening(finished: Option<bool>, heard: Option<&Heard>) -> Option<RawListening> {
    let percent = heard.and_then(Heard::percent);
    let state = match (finished, percent) {
        (Some(true), _) => RawState::Finished,
        (_, Some(percent)) if percent >= WHOLE => RawState::Finished,
        (_, Some(percent)) if percent > 0.0 => RawState::InProgress,
        // What is not finished may be half heard, on a device that tells nothing.
        _ => return None,
    };
    let finished_at =
        heard.and_then(|heard| heard.reached_end).filter(|_| state == RawState::Finished);
    let finished_at = finished_at.map(|day| day.to_string());
    let percent = percent.filter(|_| state == RawState::InProgress);
    Some(RawListening { state, percent, left: None, finished_at })
}

fn earlier(one: Option<When>, other: Option<When>) -> Option<When> {
    [one, other].into_iter().flatten().min_by_key(|day| day.microseconds())
}

fn later(one: Option<When>, other: Option<When>) -> Option<When> {
    [one, other].into_iter().flatten().max_by_key(|day| day.microseconds())
}
