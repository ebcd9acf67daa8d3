//! Runs the simulator until it is told to stop, and prints one JSON line that says where it is.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use audible_sim::{Config, Sim};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

/// An imitation of Audible for tests and demonstrations.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Titles in the library
    #[arg(long, default_value_t = 245)]
    titles: usize,
    /// Same seed, same titles
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Address of the TLS listener
    #[arg(long, default_value = "127.0.0.1:0")]
    https: SocketAddr,
    /// Address of the proxy
    #[arg(long, default_value = "127.0.0.1:0")]
    proxy: SocketAddr,
    /// File for the certificate of the authority to trust
    #[arg(long)]
    certificate: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut terminate = signal(SignalKind::terminate()).context("waiting for signals")?;
    let config = Config {
        titles: arguments.titles,
        seed: arguments.seed,
        https: arguments.https,
        proxy: arguments.proxy,
        ..Config::default()
    };
    let sim = Sim::start(config).await?;
    if let Some(path) = &arguments.certificate {
        std::fs::write(path, sim.certificate_pem())
            .with_context(|| format!("writing {}", path.display()))?;
    }
    let line = serde_json::json!({
        "https": sim.https(),
        "proxy": sim.proxy(),
        "titles": arguments.titles,
        "seed": arguments.seed,
        "hosts": Sim::hosts(),
        "certificate_pem": sim.certificate_pem(),
    });
    writeln!(std::io::stdout(), "{line}").context("printing the addresses")?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result.context("waiting for ctrl-c")?,
        _ = terminate.recv() => {}
    }
    sim.stop().await;
    Ok(())
}
