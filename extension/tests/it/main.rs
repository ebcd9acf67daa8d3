//! The worker as a whole against the simulator's pages and catalog, in a browser in memory.

mod extracting;
mod kills;
mod outside;
mod reading;
mod sending;
mod troubles;
mod truth;
mod world;
