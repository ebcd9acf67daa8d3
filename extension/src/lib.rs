//! The background worker: reads a library page by page, asks, and sends what was read.
//!
//! Reading order: [`messages`] (what the popup sees), [`extract`] (page to titles).

pub mod extract;
pub mod messages;
