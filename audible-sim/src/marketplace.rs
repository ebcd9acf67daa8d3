//! The eleven marketplaces and the hosts that belong to them.

/// One Audible shop: its short code, domain ending, id and the language its pages announce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Marketplace {
    /// Short code as used by Audible's own programs: `us`, `uk`, `de`.
    pub code: &'static str,
    /// Domain ending: `com`, `co.uk`, `de`.
    pub tld: &'static str,
    /// Audible's id of the marketplace, printed into every page as `ue_mid`.
    pub id: &'static str,
    /// BCP 47 tag of the shop's language.
    pub lang: &'static str,
}

/// Host of the cover images, the same for every marketplace.
pub const IMAGE_HOST: &str = "m.media-amazon.com";

/// Every marketplace, the largest first.
pub const ALL: [Marketplace; 11] = [
    market("us", "com", "AF2M0KC94RCEA", "en-US"),
    market("uk", "co.uk", "A2I9A3Q2GNFNGQ", "en-GB"),
    market("de", "de", "AN7V1F1VY261K", "de-DE"),
    market("fr", "fr", "A2728XDNODOQ8T", "fr-FR"),
    market("ca", "ca", "A2CQZ5RBY40XE", "en-CA"),
    market("it", "it", "A2N7FU2W2BU2ZC", "it-IT"),
    market("au", "com.au", "AN7EY7DTAW63G", "en-AU"),
    market("in", "in", "AJO3FBRUE6J4S", "en-IN"),
    market("jp", "co.jp", "A1QAP3MOU4173J", "ja-JP"),
    market("es", "es", "ALMIKO4SZCSAR", "es-ES"),
    market("br", "com.br", "A10J1VAYUDTYRN", "pt-BR"),
];

const fn market(
    code: &'static str,
    tld: &'static str,
    id: &'static str,
    lang: &'static str,
) -> Marketplace {
    Marketplace { code, tld, id, lang }
}

impl Marketplace {
    /// The shop of the United States.
    pub const US: Marketplace = ALL[0];
    /// The German shop, the only one with its own words.
    pub const DE: Marketplace = ALL[2];

    /// Finds a marketplace by its code (`uk`) or its domain ending (`co.uk`).
    pub fn find(name: &str) -> Option<Marketplace> {
        ALL.into_iter().find(|m| m.code == name || m.tld == name)
    }

    /// Host of the web site.
    pub fn www(&self) -> String {
        format!("www.audible.{}", self.tld)
    }

    /// Host of library and catalog.
    pub fn api(&self) -> String {
        format!("api.audible.{}", self.tld)
    }

    /// Host of the sign-in page, a different origin than the web site.
    pub fn amazon(&self) -> String {
        format!("www.amazon.{}", self.tld)
    }

    /// Host where devices are registered.
    pub fn devices(&self) -> String {
        format!("api.amazon.{}", self.tld)
    }

    /// Ending of the session cookies' names: `main` in the United States, else `acb` and the code.
    pub fn cookie_suffix(&self) -> String {
        if self.code == "us" { "main".to_owned() } else { format!("acb{}", self.code) }
    }
}

/// What a host name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Host {
    Web(Marketplace),
    Api(Marketplace),
    Amazon(Marketplace),
    Devices(Marketplace),
    Images,
}

impl Host {
    /// Understands a `Host` header, with or without its port.
    pub(crate) fn parse(header: &str) -> Option<Host> {
        let name = header.split(':').next()?.to_ascii_lowercase();
        if name == IMAGE_HOST {
            return Some(Host::Images);
        }
        let find = |prefix: &str| {
            let tld = name.strip_prefix(prefix)?;
            ALL.into_iter().find(|market| market.tld == tld)
        };
        find("www.audible.")
            .map(Host::Web)
            .or_else(|| find("api.audible.").map(Host::Api))
            .or_else(|| find("www.amazon.").map(Host::Amazon))
            .or_else(|| find("api.amazon.").map(Host::Devices))
    }
}

/// Every host name the simulator answers for.
pub(crate) fn hosts() -> Vec<String> {
    let of = |market: &Marketplace| [market.www(), market.api(), market.amazon(), market.devices()];
    let mut hosts: Vec<String> = ALL.iter().flat_map(of).collect();
    hosts.push(IMAGE_HOST.to_owned());
    hosts
}
