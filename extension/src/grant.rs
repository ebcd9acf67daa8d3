//! How this browser gets a token that the person allows on the server's page (RFC 8628), and how it
//! gives it up (RFC 7009): what is asked, and what the answers mean.
//!
//! The device code and the token are secrets between worker and server; the popup and the address
//! of the page know the short user code alone.

use serde_json::Value;

use crate::{
    browser::{HttpRequest, HttpResponse},
    messages::ServerTrouble,
    server,
};

const CLIENT_ID: &str = "audible-connector";
const SCOPES: &str = "import:write library:read";
/// The same, and to let the server connect Audible.
const WIDE_SCOPES: &str = "import:write library:read audible:connect";
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// By how much each `slow_down` lengthens the pause, in milliseconds (RFC 8628, section 3.5).
pub const SLOWER_MS: i64 = 5_000;

/// What the server gives for the time in which the person decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The worker's secret.
    pub device_code: String,
    /// What the person compares: `BCDF-GHJK`.
    pub user_code: String,
    /// The page where the person allows it; always below the server's address.
    pub page: String,
    /// How long the codes work, in milliseconds.
    pub lives_ms: i64,
    /// Least time between two questions for the token, in milliseconds.
    pub interval_ms: i64,
}

/// The server's word on whether the person has decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Poll {
    /// Not yet.
    Pending,
    /// Not yet, and asked too often.
    SlowDown,
    /// Allowed; here is the token.
    Token(String),
    /// Refused.
    Denied,
    /// Too late, or the code is not known any more.
    Expired,
    /// No word that can be used.
    Trouble(ServerTrouble),
}

/// `Firefox on Linux`: by this the person knows the browser on the server's pages.
pub fn client_name(browser: Option<&str>, system: &str) -> String {
    let browser = if browser == Some("firefox") { "Firefox" } else { "Chrome" };
    let system = match system {
        "linux" => "Linux",
        "win" => "Windows",
        "mac" => "macOS",
        "android" => "Android",
        "cros" => "ChromeOS",
        "openbsd" => "OpenBSD",
        _ => return browser.to_owned(),
    };
    format!("{browser} on {system}")
}

/// Asks for codes; for a token that may connect Audible, too, if it is to be `wide`.
pub fn code_request(address: &str, client_name: &str, wide: bool) -> HttpRequest {
    let scopes = if wide { WIDE_SCOPES } else { SCOPES };
    let fields = [("client_id", CLIENT_ID), ("scope", scopes), ("client_name", client_name)];
    post(format!("{address}/api/oauth/device_authorization"), &fields)
}

/// Asks whether the person has decided.
pub fn token_request(address: &str, device_code: &str) -> HttpRequest {
    let fields =
        [("grant_type", DEVICE_CODE), ("device_code", device_code), ("client_id", CLIENT_ID)];
    post(format!("{address}/api/oauth/token"), &fields)
}

/// Gives a token up.
pub fn revoke_request(address: &str, token: &str) -> HttpRequest {
    post(format!("{address}/api/oauth/revoke"), &[("token", token)])
}

fn post(url: String, fields: &[(&str, &str)]) -> HttpRequest {
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let form = "application/x-www-form-urlencoded".to_owned();
    HttpRequest::post(url, vec![("content-type", form)], pairs.join("&"))
}

fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                text.push(char::from(byte));
            }
            b' ' => text.push('+'),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

/// Reads the answer to [`code_request`]. A Me Feed without these endpoints is too old for pairing;
/// `version` is what it calls itself.
pub fn codes(
    answer: &HttpResponse,
    address: &str,
    version: String,
) -> Result<Grant, ServerTrouble> {
    if answer.status == 404 && !answer.redirected {
        return Err(ServerTrouble::Incompatible { version });
    }
    server::taken(answer)?;
    let codes: Value = serde_json::from_str(&answer.body).map_err(|_| ServerTrouble::NotMeFeed)?;
    let (device_code, user_code) = (text(&codes, "device_code"), text(&codes, "user_code"));
    let code_is_fit = (4..=16).contains(&user_code.len())
        && user_code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let lives = codes["expires_in"].as_i64();
    let (true, false, Some(lives)) = (code_is_fit, device_code.is_empty(), lives) else {
        return Err(ServerTrouble::NotMeFeed);
    };
    // Behind a proxy a server may think itself elsewhere; the person goes where they know it.
    let page = text(&codes, "verification_uri_complete");
    let below = page.strip_prefix(address).is_some_and(|rest| rest.starts_with('/'));
    let page = if below { page } else { format!("{address}/pair?user_code={user_code}") };
    // RFC 8628 says five seconds where the interval is absent.
    let interval = codes["interval"].as_i64().unwrap_or(5);
    Ok(Grant {
        device_code,
        user_code,
        page,
        lives_ms: lives.clamp(30, 3_600) * 1_000,
        interval_ms: interval.clamp(1, 60) * 1_000,
    })
}

/// Reads the answer to [`token_request`].
pub fn polled(answer: &HttpResponse) -> Poll {
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let token = text(&body, "access_token");
    match (answer.status, text(&body, "error").as_str()) {
        (200, "") if token.starts_with("mf_") => Poll::Token(token),
        (400, "authorization_pending") => Poll::Pending,
        (400, "slow_down") => Poll::SlowDown,
        (400, "access_denied") => Poll::Denied,
        (400, "expired_token" | "invalid_grant") => Poll::Expired,
        _ => Poll::Trouble(server::taken(answer).err().unwrap_or(ServerTrouble::NotMeFeed)),
    }
}

/// A text of an answer; what is absent is empty.
fn text(answer: &Value, name: &str) -> String {
    answer[name].as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Grant, Poll, client_name, code_request, codes, polled};
    use crate::{browser::HttpResponse, messages::ServerTrouble};

    fn answer(status: u16, body: &str) -> HttpResponse {
        HttpResponse { status, body: body.to_owned(), ..HttpResponse::default() }
    }

    #[test]
    fn a_browser_is_named_as_people_know_it() {
        assert_eq!(client_name(Some("firefox"), "linux"), "Firefox on Linux");
        assert_eq!(client_name(Some("chrome"), "win"), "Chrome on Windows");
        assert_eq!(client_name(Some("chrome"), "beos"), "Chrome");
        let asked =
            |wide| code_request("https://home.example", "Chrome on macOS", wide).body.unwrap();
        let body = asked(false);
        assert!(body.contains("scope=import%3Awrite+library%3Aread&"), "{body}");
        assert!(asked(true).contains("library%3Aread+audible%3Aconnect&"));
        assert!(body.ends_with("client_name=Chrome+on+macOS"), "{body}");
    }

    #[track_caller]
    fn page(complete: &str) -> Result<String, ServerTrouble> {
        let body = format!(
            r#"{{"device_code":"d","user_code":"BCDF-GHJK","verification_uri_complete":"{complete}","expires_in":600}}"#
        );
        codes(&answer(200, &body), "https://home.example/feed", String::new())
            .map(|grant: Grant| grant.page)
    }

    #[test]
    fn the_page_that_is_opened_is_always_below_the_servers_address() {
        let own = "https://home.example/feed/pair?user_code=BCDF-GHJK";
        assert_eq!(page(own).as_deref(), Ok(own));
        for elsewhere in [
            "https://evil.example/pair",
            "https://home.example/feed.evil/pair",
            "https://home.example/other",
            "javascript:alert(1)",
            "",
        ] {
            assert_eq!(page(elsewhere).as_deref(), Ok(own), "{elsewhere}");
        }
    }

    #[test]
    fn codes_that_are_none_and_servers_that_know_none_are_told() {
        let read = |status, body| codes(&answer(status, body), "https://h", "0.1.0".to_owned());
        let old = ServerTrouble::Incompatible { version: "0.1.0".to_owned() };
        assert_eq!(read(404, "{}"), Err(old));
        let odd = r#"{"device_code":"d","user_code":"<b>","expires_in":600}"#;
        assert_eq!(read(200, odd), Err(ServerTrouble::NotMeFeed));
        assert_eq!(read(200, "<html>"), Err(ServerTrouble::NotMeFeed));
        assert_eq!(read(429, ""), Err(ServerTrouble::Busy));
    }

    #[test]
    fn each_word_of_the_server_is_understood() {
        let said = |error: &str| polled(&answer(400, &format!(r#"{{"error":"{error}"}}"#)));
        assert_eq!(said("authorization_pending"), Poll::Pending);
        assert_eq!(said("slow_down"), Poll::SlowDown);
        assert_eq!(said("access_denied"), Poll::Denied);
        assert_eq!(said("expired_token"), Poll::Expired);
        assert_eq!(said("invalid_grant"), Poll::Expired);
        let token = answer(200, r#"{"access_token":"mf_x","token_type":"Bearer"}"#);
        assert_eq!(polled(&token), Poll::Token("mf_x".to_owned()));
        assert_eq!(polled(&answer(503, "")), Poll::Trouble(ServerTrouble::Busy));
        assert_eq!(polled(&answer(200, "<html>")), Poll::Trouble(ServerTrouble::NotMeFeed));
    }
}
