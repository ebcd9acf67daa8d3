//! Tests of the client through its public door.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod attempt;
mod auth_file;
mod golden;
mod key;
mod landing;
mod sign;
mod venv;
