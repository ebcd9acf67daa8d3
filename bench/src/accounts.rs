//! A hundred people who import at the same moment, beside the same one after the other.

use std::time::Instant;

use anyhow::{Result, ensure};
use shared::samples;
use tokio::task::JoinSet;

use crate::{
    child::Child,
    chunks::{self, CHUNK},
    databases::{Fresh, Kind},
    table::Table,
};

const ACCOUNTS: usize = 100;

/// Each account imports one chunk; one half of the accounts at once, then the other half in turn.
pub(crate) async fn run(table: &mut Table, kind: Kind) -> Result<()> {
    let library = Fresh::make(kind, "accounts").await?;
    let child = std::sync::Arc::new(Child::start(&library.url, 2 * ACCOUNTS).await?);
    let chunk = chunks::run_of(samples::run_id(1), CHUNK).next().transpose()?;
    let chunk = std::sync::Arc::new(chunk.ok_or_else(|| anyhow::anyhow!("a chunk"))?);
    let client = chunks::client()?;

    let begun = Instant::now();
    let mut open = JoinSet::new();
    for account in 0..ACCOUNTS {
        let (client, child, chunk) = (client.clone(), child.clone(), chunk.clone());
        open.spawn(
            async move { chunks::send(&client, &child, &child.tokens[account], &chunk).await },
        );
    }
    while let Some(receipt) = open.join_next().await {
        ensure!(receipt??["imported"] == CHUNK, "all are new");
    }
    let at_once = begun.elapsed();

    let begun = Instant::now();
    for account in ACCOUNTS..2 * ACCOUNTS {
        let receipt = chunks::send(&client, &child, &child.tokens[account], &chunk).await?;
        ensure!(receipt["imported"] == CHUNK, "all are new");
    }
    let in_turn = begun.elapsed();
    let name = kind.name();
    table.told(
        &format!("{name}: 100 accounts import 500 titles at once, beside one after the other"),
        at_once,
        in_turn,
    );
    let child =
        std::sync::Arc::into_inner(child).ok_or_else(|| anyhow::anyhow!("all have ended"))?;
    table.value(&format!("{name}: server's memory meanwhile"), child.end().await?, "MB", 150.0);
    Ok(())
}
