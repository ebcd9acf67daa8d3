//! What the whole process logs: a test binary of its own, with one test at a time.

#[path = "../../src/store/contract/databases.rs"]
mod databases;
#[expect(dead_code, reason = "the other test binary uses the rest")]
#[path = "../it/harness.rs"]
mod harness;
mod lines;
mod privacy;
mod statements;
