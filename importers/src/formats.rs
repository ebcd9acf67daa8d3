//! One file for each program: how its exports are known and what their fields mean.

pub(crate) mod amazon_data;
pub(crate) mod audible_cli;
pub(crate) mod audible_exporter;
pub(crate) mod audible_json;
pub(crate) mod audible_rs;
pub(crate) mod goodreads;
pub(crate) mod libation;
pub(crate) mod library_extractor;
pub(crate) mod me_feed;
pub(crate) mod open_audible;
pub(crate) mod story_graph;
