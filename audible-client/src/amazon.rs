//! Hosts of a shop: where to sign in, where devices are registered, where the library is.

use shared::ids::Marketplace;
use url::Url;

/// The page of the sign-in.
pub(crate) const SIGN_IN_PATH: &str = "/ap/signin";

/// The page on which a sign-in ends. Nothing is there; its address is what counts.
pub(crate) const LANDING_PATH: &str = "/ap/maplanding";

/// `https://www.amazon.de/`: sign-in.
pub(crate) fn www(marketplace: Marketplace) -> Url {
    address(&format!("https://www.amazon.{}/", marketplace.tld()))
}

/// `https://api.amazon.de/`: devices and tokens.
pub(crate) fn devices(marketplace: Marketplace) -> Url {
    address(&format!("https://api.amazon.{}/", marketplace.tld()))
}

/// `https://api.audible.de/`: library, wishlist, catalog, statistics.
pub(crate) fn library(marketplace: Marketplace) -> Url {
    address(&marketplace.api())
}

/// Another path at the same host.
pub(crate) fn join(host: &Url, path: &str) -> Url {
    let mut url = host.clone();
    url.set_path(path);
    url
}

#[expect(clippy::expect_used, reason = "made of a constant table; a test makes all of them")]
fn address(text: &str) -> Url {
    Url::parse(text).expect("the hosts of every shop are addresses")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shop_has_its_three_hosts() {
        for shop in Marketplace::ALL {
            let hosts = [www(shop), devices(shop), library(shop)];
            let hosts = hosts.each_ref().map(|url| url.host_str().unwrap().to_owned());
            let tld = shop.tld();
            let expected = ["www.amazon.", "api.amazon.", "api.audible."];
            assert_eq!(hosts, expected.map(|start| format!("{start}{tld}")));
        }
    }
}
