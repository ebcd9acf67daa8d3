//! Files through the public door.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod hostile;
mod samples;
#[path = "../../examples/read/told.rs"]
mod told;
