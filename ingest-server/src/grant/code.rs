//! The code that a person compares: eight consonants, so that it spells no word and nothing in it
//! looks like something else.

use std::fmt;

use crate::clock::Chance;

/// Letters of a code.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// How many there are in one.
const LENGTH: usize = 8;
/// Where the dash stands.
const HALF: usize = LENGTH / 2;
/// Bytes from here on would make some letters likelier than others.
const FAIR: u8 = 240;

/// A code as it is shown and stored: `BCDF-GHJK`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserCode(String);

impl UserCode {
    /// How many different ones there are.
    pub const ALL: u64 = 25_600_000_000;

    /// A new one, each as likely as any other.
    pub fn random(chance: &dyn Chance) -> Self {
        let mut letters = Vec::with_capacity(LENGTH);
        while letters.len() < LENGTH {
            let mut bytes = [0; LENGTH];
            chance.fill(&mut bytes);
            let fair = bytes.into_iter().filter(|byte| *byte < FAIR);
            letters.extend(fair.map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()])));
        }
        Self::from_letters(letters.into_iter().take(LENGTH))
    }

    /// Reads what a person typed: case, dashes and spaces do not matter.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > 64 {
            return None;
        }
        let letters: Option<Vec<char>> = text
            .chars()
            .filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '–' | '_' | '.'))
            .map(|letter| {
                let upper = letter.to_ascii_uppercase();
                u8::try_from(upper).is_ok_and(|byte| LETTERS.contains(&byte)).then_some(upper)
            })
            .collect();
        let letters = letters.filter(|letters| letters.len() == LENGTH)?;
        Some(Self::from_letters(letters.into_iter()))
    }

    /// As it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn from_letters(letters: impl Iterator<Item = char>) -> Self {
        let mut text = String::with_capacity(LENGTH + 1);
        for (place, letter) in letters.enumerate() {
            if place == HALF {
                text.push('-');
            }
            text.push(letter);
        }
        Self(text)
    }
}

impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        sync::atomic::{AtomicU8, Ordering},
    };

    use super::*;
    use crate::clock::System;

    /// Gives 255, 254, … so that unfair bytes come first.
    #[derive(Debug)]
    struct Falling(AtomicU8);

    impl Chance for Falling {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0.fetch_sub(1, Ordering::SeqCst);
            }
        }
    }

    #[test]
    fn a_code_is_read_as_it_was_shown_in_any_case_and_spacing() {
        let code = UserCode::random(&System);
        for typed in [
            code.to_string(),
            code.to_string().to_lowercase(),
            code.to_string().replace('-', ""),
            format!("  {} ", code.to_string().replace('-', " – ")),
        ] {
            assert_eq!(UserCode::parse(&typed), Some(code.clone()), "{typed}");
        }
        for wrong in ["", "BCDF-GHJ", "BCDF-GHJKL", "BCDF-GHJA", "BCDF-GHJ1", &"B".repeat(65)] {
            assert_eq!(UserCode::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_letter_is_as_likely_as_any_other() {
        // 255 to 240 are passed over; 239 is the last letter, and the next letters go down from it.
        let code = UserCode::random(&Falling(AtomicU8::new(255)));
        assert_eq!(code.as_str(), "ZXWV-TSRQ");
        assert_eq!(usize::from(FAIR) % LETTERS.len(), 0);
        let different: BTreeSet<&u8> = LETTERS.iter().collect();
        assert_eq!(different.len(), LETTERS.len());
        let letters = u64::try_from(LETTERS.len()).unwrap();
        assert_eq!(UserCode::ALL, letters.pow(u32::try_from(LENGTH).unwrap()));
    }
}
