//! The worker as a whole against the simulator's pages and catalog, in a browser in memory.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail like tests")]

mod choosing;
mod doctor;
mod extracting;
mod headers;
mod history;
mod kills;
mod linking;
mod marks;
mod moving;
mod outside;
mod pairing;
mod reading;
mod sending;
mod troubles;
mod truth;
mod world;
