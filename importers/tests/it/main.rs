//! Files through the public door.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod audible_cli;
mod hostile;
mod samples;
#[path = "../../examples/read/told.rs"]
mod told;
#[path = "../../../audible-client/tests/it/venv.rs"]
mod venv;
