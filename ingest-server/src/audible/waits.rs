//! Waits that Audible asks for: kept with the job, whatever becomes of its schedule.

use std::time::Duration;

use audible_client::error::AudibleError;

use super::{ConnectionError, schedule::HOUR};
use crate::{store::connections::SyncRow, throttle};

/// Longest wait that Audible is believed to ask for, in microseconds.
const LONGEST: i64 = 168 * HOUR;

/// Until when Audible asks to wait, or asked before; at most a week, whatever it says.
pub(super) fn after(job: &SyncRow, error: &ConnectionError, now: i64) -> Option<i64> {
    let ConnectionError::Audible(AudibleError::TooMany { retry_after: Some(wait) }) = error else {
        return job.not_before;
    };
    Some(now + i64::try_from(wait.as_micros()).unwrap_or(LONGEST).min(LONGEST))
}

/// Nobody asks before a wait is over.
pub(super) fn is_over(job: &SyncRow, now: i64) -> Result<(), ConnectionError> {
    let Some(until) = job.not_before.filter(|until| *until > now) else { return Ok(()) };
    let seconds = throttle::seconds_until(until, now).unsigned_abs();
    Err(AudibleError::TooMany { retry_after: Some(Duration::from_secs(seconds)) }.into())
}
