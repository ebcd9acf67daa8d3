//! How often a connection is synced, and when the next time is.

use std::fmt;

/// Microseconds of an hour.
pub(crate) const HOUR: i64 = 3600 * 1_000_000;

/// After the first failure it is tried again this much later, in microseconds.
pub(crate) const FIRST_WAIT: i64 = HOUR / 4;

/// How often a connection is synced by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// Only when the person asks.
    Off,
    /// Every so many hours, 1 to 168: a day has 24, a week 168.
    Every(u8),
}

/// The text names no schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a schedule is off, daily, weekly, or the number of hours from 1 to 168, such as 6h")]
pub struct NotASchedule;

impl Schedule {
    /// Once a day.
    pub const DAILY: Self = Self::Every(24);
    /// Once a week.
    pub const WEEKLY: Self = Self::Every(168);

    /// Takes `off`, `daily`, `weekly`, `6h`.
    ///
    /// # Errors
    ///
    /// [`NotASchedule`].
    pub fn parse(text: &str) -> Result<Self, NotASchedule> {
        match text {
            "off" => Ok(Self::Off),
            "daily" => Ok(Self::DAILY),
            "weekly" => Ok(Self::WEEKLY),
            _ => {
                let hours = text.strip_suffix('h').and_then(|hours| hours.parse().ok());
                let hours = hours.filter(|hours| (1..=168).contains(hours));
                hours.map(Self::Every).ok_or(NotASchedule)
            }
        }
    }

    /// Between two syncs, in microseconds; none when there is no next one.
    pub fn period(self) -> Option<i64> {
        match self {
            Self::Off => None,
            Self::Every(hours) => Some(i64::from(hours) * HOUR),
        }
    }

    /// When the next sync is due after one that was due at a moment and is done now. Servers of many
    /// people shall not all ask at the same minute: each time wanders by up to a twentieth of the period.
    pub fn after(self, due: Option<i64>, now: i64, chance: u16) -> Option<i64> {
        let period = self.period()?;
        let from = due.filter(|due| *due + period > now).unwrap_or(now);
        let jitter = period / 10 * i64::from(chance) / i64::from(u16::MAX) - period / 20;
        Some(from + period + jitter)
    }

    /// When a sync that failed is tried again: after a quarter of an hour, then half of one, and so on, at
    /// most after a period.
    pub fn again(self, now: i64, failures: i64) -> Option<i64> {
        let period = self.period()?;
        let doubled = u32::try_from(failures - 1).unwrap_or(0).min(16);
        Some(now + (FIRST_WAIT * (1 << doubled)).min(period))
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Off => f.write_str("off"),
            Self::DAILY => f.write_str("daily"),
            Self::WEEKLY => f.write_str("weekly"),
            Self::Every(hours) => write!(f, "{hours}h"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_read_and_written() {
        for text in ["off", "daily", "weekly", "1h", "6h", "167h"] {
            assert_eq!(Schedule::parse(text).map(|one| one.to_string()), Ok(text.to_owned()));
        }
        assert_eq!(Schedule::parse("24h"), Ok(Schedule::DAILY));
        for wrong in ["", "0h", "169h", "6", "h", "-1h", "Daily", "6 h"] {
            assert_eq!(Schedule::parse(wrong), Err(NotASchedule), "{wrong}");
        }
    }

    #[test]
    fn the_next_time_follows_the_last_due_one_and_wanders_a_little() {
        let daily = Schedule::DAILY;
        let (due, now) = (1_000 * HOUR, 1_001 * HOUR);
        for chance in [0, 1, 30_000, u16::MAX] {
            let next = daily.after(Some(due), now, chance).unwrap();
            assert!((next - due - 24 * HOUR).abs() <= 24 * HOUR / 20, "{chance}: {next}");
        }
        let late = daily.after(Some(due), due + 100 * HOUR, 0).unwrap();
        assert!(late > due + 100 * HOUR, "what was missed is not caught up with");
        assert_eq!(Schedule::Off.after(Some(due), now, 0), None);
    }

    #[test]
    fn a_failed_sync_is_tried_again_sooner_and_then_less_often() {
        let hours = |failures| Schedule::DAILY.again(0, failures).unwrap() * 4 / HOUR;
        assert_eq!([1, 2, 3, 4, 5, 8, 60].map(hours), [1, 2, 4, 8, 16, 96, 96]);
        assert_eq!(Schedule::Every(1).again(0, 4), Some(HOUR));
        assert_eq!(Schedule::Off.again(0, 1), None);
    }
}
