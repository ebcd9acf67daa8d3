//! The person's own server: its address as typed, what it is asked, what its answers mean.
//!
//! The token goes to that address and nowhere else; a redirect is never followed.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::Deserialize;
use shared::{ids::Marketplace, wire::v1::SCHEMA_VERSION};

use crate::{
    browser::{HttpRequest, HttpResponse},
    messages::ServerTrouble,
};

/// Where chunks go, below the server's address.
const IMPORT_PATH: &str = "/api/audible/import-from-extension";
/// Pages whose address people paste instead of the server's.
const PAGES: [&str; 13] = [
    "/library",
    "/imports",
    "/titles",
    "/series",
    "/narrators",
    "/settings",
    "/tokens",
    "/people",
    "/pair",
    "/sign-in",
    "/setup",
    "/metrics",
    "/api",
];
/// Pages that have pages below them; the other names above may be a server's sub-path.
const TREES: [&str; 6] = ["/api/", "/titles/", "/sign-in/", "/tokens/", "/settings/", "/imports/"];

/// Normalises an address as a person types or pastes it: `https://home.example/books`.
///
/// A missing scheme becomes `https://`, or `http://` for hosts of a home network; a page's path at
/// the end goes, a sub-path stays. Written without a URL library: its tables for names in other
/// scripts are larger than the rest of this crate, and browsers bring their own.
pub fn normalise(typed: &str) -> Result<String, ServerTrouble> {
    parse(typed).ok_or(ServerTrouble::BadAddress)
}

fn parse(typed: &str) -> Option<String> {
    // Mail programs and chats put brackets or quotes around an address.
    let wrapping = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'' | '\u{200b}');
    let typed = typed.trim_matches(wrapping);
    if typed.contains(char::is_whitespace) {
        return None;
    }
    let (scheme, rest) = match typed.split_once("://") {
        Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
        None => (None, typed),
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = host_and_port(authority)?;
    let scheme = match scheme.as_deref() {
        Some("http") => "http",
        Some("https") => "https",
        Some(_) => return None,
        None if is_local(&host) => "http",
        None => "https",
    };
    let usual = if scheme == "http" { 80 } else { 443 };
    let port =
        port.filter(|port| *port != usual).map_or_else(String::new, |port| format!(":{port}"));
    let tree = TREES.iter().filter_map(|tree| path.find(tree)).min();
    let mut path = path.get(..tree.unwrap_or(path.len()))?.trim_end_matches('/');
    while let Some(shorter) = PAGES.iter().find_map(|page| path.strip_suffix(page)) {
        path = shorter.trim_end_matches('/');
    }
    Some(format!("{scheme}://{host}{port}{path}"))
}

/// Splits `home.example:8787` and `[::1]:8787`; user names and passwords have no place in it.
fn host_and_port(authority: &str) -> Option<(String, Option<u16>)> {
    if let Ok(ip) = authority.parse::<Ipv6Addr>() {
        return Some((format!("[{ip}]"), None));
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (inner, after) = rest.split_once(']')?;
            let ip: Ipv6Addr = inner.parse().ok()?;
            (format!("[{ip}]"), after.strip_prefix(':').or(after.is_empty().then_some("")))
        }
        None => {
            let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
            (host.trim_end_matches('.').to_lowercase(), Some(port))
        }
    };
    let port = match port? {
        "" => None,
        digits => Some(digits.parse().ok()?),
    };
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '[' | ']' | ':');
    let name = host.split('.').all(|label| !label.is_empty()) && host.chars().all(allowed);
    name.then_some((host, port))
}

/// The origin of a normalised address: `https://home.example:8443`.
pub fn origin(address: &str) -> &str {
    let path = address.match_indices('/').nth(2).map_or(address.len(), |(at, _)| at);
    address.get(..path).unwrap_or(address)
}

/// That origin as permissions name it; they know no ports.
pub fn pattern(address: &str) -> String {
    let origin = origin(address);
    let without_port = match origin.rsplit_once(':') {
        // What follows the last colon may also be `//host`, or the end of an IPv6 address.
        Some((before, port)) if !port.contains(['/', ']']) => before,
        _ => origin,
    };
    format!("{without_port}/*")
}

/// Whether what is sent to this normalised address can be read on its way through the internet.
pub fn is_open_to_all(address: &str) -> bool {
    let Some(rest) = address.strip_prefix("http://") else { return false };
    let authority = rest.split('/').next().unwrap_or_default();
    host_and_port(authority).is_none_or(|(host, _)| !is_local(&host))
}

/// Hosts that rarely have a certificate: loopback, private networks, names without a dot, `.local`.
fn is_local(host: &str) -> bool {
    if let Ok(ip) = host.parse::<Ipv4Addr>() {
        // Home networks that are spun over the internet hand out the addresses 100.64.0.0/10.
        let spun = matches!(ip.octets(), [100, 64..=127, ..]);
        return ip.is_loopback() || ip.is_private() || ip.is_link_local() || spun;
    }
    if let Ok(ip) = host.trim_matches(['[', ']']).parse::<Ipv6Addr>() {
        return ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local();
    }
    let suffixes = [".local", ".lan", ".internal", ".localhost", ".home.arpa"];
    !host.contains('.') || suffixes.iter().any(|suffix| host.ends_with(suffix))
}

/// Asks what answers at an address; carries no token.
pub fn version_request(address: &str) -> HttpRequest {
    HttpRequest::get(format!("{address}/api/version"))
}

/// Sends a chunk's bytes, or with `dry_run` only asks whether the token may.
pub fn import_request(
    address: &str,
    token: &str,
    key: &str,
    body: String,
    dry_run: bool,
) -> HttpRequest {
    let query = if dry_run { "?dry_run=true" } else { "" };
    let headers = vec![
        ("authorization", format!("Bearer {token}")),
        ("content-type", "application/json".to_owned()),
        ("idempotency-key", key.to_owned()),
    ];
    HttpRequest::post(format!("{address}{IMPORT_PATH}{query}"), headers, body)
}

/// Most titles of one question of [`ignore_request`].
pub(crate) const MOST_IGNORED: usize = 1_000;

/// Says of titles that they are never to be imported, or are wanted again.
pub fn ignore_request(
    address: &str,
    token: &str,
    marketplace: Marketplace,
    asins: &[String],
    wanted: bool,
) -> HttpRequest {
    let headers = vec![
        ("authorization", format!("Bearer {token}")),
        ("content-type", "application/json".to_owned()),
    ];
    let asins = serde_json::to_string(asins).unwrap_or_default();
    let code = marketplace.code();
    let body = format!("{{\"marketplace\":\"{code}\",\"asins\":{asins},\"wanted\":{wanted}}}");
    HttpRequest::post(format!("{address}/api/ignored"), headers, body)
}

/// What a server says about itself.
#[derive(Deserialize)]
pub(crate) struct VersionAnswer {
    product: String,
    /// Its version.
    pub(crate) version: String,
    /// Versions of the wire format that it takes.
    #[serde(default)]
    pub(crate) wire_versions: Vec<u32>,
    /// Its clock, as RFC 3339 has it.
    #[serde(default)]
    pub(crate) server_time: String,
}

/// What Me Feed says about itself; none if something else answers.
pub(crate) fn version_facts(answer: &HttpResponse) -> Option<VersionAnswer> {
    let answer = Some(answer).filter(|answer| answer.status == 200)?;
    let found: VersionAnswer = serde_json::from_str(&answer.body).ok()?;
    (found.product == "me-feed").then_some(found)
}

/// Reads the answer to [`version_request`]: the server's version, if it is ours and speaks our wire.
pub fn version(answer: &HttpResponse) -> Result<String, ServerTrouble> {
    if answer.redirected {
        return Err(ServerTrouble::Redirects);
    }
    if matches!(answer.status, 429 | 502..=504) {
        return Err(ServerTrouble::Busy);
    }
    let found = version_facts(answer).ok_or(ServerTrouble::NotMeFeed)?;
    if !found.wire_versions.contains(&SCHEMA_VERSION) {
        return Err(ServerTrouble::Incompatible { version: found.version });
    }
    Ok(found.version)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ProblemAnswer {
    code: String,
    detail: String,
    title: String,
}

/// Tells whether an import was taken, and if not, why.
pub fn taken(answer: &HttpResponse) -> Result<(), ServerTrouble> {
    if answer.redirected {
        return Err(ServerTrouble::Redirects);
    }
    match answer.status {
        200..=299 => Ok(()),
        401 if problem(&answer.body).code == "token_revoked" => Err(ServerTrouble::TokenRevoked),
        401 => Err(ServerTrouble::TokenRefused),
        403 => Err(ServerTrouble::ScopeMissing),
        429 | 500..=599 => Err(ServerTrouble::Busy),
        _ => Err(refusal(&answer.body)),
    }
}

fn problem(body: &str) -> ProblemAnswer {
    serde_json::from_str(body).unwrap_or_default()
}

fn refusal(body: &str) -> ServerTrouble {
    let problem = problem(body);
    if problem.code.is_empty() {
        return ServerTrouble::NotMeFeed;
    }
    let detail = if problem.detail.is_empty() { problem.title } else { problem.detail };
    ServerTrouble::Refused {
        code: problem.code.chars().take(80).collect(),
        detail: detail.chars().take(300).collect(),
    }
}

/// The stable code of a problem answer, shortened; empty if it is none.
pub(crate) fn problem_code(body: &str) -> String {
    problem(body).code.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::{is_open_to_all, normalise, origin, pattern, taken, version};
    use crate::{browser::HttpResponse, messages::ServerTrouble};

    #[track_caller]
    fn check(typed: &str, expected: Option<&str>) {
        assert_eq!(normalise(typed).ok().as_deref(), expected, "{typed:?}");
    }

    #[test]
    fn addresses_are_taken_as_people_type_them() {
        check("https://home.example", Some("https://home.example"));
        check(" home.example/ ", Some("https://home.example"));
        check("home.example/books//", Some("https://home.example/books"));
        check("https://home.example/books/api/version", Some("https://home.example/books"));
        check("https://home.example/library?q=a#b", Some("https://home.example"));
        check("HTTP://Home.Example:80/", Some("http://home.example"));
        check("127.0.0.1:8787", Some("http://127.0.0.1:8787"));
        check("localhost:8787/", Some("http://localhost:8787"));
        check("192.168.1.20:8787", Some("http://192.168.1.20:8787"));
        check("nas:8787", Some("http://nas:8787"));
        check("https://bücher.example:8443/a", Some("https://bücher.example:8443/a"));
        check("home.example:99999", None);
        check("home..example", None);
        check("[::1", None);
        check("nas.local", Some("http://nas.local"));
        check("[::1]:8787", Some("http://[::1]:8787"));
        check("", None);
        for page in [
            "library?view=list",
            "pair?user_code=BCDF-GHJK",
            "settings",
            "tokens",
            "tokens/",
            "tokens/7/revoke",
            "imports/0197",
            "api/docs#import",
            "sign-in?next=%2Flibrary",
            "metrics",
            "people",
            "series",
            "api/audible/import-from-extension",
        ] {
            check(&format!("https://home.example/feed/{page}"), Some("https://home.example/feed"));
            check(&format!(" nas.local:8787/{page}\n"), Some("http://nas.local:8787"));
        }
        check("https://home.example/library/feed", Some("https://home.example/library/feed"));
        check("<https://home.example>", Some("https://home.example"));
        check("\u{200b}\"home.example:8443\"", Some("https://home.example:8443"));
        check("fd00::20", Some("http://[fd00::20]"));
        check("[FD00::20]:8787/", Some("http://[fd00::20]:8787"));
        check("http://[2001:db8::1]:8787", Some("http://[2001:db8::1]:8787"));
        check("2001:db8::1", Some("https://[2001:db8::1]"));
        check("100.101.102.103:8787", Some("http://100.101.102.103:8787"));
        check("https://", None);
        check("ftp://home.example", None);
        check("https://me:secret@home.example", None);
        check("javascript:alert(1)", None);
    }

    #[test]
    fn an_address_has_an_origin_and_a_permission() {
        for (address, own, allowed) in [
            ("https://home.example/feed", "https://home.example", "https://home.example/*"),
            ("http://nas:8787", "http://nas:8787", "http://nas/*"),
            ("http://[::1]:8787/a/b", "http://[::1]:8787", "http://[::1]/*"),
            ("http://[fd00::20]", "http://[fd00::20]", "http://[fd00::20]/*"),
        ] {
            assert_eq!((origin(address), pattern(address).as_str()), (own, allowed));
        }
    }

    #[test]
    fn a_way_is_open_to_all_where_it_is_public_and_not_encrypted() {
        for open in ["http://home.example/a", "http://8.8.8.8:80", "http://[2001:db8::1]:8787"] {
            assert!(is_open_to_all(open), "{open}");
        }
        for closed in [
            "https://home.example",
            "http://127.0.0.1:8787",
            "http://localhost",
            "http://10.1.2.3/x",
            "http://172.16.0.9",
            "http://192.168.1.20:8787",
            "http://169.254.1.1",
            "http://nas:8787",
            "http://nas.local",
            "http://feed.lan/books",
            "http://feed.home.arpa",
            "http://[::1]:8787",
            "http://[fd00::20]",
            "http://[fe80::1]",
            "http://100.101.102.103",
        ] {
            assert!(!is_open_to_all(closed), "{closed}");
        }
    }

    fn answer(status: u16, body: &str) -> HttpResponse {
        HttpResponse { status, body: body.to_owned(), ..HttpResponse::default() }
    }

    #[test]
    fn a_server_is_known_by_product_and_wire_version() {
        let ours = r#"{"product":"me-feed","version":"0.3.1","wire_versions":[1,2]}"#;
        assert_eq!(version(&answer(200, ours)), Ok("0.3.1".to_owned()));
        let newer = r#"{"product":"me-feed","version":"9.0.0","wire_versions":[4]}"#;
        let incompatible = ServerTrouble::Incompatible { version: "9.0.0".to_owned() };
        assert_eq!(version(&answer(200, newer)), Err(incompatible));
        let other = r#"{"product":"another","version":"1"}"#;
        for body in [other, "<html>", "{}"] {
            assert_eq!(version(&answer(200, body)), Err(ServerTrouble::NotMeFeed));
        }
        assert_eq!(version(&answer(404, ours)), Err(ServerTrouble::NotMeFeed));
        assert_eq!(version(&answer(503, "")), Err(ServerTrouble::Busy));
        let redirect = HttpResponse { redirected: true, ..HttpResponse::default() };
        assert_eq!(version(&redirect), Err(ServerTrouble::Redirects));
    }

    #[test]
    fn refusals_keep_the_servers_code_and_sentence() {
        assert_eq!(taken(&answer(200, "")), Ok(()));
        assert_eq!(taken(&answer(401, "")), Err(ServerTrouble::TokenRefused));
        let revoked = r#"{"code":"token_revoked"}"#;
        assert_eq!(taken(&answer(401, revoked)), Err(ServerTrouble::TokenRevoked));
        assert_eq!(taken(&answer(403, "")), Err(ServerTrouble::ScopeMissing));
        assert_eq!(taken(&answer(503, "")), Err(ServerTrouble::Busy));
        assert_eq!(taken(&answer(404, "<html>")), Err(ServerTrouble::NotMeFeed));
        let body = r#"{"code":"run_undone","detail":"this run was undone","title":"Conflict"}"#;
        let refused = ServerTrouble::Refused {
            code: "run_undone".to_owned(),
            detail: "this run was undone".to_owned(),
        };
        assert_eq!(taken(&answer(409, body)), Err(refused));
    }
}
