//! A server for one story: own database file, listening on loopback.

use std::{
    path::Path,
    sync::{
        Arc, Once,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use audible_client::client::{Manners, Network};
use audible_sim::Sim;
use ingest_server::{
    accounts::{self, Scopes},
    app::{App, Settings},
    audible::{self, vault::MasterKey},
    clock::{Clock, System},
    logging,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::{nginx::Nginx, wait::until};

/// The machine's clock, so many seconds ahead.
#[derive(Debug, Default)]
struct Ahead(AtomicI64);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        System.now() + SignedDuration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

/// Seals what the server keeps of connections with Audible.
const KEY: &str = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

/// Ours down to the finest level; what the person types into the browser is not the server's.
const LOGGED: &str = "debug,ingest_server=trace,audible_client=trace,thirtyfour=off";

/// Whose server it is; [`crate::person`] makes the account with the same address.
pub(crate) const EMAIL: &str = "reader@example.org";

/// A running server. It stops when this is dropped.
pub struct Server {
    app: App,
    url: String,
    client: reqwest::Client,
    token: String,
    clock: Arc<Ahead>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<std::io::Result<()>>,
    _data: TempDir,
}

impl Server {
    /// Starts it with an account and an empty library.
    pub async fn start(sim: &Sim) -> Result<Self> {
        Self::fresh(sim).await?.with_account().await
    }

    /// The same where the operator has made no key, so that it keeps no connections with Audible.
    pub(crate) async fn without_key() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let off = audible::Settings::default();
        Self::listening(off, listener, url).await?.with_account().await
    }

    pub(crate) async fn with_account(mut self) -> Result<Self> {
        let account = accounts::add_account(&self.app, EMAIL, "Reader").await?;
        self.token =
            accounts::create_token(&self.app, account.id, "Story", Scopes::default()).await?;
        Ok(self)
    }

    /// Starts it as it has just been installed: nobody has an account.
    pub async fn fresh(sim: &Sim) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        Self::listening(connections(sim)?, listener, url).await
    }

    /// The same behind nginx, which this starts.
    pub async fn behind(sim: &Sim, nginx: &mut Nginx, strip: bool) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let own = format!("http://{}", listener.local_addr()?);
        let server = Self::listening(connections(sim)?, listener, nginx.url()).await?;
        nginx.start(&own, strip).await?;
        Ok(server)
    }

    async fn listening(
        audible: audible::Settings,
        listener: TcpListener,
        url: String,
    ) -> Result<Self> {
        if let Some(folder) = std::env::var_os("MEFEED_TEST_LOGS") {
            logging::keep_in(Path::new(&folder), LOGGED)?;
        }
        let data = tempfile::tempdir()?;
        let database = format!("sqlite://{}", data.path().join("library.sqlite").display());
        let trusted_proxies = vec!["127.0.0.1/32".parse()?];
        let settings = Settings::new(url.parse()?, database, data.path().to_owned());
        let settings = Settings { trusted_proxies, audible, ..settings };
        let clock = Arc::new(Ahead::default());
        let given = Arc::clone(&clock) as Arc<dyn Clock>;
        let app = App::open_with(settings, given, Arc::new(System)).await?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(ingest_server::serve(listener, app.clone(), async {
            // A dropped sender says stop, too.
            let _ = stopped.await;
        }));
        let (client, stop) = (client()?, Some(stop));
        Ok(Self { app, url, client, token: String::new(), clock, stop, task, _data: data })
    }

    /// The link that the first start shows.
    pub async fn owner_link(&self) -> Result<String> {
        accounts::owner_link(&self.app).await?.context("there is an account already")
    }

    /// Address without trailing slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A token that may import and read; a fresh server has none.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Sets the server's clock so many seconds ahead of where it is, or back.
    pub fn later(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
    }

    /// What time it is there, in milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    /// Revokes all tokens of the person's programs.
    pub async fn revoke_all(&self) -> Result<()> {
        let account = accounts::find_account(&self.app, EMAIL).await?;
        for token in self.app.store().tokens(account.id).await? {
            accounts::revoke_token(&self.app, account.id, token.id).await?;
        }
        Ok(())
    }

    /// How many tokens the person's programs have.
    pub async fn tokens(&self) -> Result<usize> {
        let account = accounts::find_account(&self.app, EMAIL).await?;
        Ok(self.app.store().tokens(account.id).await?.len())
    }

    /// Where a person looks at the library.
    pub fn library_url(&self) -> String {
        format!("{}/", self.url)
    }

    /// A link that signs in once.
    pub async fn sign_in_link(&self) -> Result<String> {
        let account = accounts::find_account(&self.app, EMAIL).await?;
        Ok(accounts::one_time_link(&self.app, account.id).await?)
    }

    /// Waits until the newest run has brought this many titles.
    pub async fn until_received(&self, titles: u64) -> Result<()> {
        let reading = self.reading().await?;
        until(&format!("{titles} titles of a run"), async || {
            let request = self.client.get(format!("{}/api/imports", self.url));
            let answer = request.bearer_auth(&reading.secret).send().await?.error_for_status()?;
            let runs: Value = answer.json().await?;
            let received = runs["runs"][0]["received"].as_u64().unwrap_or_default();
            Ok((received >= titles).then_some(()))
        })
        .await?;
        reading.end(&self.app).await
    }

    /// Every stored title with its raw data, newest first, as `GET /api/library` gives them.
    pub async fn library(&self) -> Result<Vec<Value>> {
        let reading = self.reading().await?;
        let mut titles = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.part(&cursor, &reading.secret).await?;
            let items = page["items"].as_array().context("a part has items")?;
            titles.extend(items.iter().cloned());
            let Some(next) = page["next_cursor"].as_str() else {
                let total = page["total"].as_u64().context("a part says the total")?;
                ensure!(total == titles.len() as u64, "{total} in all, {} listed", titles.len());
                reading.end(&self.app).await?;
                return Ok(titles);
            };
            next.clone_into(&mut cursor);
        }
    }

    /// A token for looking, for as long as the story looks.
    async fn reading(&self) -> Result<Reading> {
        let account = accounts::find_account(&self.app, EMAIL).await?;
        let scopes: Scopes = "library:read".parse()?;
        let secret = accounts::create_token(&self.app, account.id, "Looking", scopes).await?;
        Ok(Reading { secret })
    }

    async fn part(&self, cursor: &str, token: &str) -> Result<Value> {
        let request = self
            .client
            .get(format!("{}/api/library", self.url))
            .query(&[("limit", "200"), ("raw", "true"), ("cursor", cursor)])
            .bearer_auth(token);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    /// Waits until open requests have ended and the port is free.
    pub async fn stop(mut self) -> Result<()> {
        self.stop = None;
        Ok(self.task.await??)
    }
}

/// Connections with the imitation of Audible, in every way that there is.
fn connections(sim: &Sim) -> Result<audible::Settings> {
    let network = Network {
        proxy: Some(format!("http://{}", sim.proxy()).parse()?),
        authorities: Some(sim.certificate_pem().to_owned()),
    };
    let wait = Duration::from_millis(1);
    let manners = Manners {
        pause: Duration::ZERO,
        first_wait: wait,
        longest_wait: wait,
        ..Manners::default()
    };
    Ok(audible::Settings {
        key: Some(MasterKey::parse(KEY)?),
        password_login: true,
        network,
        manners,
        ..audible::Settings::default()
    })
}

/// A token that is given up after use, so that the person's list shows only their own.
struct Reading {
    secret: String,
}

impl Reading {
    async fn end(self, app: &App) -> Result<()> {
        Ok(accounts::give_up(app, &self.secret).await?)
    }
}

/// A client; all of its requests go to loopback without TLS, yet it asks for a provider.
fn client() -> Result<reqwest::Client> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Fails only if there is one already, which is as good.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    });
    Ok(reqwest::Client::builder().no_proxy().build()?)
}
