//! Passwords: Argon2id with pinned parameters, hashed on threads of their own, few at a time.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::{Salt, SaltString},
};
use tokio::sync::Semaphore;
use zxcvbn::{Score, zxcvbn};

use crate::clock::Chance;

/// Fewest characters of a password.
pub const SHORTEST: usize = 10;
/// Most characters of a password.
pub const LONGEST: usize = 200;
/// How many hashes are computed at once: each takes 19 MiB for some 20 ms.
const AT_ONCE: usize = 2;
/// Random bytes of a salt.
const SALT: usize = 16;
/// Stands for the salt of an account that there is not.
const NOBODY: &str = "bm9ib2R5IGlzIGhlcmU";

/// What a hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// KiB of memory.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
}

/// OWASP's first choice for Argon2id.
impl Default for Cost {
    fn default() -> Self {
        Self { memory: 19 * 1024, passes: 2 }
    }
}

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// Fewer than ten characters.
    #[error("a password has at least 10 characters")]
    Short,
    /// More than two hundred.
    #[error("a password has at most 200 characters")]
    Long,
    /// Everybody tries it first.
    #[error("this password is among those that are tried first")]
    Common,
}

/// Hashing broke off: the parameters or what is stored are not what they should be.
#[derive(Debug, thiserror::Error)]
#[error("a password could not be hashed: {0}")]
pub struct HashFailed(String);

/// Whether a password is the right one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Checked {
    /// It is not, or there is no account.
    Wrong,
    /// It is.
    Right,
    /// It is, and its hash should be replaced by this one: parameters have changed.
    RightOutdated(String),
}

/// Computes hashes.
#[derive(Debug)]
pub struct Passwords {
    cost: Cost,
    turns: Semaphore,
    computed: Arc<AtomicU64>,
}

impl Passwords {
    pub(crate) fn new(cost: Cost) -> Self {
        Self { cost, turns: Semaphore::new(AT_ONCE), computed: Arc::default() }
    }

    /// How many hashes have been computed: the work is the same for accounts that there are not.
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::SeqCst)
    }

    /// Whether a new password may be taken, given what belongs to its account.
    ///
    /// # Errors
    ///
    /// See [`Weak`].
    pub fn judge(password: &str, belongings: &[&str]) -> Result<(), Weak> {
        let length = password.chars().count();
        if length < SHORTEST {
            return Err(Weak::Short);
        }
        if length > LONGEST {
            return Err(Weak::Long);
        }
        // Addresses are guessed by their parts, too.
        let parts = belongings.iter().flat_map(|text| text.split(['@', '.', ' ', '-', '_', '+']));
        let known: Vec<&str> = belongings
            .iter()
            .copied()
            .chain(parts)
            .chain(["mefeed", "me feed", "audible", "audiobook", "library"])
            .filter(|text| text.len() > 2)
            .collect();
        if zxcvbn(password, &known).score() < Score::Two { Err(Weak::Common) } else { Ok(()) }
    }

    /// A password's hash as it is stored: a PHC string.
    pub(crate) async fn hash(
        &self,
        password: String,
        chance: &dyn Chance,
    ) -> Result<String, HashFailed> {
        let salt = salt(chance)?;
        let cost = self.cost;
        self.on_a_thread(move || hash(cost, &password, &salt)).await
    }

    /// Checks a password. Where there is none to compare with, as much is computed for nothing.
    pub(crate) async fn check(
        &self,
        password: String,
        stored: Option<String>,
        chance: &dyn Chance,
    ) -> Result<Checked, HashFailed> {
        let cost = self.cost;
        let Some(stored) = stored else {
            let nobody = SaltString::from_b64(NOBODY).map_err(|error| failed(&error))?;
            self.on_a_thread(move || hash(cost, &password, &nobody)).await?;
            return Ok(Checked::Wrong);
        };
        let outdated = !is_current(cost, &stored);
        let again = outdated.then(|| password.clone());
        let right = self.on_a_thread(move || verify(&password, &stored)).await?;
        match again {
            Some(password) if right => {
                Ok(Checked::RightOutdated(self.hash(password, chance).await?))
            }
            _ if right => Ok(Checked::Right),
            _ => Ok(Checked::Wrong),
        }
    }

    async fn on_a_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HashFailed> + Send + 'static,
    ) -> Result<T, HashFailed> {
        let _turn = self.turns.acquire().await.map_err(|error| HashFailed(error.to_string()))?;
        self.computed.fetch_add(1, Ordering::SeqCst);
        tokio::task::spawn_blocking(work).await.map_err(|error| HashFailed(error.to_string()))?
    }
}

fn argon(cost: Cost) -> Result<Argon2<'static>, HashFailed> {
    let params = Params::new(cost.memory, cost.passes, 1, None).map_err(|error| failed(&error))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(cost: Cost, password: &str, salt: &SaltString) -> Result<String, HashFailed> {
    let salt: Salt<'_> = salt.as_salt();
    let hash = argon(cost)?.hash_password(password.as_bytes(), salt);
    hash.map(|hash| hash.to_string()).map_err(|error| failed(&error))
}

/// The stored string names its own parameters.
fn verify(password: &str, stored: &str) -> Result<bool, HashFailed> {
    let parsed = PasswordHash::new(stored).map_err(|error| failed(&error))?;
    match Argon2::default().verify_password(password.as_bytes(), &parsed) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::Password) => Ok(false),
        Err(error) => Err(failed(&error)),
    }
}

fn is_current(cost: Cost, stored: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(stored) else { return false };
    let Ok(params) = Params::try_from(&parsed) else { return false };
    parsed.algorithm == Algorithm::Argon2id.ident()
        && parsed.version == Some(Version::V0x13.into())
        && (params.m_cost(), params.t_cost(), params.p_cost()) == (cost.memory, cost.passes, 1)
}

fn salt(chance: &dyn Chance) -> Result<SaltString, HashFailed> {
    let mut bytes = [0; SALT];
    chance.fill(&mut bytes);
    SaltString::encode_b64(&bytes).map_err(|error| failed(&error))
}

fn failed(error: &dyn std::fmt::Display) -> HashFailed {
    HashFailed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::System;

    const CHEAP: Cost = Cost { memory: 16, passes: 1 };

    #[test]
    fn passwords_that_are_tried_first_are_refused() {
        let of_rea = ["rea.der@home.example", "Rea Der"];
        for (password, judged) in [
            ("short", Err(Weak::Short)),
            ("ninechars", Err(Weak::Short)),
            (&"x1Y!".repeat(51), Err(Weak::Long)),
            ("password123", Err(Weak::Common)),
            ("1234567890", Err(Weak::Common)),
            ("qwertyuiop", Err(Weak::Common)),
            ("aaaaaaaaaaaa", Err(Weak::Common)),
            ("abcabcabcabc", Err(Weak::Common)),
            ("iloveyou12", Err(Weak::Common)),
            ("P@ssw0rd12", Err(Weak::Common)),
            ("rea.der@home.example", Err(Weak::Common)),
            ("audible123", Err(Weak::Common)),
            ("lantern orchard seven", Ok(())),
            ("kV9#mqT2xw", Ok(())),
            ("größere Wörter helfen", Ok(())),
        ] {
            assert_eq!(Passwords::judge(password, &of_rea), judged, "{password}");
        }
    }

    #[tokio::test]
    async fn a_password_is_checked_with_one_computation_whether_there_is_an_account_or_not() {
        let passwords = Passwords::new(CHEAP);
        let hash = passwords.hash("lantern orchard".to_owned(), &System).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=16,t=1,p=1$"), "{hash}");
        for (password, stored, expected) in [
            ("lantern orchard", Some(hash.clone()), Checked::Right),
            ("lantern Orchard", Some(hash.clone()), Checked::Wrong),
            ("lantern orchard", None, Checked::Wrong),
        ] {
            let before = passwords.computed();
            let checked = passwords.check(password.to_owned(), stored, &System).await.unwrap();
            assert_eq!(checked, expected);
            assert_eq!(passwords.computed() - before, 1);
        }
    }

    #[tokio::test]
    async fn a_hash_with_other_parameters_is_replaced() {
        let old = Passwords::new(CHEAP).hash("lantern orchard".to_owned(), &System).await.unwrap();
        let passwords = Passwords::new(Cost { memory: 32, passes: 1 });
        let check =
            |password: &str| passwords.check(password.to_owned(), Some(old.clone()), &System);
        assert_eq!(check("wrong").await.unwrap(), Checked::Wrong);
        let Checked::RightOutdated(new) = check("lantern orchard").await.unwrap() else {
            panic!("the hash is not replaced");
        };
        assert!(new.contains("m=32,"), "{new}");
        let again = passwords.check("lantern orchard".to_owned(), Some(new), &System).await;
        assert_eq!(again.unwrap(), Checked::Right);
    }

    #[test]
    fn the_usual_cost_is_pinned() {
        assert_eq!(Cost::default(), Cost { memory: 19_456, passes: 2 });
    }
}
