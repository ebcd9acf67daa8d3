//! The contract: what a source said, what we take it to mean, and what travels between programs.
//!
//! Nothing here does IO, asks the time or draws a random number. Reading order:
//! [`ids`], [`raw`], [`map`], [`item`], [`wire`], [`validate`], [`origin`], [`merge`], [`media`].

pub mod address;
mod extra;
pub mod ids;
pub mod item;
pub mod limits;
pub mod map;
pub mod media;
pub mod merge;
pub mod origin;
pub mod percent;
pub mod problem;
pub mod product;
pub mod raw;
#[cfg(feature = "samples")]
pub mod samples;
pub mod text;
pub mod validate;
pub mod when;
pub mod wire;
