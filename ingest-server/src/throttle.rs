//! What must not be tried too often: counted in the database, so that restarts and several servers
//! share the count.
//!
//! A try counts before it is made, so that none of many at once slips through; what turned out well is
//! taken back.

use uuid::Uuid;

use crate::{app::App, clock::new_id, ingest::hex_hash, store::StoreError};

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;
/// Seconds after which nothing is left of a try; no window is longer.
pub(crate) const FORGOTTEN: i64 = 24 * 60 * 60;

/// How often something may be tried.
#[derive(Clone, Debug)]
pub struct Limit {
    key: String,
    most: i64,
    window: i64,
}

impl Limit {
    /// At most so many tries of `what` by `whom` in so many seconds. Names of people and addresses are
    /// kept as hashes.
    pub fn new(what: &str, whom: &str, most: i64, window: i64) -> Self {
        let key = if whom.is_empty() {
            what.to_owned()
        } else {
            format!("{what}:{}", hex_hash(whom.as_bytes()))
        };
        Self { key, most, window: window.min(FORGOTTEN) }
    }
}

impl Limit {
    /// The key under which tries are counted.
    pub(crate) fn into_key(self) -> String {
        self.key
    }
}

/// A try that has been counted.
#[derive(Debug)]
pub struct Try(Uuid);

/// Why a try is not made.
#[derive(Debug, thiserror::Error)]
pub enum Throttled {
    /// Too many were made; so many seconds to wait.
    #[error("too many tries")]
    TooMany(i64),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Counts a try against every limit.
///
/// # Errors
///
/// [`Throttled::TooMany`] if one of them is reached; this try does not count then.
pub async fn count(app: &App, limits: &[Limit]) -> Result<Try, Throttled> {
    let (store, moment) = (app.store(), app.clock().now());
    let now = moment.as_microsecond();
    let id = new_id(moment, app.chance());
    let keys: Vec<String> = limits.iter().map(|limit| limit.key.clone()).collect();
    store.add_attempts(&keys, id, now).await?;
    for limit in limits {
        let window = limit.window * SECOND;
        let (made, first) = store.attempts(&limit.key, now - window).await?;
        if made > limit.most {
            store.take_attempts_back(id).await?;
            return Err(Throttled::TooMany(seconds_until(first + window, now)));
        }
    }
    Ok(Try(id))
}

/// Takes a try back that turned out well.
///
/// # Errors
///
/// The database's.
pub async fn take_back(app: &App, made: Try) -> Result<(), StoreError> {
    app.store().take_attempts_back(made.0).await
}

/// Whole minutes that such a wait takes, at least one.
pub(crate) const fn minutes_of(seconds: i64) -> i64 {
    let minutes = (seconds + 59) / 60;
    if minutes < 1 { 1 } else { minutes }
}

/// Whole seconds, at least one.
pub(crate) const fn seconds_until(moment: i64, now: i64) -> i64 {
    let left = (moment - now + SECOND - 1) / SECOND;
    if left < 1 { 1 } else { left }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_told_in_minutes_that_suffice_and_no_more() {
        for (seconds, minutes) in [(0, 1), (1, 1), (60, 1), (61, 2), (899, 15), (900, 15)] {
            assert_eq!(minutes_of(seconds), minutes, "{seconds}");
        }
    }
}
