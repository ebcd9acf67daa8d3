//! Percent heard, 0 to 100 in tenths, so that it can be compared and hashed.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Percent in tenths: 47.3 % is 473.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Percent(u16);

impl Percent {
    /// Nothing heard.
    pub const ZERO: Self = Self(0);
    /// All heard.
    pub const HUNDRED: Self = Self(1000);

    /// Rounds to tenths; below 0 and above 100 are held at the bounds, not-a-number is `None`.
    pub fn clamped(value: f64) -> Option<Self> {
        if value.is_nan() {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "held within 0 and 1000 just before"
        )]
        let tenths = (value.clamp(0.0, 100.0) * 10.0).round() as u16;
        Some(Self(tenths))
    }

    /// As a number between 0 and 100.
    pub fn value(self) -> f64 {
        f64::from(self.0) / 10.0
    }

    /// At or over a whole number of percent.
    pub const fn at_least(self, percent: u8) -> bool {
        self.0 >= percent as u16 * 10
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(10) {
            to.serialize_u16(self.0 / 10)
        } else {
            to.serialize_f64(self.value())
        }
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = f64::deserialize(from)?;
        if !(0.0..=100.0).contains(&value) {
            return Err(serde::de::Error::custom("percent is between 0 and 100"));
        }
        Self::clamped(value).ok_or_else(|| serde::de::Error::custom("percent is a number"))
    }
}
