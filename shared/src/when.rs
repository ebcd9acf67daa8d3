//! A date or a moment: sources know the one or the other, and we never invent the rest.

use std::fmt;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// A day without a time, or a moment in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum When {
    /// `2025-05-21`
    Day(Date),
    /// `2025-05-21T05:42:18.895Z`
    Moment(Timestamp),
}

/// The text is neither a date nor an RFC 3339 moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a date is written 2025-05-21 or 2025-05-21T05:42:18Z")]
pub struct NotADate;

impl When {
    /// Takes an ISO date or an RFC 3339 moment with offset.
    pub fn parse(text: &str) -> Result<Self, NotADate> {
        if text.len() == 10 {
            return text.parse().map(Self::Day).map_err(|_| NotADate);
        }
        text.parse().map(Self::Moment).map_err(|_| NotADate)
    }

    /// The day, in UTC for a moment.
    pub fn day(self) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Moment(moment) => moment.to_zoned(TimeZone::UTC).date(),
        }
    }

    /// Microseconds since 1970 for sorting; a day counts from its midnight in UTC.
    pub fn microseconds(self) -> i64 {
        match self {
            Self::Moment(moment) => moment.as_microsecond(),
            Self::Day(day) => day
                .to_zoned(TimeZone::UTC)
                .map_or(0, |midnight| midnight.timestamp().as_microsecond()),
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::Moment(moment) => moment.fmt(f),
        }
    }
}

impl TryFrom<String> for When {
    type Error = NotADate;
    fn try_from(text: String) -> Result<Self, NotADate> {
        Self::parse(&text)
    }
}

impl From<When> for String {
    fn from(when: When) -> Self {
        when.to_string()
    }
}
