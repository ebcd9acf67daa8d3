//! A device's key, made for one test and thrown away.

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Bytes of PKCS#8 that stand before the key of PKCS#1, for RSA with 2,048 bits.
const PKCS8_HEAD: usize = 26;

/// In every form in which programs keep one.
pub(crate) struct Key {
    pub(crate) pkcs1_pem: String,
    pub(crate) pkcs8_pem: String,
    pub(crate) pkcs1_base64: String,
    pub(crate) pkcs8_base64: String,
    pub(crate) public: Vec<u8>,
}

impl Key {
    pub(crate) fn new() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let pkcs8: Pkcs8V1Der<'static> = pair.as_der().unwrap();
        let pkcs8 = pkcs8.as_ref();
        let pkcs1 = &pkcs8[PKCS8_HEAD..];
        Self {
            pkcs1_pem: pem("RSA PRIVATE KEY", pkcs1),
            pkcs8_pem: pem("PRIVATE KEY", pkcs8),
            pkcs1_base64: STANDARD.encode(pkcs1),
            pkcs8_base64: STANDARD.encode(pkcs8),
            public: pair.public_key().as_ref().to_vec(),
        }
    }
}

fn pem(name: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = (0..text.len())
        .step_by(64)
        .map(|start| &text[start..(start + 64).min(text.len())])
        .collect();
    format!("-----BEGIN {name}-----\n{}\n-----END {name}-----\n", lines.join("\n"))
}
