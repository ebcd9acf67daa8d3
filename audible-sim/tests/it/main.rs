//! The simulator through its own doors: TLS, proxy, pages, catalog, and the API that wants a device.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod api_faults;
mod catalog;
mod client;
mod devices;
mod faults;
mod library;
mod listing;
mod person;
mod phone;
mod python;
mod sign_in;
mod signatures;
mod variants;
#[path = "../../../audible-client/tests/it/venv.rs"]
mod venv;
