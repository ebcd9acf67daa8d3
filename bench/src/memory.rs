//! The server's memory while a library arrives in four chunks at a time, in a process of its own.

use std::process::Stdio;

use anyhow::{Context, Result};
use shared::samples;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    process::Command,
    task::JoinSet,
};

use crate::{
    server::{self, TITLES},
    tell,
};

/// The argument with which this program starts itself as a server.
pub(crate) const CHILD: &str = "serve-for-memory";
const AT_ONCE: usize = 4;

/// Sends everything and prints the child's peak.
pub(crate) async fn run() -> Result<()> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg(CHILD)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let input = child.stdin.take().context("the server has an input")?;
    let mut lines =
        BufReader::new(child.stdout.take().context("the server has an output")?).lines();
    let url = lines.next_line().await?.context("the server says its address")?;
    let token = lines.next_line().await?.context("the server says its token")?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut open = JoinSet::new();
    for chunk in server::chunks(samples::run_id(1))? {
        if open.len() >= AT_ONCE
            && let Some(done) = open.join_next().await
        {
            done??;
        }
        let (client, url, token) = (client.clone(), url.clone(), token.clone());
        open.spawn(async move { server::send(&client, &url, &token, &chunk).await.map(|_| ()) });
    }
    while let Some(done) = open.join_next().await {
        done??;
    }
    drop(input);
    let peak = lines.next_line().await?.context("the server says its peak")?;
    child.wait().await?;
    let peak: f64 = peak.parse().context("the peak is a number of KiB")?;
    tell(&format!(
        "memory: the server peaked at {:.0} MB while {TITLES} titles arrived, {AT_ONCE} chunks at \
         a time",
        peak * 1024.0 / 1e6
    ));
    Ok(())
}

/// The server: serves until its input ends, then says how much memory it had at most.
pub(crate) async fn child() -> Result<()> {
    let data = TempDir::new()?;
    let database = format!("sqlite://{}", data.path().join("library.sqlite").display());
    let (url, token) = server::start(database, &data).await?;
    let mut output = tokio::io::stdout();
    output.write_all(format!("{url}\n{token}\n").as_bytes()).await?;
    output.flush().await?;
    tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    let status = tokio::fs::read_to_string("/proc/self/status")
        .await
        .context("the peak is known where there is /proc")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|rest| rest.split_whitespace().next()).context("VmHWM is stated")?;
    output.write_all(format!("{peak}\n").as_bytes()).await?;
    Ok(output.flush().await?)
}
