//! The person's own server: its address as typed, what it is asked, what its answers mean.
//!
//! The token goes to that address and nowhere else; a redirect is never followed.

use serde::Deserialize;
use shared::wire::v1::SCHEMA_VERSION;
use url::{Host, Url};

use crate::{
    browser::{HttpRequest, HttpResponse},
    messages::ServerTrouble,
};

/// Where chunks go, below the server's address.
const IMPORT_PATH: &str = "/api/audible/import-from-extension";
/// Pages whose address people paste instead of the server's.
const PAGE_PATHS: [&str; 7] =
    ["/api/version", "/api/docs", "/sign-in", "/pair", "/library", "/imports", "/api"];

/// Normalises an address as a person types or pastes it: `https://home.example/books`.
///
/// A missing scheme becomes `https://`, or `http://` for hosts of a home network; a page's path at
/// the end goes, a sub-path stays.
pub fn normalise(typed: &str) -> Result<String, ServerTrouble> {
    let typed: String = typed.chars().filter(|character| !character.is_whitespace()).collect();
    let with_scheme = if typed.contains("://") {
        typed
    } else {
        let guess =
            Url::parse(&format!("http://{typed}")).map_err(|_| ServerTrouble::BadAddress)?;
        let scheme = if is_local(&guess) { "http" } else { "https" };
        format!("{scheme}://{typed}")
    };
    let url = Url::parse(&with_scheme).map_err(|_| ServerTrouble::BadAddress)?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.host_str().is_some_and(|host| !host.is_empty())
        && url.username().is_empty()
        && url.password().is_none();
    if !plain {
        return Err(ServerTrouble::BadAddress);
    }
    let mut path = url.path().trim_end_matches('/');
    while let Some(shorter) = PAGE_PATHS.iter().find_map(|page| path.strip_suffix(page)) {
        path = shorter.trim_end_matches('/');
    }
    Ok(format!("{}{path}", url.origin().ascii_serialization()))
}

/// Hosts that rarely have a certificate: loopback, private networks, names without a dot, `.local`.
fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Some(Host::Ipv6(ip)) => ip.is_loopback() || ip.is_unique_local(),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            !name.contains('.')
                || [".local", ".lan", ".internal", ".localhost", ".home.arpa"]
                    .iter()
                    .any(|suffix| name.ends_with(suffix))
        }
        None => false,
    }
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

#[derive(Deserialize)]
struct VersionAnswer {
    product: String,
    version: String,
    #[serde(default)]
    wire_versions: Vec<u32>,
}

/// Reads the answer to [`version_request`]: the server's version, if it is ours and speaks our wire.
pub fn version(answer: &HttpResponse) -> Result<String, ServerTrouble> {
    if answer.redirected {
        return Err(ServerTrouble::Redirects);
    }
    if matches!(answer.status, 429 | 502..=504) {
        return Err(ServerTrouble::Busy);
    }
    let found: VersionAnswer = Some(answer)
        .filter(|answer| answer.status == 200)
        .and_then(|answer| serde_json::from_str(&answer.body).ok())
        .ok_or(ServerTrouble::NotMeFeed)?;
    if found.product != "me-feed" {
        return Err(ServerTrouble::NotMeFeed);
    }
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
        401 => Err(ServerTrouble::TokenRefused),
        403 => Err(ServerTrouble::ScopeMissing),
        429 | 500..=599 => Err(ServerTrouble::Busy),
        _ => Err(refusal(&answer.body)),
    }
}

fn refusal(body: &str) -> ServerTrouble {
    let problem: ProblemAnswer = serde_json::from_str(body).unwrap_or_default();
    if problem.code.is_empty() {
        return ServerTrouble::NotMeFeed;
    }
    let detail = if problem.detail.is_empty() { problem.title } else { problem.detail };
    ServerTrouble::Refused {
        code: problem.code.chars().take(80).collect(),
        detail: detail.chars().take(300).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{normalise, taken, version};
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
        check("nas.local", Some("http://nas.local"));
        check("[::1]:8787", Some("http://[::1]:8787"));
        check("", None);
        check("https://", None);
        check("ftp://home.example", None);
        check("https://me:secret@home.example", None);
        check("javascript:alert(1)", None);
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
