//! What an operator's monitoring counts: requests, imports, pairings, and what is stored. No label names
//! a person, a title or an address.

use std::{sync::Arc, time::Duration};

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use serde::Deserialize;

use crate::store::Counts;

/// Upper ends of the classes of durations, in seconds.
const SECONDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];

/// A request by what it asked and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    route: String,
    status: u16,
}

/// A route.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

/// How something ended, by its stable name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    result: &'static str,
}

/// What happened to a title.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

/// The counters of one server; copies share them.
#[derive(Clone, Debug, Default)]
pub struct Metrics(Arc<Counters>);

#[derive(Debug)]
struct Counters {
    registry: Registry,
    requests: Family<Asked, Counter>,
    durations: Family<Route, Histogram>,
    chunks: Family<Ended, Counter>,
    titles: Family<Outcome, Counter>,
    pairings: Family<Ended, Counter>,
    sign_ins: Family<Ended, Counter>,
    accounts: Gauge,
    sessions: Gauge,
    tokens: Gauge,
}

/// The numbers of a receipt.
#[derive(Debug, Deserialize)]
struct Receipt {
    imported: u64,
    updated: u64,
    unchanged: u64,
    ignored: u64,
    duplicate: u64,
    rejected: u64,
}

impl Default for Counters {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("mefeed");
        let histogram = || Histogram::new(SECONDS);
        let counters = Self {
            requests: Family::default(),
            durations: Family::new_with_constructor(histogram),
            chunks: Family::default(),
            titles: Family::default(),
            pairings: Family::default(),
            sign_ins: Family::default(),
            accounts: Gauge::default(),
            sessions: Gauge::default(),
            tokens: Gauge::default(),
            registry: Registry::default(),
        };
        let durations = counters.durations.clone();
        registry.register("http_requests", "Requests answered", counters.requests.clone());
        registry.register_with_unit("http_duration", "How long", Unit::Seconds, durations);
        registry.register("import_chunks", "Chunks of imports by result", counters.chunks.clone());
        registry.register("import_titles", "Titles by outcome", counters.titles.clone());
        registry.register("pairings", "Steps of device grants", counters.pairings.clone());
        registry.register("sign_ins", "Attempts to sign in", counters.sign_ins.clone());
        registry.register("accounts", "Accounts", counters.accounts.clone());
        registry.register("sessions", "Browser sessions that last", counters.sessions.clone());
        registry.register("tokens", "Tokens that work", counters.tokens.clone());
        Self { registry, ..counters }
    }
}

impl Metrics {
    /// Counts an answered request.
    pub(crate) fn request(
        &self,
        method: &'static str,
        route: &str,
        status: u16,
        duration: Duration,
    ) {
        let route = route.to_owned();
        let durations = self.0.durations.get_or_create(&Route { route: route.clone() });
        durations.observe(duration.as_secs_f64());
        drop(durations);
        self.0.requests.get_or_create(&Asked { method, route, status }).inc();
    }

    /// Counts a stored chunk and what its receipt says.
    pub(crate) fn stored(&self, receipt: &str) {
        self.chunk("stored");
        let Ok(receipt) = serde_json::from_str::<Receipt>(receipt) else { return };
        for (outcome, titles) in [
            ("imported", receipt.imported),
            ("updated", receipt.updated),
            ("unchanged", receipt.unchanged),
            ("ignored", receipt.ignored),
            ("duplicate", receipt.duplicate),
            ("rejected", receipt.rejected),
        ] {
            self.0.titles.get_or_create(&Outcome { outcome }).inc_by(titles);
        }
    }

    /// Counts a chunk that was not stored, by the stable name of the reason, or previewed.
    pub(crate) fn chunk(&self, result: &'static str) {
        self.0.chunks.get_or_create(&Ended { result }).inc();
    }

    /// Counts a step of a device grant.
    pub(crate) fn pairing(&self, result: &'static str) {
        self.0.pairings.get_or_create(&Ended { result }).inc();
    }

    /// Counts an attempt to sign in.
    pub(crate) fn sign_in(&self, result: &'static str) {
        self.0.sign_ins.get_or_create(&Ended { result }).inc();
    }

    /// Everything, as Prometheus reads it.
    ///
    /// # Errors
    ///
    /// The formatter's.
    pub(crate) fn text(&self, stored: &Counts) -> Result<String, std::fmt::Error> {
        self.0.accounts.set(stored.accounts);
        self.0.sessions.set(stored.sessions);
        self.0.tokens.set(stored.tokens);
        let mut text = String::new();
        encode(&mut text, &self.0.registry)?;
        Ok(text)
    }
}
