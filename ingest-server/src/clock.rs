//! The rim where time and chance come in; everywhere else they are arguments.

use std::fmt::Debug;

use jiff::Timestamp;
use rand::RngCore;
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Debug + Send + Sync + 'static {
    /// Now, in UTC.
    fn now(&self) -> Timestamp;
}

/// Gives random bytes that nobody can guess.
pub trait Chance: Debug + Send + Sync + 'static {
    /// Fills the whole slice.
    fn fill(&self, bytes: &mut [u8]);
}

/// The machine's clock and its generator of secrets.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl Clock for System {
    #[expect(clippy::disallowed_methods, reason = "this is the rim that asks the system")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

impl Chance for System {
    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}

/// A UUIDv7: its time comes first, so that rows lie in the order in which they were made.
pub fn new_id(now: Timestamp, chance: &dyn Chance) -> Uuid {
    let mut random = [0; 10];
    chance.fill(&mut random);
    let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}
