//! An imitation of Audible for tests and the demo: web site, sign-in, catalog and covers.
//!
//! Read in this order: [`marketplace`] (where), [`library`], [`case`] and [`order`] (what is owned),
//! [`truth`] (what a correct reader ends with), [`words`] (in which language), [`page`],
//! [`catalog`], [`cover`] and `signin` (what is shown), `authorize`, `device`, `signature`, `api`,
//! `owned` and `holding` (what registered devices are told), [`fault`] and [`control`] (how a test
//! steers it), `site`, `server` and `proxy` (how it is served).
//!
//! Invariant: nothing here comes from the crates it is used to test. An imitation made of the
//! code under test would agree with its mistakes.
//!
//! [`page`] and [`catalog`] are pure and need no socket; [`Sim`] serves them over TLS under the
//! real host names.

mod api;
mod authorize;
pub mod case;
pub mod catalog;
mod clock;
pub mod control;
pub mod cover;
mod device;
pub mod fault;
mod holding;
mod html;
pub mod library;
pub mod marketplace;
pub mod order;
mod owned;
pub mod page;
mod proxy;
mod server;
mod signature;
mod signin;
mod sim;
mod site;
pub mod truth;
pub mod words;

pub use authorize::SignInVariant;
pub use case::Case;
pub use control::{Control, RequestRecord};
pub use device::Device;
pub use fault::{Fault, Row, Times};
pub use holding::ApiTruth;
pub use library::Library;
pub use marketplace::Marketplace;
pub use sim::{Config, Sim};
pub use truth::Truth;
pub use words::Language;
