//! A title while its cells are read one after the other.

use serde_json::Value;
use shared::{
    ids::Marketplace,
    raw::{RawItem, RawLength, RawListening, RawRating, RawSeries, RawState},
};

use crate::{
    Ours,
    words::{self, DayOrder},
};

/// What the cells of one row have said so far; what needs several of them is put together at the end.
#[derive(Default)]
pub(crate) struct Draft {
    pub(crate) raw: RawItem,
    pub(crate) marketplace: Option<Marketplace>,
    pub(crate) order: DayOrder,
    pub(crate) finished: Option<bool>,
    pub(crate) state: Option<RawState>,
    pub(crate) percent: Option<f64>,
    pub(crate) left: Option<RawLength>,
    pub(crate) finished_at: Option<String>,
    pub(crate) series: Option<String>,
    pub(crate) sequence: Option<String>,
    pub(crate) average: Option<f64>,
    pub(crate) ratings: Option<u64>,
    /// A title of our own export, as it was exported.
    pub(crate) ours: Option<Ours>,
    /// The title without its subtitle.
    pub(crate) short: Option<String>,
    /// Fields that could not be read, and why.
    pub(crate) problems: Vec<(&'static str, &'static str)>,
    /// What kind of edition the row says it is.
    pub(crate) binding: Option<String>,
    /// On which shelf it stands, in the program's word.
    pub(crate) shelf: Option<String>,
    /// The row says that the person has it.
    pub(crate) owned: bool,
}

/// Puts one cell, which is not empty, where it belongs.
pub(crate) type Set = fn(&mut Draft, &str);

/// What becomes of a row.
pub(crate) enum Verdict {
    /// A title.
    Title,
    /// Something else that the program lists too, for example a printed book.
    Other,
}

/// Left out on purpose: it is about the program or the computer, or about a person, and not the title.
pub(crate) const NOT_OURS: Set = |_, _| {};

impl Draft {
    /// A length that is a number of minutes.
    pub(crate) fn minutes(&mut self, cell: &str) {
        self.raw.length = Some(match words::number(cell) {
            Some(minutes) => RawLength::Minutes(minutes),
            None => RawLength::Text(cell.to_owned()),
        });
    }

    /// A day as the language of a computer writes it. Where the file never shows whether the day or the
    /// month comes first, none is guessed.
    pub(crate) fn local_day(&mut self, field: &'static str, cell: &str) -> Option<String> {
        let day = words::day(cell, self.order);
        if self.order == DayOrder::Unknown && day.contains('/') {
            let detail = "no date of this file shows whether the day or the month comes first";
            self.problems.push((field, detail));
            return None;
        }
        Some(day)
    }

    /// Whether the recording is shortened.
    pub(crate) fn abridged(&mut self, cell: &str) {
        if let Some(abridged) = words::flag(cell) {
            self.extra("format_type", if abridged { "abridged" } else { "unabridged" }.into());
        }
    }

    /// A value of its own name among what has no place of its own.
    pub(crate) fn extra(&mut self, name: &str, value: Value) {
        self.raw.extra.insert(name.to_owned(), value);
    }

    /// The subtitle is what the title has more than its short form.
    pub(crate) fn split_title(&mut self) {
        let rest =
            self.raw.title.as_deref().zip(self.short.as_deref()).and_then(|(title, short)| {
                Some(title.strip_prefix(short)?.trim_start().strip_prefix(':')?.trim().to_owned())
            });
        if self.raw.subtitle.is_none() {
            self.raw.subtitle = rest.filter(|rest| !rest.is_empty());
        }
    }

    /// One series, if its name was said.
    pub(crate) fn one_series(&mut self) {
        if let Some(title) = self.series.take() {
            let sequence = self.sequence.take();
            self.raw.series.push(RawSeries { title, asin: None, sequence });
        }
    }

    /// Listening and rating from what was said of them.
    pub(crate) fn put_together(&mut self) {
        // Stars begin at one: an average of none is what programs write where nobody rated.
        if let Some(average) = self.average.filter(|average| *average != 0.0) {
            self.raw.rating = Some(RawRating { average: Some(average), count: self.ratings });
        }
        let begun = self.percent.is_some_and(|percent| percent > 0.0) || self.left.is_some();
        let state = match (self.finished, self.state) {
            (Some(true), _) => RawState::Finished,
            (_, Some(state)) => state,
            _ if begun => RawState::InProgress,
            (Some(false), None) => RawState::NotStarted,
            (None, None) if self.percent.is_some() => RawState::NotStarted,
            (None, None) => return,
        };
        self.raw.listening = Some(RawListening {
            state,
            percent: self.percent,
            left: self.left.take(),
            finished_at: self.finished_at.take().filter(|_| state == RawState::Finished),
        });
    }
}
