//! The server through its front door: requests into the router, answers out, on both databases.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails where it stands")]

mod accounts;
mod answers;
mod api;
mod audible;
mod below;
mod browser;
#[path = "../../src/store/contract/databases.rs"]
mod databases;
#[path = "../../src/store/contract/dump.rs"]
mod dump;
mod edits;
mod endpoints;
mod export;
mod files;
mod grants;
mod harness;
mod history;
mod ignored;
mod imports;
#[path = "../../src/store/contract/intruder.rs"]
mod intruder;
mod library;
mod logs;
mod marks;
mod metrics;
mod pages;
mod pairing;
mod personal;
mod runs;
mod security;
mod socket;
mod tokens;
mod undo;
mod uploads;
