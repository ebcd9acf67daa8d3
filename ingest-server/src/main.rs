//! Arguments to configuration to run.

use clap::Parser;
use ingest_server::config::Command;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    Command::parse().run().await
}
