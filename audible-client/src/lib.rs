//! Audible's own protocol, as its app speaks it: sign-in, device, signed requests, library.
//!
//! Reading order: [`attempt`] (the address at which a person signs in), [`landing`] (what comes back),
//! [`credentials`] (what a registered device has), [`client`] (how requests get out), [`account`]
//! (what is asked for with them), [`library`] (reading a library in pages).

pub mod account;
mod amazon;
pub mod attempt;
pub mod client;
pub mod credentials;
mod device;
pub mod error;
pub mod landing;
pub mod library;
mod lists;
pub mod secret;
pub mod sign;
pub mod sign_in;
mod tokens;
mod transport;
