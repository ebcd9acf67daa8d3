//! The part of the popup that needs no browser: what is shown, and the names of all texts.
//!
//! Reading order: [`wire`] (the browser's values to a snapshot), [`model`] (snapshot to screen),
//! [`i18n`] (names of texts), [`review`] (the page of the choice). The rest are two binaries: the
//! popup, whose `app.rs` puts a screen on the page, and `bin/review`. Their doors to the browser are
//! `worker`, `words` and the popup's `permissions.rs`.

pub mod i18n;
pub mod model;
pub mod review;
pub mod wire;
#[cfg(target_arch = "wasm32")]
pub mod words;
#[cfg(target_arch = "wasm32")]
pub mod worker;
