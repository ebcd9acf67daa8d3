//! The background worker: reads a library page by page, asks, and sends what was read.
//!
//! Reading order: [`messages`] (what the popup sees), [`extract`] (page to titles), [`catalog`]
//! (what pages lack), [`pace`] (how fast), [`plan`] (what next), [`server`] (where to), [`grant`]
//! (with which right), [`headers`] (through which proxy), [`link`] (how the server gets a connection of
//! its own), [`doctor`] (what is wrong with the way there), [`browser`] (what a browser can do) and [`worker`] (which ties them together).

pub mod browser;
pub mod catalog;
pub mod doctor;
pub mod extract;
pub mod grant;
pub mod headers;
pub mod link;
pub mod messages;
pub mod pace;
pub mod plan;
pub mod server;
pub mod worker;
