//! The connection with Audible that the server keeps: what the server is asked, what its answers mean, and
//! the code at the end of a sign-in.
//!
//! The person signs in on Amazon's own page. Of the address on which that ends the code alone is read,
//! and it goes to the server and nowhere else.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::{ids::Marketplace, when::When};

use crate::{
    browser::{HttpRequest, HttpResponse},
    messages::{LinkTrouble, Linked},
    server,
};

/// The page on which a person signs in.
const SIGN_IN_PATH: &str = "/ap/signin?";
/// The page on which a sign-in ends. Nothing is there; its address is what counts.
const LANDING_PATH: &str = "/ap/maplanding";
/// What the code stands behind.
const CODE: &str = "openid.oa2.authorization_code";
/// Longest address that is opened or looked at; such addresses have one or two thousand characters.
const LONGEST: usize = 16 * 1024;
/// How long it is rested where a server does not say how long.
const REST_MS: i64 = 3_600_000;

/// The code of one sign-in. It works once and for minutes; it is never stored and never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code")
    }
}

/// Where the tab of a sign-in is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Closed.
    Gone,
    /// On the way, or at a page that we may not see.
    Elsewhere,
    /// At the end of a sign-in at this shop, which may have come to nothing.
    Landed(Marketplace, Option<Code>),
}

/// A sign-in that the server has begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// The server's name for it, a secret between it and the worker.
    pub state: String,
    /// Amazon's page.
    pub address: String,
    /// When it ends, in milliseconds since 1970.
    pub expires_ms: i64,
}

/// Why the server did not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Its own word on how the connection stands tells more.
    Look,
    /// It may do it the next time; nobody has seen the code.
    Again(LinkTrouble),
    /// It will not.
    End(LinkTrouble),
}

/// Where a tab is, by its address.
pub fn place(address: &str) -> Place {
    let landed = || {
        let rest = address.strip_prefix("https://www.amazon.").filter(|_| fits(address))?;
        let (tld, path) = rest.split_once('/')?;
        let marketplace = Marketplace::ALL.into_iter().find(|one| one.tld() == tld)?;
        let query = path.strip_prefix(LANDING_PATH.trim_start_matches('/'))?;
        // The path may go on, or have nothing behind it.
        let query = query.strip_prefix('/').unwrap_or(query);
        let query = if query.is_empty() { query } else { query.strip_prefix('?')? };
        Some(Place::Landed(marketplace, code(query)))
    };
    landed().unwrap_or(Place::Elsewhere)
}

fn code(query: &str) -> Option<Code> {
    let query = query.split('#').next()?;
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let code = pairs.filter(|(name, _)| *name == CODE).map(|(_, value)| value).next()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let right = (4..=512).contains(&code.len()) && code.bytes().all(plain);
    right.then(|| Code(code.to_owned()))
}

/// Whether this is the sign-in page of the shop at Amazon: what the server says is opened only then.
fn is_sign_in(address: &str, marketplace: Marketplace) -> bool {
    let path = address.strip_prefix(&marketplace.amazon());
    fits(address) && path.is_some_and(|path| path.starts_with(SIGN_IN_PATH))
}

/// An address as browsers write them: short enough, and of visible ASCII alone.
fn fits(address: &str) -> bool {
    address.len() <= LONGEST && address.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether an address is on one of Amazon's hosts.
pub fn is_amazon(address: &str) -> bool {
    Marketplace::ALL.into_iter().any(|marketplace| {
        let path = address.strip_prefix(&marketplace.amazon());
        path.is_some_and(|path| path.starts_with('/'))
    })
}

/// Amazon's host of a shop, as permissions name it.
pub fn pattern(marketplace: Marketplace) -> String {
    format!("{}/*", marketplace.amazon())
}

/// Whether the shop's Amazon host is said to lead on at once from where a sign-in ends, so that no tab
/// shows the address: the request has to be watched.
pub const fn leads_on(marketplace: Marketplace) -> bool {
    matches!(marketplace, Marketplace::Br)
}

/// Asks how the connection of a shop stands.
pub fn standing_request(address: &str, token: &str, marketplace: Marketplace) -> HttpRequest {
    let url = format!("{address}/api/audible/status?marketplace={}", marketplace.code());
    HttpRequest { headers: vec![bearer(token)], ..HttpRequest::get(url) }
}

/// Asks where to sign in.
pub fn begin_request(address: &str, token: &str, marketplace: Marketplace) -> HttpRequest {
    let code = marketplace.code();
    connect(address, token, format!("{{\"marketplace\":\"{code}\"}}"))
}

/// Hands the code over, in the shortest address that carries it.
pub fn hand_over_request(
    address: &str,
    token: &str,
    marketplace: Marketplace,
    (state, code): (&str, &Code),
) -> HttpRequest {
    let landing = format!("{}{LANDING_PATH}?{CODE}={}", marketplace.amazon(), code.0);
    // The state is the server's own word, and may be any text.
    let state = Value::from(state);
    connect(address, token, format!("{{\"state\":{state},\"redirect_url\":\"{landing}\"}}"))
}

fn connect(address: &str, token: &str, body: String) -> HttpRequest {
    let headers = vec![bearer(token), ("content-type", "application/json".to_owned())];
    HttpRequest::post(format!("{address}/api/audible/connect"), headers, body)
}

fn bearer(token: &str) -> (&'static str, String) {
    ("authorization", format!("Bearer {token}"))
}

/// Reads the answer to [`standing_request`]; none where a connection can be made.
pub fn standing(answer: &HttpResponse, now_ms: i64) -> Result<Option<Linked>, Stop> {
    let body = taken(answer, now_ms)?;
    if body["available"] != true {
        return Err(Stop::End(LinkTrouble::Off));
    }
    let one = &body["connection"];
    // A device that Audible does not know any more is replaced by a new one.
    if one["device_name"].is_null() || one["error_code"] == "audible_not_authenticated" {
        return Ok(None);
    }
    let moment = one["last_sync"].as_str().and_then(|text| When::parse(text).ok());
    Ok(Some(Linked {
        last_sync_ms: moment.map(|moment| moment.microseconds() / 1_000),
        ailing: one["state"] == "failing" || one["state"] == "stopped",
        ..linked(one)
    }))
}

/// Reads the answer to [`begin_request`].
pub fn begun(answer: &HttpResponse, marketplace: Marketplace, now_ms: i64) -> Result<SignIn, Stop> {
    let body = taken(answer, now_ms)?;
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let (state, address) = (text("state"), text("authorize_url"));
    let Some(lives) = body["expires_in"].as_i64().filter(|_| !state.is_empty()) else {
        return Err(Stop::End(LinkTrouble::Odd));
    };
    if !is_sign_in(&address, marketplace) {
        return Err(Stop::End(LinkTrouble::NotAmazon));
    }
    let expires_ms = now_ms + lives.clamp(60, 3_600) * 1_000;
    Ok(SignIn { state, address, expires_ms })
}

/// Reads the answer to [`hand_over_request`].
pub fn handed(answer: &HttpResponse, now_ms: i64) -> Result<Linked, Stop> {
    let body = taken(answer, now_ms)?;
    if body["success"] == true { Ok(linked(&body)) } else { Err(Stop::End(LinkTrouble::Odd)) }
}

fn linked(body: &Value) -> Linked {
    let name = body["device_name"].as_str().unwrap_or_default();
    Linked {
        device_name: name.chars().take(120).collect(),
        titles: body["books_count"].as_u64().and_then(|count| u32::try_from(count).ok()),
        last_sync_ms: None,
        ailing: false,
    }
}

/// The body of a good answer, or what its refusal means.
fn taken(answer: &HttpResponse, now_ms: i64) -> Result<Value, Stop> {
    if matches!(answer.status, 200..=299) {
        return serde_json::from_str(&answer.body).map_err(|_| Stop::End(LinkTrouble::Odd));
    }
    let code = server::problem_code(&answer.body);
    Err(match (answer.status, code.as_str()) {
        (409, "audible_already_connected") | (422, "audible_attempt_unknown") => Stop::Look,
        (503, "audible_connection_off") => Stop::End(LinkTrouble::Off),
        (401, _) => Stop::End(LinkTrouble::TokenRefused),
        (403, "https_required") => Stop::End(LinkTrouble::HttpsRequired),
        (403, _) => Stop::End(LinkTrouble::ScopeMissing),
        (422, "audible_code_refused") => Stop::End(LinkTrouble::CodeRefused),
        (429, _) => {
            let rest = answer.retry_after_ms.unwrap_or(REST_MS);
            Stop::End(LinkTrouble::TooOften { again_at_ms: now_ms + rest.max(0) })
        }
        // Its words for what lies between it and Amazon.
        (502, code) if code.starts_with("audible_") => Stop::Again(LinkTrouble::AmazonAway),
        (500.., _) => Stop::Again(LinkTrouble::ServerAway),
        _ => Stop::End(LinkTrouble::Odd),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use shared::ids::Marketplace;

    use super::{Place, Stop, begun, hand_over_request, handed, place, standing};
    use crate::{browser::HttpResponse, messages::LinkTrouble};

    fn answer(status: u16, body: &str) -> HttpResponse {
        HttpResponse { status, body: body.to_owned(), ..HttpResponse::default() }
    }

    #[track_caller]
    fn landed(address: &str, shop: Marketplace, expected: Option<&str>) {
        let Place::Landed(at, code) = place(address) else { panic!("{address} is no end") };
        assert_eq!((at, code.map(|code| code.0).as_deref()), (shop, expected), "{address}");
    }

    #[test]
    fn a_sign_in_ends_on_amazons_host_alone() {
        let end = "https://www.amazon.de/ap/maplanding";
        let code = "openid.oa2.authorization_code";
        landed(&format!("{end}?a=b&{code}=ANabc-_1&c=d"), Marketplace::De, Some("ANabc-_1"));
        landed(&format!("{end}/?{code}=ANabc#{code}=other"), Marketplace::De, Some("ANabc"));
        landed(&format!("{end}?openid.mode=cancel"), Marketplace::De, None);
        landed(end, Marketplace::De, None);
        landed(&format!("{end}?{code}="), Marketplace::De, None);
        landed(&format!("{end}?{code}=%3Cb%3E"), Marketplace::De, None);
        let uk = format!("https://www.amazon.co.uk/ap/maplanding?{code}=ANabc");
        landed(&uk, Marketplace::Uk, Some("ANabc"));
        for other in [
            format!("http://www.amazon.de/ap/maplanding?{code}=ANabc"),
            format!("https://www.amazon.de.evil.example/ap/maplanding?{code}=ANabc"),
            format!("https://www.amazon.evil/ap/maplanding?{code}=ANabc"),
            format!("https://me@www.amazon.de/ap/maplanding?{code}=ANabc"),
            format!("https://www.amazon.de/ap/maplandings?{code}=ANabc"),
            format!("https://www.amazon.de/ap/signin?next=/ap/maplanding?{code}=ANabc"),
            format!("https://www.audible.de/ap/maplanding?{code}=ANabc"),
            format!("{end}?{code}=AN abc"),
            format!("{end}?{code}=AN{}", "a".repeat(20_000)),
            String::new(),
        ] {
            assert_eq!(place(&other), Place::Elsewhere, "{other}");
        }
    }

    #[test]
    fn what_is_handed_over_has_the_code_and_nothing_else_of_the_address() {
        let end =
            "https://www.amazon.de/ap/maplanding?aToken=x&openid.oa2.authorization_code=ANabc";
        let Place::Landed(shop, Some(code)) = place(end) else { panic!("{end}") };
        assert!(!format!("{code:?}").contains("ANabc"));
        let request = hand_over_request("https://home.example", "mf_x", shop, ("the-state", &code));
        let short = "https://www.amazon.de/ap/maplanding?openid.oa2.authorization_code=ANabc";
        let body: Value = serde_json::from_str(request.body.as_deref().unwrap()).unwrap();
        assert_eq!(body, json!({ "state": "the-state", "redirect_url": short }));
        assert_eq!(request.url, "https://home.example/api/audible/connect");
    }

    #[track_caller]
    fn opened(address: &str) -> Result<String, Stop> {
        let body = format!(r#"{{"state":"s","authorize_url":"{address}","expires_in":1800}}"#);
        begun(&answer(200, &body), Marketplace::De, 1_000).map(|sign_in| {
            assert_eq!(sign_in.expires_ms, 1_801_000);
            sign_in.address
        })
    }

    #[test]
    fn only_the_sign_in_page_of_that_shop_is_opened() {
        let own = "https://www.amazon.de/ap/signin?openid.mode=checkid_setup";
        assert_eq!(opened(own).as_deref(), Ok(own));
        for elsewhere in [
            "https://www.amazon.com/ap/signin?a=b",
            "https://www.amazon.de.evil.example/ap/signin?a=b",
            "https://www.amazon.de@evil.example/ap/signin?a=b",
            "http://www.amazon.de/ap/signin?a=b",
            "https://www.amazon.de/ap/signin",
            "https://www.amazon.de/gp/ap/signin?a=b",
            "https://www.amazon.de/ap/signin?a= b",
            "javascript:alert(1)",
            "",
        ] {
            assert_eq!(opened(elsewhere), Err(Stop::End(LinkTrouble::NotAmazon)), "{elsewhere}");
        }
    }

    #[test]
    fn how_a_connection_stands_is_read_from_the_servers_word() {
        let read = |body| standing(&answer(200, body), 0);
        let off = r#"{"available":false,"connection":null}"#;
        assert_eq!(read(off), Err(Stop::End(LinkTrouble::Off)));
        assert_eq!(read(r#"{"available":true,"connection":null}"#), Ok(None));
        let gone = r#"{"available":true,"connection":{"device_name":"Me Feed - Web","state":"stopped",
            "error_code":"audible_not_authenticated"}}"#;
        assert_eq!(read(gone), Ok(None));
        let well = r#"{"available":true,"connection":{"device_name":"Me Feed - Web","state":"idle",
            "last_sync":"2026-11-28T20:00:00Z","books_count":248,"error_code":null}}"#;
        let linked = read(well).unwrap().unwrap();
        assert_eq!((linked.titles, linked.ailing), (Some(248), false));
        assert_eq!(linked.last_sync_ms, Some(1_795_896_000_000));
        let ill = read(&well.replace("idle", "failing")).unwrap().unwrap();
        assert!(ill.ailing);
    }

    #[test]
    fn each_refusal_has_its_meaning() {
        let said = |status, code: &str| {
            let body = format!(r#"{{"code":"{code}","detail":"why"}}"#);
            handed(&answer(status, &body), 5).unwrap_err()
        };
        assert_eq!(said(409, "audible_already_connected"), Stop::Look);
        assert_eq!(said(422, "audible_attempt_unknown"), Stop::Look);
        assert_eq!(said(503, "audible_connection_off"), Stop::End(LinkTrouble::Off));
        assert_eq!(said(401, "token_unknown"), Stop::End(LinkTrouble::TokenRefused));
        assert_eq!(said(403, "https_required"), Stop::End(LinkTrouble::HttpsRequired));
        assert_eq!(said(403, "scope_missing"), Stop::End(LinkTrouble::ScopeMissing));
        assert_eq!(said(422, "audible_code_refused"), Stop::End(LinkTrouble::CodeRefused));
        let rest = LinkTrouble::TooOften { again_at_ms: 3_600_005 };
        assert_eq!(said(429, "rate_limited"), Stop::End(rest));
        assert_eq!(said(503, "server_busy"), Stop::Again(LinkTrouble::ServerAway));
        assert_eq!(said(502, ""), Stop::Again(LinkTrouble::ServerAway));
        assert_eq!(said(502, "audible_down"), Stop::Again(LinkTrouble::AmazonAway));
        assert_eq!(said(422, "audible_request_invalid"), Stop::End(LinkTrouble::Odd));
        assert_eq!(said(0, ""), Stop::End(LinkTrouble::Odd));
        assert_eq!(handed(&answer(200, "<html>"), 5), Err(Stop::End(LinkTrouble::Odd)));
    }
}
