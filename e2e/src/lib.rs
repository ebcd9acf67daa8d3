//! The harness: real browsers against server and simulator with the packaged extension.

mod access;
pub mod broken;
pub mod browser;
pub mod choice;
mod doctor;
pub mod nginx;
pub mod person;
pub mod popup;
pub mod process;
pub mod screens;
pub mod server;
pub mod tls;
pub mod tools;
pub mod truth;
pub mod turn;
pub mod wait;
pub mod world;
