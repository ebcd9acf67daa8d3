//! Certificates for loopback: one key that the browsers of the stories trust, and others that they do not.

use std::sync::{Arc, LazyLock};

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{CertificateParams, KeyPair, PublicKeyData};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use sha2::{Digest, Sha256};
use tokio_rustls::TlsAcceptor;

static TRUSTED: LazyLock<Option<KeyPair>> = LazyLock::new(|| KeyPair::generate().ok());

/// What Chromium knows the trusted key by: SHA-256 of its public half, as base64.
pub fn trusted() -> Result<String> {
    Ok(fingerprint(&trusted_key()?.subject_public_key_info()))
}

/// The same for any public key, as DER.
pub fn fingerprint(public_key: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(public_key))
}

/// Speaks TLS for `127.0.0.1` with a certificate that it signed itself.
pub fn acceptor(is_trusted: bool) -> Result<TlsAcceptor> {
    let own = KeyPair::generate()?;
    let key = if is_trusted { trusted_key()? } else { &own };
    let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()])?.self_signed(key)?;
    let der = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], der)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn trusted_key() -> Result<&'static KeyPair> {
    TRUSTED.as_ref().context("make a key")
}
