//! The server through its front door: requests into the router, answers out, on both databases.

mod answers;
mod api;
#[path = "../../src/store/contract/databases.rs"]
mod databases;
mod harness;
mod imports;
mod library;
mod pages;
mod runs;
mod socket;
