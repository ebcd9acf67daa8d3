//! The rim where time and chance come in.

use std::sync::Arc;

use audible_client::client::Now;
use rand::RngCore as _;

/// The machine's clock.
pub(crate) fn now() -> Now {
    #[expect(clippy::disallowed_methods, reason = "this is the rim that asks the system")]
    Arc::new(jiff::Timestamp::now)
}

/// Bytes that nobody can guess.
pub(crate) fn random() -> [u8; 48] {
    let mut bytes = [0; 48];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}
