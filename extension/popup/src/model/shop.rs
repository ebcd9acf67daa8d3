//! The names of the chosen marketplace: what people call it, and its two hosts.

use shared::ids::Marketplace;

use super::text::Value;

/// A marketplace as the texts name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shop(pub Marketplace);

impl Shop {
    /// `audible.de`
    pub fn site(self) -> String {
        format!("audible.{}", self.0.tld())
    }

    /// `amazon.de`
    pub fn amazon(self) -> String {
        format!("amazon.{}", self.0.tld())
    }

    /// `www.audible.de` and `api.audible.de`, the two hosts that the browser is asked for.
    pub fn hosts(self) -> [Value; 2] {
        [format!("www.{}", self.site()).into(), format!("api.{}", self.site()).into()]
    }
}
