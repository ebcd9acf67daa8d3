//! PostgreSQL: changes of one library wait for each other, notes for nobody, and any other writing
//! transaction is serializable and tried again when it loses.

#[expect(clippy::duplicate_mod, reason = "the same words, compiled for this database's types")]
#[path = "both/mod.rs"]
mod both;
mod bulk;
#[cfg(test)]
mod plans;
mod value;

use std::{path::Path, str::FromStr, time::Duration};

use sqlx::{
    PgPool, Postgres,
    postgres::{PgConnectOptions, PgConnection, PgPoolOptions},
};

use super::{AccountId, StoreError};

type Connection = PgConnection;
type Transaction<'t> = sqlx::Transaction<'t, Postgres>;

/// Connections of one server.
const CONNECTIONS: u32 = 8;
/// How long a use case waits for a connection.
const ACQUIRE: Duration = Duration::from_secs(10);
/// Codes of a transaction that lost: could not serialize, deadlock.
const LOST: [&str; 2] = ["40001", "40P01"];

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// The store on PostgreSQL.
#[derive(Debug)]
pub(super) struct PostgresStore {
    pool: PgPool,
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
        Ok(Self { pool })
    }

    /// A transaction that only reads and sees one state throughout.
    async fn reading(&self) -> Result<Transaction<'static>, StoreError> {
        Ok(self.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
    }

    async fn writing(&self) -> Result<Transaction<'static>, StoreError> {
        Ok(self.pool.begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE").await?)
    }

    /// A transaction that sees at each statement what others have written until then. One statement
    /// alone needs no more; serializable, notes on different rows would lose against each other,
    /// because a small table is read, and so locked, as a whole.
    async fn noting(&self) -> Result<Transaction<'static>, StoreError> {
        Ok(self.pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await?)
    }

    /// A transaction that changes one account's library: by the account's row it waits for others that
    /// change the same one, and then sees what they wrote. No statement of it reaches another account,
    /// and serializable it would lose against imports of other accounts that happen to write to the
    /// same page of an index.
    async fn changing(&self, owner: AccountId) -> Result<Transaction<'static>, StoreError> {
        let mut transaction = self.noting().await?;
        sqlx::query("SELECT user_id FROM users WHERE user_id = $1 FOR NO KEY UPDATE")
            .bind(owner)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction)
    }

    /// A lost transaction is worth another try.
    fn try_again(error: &StoreError) -> bool {
        let StoreError::Database(sqlx::Error::Database(inner)) = error else { return false };
        inner.code().is_some_and(|code| LOST.contains(&code.as_ref()))
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
