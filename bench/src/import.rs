//! Importing a library, beside what the database alone needs to take the same bytes.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use shared::samples;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use tempfile::TempDir;

use crate::{
    server::{self, Chunk, TITLES},
    tell,
};

/// Names the PostgreSQL server, as the tests have it.
const POSTGRES: &str = "MEFEED_TEST_POSTGRES";

/// Measures both databases.
pub(crate) async fn run() -> Result<()> {
    let data = TempDir::new()?;
    let file = |name: &str| format!("sqlite://{}?mode=rwc", data.path().join(name).display());
    let bare = bare_sqlite(&file("bare.sqlite")).await?;
    measure("sqlite", file("library.sqlite"), &data, bare).await?;

    let postgres = std::env::var(POSTGRES)
        .with_context(|| format!("{POSTGRES} is not set; run this through `cargo xtask bench`"))?;
    let (base, _) = postgres.rsplit_once('/').context("the address names a database")?;
    let mut admin = PgConnection::connect(&postgres).await?;
    for name in ["bench_bare", "bench_library"] {
        admin
            .execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")))
            .await?;
        admin.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
    }
    let bare = bare_postgres(&format!("{base}/bench_bare")).await?;
    measure("postgres", format!("{base}/bench_library"), &data, bare).await?;
    for name in ["bench_bare", "bench_library"] {
        admin.execute(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await?;
    }
    Ok(())
}

async fn measure(name: &str, database: String, data: &TempDir, bare: Duration) -> Result<()> {
    let (url, token) = server::start(database, data).await?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut times = Vec::new();
    for (seed, outcome) in [(1, "imported"), (2, "unchanged")] {
        let chunks = server::chunks(samples::run_id(seed))?;
        let begun = Instant::now();
        for chunk in &chunks {
            let receipt = server::send(&client, &url, &token, chunk).await?;
            ensure!(receipt[outcome] == receipt["total"], "{outcome}: {receipt}");
        }
        times.push(begun.elapsed());
    }
    let [first, again] = times.as_slice() else { return Ok(()) };
    tell(&format!(
        "import, {name}: {TITLES} titles in {:.2} s, again unchanged in {:.2} s, the database \
         alone in {:.2} s, ratio {:.1} and {:.1}",
        first.as_secs_f64(),
        again.as_secs_f64(),
        bare.as_secs_f64(),
        first.as_secs_f64() / bare.as_secs_f64(),
        again.as_secs_f64() / bare.as_secs_f64(),
    ));
    Ok(())
}

/// One statement and one transaction a chunk: the items as they are, under their numbers.
async fn bare_sqlite(address: &str) -> Result<Duration> {
    let mut db = SqliteConnection::connect(address).await?;
    db.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;").await?;
    db.execute("CREATE TABLE bare (asin TEXT PRIMARY KEY, item TEXT NOT NULL)").await?;
    let chunks = bare_chunks()?;
    let begun = Instant::now();
    for Chunk { body, .. } in &chunks {
        let insert =
            "INSERT INTO bare SELECT value ->> 'asin', value FROM json_each($1, '$.items')";
        sqlx::query(insert).bind(body.as_str()).execute(&mut db).await?;
    }
    Ok(begun.elapsed())
}

async fn bare_postgres(address: &str) -> Result<Duration> {
    let mut db = PgConnection::connect(address).await?;
    db.execute("CREATE TABLE bare (asin TEXT PRIMARY KEY, item TEXT NOT NULL)").await?;
    let chunks = bare_chunks()?;
    let begun = Instant::now();
    for Chunk { body, .. } in &chunks {
        let insert = "INSERT INTO bare SELECT value ->> 'asin', value::text \
                      FROM jsonb_array_elements($1::text::jsonb -> 'items')";
        sqlx::query(insert).bind(body.as_str()).execute(&mut db).await?;
    }
    Ok(begun.elapsed())
}

fn bare_chunks() -> Result<Vec<Chunk>> {
    server::chunks(samples::run_id(0))
}
