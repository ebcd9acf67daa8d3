//! Tests of the client through its public door, many of them against the simulator.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod attempt;
mod auth_file;
mod connecting;
mod golden;
mod keeping;
mod key;
mod landing;
mod lists;
mod reading;
mod sign;
mod troubles;
mod venv;
mod world;
