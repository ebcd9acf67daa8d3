//! The connection doctor's requests: few, harmless, and the token only to its own address.

use std::pin::pin;

use futures::future::{Either, select};
use serde::{Deserialize, Serialize};

use super::{Worker, keys};
use crate::{
    browser::{Browser, HttpRequest},
    doctor::{self, Answer, Diagnose, Failure, Moved, Probes, Report, Told},
    server,
};

/// How often the person's answer to the browser's question is looked for.
const LOOK_MS: i64 = 250;
/// How long it is waited for.
const LOOKS: u32 = 480;
/// A name found for a failure stays good for this long: the browser's question may have closed the
/// window that wanted to show it.
const NAMED_MS: i64 = 10 * 60_000;
/// How long the places beside the address that was asked for may take to answer.
const ASIDE_MS: i64 = 8_000;
/// Paths below which servers are commonly put.
const USUAL_PATHS: [&str; 2] = ["/mefeed", "/me-feed"];

/// A failure that was named before, as it is stored.
#[derive(Serialize, Deserialize)]
struct Named {
    address: String,
    failure: Failure,
    at_ms: i64,
}

impl<B: Browser> Worker<B> {
    /// Looks what is wrong with the way to a server, and tells it.
    pub async fn consult(&self, ask: Diagnose) -> Told {
        doctor::tell(&self.diagnose(ask).await, &self.client.version)
    }

    /// Looks what is wrong with the way to a server.
    pub async fn diagnose(&self, ask: Diagnose) -> Report {
        let Ok(address) = server::normalise(&ask.address) else {
            return doctor::examine(&Probes::default());
        };
        let origin = doctor::origin_of(&address);
        let turn = self.next_turn();
        let lent = ask.named && self.loan(&origin, turn).await;
        let mut probes = self.look(&address).await;
        let silent = probes.version == Answer::None && probes.moved.is_none() && !probes.speaks;
        if silent {
            probes.failure = self.failure(&address, &origin, lent).await;
        }
        probes.lent = lent && !ask.keep;
        probes.held = if ask.named { ask.keep } else { self.browser.origin_held(&origin).await };
        if lent {
            self.browser.give_back(&origin, ask.keep).await;
        }
        doctor::examine(&probes)
    }

    /// A later check ends the waiting of an earlier one.
    fn next_turn(&self) -> u32 {
        self.checks.set(self.checks.get().wrapping_add(1));
        self.checks.get()
    }

    /// Waits until the person has granted what the popup asked for in the same click.
    async fn loan(&self, origin: &str, turn: u32) -> bool {
        for _ in 0..LOOKS {
            if self.browser.may_watch(origin).await {
                return true;
            }
            self.browser.pause(LOOK_MS).await;
            if self.checks.get() != turn {
                return false;
            }
        }
        false
    }

    async fn look(&self, address: &str) -> Probes {
        let version = self.version_at(address).await;
        let mut probes = Probes {
            address: Some(address.to_owned()),
            now_ms: self.browser.now_ms(),
            version,
            ..Probes::default()
        };
        match &probes.version {
            Answer::MeFeed(facts) => {
                if facts.wire == doctor::Wire::Ours {
                    probes.import = self.try_import(address).await;
                }
                return probes;
            }
            Answer::Busy => return probes,
            Answer::None => {
                let request = HttpRequest::opaque(version_url(address));
                probes.speaks =
                    self.soon(self.browser.send(request)).await.is_some_and(|r| r.is_ok());
            }
            Answer::Redirect | Answer::Other(_) => {}
        }
        let answers = probes.speaks || probes.version != Answer::None;
        probes.moved = self.elsewhere(address, answers).await;
        probes
    }

    async fn version_at(&self, address: &str) -> Answer {
        doctor::of_version(self.ask_server(server::version_request(address)).await)
    }

    async fn is_me_feed(&self, address: &str) -> bool {
        matches!(self.soon(self.version_at(address)).await, Some(Answer::MeFeed(_)))
    }

    /// What comes of it before the patience ends.
    async fn soon<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        match select(pin!(work), pin!(self.browser.pause(ASIDE_MS))).await {
            Either::Left((done, _)) => Some(done),
            Either::Right(_) => None,
        }
    }

    /// Me Feed by the other scheme or, where anything `answers`, below another path.
    async fn elsewhere(&self, address: &str, answers: bool) -> Option<Moved> {
        let twin = other_scheme(address);
        if self.is_me_feed(&twin).await {
            return Some(Moved::Scheme(twin));
        }
        for candidate in other_paths(address).into_iter().filter(|_| answers) {
            if self.is_me_feed(&candidate).await {
                return Some(Moved::Path(candidate));
            }
        }
        None
    }

    /// A trial import of no titles with the stored token, if that belongs to this address.
    async fn try_import(&self, address: &str) -> Option<Result<(), doctor::Refusal>> {
        let known = self.memory.lock().await.state.as_ref().map(|state| state.server.clone());
        let server = match known {
            Some(server) => server,
            None => self.load().await.server,
        };
        let server = server.filter(|server| server.address == address)?;
        let request = self.dry_run(address, &server.token);
        Some(doctor::of_import(self.ask_server(request).await))
    }

    /// What the browser calls the failure, now or a short while ago.
    async fn failure(&self, address: &str, origin: &str, lent: bool) -> Option<Failure> {
        let now = self.browser.now_ms();
        if !lent {
            let stored = self.browser.get(keys::NAMED).await.ok().flatten();
            let named: Named = keys::value(stored)?;
            let fresh = named.address == address && (now - named.at_ms).abs() < NAMED_MS;
            return fresh.then_some(named.failure);
        }
        let name = self.browser.failure_of(&version_url(address), origin).await?;
        let failure = Failure(name.chars().take(160).collect());
        let named = Named { address: address.to_owned(), failure: failure.clone(), at_ms: now };
        // Without it the person is asked once more; nothing else hangs on it.
        let _ = self.browser.set(keys::NAMED, &keys::text(&named)).await;
        Some(failure)
    }
}

fn version_url(address: &str) -> String {
    server::version_request(address).url
}

fn other_scheme(address: &str) -> String {
    match address.strip_prefix("http://") {
        Some(rest) => format!("https://{rest}"),
        None => address.replacen("https://", "http://", 1),
    }
}

/// The paths above; for an address without a path the usual ones below.
fn other_paths(address: &str) -> Vec<String> {
    let start = address.find("://").map_or(0, |at| at + 3);
    let mut paths = Vec::new();
    let mut rest = address;
    while let Some(slash) = rest[start..].rfind('/') {
        rest = &rest[..start + slash];
        paths.push(rest.to_owned());
    }
    if paths.is_empty() {
        paths.extend(USUAL_PATHS.map(|path| format!("{address}{path}")));
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::{other_paths, other_scheme};

    #[test]
    fn me_feed_is_looked_for_above_a_path_and_at_the_usual_ones() {
        assert_eq!(
            other_paths("https://a.example/b/c"),
            ["https://a.example/b", "https://a.example"]
        );
        assert_eq!(
            other_paths("https://a.example:8443"),
            ["https://a.example:8443/mefeed", "https://a.example:8443/me-feed"]
        );
        assert_eq!(other_scheme("http://a.example:8787/b"), "https://a.example:8787/b");
        assert_eq!(other_scheme("https://a.example"), "http://a.example");
    }
}
