//! The server in a process of its own, so that its memory can be told from ours.

use std::process::Stdio;

use anyhow::{Context, Result};
use ingest_server::{
    accounts::{self, Scopes},
    app::{App, Settings},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines},
    net::TcpListener,
    process::{ChildStdin, ChildStdout, Command},
};

/// The argument with which this program starts itself as a server.
pub(crate) const ARGUMENT: &str = "serve-for-a-benchmark";

/// A running server.
pub(crate) struct Child {
    /// Its address.
    pub(crate) url: String,
    /// A token for each account.
    pub(crate) tokens: Vec<String>,
    process: tokio::process::Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Child {
    /// Starts it on an empty database.
    pub(crate) async fn start(database: &str, accounts: usize) -> Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args([ARGUMENT, database, &accounts.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let input = process.stdin.take().context("the server has an input")?;
        let output = process.stdout.take().context("the server has an output")?;
        let mut lines = BufReader::new(output).lines();
        let url = lines.next_line().await?.context("the server says its address")?;
        let mut tokens = Vec::with_capacity(accounts);
        while tokens.len() < accounts {
            tokens.push(lines.next_line().await?.context("the server says its tokens")?);
        }
        Ok(Self { url, tokens, process, input, lines })
    }

    /// Ends it; the most memory that it had, in MB.
    pub(crate) async fn end(mut self) -> Result<f64> {
        drop(self.input);
        let peak = self.lines.next_line().await?.context("the server says its peak")?;
        self.process.wait().await?;
        let kibibytes: f64 = peak.parse().context("the peak is a number of KiB")?;
        Ok(kibibytes * 1024.0 / 1e6)
    }
}

/// The server: serves until its input ends, then says how much memory it had at most.
pub(crate) async fn serve(database: String, accounts: usize) -> Result<()> {
    let data = TempDir::new()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let settings = Settings::new(url.parse()?, database, data.path().to_owned());
    let app = App::open(settings).await?;
    let mut told = format!("{url}\n");
    for number in 0..accounts {
        let email = format!("bench-{number}@example.org");
        let account = accounts::add_account(&app, &email, "Bench").await?;
        told += &accounts::create_token(&app, account.id, "bench", Scopes::default()).await?;
        told.push('\n');
    }
    tokio::spawn(ingest_server::serve(listener, app, std::future::pending()));
    let mut output = tokio::io::stdout();
    output.write_all(told.as_bytes()).await?;
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
