//! Keys of devices: RSA with 2,048 bits, the private one as PEM of PKCS#1.

use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Different keys; making one takes a tenth of a second, so a hundred devices share these.
const DIFFERENT: usize = 8;

/// Bytes of PKCS#8 that stand before the key of PKCS#1, for this size.
const PKCS8_HEAD: usize = 26;

/// A key and its public half.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) private_pem: String,
    /// PKCS#1, DER.
    pub(crate) public: Vec<u8>,
}

/// Gives keys out, the first ones all different.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    made: Vec<Arc<Key>>,
    given: usize,
}

impl Keys {
    pub(crate) fn next(&mut self) -> Arc<Key> {
        let place = self.given % DIFFERENT;
        self.given += 1;
        if let Some(known) = self.made.get(place) {
            return Arc::clone(known);
        }
        let key = Arc::new(Key::new());
        self.made.push(Arc::clone(&key));
        key
    }
}

impl Key {
    fn new() -> Key {
        #[expect(clippy::expect_used, reason = "no key, no simulator")]
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key can be made");
        #[expect(clippy::expect_used, reason = "as before")]
        let pkcs8: Pkcs8V1Der<'static> = pair.as_der().expect("a key can be written");
        let pkcs1 = pkcs8.as_ref().get(PKCS8_HEAD..).unwrap_or_default();
        let text = STANDARD.encode(pkcs1);
        let mut private_pem = String::from("-----BEGIN RSA PRIVATE KEY-----\n");
        for (place, letter) in text.chars().enumerate() {
            private_pem.push(letter);
            if place % 64 == 63 {
                private_pem.push('\n');
            }
        }
        private_pem.push_str("\n-----END RSA PRIVATE KEY-----\n");
        Key { private_pem, public: pair.public_key().as_ref().to_vec() }
    }
}
