//! Where a request comes from, behind a proxy too.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use axum::{
    extract::{ConnectInfo, FromRef, FromRequestParts},
    http::{HeaderMap, request::Parts},
};
use ipnet::IpNet;

use crate::{app::App, audible::ConnectionError};

/// What proxies write the addresses into that a request came through, the first one leftmost.
const FORWARDED: &str = "x-forwarded-for";

/// What proxies write the scheme into by which a request reached them.
const SCHEME: &str = "x-forwarded-proto";

/// Whether what a request carries was hidden from others on its way: by TLS, or because it never left the
/// machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    closed: bool,
}

impl Line {
    /// Secrets travel on a closed line only.
    pub(super) const fn closed(self) -> Result<(), ConnectionError> {
        if self.closed { Ok(()) } else { Err(ConnectionError::HttpsRequired) }
    }
}

impl<S> FromRequestParts<S> for Line
where
    S: Sync,
    App: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let app = App::from_ref(state);
        let Ok(ClientAddress(client)) = ClientAddress::from_request_parts(parts, state).await;
        let peer = peer(parts);
        let behind_tls = app.settings().is_behind_tls();
        let trusted = &app.settings().trusted_proxies;
        Ok(Self { closed: is_closed(peer, client, &parts.headers, (trusted, behind_tls)) })
    }
}

/// A proxy on the same machine, or one that is trusted, says by which scheme it was asked. Where it does
/// not say it, the operator's word on the public address holds.
fn is_closed(
    peer: IpAddr,
    client: IpAddr,
    headers: &HeaderMap,
    (trusted, behind_tls): (&[IpNet], bool),
) -> bool {
    let near = peer.is_loopback() || trusted.iter().any(|net| net.contains(&peer));
    if !near {
        return false;
    }
    let last = |value: &str| value.rsplit(',').next().map(|scheme| scheme.trim().to_owned());
    let scheme = headers.get(SCHEME).and_then(|value| value.to_str().ok()).and_then(last);
    match scheme {
        Some(scheme) => scheme.eq_ignore_ascii_case("https"),
        None if headers.contains_key(FORWARDED) => behind_tls,
        None => (peer.is_loopback() && client.is_loopback()) || behind_tls,
    }
}

fn peer(parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0.ip().to_canonical())
}

/// The network address of whoever sent a request. A proxy is believed only if `MEFEED_TRUSTED_PROXY`
/// names it: everybody else could write anything into the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClientAddress(pub(super) IpAddr);

impl ClientAddress {
    /// Against whom tries are counted: the address, or its network of 64 bits where it is IPv6. One
    /// household has all addresses of such a network and can change them as it likes.
    pub(super) fn counted(self) -> String {
        match self.0 {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let network = address.to_bits() >> 64 << 64;
                format!("{}/64", Ipv6Addr::from_bits(network))
            }
        }
    }
}

impl<S> FromRequestParts<S> for ClientAddress
where
    S: Sync,
    App: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let app = App::from_ref(state);
        Ok(Self(behind(peer(parts), &parts.headers, &app.settings().trusted_proxies)))
    }
}

/// Walks from the nearest hop outwards as long as trusted proxies tell of another one.
fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let written: Vec<&str> = headers
        .get_all(FORWARDED)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let mut client = peer;
    for hop in written.into_iter().rev() {
        if !is_trusted(&client) {
            break;
        }
        let Some(next) = address(hop.trim()) else { break };
        client = next;
    }
    client
}

/// An address as proxies write it: some add the port, some brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let parsed = bare.parse::<IpAddr>().ok();
    parsed.or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip())).map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_household_are_counted_together() {
        for (address, counted) in [
            ("198.51.100.1", "198.51.100.1"),
            ("2001:db8:1:2::7", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::7", "2001:db8:1:3::/64"),
        ] {
            assert_eq!(ClientAddress(address.parse().unwrap()).counted(), counted);
        }
    }

    #[test]
    fn secrets_travel_by_tls_or_stay_on_the_machine() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        for (peer, forwarded, scheme, behind_tls, closed) in [
            ("127.0.0.1", "", "", false, true),
            ("::1", "", "", false, true),
            ("127.0.0.1", "198.51.100.1", "", false, false),
            ("127.0.0.1", "198.51.100.1", "", true, true),
            ("127.0.0.1", "198.51.100.1", "https", false, true),
            ("127.0.0.1", "198.51.100.1", "http", true, false),
            ("127.0.0.1", "198.51.100.1", "https, http", true, false),
            ("10.0.0.1", "198.51.100.1", "https", false, true),
            ("10.0.0.1", "198.51.100.1", "", false, false),
            ("203.0.113.9", "", "https", true, false),
            ("192.168.1.5", "", "", false, false),
            ("192.168.1.5", "127.0.0.1", "https", true, false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in [(FORWARDED, forwarded), (SCHEME, scheme)] {
                if !value.is_empty() {
                    headers.insert(name, value.parse().unwrap());
                }
            }
            let peer: IpAddr = peer.parse().unwrap();
            let client = behind(peer, &headers, &trusted);
            let found = is_closed(peer, client, &headers, (&trusted, behind_tls));
            assert_eq!(found, closed, "{peer} {forwarded} {scheme} {behind_tls}");
        }
    }

    #[test]
    fn only_trusted_proxies_say_where_a_request_comes_from() {
        let trusted: Vec<IpNet> =
            ["127.0.0.1/32", "10.0.0.0/8", "fd00::/8"].map(|net| net.parse().unwrap()).to_vec();
        for (peer, header, client) in [
            ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
            ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("127.0.0.1", "1.1.1.1, 198.51.100.1, 10.2.3.4", "198.51.100.1"),
            ("127.0.0.1", "1.1.1.1, nonsense", "127.0.0.1"),
            ("127.0.0.1", "", "127.0.0.1"),
            ("127.0.0.1", "10.0.0.1, 10.0.0.2", "10.0.0.1"),
            ("fd00::1", "[2001:db8::7]:443", "2001:db8::7"),
            ("10.0.0.1", "198.51.100.1:8080", "198.51.100.1"),
            ("10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(FORWARDED, header.parse().unwrap());
            let found = behind(peer.parse().unwrap(), &headers, &trusted);
            assert_eq!(found, client.parse::<IpAddr>().unwrap(), "{peer} {header}");
        }
        let headers = HeaderMap::from_iter([
            (FORWARDED.parse().unwrap(), "1.1.1.1".parse().unwrap()),
            (FORWARDED.parse().unwrap(), "198.51.100.1".parse().unwrap()),
        ]);
        let found = behind("127.0.0.1".parse().unwrap(), &headers, &trusted);
        assert_eq!(found, "198.51.100.1".parse::<IpAddr>().unwrap());
    }
}
