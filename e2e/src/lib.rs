//! The harness: real browsers against server and simulator with the packaged extension.

pub mod browser;
pub mod process;
pub mod tools;
pub mod wait;
