//! Benchmarks: each one measures us beside the least that the same work can cost, in one run.
//!
//! `cargo xtask bench [extraction] [files] [pace] [import] [growth] [accounts]`; without a name all of them
//! run. The table at the end is the one in `docs/performance.md`.

mod accounts;
mod bare;
mod child;
mod chunks;
mod databases;
mod extraction;
mod files;
mod growth;
mod import;
mod pace;
mod table;

use anyhow::{Result, bail};

use table::Table;

const NAMES: [&str; 6] = ["extraction", "files", "pace", "import", "growth", "accounts"];

#[tokio::main]
async fn main() -> Result<()> {
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        bail!("another TLS provider was installed before ours");
    }
    let asked: Vec<String> = std::env::args().skip(1).collect();
    if let [name, database, accounts] = asked.as_slice()
        && name == child::ARGUMENT
    {
        return child::serve(database.clone(), accounts.parse()?).await;
    }
    if let [name, path] = asked.as_slice()
        && name == files::ARGUMENT
    {
        return files::child(path);
    }
    if let Some(unknown) = asked.iter().find(|name| !NAMES.contains(&name.as_str())) {
        bail!("there is no benchmark {unknown}; there are {}", NAMES.join(", "));
    }
    let wanted = |name: &str| asked.is_empty() || asked.iter().any(|each| each == name);
    let mut table = Table::default();
    if wanted("extraction") {
        extraction::run(&mut table).await?;
    }
    if wanted("files") {
        files::run(&mut table)?;
    }
    if wanted("pace") {
        pace::run(&mut table).await?;
    }
    for database in databases::Kind::ALL {
        if wanted("import") {
            import::run(&mut table, database).await?;
        }
        if wanted("growth") {
            growth::run(&mut table, database).await?;
        }
        if wanted("accounts") {
            accounts::run(&mut table, database).await?;
        }
    }
    table.end()
}
