//! The part of the popup that needs no browser: what is shown, and the names of all texts.
//!
//! Reading order: [`wire`] (the browser's values to a snapshot), [`model`] (snapshot to screen),
//! [`i18n`] (names of texts). The rest of the popup is the binary: `app.rs` puts a screen on the
//! page, `worker.rs` and `permissions.rs` are its two doors to the browser.

pub mod i18n;
pub mod model;
pub mod wire;
