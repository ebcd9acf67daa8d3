//! Headers for a proxy in front of the server: which may be set, and to which origin they go.

use serde::{Deserialize, Serialize};

/// Most headers, and most bytes of a name and of a value.
const MOST: (usize, usize, usize) = (8, 80, 4_096);
/// Names that browsers keep to themselves, that we set, or that would hand out a session.
const TAKEN: [&str; 25] = [
    "accept-charset",
    "accept-encoding",
    "access-control-request-headers",
    "access-control-request-method",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "cookie2",
    "date",
    "dnt",
    "expect",
    "host",
    "idempotency-key",
    "keep-alive",
    "origin",
    "permissions-policy",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// What is wrong with a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The name is none.
    Name,
    /// The name is one of those that may not be set.
    Taken,
    /// The value is none.
    Value,
}

/// Whether a header may be set; white space around both comes from pasting.
pub fn check(name: &str, value: &str) -> Result<(), Fault> {
    let in_name = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let in_value = |byte: u8| matches!(byte, b' '..=b'~');
    let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
    if name.is_empty() || name.len() > MOST.1 || !name.bytes().all(in_name) {
        return Err(Fault::Name);
    }
    if TAKEN.contains(&name.as_str()) || name.starts_with("proxy-") || name.starts_with("sec-") {
        return Err(Fault::Taken);
    }
    if value.is_empty() || value.len() > MOST.2 || !value.bytes().all(in_value) {
        return Err(Fault::Value);
    }
    Ok(())
}

/// Headers and the one origin that gets them. They are kept in the browser's storage alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// `https://home.example:8443`
    pub origin: String,
    /// Names and values, each name once.
    pub headers: Vec<(String, String)>,
}

impl Bound {
    /// Adds a header, or gives a known one another value; what may not be set is left out.
    pub fn set(&mut self, name: &str, value: &str) {
        if check(name, value).is_err() {
            return;
        }
        let (name, value) = (name.trim(), value.trim());
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        if self.headers.len() < MOST.0 {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
    }

    /// The headers that a request to this address carries.
    pub fn of(&self, url: &str) -> Vec<(String, String)> {
        let rest = url.strip_prefix(&self.origin);
        let ours = rest.is_some_and(|rest| rest.starts_with('/'));
        if ours { self.headers.clone() } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bound, Fault, check};

    #[test]
    fn names_that_would_do_harm_are_refused() {
        for name in ["Host", "cookie", "AUTHORIZATION", " Proxy-Authorization ", "Sec-Fetch-Site"] {
            assert_eq!(check(name, "x"), Err(Fault::Taken), "{name}");
        }
        for name in ["", "a b", "a:b", "ü", "a\nb"] {
            assert_eq!(check(name, "x"), Err(Fault::Name), "{name:?}");
        }
        for value in ["", " ", "a\nb: c", "a\rb", "ü"] {
            assert_eq!(check("X-Key", value), Err(Fault::Value), "{value:?}");
        }
        assert_eq!(check(" CF-Access-Client-Id ", " 1f.access "), Ok(()));
    }

    #[test]
    fn headers_go_to_their_own_origin_alone() {
        let mut bound = Bound { origin: "https://home.example".into(), headers: Vec::new() };
        bound.set("X-Key", "one");
        bound.set("x-key", " two ");
        bound.set("Cookie", "no");
        let all = [("x-key".to_owned(), "two".to_owned())];
        assert_eq!(bound.of("https://home.example/api/version"), all);
        for url in [
            "http://home.example/",
            "https://home.example:8443/",
            "https://home.example.evil.example/",
            "https://other.example/",
        ] {
            assert!(bound.of(url).is_empty(), "{url}");
        }
    }
}
