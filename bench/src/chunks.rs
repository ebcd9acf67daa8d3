//! Libraries in chunks, and sending them.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use shared::{ids::RunId, item::Item, samples};

use crate::child::Child;

/// Titles of a chunk.
pub(crate) const CHUNK: usize = 500;

/// One chunk, ready to be sent.
pub(crate) struct Chunk {
    key: String,
    body: String,
    titles: usize,
}

/// A whole run of `titles` rich titles.
pub(crate) fn run_of(run: RunId, titles: usize) -> impl Iterator<Item = Result<Chunk>> {
    let last = titles.div_ceil(CHUNK) - 1;
    (0..=last).map(move |index| {
        let places = index * CHUNK..titles.min((index + 1) * CHUNK);
        let items: Vec<Item> = places.map(samples::item).collect();
        let seen = (index == last).then_some(titles).map(u32::try_from).transpose()?;
        let request = samples::chunk(run, &items, u32::try_from(index)?, seen);
        let body = serde_json::to_string(&request)?;
        Ok(Chunk { key: format!("{run}:{index}"), body, titles: items.len() })
    })
}

/// Sends a run chunk after chunk; the time of the sending alone. Every title has this outcome.
pub(crate) async fn send_run(
    child: &Child,
    token: &str,
    run: RunId,
    titles: usize,
    outcome: &str,
) -> Result<Duration> {
    let client = client()?;
    let mut time = Duration::ZERO;
    for chunk in run_of(run, titles) {
        let chunk = chunk?;
        let begun = Instant::now();
        let receipt = send(&client, child, token, &chunk).await?;
        time += begun.elapsed();
        ensure!(receipt[outcome] == chunk.titles, "{outcome}: {}", receipt["imported"]);
    }
    Ok(time)
}

/// A client that keeps its connection.
pub(crate) fn client() -> Result<reqwest::Client> {
    Ok(reqwest::Client::builder().no_proxy().build()?)
}

/// Sends a chunk; the answer is its receipt.
pub(crate) async fn send(
    client: &reqwest::Client,
    child: &Child,
    token: &str,
    chunk: &Chunk,
) -> Result<Value> {
    let request = client
        .post(format!("{}/api/audible/import-from-extension", child.url))
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
