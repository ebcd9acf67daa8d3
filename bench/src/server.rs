//! A server on loopback and a library in chunks to send to it.

use anyhow::{Context, Result, ensure};
use ingest_server::{
    accounts::{self, Scopes},
    app::{App, Settings},
};
use serde_json::Value;
use shared::{ids::RunId, samples};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// Titles of the library.
pub(crate) const TITLES: usize = 10_000;
const CHUNK: usize = 500;

/// Starts a server that runs until this program ends; the answer is its address and a token.
pub(crate) async fn start(database_url: String, data: &TempDir) -> Result<(String, String)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let settings = Settings::new(url.parse()?, database_url, data.path().to_owned());
    let app = App::open(settings).await?;
    let account = accounts::add_account(&app, "bench@example.org", "Bench").await?;
    let token = accounts::create_token(&app, account.id, "bench", Scopes::default()).await?;
    tokio::spawn(ingest_server::serve(listener, app, std::future::pending()));
    Ok((url, token))
}

/// One chunk, ready to be sent.
pub(crate) struct Chunk {
    pub(crate) key: String,
    pub(crate) body: String,
}

/// The whole library as one run.
pub(crate) fn chunks(run: RunId) -> Result<Vec<Chunk>> {
    let items = samples::items(TITLES);
    let last = TITLES.div_ceil(CHUNK) - 1;
    let chunk = |(index, items): (usize, &[_])| {
        let seen = (index == last).then_some(TITLES).map(u32::try_from).transpose()?;
        let request = samples::chunk(run, items, u32::try_from(index)?, seen);
        let body = serde_json::to_string(&request)?;
        Ok(Chunk { key: format!("{run}:{index}"), body })
    };
    items.chunks(CHUNK).enumerate().map(chunk).collect()
}

/// Sends a chunk; the answer is its receipt.
pub(crate) async fn send(
    client: &reqwest::Client,
    url: &str,
    token: &str,
    chunk: &Chunk,
) -> Result<Value> {
    let request = client
        .post(format!("{url}/api/audible/import-from-extension"))
        .bearer_auth(token)
        .header("idempotency-key", &chunk.key)
        .header("content-type", "application/json")
        .body(chunk.body.clone());
    let answer = request.send().await?;
    let status = answer.status();
    let text = answer.text().await?;
    ensure!(status.is_success(), "{status}: {text}");
    serde_json::from_str(&text).context("a receipt is JSON")
}
