//! A date or a moment: sources know the one or the other, and we never invent the rest.
//!
//! The two forms are read and written here and not by jiff: its parser knows many more, and with the
//! messages it has for them it weighed 25 KB in the extension.

use std::fmt;

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Time},
    tz::Offset,
};
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
        let bytes = text.as_bytes();
        let parsed = match bytes.split_at_checked(10) {
            Some((day, [])) => date(day).map(Self::Day),
            Some((day, [b'T' | b't' | b' ', time @ ..])) => moment(day, time).map(Self::Moment),
            _ => None,
        };
        parsed.ok_or(NotADate)
    }

    /// The day, in UTC for a moment.
    pub fn day(self) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Moment(moment) => Offset::UTC.to_datetime(moment).date(),
        }
    }

    /// Microseconds since 1970 for sorting; a day counts from its midnight in UTC.
    pub fn microseconds(self) -> i64 {
        match self {
            Self::Moment(moment) => moment.as_microsecond(),
            Self::Day(day) => Offset::UTC
                .to_timestamp(day.to_datetime(Time::midnight()))
                .map_or(0, Timestamp::as_microsecond),
        }
    }
}

/// `2025-05-21`
fn date(text: &[u8]) -> Option<Date> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
    let year = i16::from(two(y1, y2)?) * 100 + i16::from(two(y3, y4)?);
    Date::new(year, two(m1, m2)?, two(d1, d2)?).ok()
}

/// `05:42:18.895Z` or `05:42:18+02:00` on a day.
fn moment(day: &[u8], time: &[u8]) -> Option<Timestamp> {
    let &[h1, h2, b':', m1, m2, b':', s1, s2, ref rest @ ..] = time else { return None };
    let (nanoseconds, offset) = match rest {
        [b'.' | b',', rest @ ..] => fraction(rest)?,
        _ => (0, rest),
    };
    // A leap second counts as the one before it, as in jiff and POSIX.
    let second = two(s1, s2)?;
    let second = if second == 60 { 59 } else { second };
    let time = Time::new(two(h1, h2)?, two(m1, m2)?, second, nanoseconds).ok()?;
    let local = Offset::UTC.to_timestamp(date(day)?.to_datetime(time)).ok()?;
    local.checked_sub(SignedDuration::from_secs(seconds_east(offset)?)).ok()
}

/// One to nine digits as nanoseconds, and what follows them.
fn fraction(text: &[u8]) -> Option<(i32, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (fraction, rest) = text.split_at_checked(digits)?;
    if !(1..=9).contains(&digits) {
        return None;
    }
    let padded = fraction.iter().copied().chain(std::iter::repeat(b'0')).take(9);
    Some((padded.fold(0, |all, digit| all * 10 + i32::from(digit - b'0')), rest))
}

/// `Z`, `+02:00`, `+0200` or `+02` in seconds.
fn seconds_east(offset: &[u8]) -> Option<i64> {
    let (sign, h1, h2, m1, m2) = match *offset {
        [b'Z' | b'z'] => return Some(0),
        [sign, h1, h2, b':', m1, m2] | [sign, h1, h2, m1, m2] => (sign, h1, h2, m1, m2),
        [sign, h1, h2] => (sign, h1, h2, b'0', b'0'),
        _ => return None,
    };
    let (hours, minutes) = (i64::from(two(h1, h2)?), i64::from(two(m1, m2)?));
    if hours > 25 || minutes > 59 {
        return None;
    }
    let seconds = hours * 3_600 + minutes * 60;
    match sign {
        b'+' => Some(seconds),
        b'-' => Some(-seconds),
        _ => None,
    }
}

fn two(tens: u8, ones: u8) -> Option<i8> {
    if !tens.is_ascii_digit() || !ones.is_ascii_digit() {
        return None;
    }
    i8::try_from((tens - b'0') * 10 + (ones - b'0')).ok()
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = self.day();
        write!(f, "{:04}-{:02}-{:02}", day.year(), day.month(), day.day())?;
        let Self::Moment(moment) = self else { return Ok(()) };
        let time = Offset::UTC.to_datetime(*moment).time();
        write!(f, "T{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())?;
        let nanoseconds = time.subsec_nanosecond();
        if nanoseconds > 0 {
            let digits = format!("{nanoseconds:09}");
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        f.write_str("Z")
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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::When;

    #[test]
    fn dates_and_moments_are_read_and_written() {
        for (text, written) in [
            ("2025-05-21", Some("2025-05-21")),
            ("2024-02-29", Some("2024-02-29")),
            ("2025-05-21T05:42:18Z", Some("2025-05-21T05:42:18Z")),
            ("2025-05-21T05:42:18.895Z", Some("2025-05-21T05:42:18.895Z")),
            ("2025-05-21 05:42:18.100+02:00", Some("2025-05-21T03:42:18.1Z")),
            ("2025-01-01T00:30:00+0100", Some("2024-12-31T23:30:00Z")),
            ("2025-01-01T00:30:00-01", Some("2025-01-01T01:30:00Z")),
            ("2016-12-31T23:59:60Z", Some("2016-12-31T23:59:59Z")),
            ("2025-02-29", None),
            ("2025-5-21", None),
            ("2025-05-21T05:42:18", None),
            ("2025-05-21T05:42Z", None),
            ("2025-05-21T24:00:00Z", None),
            ("2025-05-21T05:42:18.Z", None),
            ("2025-05-21T05:42:18+2:00", None),
            ("21.05.2025", None),
            ("", None),
        ] {
            let found = When::parse(text).ok().map(|when| when.to_string());
            assert_eq!(found.as_deref(), written, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_moment_is_written_as_jiff_writes_it_and_read_back(
            second in -62_135_596_800_i64..253_402_207_200,
            nanosecond in 0_i32..1_000_000_000,
        ) {
            let moment = Timestamp::new(second, nanosecond).unwrap();
            let written = When::Moment(moment).to_string();
            prop_assert_eq!(&written, &moment.to_string());
            prop_assert_eq!(When::parse(&written), Ok(When::Moment(moment)));
        }

        #[test]
        fn what_is_no_date_is_an_error_and_no_panic(text in ".{0,40}") {
            if let Ok(when) = When::parse(&text) {
                prop_assert_eq!(When::parse(&when.to_string()), Ok(when));
            }
        }
    }
}
