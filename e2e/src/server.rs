//! A server for one story: own database file, own account, listening on loopback.

use std::sync::Once;

use anyhow::{Context, Result, ensure};
use ingest_server::{
    accounts::{self, Account, Scopes},
    app::{App, Settings},
};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// A running server with one account. It stops when this is dropped.
pub struct Server {
    app: App,
    account: Account,
    url: String,
    token: String,
    client: reqwest::Client,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<std::io::Result<()>>,
    _data: TempDir,
}

impl Server {
    /// Starts it with an empty library.
    pub async fn start() -> Result<Self> {
        let data = tempfile::tempdir()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let database = format!("sqlite://{}", data.path().join("library.sqlite").display());
        let settings = Settings::new(url.parse()?, database, data.path().to_owned());
        let app = App::open(settings).await?;
        let account = accounts::add_account(&app, "reader@example.org", "Reader").await?;
        let token = accounts::create_token(&app, account.id, "Story", Scopes::default()).await?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(ingest_server::serve(listener, app.clone(), async {
            // A dropped sender says stop, too.
            let _ = stopped.await;
        }));
        Ok(Self {
            app,
            account,
            url,
            token,
            client: client()?,
            stop: Some(stop),
            task,
            _data: data,
        })
    }

    /// Address without trailing slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A token that may import and read.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Where a person looks at the library.
    pub fn library_url(&self) -> String {
        format!("{}/", self.url)
    }

    /// A link that signs in once.
    pub async fn sign_in_link(&self) -> Result<String> {
        Ok(accounts::one_time_link(&self.app, self.account.id).await?)
    }

    /// Every stored title with its raw data, newest first, as `GET /api/library` gives them.
    pub async fn library(&self) -> Result<Vec<Value>> {
        let mut titles = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.part(&cursor).await?;
            let items = page["items"].as_array().context("a part has items")?;
            titles.extend(items.iter().cloned());
            let Some(next) = page["next_cursor"].as_str() else {
                let total = page["total"].as_u64().context("a part says the total")?;
                ensure!(total == titles.len() as u64, "{total} in all, {} listed", titles.len());
                return Ok(titles);
            };
            next.clone_into(&mut cursor);
        }
    }

    async fn part(&self, cursor: &str) -> Result<Value> {
        let request = self
            .client
            .get(format!("{}/api/library", self.url))
            .query(&[("limit", "200"), ("raw", "true"), ("cursor", cursor)])
            .bearer_auth(&self.token);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    /// Waits until open requests have ended and the port is free.
    pub async fn stop(mut self) -> Result<()> {
        self.stop = None;
        Ok(self.task.await??)
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
