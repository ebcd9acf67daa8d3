//! Secrets of connections at rest: AES-256-GCM, with a key for each person and purpose.
//!
//! The master key (`AUDIBLE_ENCRYPTION_KEY`) encrypts nothing itself: from it and the account's id comes a
//! key for one account and one purpose (HKDF-SHA256), and what is sealed is bound to account, marketplace
//! and purpose. A stolen database yields nothing without the master key, and a row that is copied to
//! another account or marketplace does not open.
//!
//! The form is `v1.{name of the master key}.{base64 of nonce, ciphertext and tag}`. The name says which of
//! two keys opens it while keys are rotated; it is made from the key by HKDF and tells nothing of it.

use std::fmt;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    hkdf::{HKDF_SHA256, KeyType, Salt},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};

use super::Whose;

/// Bytes of a key.
const KEY: usize = 32;
/// Version of the form.
const FORM: &str = "v1";

/// What something is sealed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The credentials of a registered device.
    Credentials,
    /// What an attempt of connecting has to remember.
    Attempt,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Credentials => "audible-credentials",
            Self::Attempt => "audible-attempt",
        }
    }
}

/// A master key. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey {
    bytes: [u8; KEY],
    name: String,
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey")
    }
}

/// The text is no master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key is the base64 of 32 random bytes; `openssl rand -base64 32` makes one")]
pub struct NotAKey;

/// Why something sealed does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    /// It was sealed with a key that is not given.
    #[error("it was sealed with another AUDIBLE_ENCRYPTION_KEY")]
    OtherKey,
    /// It is damaged, or of another account, marketplace or purpose.
    #[error("it is damaged or belongs elsewhere")]
    Damaged,
    /// Nothing can be sealed just now.
    #[error("the cipher refused")]
    Cipher,
}

impl MasterKey {
    /// Takes base64 of 32 bytes, in its usual form or the one for URLs, with or without padding.
    ///
    /// # Errors
    ///
    /// [`NotAKey`].
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let plain: String = text.trim().trim_end_matches('=').replace('+', "-").replace('/', "_");
        let bytes = URL_SAFE_NO_PAD.decode(plain).map_err(|_| NotAKey)?;
        let bytes: [u8; KEY] = bytes.try_into().map_err(|_| NotAKey)?;
        let name = derived(&bytes, b"", b"me-feed/name/v1").map_err(|_| NotAKey)?;
        let name = URL_SAFE_NO_PAD.encode(name.get(..6).unwrap_or_default());
        Ok(Self { bytes, name })
    }

    fn cipher(&self, whose: &Whose, purpose: Purpose) -> Result<RandomizedNonceKey, NotOpened> {
        let info = format!("me-feed/{}/{FORM}", purpose.as_str());
        let key = derived(&self.bytes, whose.account.as_bytes(), info.as_bytes())?;
        RandomizedNonceKey::new(&AES_256_GCM, &key).map_err(|_| NotOpened::Cipher)
    }
}

/// A key from a master key: HKDF-SHA256.
fn derived(master: &[u8; KEY], salt: &[u8], info: &[u8]) -> Result<[u8; KEY], NotOpened> {
    struct Length;
    impl KeyType for Length {
        fn len(&self) -> usize {
            KEY
        }
    }
    let mut key = [0; KEY];
    let pseudo_random = Salt::new(HKDF_SHA256, salt).extract(master);
    let info = [info];
    let expanded = pseudo_random.expand(&info, Length).map_err(|_| NotOpened::Cipher)?;
    expanded.fill(&mut key).map_err(|_| NotOpened::Cipher)?;
    Ok(key)
}

/// The keys of a server: one that seals, and while keys are rotated the one before.
#[derive(Clone, Debug)]
pub struct Vault {
    current: MasterKey,
    previous: Option<MasterKey>,
}

impl Vault {
    /// Takes the keys.
    pub const fn new(current: MasterKey, previous: Option<MasterKey>) -> Self {
        Self { current, previous }
    }

    /// Seals a text.
    ///
    /// # Errors
    ///
    /// [`NotOpened::Cipher`], which nobody has seen.
    pub fn seal(&self, whose: &Whose, purpose: Purpose, text: &str) -> Result<String, NotOpened> {
        let cipher = self.current.cipher(whose, purpose)?;
        let mut bytes = text.as_bytes().to_vec();
        let nonce = cipher
            .seal_in_place_append_tag(bound(whose, purpose), &mut bytes)
            .map_err(|_| NotOpened::Cipher)?;
        let all = [nonce.as_ref().as_slice(), &bytes].concat();
        Ok(format!("{FORM}.{}.{}", self.current.name, STANDARD.encode(all)))
    }

    /// Opens what was sealed for the same account, marketplace and purpose.
    ///
    /// # Errors
    ///
    /// See [`NotOpened`].
    pub fn open(&self, whose: &Whose, purpose: Purpose, sealed: &str) -> Result<String, NotOpened> {
        let (name, body) = parts(sealed)?;
        let keys = [Some(&self.current), self.previous.as_ref()];
        let key = keys.into_iter().flatten().find(|key| key.name == name);
        let key = key.ok_or(NotOpened::OtherKey)?;
        let mut all = STANDARD.decode(body).map_err(|_| NotOpened::Damaged)?;
        if all.len() < NONCE_LEN {
            return Err(NotOpened::Damaged);
        }
        let mut sealed = all.split_off(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&all).map_err(|_| NotOpened::Damaged)?;
        let opened = key
            .cipher(whose, purpose)?
            .open_in_place(nonce, bound(whose, purpose), &mut sealed)
            .map_err(|_| NotOpened::Damaged)?;
        String::from_utf8(opened.to_vec()).map_err(|_| NotOpened::Damaged)
    }

    /// Whether it was sealed with the key that seals now.
    pub fn is_current(&self, sealed: &str) -> bool {
        parts(sealed).is_ok_and(|(name, _)| name == self.current.name)
    }
}

fn parts(sealed: &str) -> Result<(&str, &str), NotOpened> {
    let rest = sealed.strip_prefix(FORM).and_then(|rest| rest.strip_prefix('.'));
    rest.and_then(|rest| rest.split_once('.')).ok_or(NotOpened::Damaged)
}

/// What a sealed text is bound to.
fn bound(whose: &Whose, purpose: Purpose) -> Aad<String> {
    Aad::from(format!("{FORM}|{}|{}|{}", whose.account, whose.marketplace, purpose.as_str()))
}

#[cfg(test)]
mod tests {
    use shared::ids::Marketplace;
    use uuid::Uuid;

    use super::*;

    const FIRST: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const SECOND: &str = "/////////////////////////////////////////38=";

    fn whose(account: u128, marketplace: Marketplace) -> Whose {
        Whose { account: Uuid::from_u128(account), marketplace }
    }

    fn vault(current: &str, previous: Option<&str>) -> Vault {
        let key = |text| MasterKey::parse(text).unwrap();
        Vault::new(key(current), previous.map(key))
    }

    #[test]
    fn what_is_sealed_opens_for_the_same_account_marketplace_and_purpose_alone() {
        let vault = vault(FIRST, None);
        let mine = whose(1, Marketplace::De);
        let sealed = vault.seal(&mine, Purpose::Credentials, "the device's key").unwrap();
        assert!(sealed.starts_with("v1.") && !sealed.contains("device"));
        assert_eq!(
            vault.open(&mine, Purpose::Credentials, &sealed).as_deref(),
            Ok("the device's key")
        );
        for (whose, purpose) in [
            (whose(2, Marketplace::De), Purpose::Credentials),
            (whose(1, Marketplace::Us), Purpose::Credentials),
            (mine, Purpose::Attempt),
        ] {
            assert_eq!(vault.open(&whose, purpose, &sealed), Err(NotOpened::Damaged));
        }
        let again = vault.seal(&mine, Purpose::Credentials, "the device's key").unwrap();
        assert_ne!(sealed, again, "no nonce is used twice");
    }

    #[test]
    fn every_changed_character_is_noticed() {
        let vault = vault(FIRST, None);
        let mine = whose(1, Marketplace::De);
        let sealed = vault.seal(&mine, Purpose::Attempt, "x").unwrap();
        for at in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(vault.open(&mine, Purpose::Attempt, &changed).is_err(), "{at} of {sealed}");
        }
        for broken in ["", "v1", "v1.", "v2.a.b", "v1.name.", "v1.name.AAAA"] {
            assert!(vault.open(&mine, Purpose::Attempt, broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn two_keys_open_while_one_seals() {
        let mine = whose(1, Marketplace::De);
        let old = vault(FIRST, None).seal(&mine, Purpose::Credentials, "s").unwrap();
        let both = vault(SECOND, Some(FIRST));
        assert!(!both.is_current(&old));
        assert_eq!(both.open(&mine, Purpose::Credentials, &old).as_deref(), Ok("s"));
        let new = both.seal(&mine, Purpose::Credentials, "s").unwrap();
        assert!(both.is_current(&new));
        let after = vault(SECOND, None);
        assert_eq!(after.open(&mine, Purpose::Credentials, &new).as_deref(), Ok("s"));
        assert_eq!(after.open(&mine, Purpose::Credentials, &old), Err(NotOpened::OtherKey));
    }

    #[test]
    fn keys_are_base64_of_32_bytes_and_never_shown() {
        let key = MasterKey::parse(&format!(" {FIRST}\n")).unwrap();
        assert_eq!(MasterKey::parse(FIRST.trim_end_matches('=')), Ok(key.clone()));
        assert_eq!(MasterKey::parse(&SECOND.replace('/', "_")), MasterKey::parse(SECOND));
        assert_eq!(format!("{key:?}"), "MasterKey");
        for wrong in ["", "secret", "AAAA", &FIRST[1..], &format!("{FIRST}AAAA"), "!!!!"] {
            assert_eq!(MasterKey::parse(wrong), Err(NotAKey), "{wrong}");
        }
    }
}
