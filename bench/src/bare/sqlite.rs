//! One JSON array a table and transaction.

use std::{
    str::FromStr,
    time::{Duration, Instant},
};

use anyhow::Result;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::{BEFORE, TABLES};

/// Settings as the server's.
async fn open(url: &str) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::from_str(url)?
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true);
    Ok(options.connect().await?)
}

pub(super) async fn insert(from: &str, to: &str, chunk: usize) -> Result<Duration> {
    let (mut source, mut bare) = (open(from).await?, open(to).await?);
    for table in BEFORE {
        let (statement, mut rows) = prepared(&mut source, table, "1", usize::MAX).await?;
        bare.execute(sqlx::query(AssertSqlSafe(statement)).bind(rows.remove(0))).await?;
    }
    let mut statements = Vec::new();
    let mut parts = Vec::new();
    for (table, order) in TABLES {
        let (statement, rows) = prepared(&mut source, table, order, chunk).await?;
        statements.push(statement);
        parts.push(rows);
    }
    let transactions = parts[0].len();
    let begun = Instant::now();
    for at in 0..transactions {
        let mut transaction = bare.begin().await?;
        for (statement, parts) in statements.iter().zip(&parts) {
            let query = sqlx::query(AssertSqlSafe(statement.as_str())).bind(&parts[at]);
            query.execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
    }
    Ok(begun.elapsed())
}

/// The statement that inserts into a table, and its rows in order as JSON arrays of `chunk` rows.
async fn prepared(
    db: &mut SqliteConnection,
    table: &str,
    order: &str,
    chunk: usize,
) -> Result<(String, Vec<String>)> {
    let columns = sqlx::query_scalar("SELECT name FROM pragma_table_info($1)").bind(table);
    let columns: Vec<String> = columns.fetch_all(&mut *db).await?;
    let values: Vec<_> = columns.iter().map(|name| format!("r.value ->> '{name}'")).collect();
    let (names, values) = (columns.join(", "), values.join(", "));
    let insert = format!("INSERT INTO {table} ({names}) SELECT {values} FROM json_each($1) AS r");
    let pairs: Vec<_> = columns.iter().map(|name| format!("'{name}', {name}")).collect();
    let rows = format!("SELECT json_object({}) FROM {table} ORDER BY {order}", pairs.join(", "));
    let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(rows)).fetch_all(db).await?;
    Ok((insert, rows.chunks(chunk).map(|rows| format!("[{}]", rows.join(","))).collect()))
}
