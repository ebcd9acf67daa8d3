//! The page on which a person looks at what was read and leaves titles out, before it is sent. As in
//! the rest of the model, nothing here knows the browser.
//!
//! Reading order: [`title`] (a stored title to what a row shows), [`verdict`] (the server's word on
//! it), [`shelf`] (all of them: shown, counted, chosen), [`texts`] (names of this page's texts).

pub mod shelf;
pub mod texts;
pub mod title;
pub mod verdict;
pub mod wire;
