//! A secret that an operator sets: it never shows in a log, and comparing it takes the same time
//! whatever stands in it.

use std::fmt;

use sha2::{Digest, Sha256};

/// Shortest secret that nobody guesses, in bytes.
const SHORTEST: usize = 16;

/// The hash of a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

/// The text is too short to be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret has at least 16 characters; `openssl rand -hex 32` makes one")]
pub struct TooShort;

impl Secret {
    /// Takes a secret; what stands around it does not count.
    ///
    /// # Errors
    ///
    /// Fewer than 16 bytes.
    pub fn new(text: &str) -> Result<Self, TooShort> {
        let text = text.trim();
        if text.len() < SHORTEST { Err(TooShort) } else { Ok(Self(hash(text))) }
    }

    /// Whether somebody knows it. Hashes are compared, so that time tells nothing of the secret.
    pub fn is(&self, text: &str) -> bool {
        self.0 == hash(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_or_not_and_never_shown() {
        let secret = Secret::new(" 0123456789abcdef\n").unwrap();
        assert!(secret.is("0123456789abcdef"));
        assert!(!secret.is("0123456789abcdeg") && !secret.is(""));
        assert_eq!(format!("{secret:?}"), "Secret");
        assert_eq!(Secret::new("short"), Err(TooShort));
    }
}
