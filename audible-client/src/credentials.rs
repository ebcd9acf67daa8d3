//! What a registered device has: its key and tokens, and what may be told of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::ids::Marketplace;

use crate::secret::Secret;

mod auth_file;

/// Everything that a registration gave. Serializing it is for what is encrypted next; `Debug` shows no
/// secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// The shop whose library is asked for.
    pub marketplace: Marketplace,
    /// Names the device in signed requests.
    pub adp_token: Secret,
    /// PEM (PKCS#1 or PKCS#8) or base64 of DER.
    pub private_key: Secret,
    /// For the few requests that are not signed.
    pub access_token: Secret,
    /// When that ends.
    pub access_expires_at: Timestamp,
    /// Makes new ones.
    pub refresh_token: Secret,
    /// As Amazon lists it: `Me Feed - Web`.
    pub device_name: String,
    /// The device's serial number.
    pub device_serial: String,
}

/// Why a file with credentials cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthFileError {
    /// Larger than any such file.
    #[error("the file is larger than any such file")]
    TooLarge,
    /// It is not JSON.
    #[error("the file is not JSON")]
    NotJson,
    /// It is encrypted by the program that wrote it.
    #[error("the file is encrypted; export it without a password first")]
    Encrypted,
    /// It is neither form.
    #[error("this is neither audible-cli's nor Libation's file of accounts")]
    OtherFile,
    /// Something that is needed is missing; its name.
    #[error("the file lacks {0}")]
    Missing(&'static str),
    /// Something is there and cannot be used; its name.
    #[error("{0} in the file cannot be used")]
    Unusable(&'static str),
    /// Several accounts, of which none is of the asked shop.
    #[error("the file has no account of this shop")]
    OtherMarketplace,
}

impl Credentials {
    /// Takes the file of `audible`/audible-cli (`*.json`) or Libation (`AccountsSettings.json`). Of
    /// several accounts the one of `marketplace`; without one the first. A single account is taken for
    /// any shop, because a device serves them all.
    pub fn from_auth_file(
        text: &str,
        marketplace: Option<Marketplace>,
    ) -> Result<Self, AuthFileError> {
        auth_file::read(text, marketplace)
    }
}
