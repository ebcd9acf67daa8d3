//! The program itself against the imitation of Audible: what it says, leaves behind, and ends with.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod brought;
#[path = "../../../ingest-server/tests/it/audible/person.rs"]
mod person;
mod program;
mod saved;
