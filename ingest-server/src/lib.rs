//! The server: takes imports in, keeps libraries of several accounts apart, shows them.
//!
//! Reading order for one imported book: [`http`] (`http/import.rs`), [`ingest`], [`store`], then back
//! out through [`library`].

pub mod accounts;
pub mod app;
pub mod audible;
pub mod audit;
pub mod clock;
pub mod config;
pub mod edits;
pub mod export;
pub mod files;
pub mod grant;
pub mod history;
pub mod http;
pub mod ingest;
pub mod library;
pub mod locale;
pub mod logging;
pub mod metrics;
pub mod personal;
pub mod secret;
pub mod serve;
pub mod store;
pub mod sweep;
pub mod throttle;
pub mod undo;

pub use serve::serve;
