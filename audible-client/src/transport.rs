//! One request until there is an answer: pace, waits, repeats, bounds.

use std::time::Duration;

use jiff::{Timestamp, fmt::rfc2822};
use reqwest::{
    Method, StatusCode,
    header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER},
};
use serde::de::DeserializeOwned;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep, sleep_until},
};
use url::Url;

use crate::{client::Client, error::AudibleError};

/// Longest answer to a request for a list of titles; a thousand with everything take about ten.
pub(crate) const LIST: usize = 32 * 1024 * 1024;

/// Longest answer to every other request.
pub(crate) const SMALL: usize = 1024 * 1024;

/// Headers by name.
pub(crate) type Headers = Vec<(&'static str, String)>;

/// What to send. There may be secrets in it, and so no `Debug`; nor has the answer one.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// Kind and text.
    pub(crate) body: Option<(&'static str, String)>,
    /// Bound of the answer in bytes.
    pub(crate) most: usize,
    pub(crate) repeat: Repeat,
}

/// When it is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Whatever passes by itself: the request may arrive twice.
    Always,
    /// The same, but where the server stumbles over it or takes too long only once more: the caller has
    /// a smaller request.
    Briefly,
    /// Only while there is no connection: it must not arrive twice.
    WhileUnsent,
}

/// What came back, whatever its status.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Keeps the requests of one account one after the other, with a pause between them.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<Option<Instant>>);

/// Why a request has no answer yet.
enum Trouble {
    Broken { error: reqwest::Error, unsent: bool },
    TimedOut,
    TooLong,
    Status { status: u16, retry_after: Option<Duration> },
}

impl Client {
    /// Sends until there is an answer that does not pass by itself. `headers` are made anew each time.
    pub(crate) async fn send(
        &self,
        call: &Call,
        pace: &Pace,
        headers: impl Fn() -> Result<Headers, AudibleError>,
    ) -> Result<Answer, AudibleError> {
        let manners = self.manners();
        let mut wait = manners.first_wait.min(manners.longest_wait);
        let mut sent = 0;
        loop {
            let mut last = pace.0.lock().await;
            if let Some(last) = *last {
                sleep_until(last + manners.pause).await;
            }
            let answer = self.send_once(call, headers()?).await;
            *last = Some(Instant::now());
            drop(last);
            sent += 1;
            let trouble = match answer {
                Ok(answer) => return Ok(answer),
                Err(trouble) => trouble,
            };
            if let Some(asked) = trouble.asked_wait().filter(|asked| *asked > manners.longest_wait)
            {
                return Err(AudibleError::TooMany { retry_after: Some(asked) });
            }
            if sent >= trouble.tries(call.repeat, manners.tries) {
                return Err(trouble.into_error());
            }
            sleep(trouble.asked_wait().unwrap_or(wait)).await;
            wait = (wait * 2).min(manners.longest_wait);
        }
    }

    async fn send_once(&self, call: &Call, headers: Headers) -> Result<Answer, Trouble> {
        let mut request = self
            .http()
            .request(call.method.clone(), call.url.clone())
            .timeout(self.manners().time_out);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Some((kind, text)) = &call.body {
            request = request.header(CONTENT_TYPE, *kind).body(text.clone());
        }
        let mut response = request.send().await.map_err(Trouble::of)?;
        let status = response.status();
        if passes(status) {
            let retry_after = retry_after(response.headers(), (self.now())());
            return Err(Trouble::Status { status: status.as_u16(), retry_after });
        }
        let headers = std::mem::take(response.headers_mut());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(Trouble::of)? {
            if body.len() + chunk.len() > call.most {
                return Err(Trouble::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status: status.as_u16(), headers, body })
    }
}

impl Answer {
    /// The answer to a request that should have been fine.
    pub(crate) fn fine(self) -> Result<Self, AudibleError> {
        match self.status {
            200..=299 => Ok(self),
            401 | 403 => Err(AudibleError::NotAuthenticated),
            status @ 400..=499 => Err(AudibleError::Refused { status }),
            status @ 500..=599 => Err(AudibleError::Down { status }),
            _ => Err(AudibleError::Unreadable("it leads somewhere else")),
        }
    }

    /// The body as JSON; `what` is named where it is none.
    pub(crate) fn json<T: DeserializeOwned>(&self, what: &'static str) -> Result<T, AudibleError> {
        serde_json::from_slice(&self.body).map_err(|_| AudibleError::Unreadable(what))
    }

    /// A header's text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Trouble {
    fn of(error: reqwest::Error) -> Self {
        if error.is_timeout() && !error.is_connect() {
            return Self::TimedOut;
        }
        let unsent = error.is_connect();
        // An address holds what nobody else shall read.
        Self::Broken { error: error.without_url(), unsent }
    }

    const fn asked_wait(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// How often such a request is sent at most.
    const fn tries(&self, repeat: Repeat, most: u32) -> u32 {
        match (self, repeat) {
            (Self::TooLong, _) => 1,
            (Self::Broken { unsent: true, .. }, _) | (_, Repeat::Always) => most,
            (_, Repeat::WhileUnsent) => 1,
            (Self::TimedOut | Self::Status { status: 500 | 502 | 504, .. }, Repeat::Briefly) => {
                if most < 2 {
                    most
                } else {
                    2
                }
            }
            (_, Repeat::Briefly) => most,
        }
    }

    fn into_error(self) -> AudibleError {
        match self {
            Self::Broken { error, .. } if error.is_timeout() => AudibleError::TimedOut,
            Self::Broken { error, .. } => AudibleError::Unreachable(Box::new(error)),
            Self::TimedOut => AudibleError::TimedOut,
            Self::TooLong => AudibleError::Unreadable(TOO_LONG),
            Self::Status { status: 429, retry_after } => AudibleError::TooMany { retry_after },
            Self::Status { status, .. } => AudibleError::Down { status },
        }
    }
}

/// What an answer over its bound is called.
pub(crate) const TOO_LONG: &str = "it is longer than any such answer";

/// Troubles that end by themselves.
fn passes(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 500 | 502 | 503 | 504)
}

/// Seconds or a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = rfc2822::parse(text).ok()?.timestamp();
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}
