//! What the whole process logs and survives: a test binary of its own, with one test at a time.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails where it stands")]

mod command;
#[path = "../../src/store/contract/databases.rs"]
mod databases;
mod death;
#[expect(dead_code, reason = "the other test binary uses the rest")]
#[path = "../it/harness.rs"]
mod harness;
mod lines;
mod privacy;
mod statements;

use lines as logs;
