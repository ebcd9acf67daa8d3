//! What the popup shows, says and reads, without a browser.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

mod contrast;
mod doctor;
mod linking;
mod pairing;
mod review;
mod samples;
mod screens;
mod settings;
mod texts;
mod wire;
