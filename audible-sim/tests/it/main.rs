//! The simulator through its own doors: TLS, proxy, pages and catalog.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod catalog;
mod client;
mod faults;
mod library;
mod sign_in;
