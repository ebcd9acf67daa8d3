//! The contract's behaviour through its public doors.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod mapping;
mod media;
mod merging;
mod schema;
mod validating;
