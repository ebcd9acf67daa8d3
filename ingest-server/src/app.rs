//! Everything that a request needs, built once: store, clock, chance, settings.

use std::{path::PathBuf, sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ipnet::IpNet;
use tokio::sync::{Notify, Semaphore};
use url::Url;

use crate::{
    accounts::passwords::{Cost, Passwords},
    audible::{self, Audible},
    clock::{Chance, Clock, System},
    metrics::Metrics,
    secret::Secret,
    store::{self, Store, StoreError},
};

/// What a person may set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where browsers reach the server: `http://127.0.0.1:8787`.
    pub public_url: Url,
    /// `sqlite://…` or `postgres://…`
    pub database_url: String,
    /// Where the server keeps files of its own.
    pub data_dir: PathBuf,
    /// What hashing a password costs.
    pub password_cost: Cost,
    /// Who has it may read `/metrics`; nobody may without one.
    pub metrics_token: Option<Secret>,
    /// Proxies that are believed where a request comes from.
    pub trusted_proxies: Vec<IpNet>,
    /// Largest body of an import, in bytes.
    pub body_limit: usize,
    /// Largest export file, in bytes.
    pub file_limit: usize,
    /// After so many days imports are forgotten; all are kept without it.
    pub keep_imports_days: Option<u16>,
    /// Connections with Audible.
    pub audible: audible::Settings,
    /// How many imports are in memory at once.
    pub imports_at_once: usize,
    /// How long an import waits for its turn, and then for its body.
    pub patience: Duration,
    /// How often the work on a file says, while it waits for its turn, that it is there.
    pub beat: Duration,
}

impl Settings {
    /// Settings with the usual limits.
    pub fn new(public_url: Url, database_url: String, data_dir: PathBuf) -> Self {
        Self {
            public_url,
            database_url,
            data_dir,
            password_cost: Cost { memory: 19 * 1024, passes: 2 },
            metrics_token: None,
            trusted_proxies: Vec::new(),
            body_limit: 8 * 1024 * 1024,
            file_limit: 64 * 1024 * 1024,
            keep_imports_days: None,
            audible: audible::Settings::default(),
            imports_at_once: 2,
            patience: Duration::from_secs(30),
            beat: Duration::from_secs(30),
        }
    }

    /// Whether browsers reach the server by TLS.
    pub fn is_behind_tls(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// What stands before every path when the server lives below an address of its host: `/mefeed`,
    /// or nothing.
    pub fn base_path(&self) -> &str {
        self.public_url.path().trim_end_matches('/')
    }
}

/// The server's state; copies share one.
#[derive(Clone, Debug)]
pub struct App(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    imports: Arc<Semaphore>,
    metrics: Metrics,
    passwords: Passwords,
    audible: Option<Audible>,
    syncs: Arc<Semaphore>,
    jobs_changed: Notify,
    name: String,
}

/// Why a server cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The way to Audible, as it is set.
    #[error("the way to Audible cannot be used as it is set")]
    Audible(#[from] audible_client::error::AudibleError),
}

impl App {
    /// Opens the database with the machine's clock and chance.
    ///
    /// # Errors
    ///
    /// See [`OpenError`].
    pub async fn open(settings: Settings) -> Result<Self, OpenError> {
        Self::open_with(settings, Arc::new(System), Arc::new(System)).await
    }

    /// Opens the database with a clock and chance of the caller's.
    ///
    /// # Errors
    ///
    /// See [`OpenError`].
    pub async fn open_with(
        settings: Settings,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
    ) -> Result<Self, OpenError> {
        let store = store::open(&settings.database_url).await?;
        let imports = Arc::new(Semaphore::new(settings.imports_at_once));
        let syncs = Arc::new(Semaphore::new(settings.audible.at_once));
        let passwords = Passwords::new(settings.password_cost);
        let told = Arc::clone(&clock);
        let audible = Audible::new(&settings.audible, Arc::new(move || told.now()))?;
        let mut random = [0; 12];
        chance.fill(&mut random);
        Ok(Self(Arc::new(Inner {
            settings,
            store,
            clock,
            chance,
            imports,
            metrics: Metrics::default(),
            passwords,
            audible,
            syncs,
            jobs_changed: Notify::new(),
            name: URL_SAFE_NO_PAD.encode(random),
        })))
    }

    /// What a person has set.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The database.
    pub fn store(&self) -> &dyn Store {
        &*self.0.store
    }

    /// The time.
    pub fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    /// Random bytes.
    pub fn chance(&self) -> &dyn Chance {
        &*self.0.chance
    }

    /// Computes the hashes of passwords.
    pub fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    /// Keys and the way to Audible; none without a key.
    pub(crate) fn kept_audible(&self) -> Option<&Audible> {
        self.0.audible.as_ref()
    }

    /// Turns for syncs: a library is read by whoever holds one.
    pub(crate) fn syncs(&self) -> Arc<Semaphore> {
        Arc::clone(&self.0.syncs)
    }

    /// What tells this server from others on the same database; another one at each start.
    pub(crate) fn name(&self) -> &str {
        &self.0.name
    }

    /// Woken when a job may be due sooner than was known.
    pub(crate) fn jobs_changed(&self) -> &Notify {
        &self.0.jobs_changed
    }

    /// What monitoring counts.
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Turns for imports: a body is read into memory by whoever holds one.
    pub(crate) fn imports(&self) -> Arc<Semaphore> {
        Arc::clone(&self.0.imports)
    }
}
