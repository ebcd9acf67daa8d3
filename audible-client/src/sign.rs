//! Signs requests with a device's key, as Audible's app does: a signature never expires and needs no
//! token.

use std::fmt;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::{Timestamp, tz::TimeZone};
use rustls_pki_types::{PrivateKeyDer, pem::PemObject as _};
use url::{Position, Url};

use crate::{error::AudibleError, secret::Secret};

/// How the signature is made, as Audible names it.
const ALGORITHM: &str = "SHA256withRSA:1.0";

/// The key of one device, ready to sign.
pub struct Signer {
    adp_token: Secret,
    key: RsaKeyPair,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer")
    }
}

impl Signer {
    /// Reads a key: PEM of PKCS#1 or PKCS#8, or either as base64 of DER.
    ///
    /// # Errors
    ///
    /// [`AudibleError::BadKey`].
    pub fn new(adp_token: &Secret, private_key: &Secret) -> Result<Self, AudibleError> {
        let key = read_key(private_key.expose().trim()).ok_or(AudibleError::BadKey)?;
        let fits = |byte: u8| byte.is_ascii_graphic();
        if adp_token.expose().is_empty() || !adp_token.expose().bytes().all(fits) {
            return Err(AudibleError::BadKey);
        }
        Ok(Self { adp_token: adp_token.clone(), key })
    }

    /// The three headers of a request that is sent to exactly this address with exactly this body.
    ///
    /// # Errors
    ///
    /// [`AudibleError::BadKey`].
    pub fn headers(
        &self,
        method: &str,
        url: &Url,
        body: &str,
        now: Timestamp,
    ) -> Result<[(&'static str, String); 3], AudibleError> {
        let token = self.adp_token.expose();
        let path = &url[Position::BeforePath..Position::AfterQuery];
        let date = date(now);
        let text = format!("{method}\n{path}\n{date}\n{body}\n{token}");
        let mut signature = vec![0; self.key.public_modulus_len()];
        // This padding has no chance in it; the source of random bytes is never asked.
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .map_err(|_| AudibleError::BadKey)?;
        Ok([
            ("x-adp-token", token.to_owned()),
            ("x-adp-alg", ALGORITHM.to_owned()),
            ("x-adp-signature", format!("{}:{date}", STANDARD.encode(signature))),
        ])
    }
}

fn read_key(text: &str) -> Option<RsaKeyPair> {
    if text.starts_with("-----") {
        return match PrivateKeyDer::from_pem_slice(text.as_bytes()).ok()? {
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()).ok(),
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).ok(),
            _ => None,
        };
    }
    let packed: String = text.split_whitespace().collect();
    let der = STANDARD.decode(packed).ok()?;
    RsaKeyPair::from_pkcs8(&der).or_else(|_| RsaKeyPair::from_der(&der)).ok()
}

/// As Python writes it, offset and `Z` both, microseconds only where there are any.
fn date(now: Timestamp) -> String {
    let time = now.to_zoned(TimeZone::UTC);
    let micros = time.subsec_nanosecond() / 1_000;
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    format!("{}{fraction}+00:00Z", time.strftime("%Y-%m-%dT%H:%M:%S"))
}
