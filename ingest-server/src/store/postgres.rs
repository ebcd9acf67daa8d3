//! PostgreSQL: every writing transaction is serializable and tried again when it loses.

#[expect(clippy::duplicate_mod, reason = "the same words, compiled for this database's types")]
#[path = "both/mod.rs"]
mod both;
mod bulk;
#[cfg(test)]
mod plans;

use std::{path::Path, str::FromStr, time::Duration};

use sqlx::{
    PgPool, Postgres,
    postgres::{PgConnectOptions, PgConnection, PgPoolOptions},
};

use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::StoreError;

/// Leave to write, for as long as it is held.
enum Turn<'a> {
    BesideOthers(#[expect(dead_code, reason = "held, not read")] RwLockReadGuard<'a, ()>),
    Alone(#[expect(dead_code, reason = "held, not read")] RwLockWriteGuard<'a, ()>),
}

type Connection = PgConnection;
type Transaction<'t> = sqlx::Transaction<'t, Postgres>;

/// Connections of one server.
const CONNECTIONS: u32 = 8;
/// How long a use case waits for a connection.
const ACQUIRE: Duration = Duration::from_secs(10);
/// The try that runs alone.
const ALONE: u32 = 3;
/// Codes of a transaction that lost: could not serialize, deadlock.
const LOST: [&str; 2] = ["40001", "40P01"];

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// The store on PostgreSQL.
#[derive(Debug)]
pub(super) struct PostgresStore {
    pool: PgPool,
    /// Who may write now.
    turns: RwLock<()>,
}

impl PostgresStore {
    /// Connects. Two servers that start together wait for each other while one migrates.
    pub(super) async fn open(address: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(address)?.application_name("me-feed");
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE)
            .connect_with(options)
            .await?;
        MIGRATIONS.run(&pool).await.map_err(StoreError::Migration)?;
        Ok(Self { pool, turns: RwLock::new(()) })
    }

    /// A transaction that only reads and sees one state throughout.
    async fn reading(&self) -> Result<Transaction<'static>, StoreError> {
        Ok(self.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
    }

    async fn writing(&self) -> Result<Transaction<'static>, StoreError> {
        Ok(self.pool.begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE").await?)
    }

    /// For a single statement about a single row, which others cannot make wrong: never loses.
    async fn noting(&self) -> Result<Transaction<'static>, StoreError> {
        Ok(self.pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await?)
    }

    /// Transactions that write run side by side; one that has lost twice runs alone, so that it
    /// cannot lose against others of this server for ever.
    async fn turn(&self, attempt: u32) -> Turn<'_> {
        if attempt < ALONE {
            Turn::BesideOthers(self.turns.read().await)
        } else {
            Turn::Alone(self.turns.write().await)
        }
    }

    /// A lost transaction is worth another try.
    fn try_again(error: &StoreError) -> bool {
        match error {
            StoreError::Raced => true,
            StoreError::Database(sqlx::Error::Database(inner)) => {
                inner.code().is_some_and(|code| LOST.contains(&code.as_ref()))
            }
            _ => false,
        }
    }

    #[expect(clippy::unused_async, reason = "the same form as on SQLite")]
    async fn copy_to(&self, _file: &Path) -> Result<(), StoreError> {
        Err(StoreError::BackupElsewhere)
    }

    async fn close_all(&self) {
        self.pool.close().await;
    }
}

/// The name under which `store/both` knows this store.
type Database = PostgresStore;
