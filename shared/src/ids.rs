//! Names of things: ASIN, marketplace, run. Each has one door, `parse`, and keeps the proof.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Audible's product number: exactly ten characters of `[A-Z0-9]`, ISBN-10s included.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Asin(String);

/// The text is not ten characters of `A`-`Z` and `0`-`9`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an ASIN has exactly 10 characters of A-Z and 0-9")]
pub struct NotAnAsin;

impl Asin {
    /// Takes an ASIN as Audible writes it; lower case and spaces are refused.
    pub fn parse(text: &str) -> Result<Self, NotAnAsin> {
        let fits = text.len() == 10
            && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if fits { Ok(Self(text.to_owned())) } else { Err(NotAnAsin) }
    }

    /// The ten characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Asin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Asin {
    type Error = NotAnAsin;
    fn try_from(text: String) -> Result<Self, NotAnAsin> {
        Self::parse(&text)
    }
}

impl From<Asin> for String {
    fn from(asin: Asin) -> Self {
        asin.0
    }
}

/// One of Audible's eleven shops, each with a library of its own.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Marketplace {
    /// audible.com
    Us,
    /// audible.co.uk
    Uk,
    /// audible.de
    De,
    /// audible.fr
    Fr,
    /// audible.ca
    Ca,
    /// audible.it
    It,
    /// audible.com.au
    Au,
    /// audible.in
    In,
    /// audible.co.jp
    Jp,
    /// audible.es
    Es,
    /// audible.com.br
    Br,
}

/// The text names none of the eleven marketplaces.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a marketplace is one of us, uk, de, fr, ca, it, au, in, jp, es, br")]
pub struct NotAMarketplace;

impl Marketplace {
    /// All eleven, in the order in which people are offered them.
    pub const ALL: [Self; 11] = [
        Self::Us,
        Self::Uk,
        Self::De,
        Self::Fr,
        Self::Ca,
        Self::It,
        Self::Au,
        Self::In,
        Self::Jp,
        Self::Es,
        Self::Br,
    ];

    /// Code, top-level domain, Audible's marketplace id, language tag.
    const fn facts(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::Us => ("us", "com", "AF2M0KC94RCEA", "en-US"),
            Self::Uk => ("uk", "co.uk", "A2I9A3Q2GNFNGQ", "en-GB"),
            Self::De => ("de", "de", "AN7V1F1VY261K", "de-DE"),
            Self::Fr => ("fr", "fr", "A2728XDNODOQ8T", "fr-FR"),
            Self::Ca => ("ca", "ca", "A2CQZ5RBY40XE", "en-CA"),
            Self::It => ("it", "it", "A2N7FU2W2BU2ZC", "it-IT"),
            Self::Au => ("au", "com.au", "AN7EY7DTAW63G", "en-AU"),
            Self::In => ("in", "in", "AJO3FBRUE6J4S", "en-IN"),
            Self::Jp => ("jp", "co.jp", "A1QAP3MOU4173J", "ja-JP"),
            Self::Es => ("es", "es", "ALMIKO4SZCSAR", "es-ES"),
            Self::Br => ("br", "com.br", "A10J1VAYUDTYRN", "pt-BR"),
        }
    }

    /// Two-letter code as it stands on the wire: `us`.
    pub const fn code(self) -> &'static str {
        self.facts().0
    }

    /// What follows `audible.` in host names: `co.uk`.
    pub const fn tld(self) -> &'static str {
        self.facts().1
    }

    /// Audible's own id of the shop: `AF2M0KC94RCEA`.
    pub const fn audible_id(self) -> &'static str {
        self.facts().2
    }

    /// BCP 47 tag of the language its pages are written in: `de-DE`.
    pub const fn language(self) -> &'static str {
        self.facts().3
    }

    /// Takes a code: `us`.
    pub fn parse(code: &str) -> Result<Self, NotAMarketplace> {
        Self::ALL.into_iter().find(|one| one.code() == code).ok_or(NotAMarketplace)
    }

    /// The marketplace of a host name such as `www.audible.co.uk`.
    pub fn of_host(host: &str) -> Option<Self> {
        let tld =
            host.strip_prefix("www.audible.").or_else(|| host.strip_prefix("api.audible."))?;
        Self::ALL.into_iter().find(|one| one.tld() == tld)
    }

    /// The marketplace that fits a browser language such as `de-AT`; English without region is `us`.
    pub fn for_language(tag: &str) -> Self {
        let exact = Self::ALL.into_iter().find(|one| one.language().eq_ignore_ascii_case(tag));
        let same_language = || {
            let primary = tag.split('-').next().unwrap_or_default();
            Self::ALL.into_iter().find(|one| {
                one.language()
                    .split('-')
                    .next()
                    .is_some_and(|own| own.eq_ignore_ascii_case(primary))
            })
        };
        exact.or_else(same_language).unwrap_or(Self::Us)
    }

    /// Web origin: `https://www.audible.de`.
    pub fn www(self) -> String {
        format!("https://www.audible.{}", self.tld())
    }

    /// API origin: `https://api.audible.de`.
    pub fn api(self) -> String {
        format!("https://api.audible.{}", self.tld())
    }

    /// Where people sign in: `https://www.amazon.de`.
    pub fn amazon(self) -> String {
        format!("https://www.amazon.{}", self.tld())
    }

    /// Product page of a title: `https://www.audible.de/pd/B0…`.
    pub fn product_url(self, asin: &Asin) -> String {
        format!("{}/pd/{asin}", self.www())
    }
}

impl fmt::Display for Marketplace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// One reading of one library by one client: a UUIDv7 that the client makes.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct RunId(Uuid);

impl RunId {
    /// Builds an id from a moment and ten random bytes, both given by the caller.
    pub fn new(now: Timestamp, random: &[u8; 10]) -> Self {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
        Self(uuid::Builder::from_unix_timestamp_millis(millis, random).into_uuid())
    }

    /// Wraps a UUID that came over the wire.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// The UUID itself.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
