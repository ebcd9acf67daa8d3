//! SQLite: one connection writes, others read beside it.

#[expect(clippy::duplicate_mod, reason = "the same words, compiled for this database's types")]
#[path = "both/mod.rs"]
mod both;
mod bulk;
#[cfg(test)]
mod plans;
mod value;

use std::{fs::OpenOptions, io, path::Path, str::FromStr, time::Duration};

use sqlx::{
    Sqlite, SqlitePool,
    migrate::MigrateError,
    sqlite::{
        SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions,
        SqliteSynchronous,
    },
};

use super::{AccountId, StoreError};

type Connection = SqliteConnection;
type Transaction<'t> = sqlx::Transaction<'t, Sqlite>;

/// Connections that read.
const READERS: u32 = 4;
/// How long a statement waits for another program's lock.
const BUSY: Duration = Duration::from_secs(10);
/// How long a use case waits for a connection.
const ACQUIRE: Duration = Duration::from_secs(10);

/// How often opening is tried again, and after how long.
const OPENING_TRIES: u32 = 200;
const OPENING_PAUSE: Duration = Duration::from_millis(25);
/// SQLite's number for a lock that somebody else has.
const SQLITE_BUSY: u32 = 5;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");

/// The store on SQLite.
#[derive(Debug)]
pub(super) struct SqliteStore {
    readers: SqlitePool,
    writer: SqlitePool,
}

impl SqliteStore {
    /// Opens or creates the file. Writing goes first: it creates the file and its tables.
    pub(super) async fn open(address: &str) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::from_str(address)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(BUSY);
        let writer = connect(&options, 1).await?;
        migrate(&writer).await?;
        let readers = connect(&options, READERS).await?;
        Ok(Self { readers, writer })
    }

    /// A transaction that only reads and sees one state throughout.
    async fn reading(&self) -> Result<Transaction<'static>, StoreError> {
        Ok(self.readers.begin().await?)
    }

    /// A transaction that writes. It takes the lock at once: one that first reads and then writes
    /// would be refused without waiting.
    async fn writing(&self) -> Result<Transaction<'static>, StoreError> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// One statement that nothing else depends on; here it is like any other.
    async fn noting(&self) -> Result<Transaction<'static>, StoreError> {
        self.writing().await
    }

    /// A transaction that changes one account's library; here it is like any other.
    async fn changing(&self, _owner: AccountId) -> Result<Transaction<'static>, StoreError> {
        self.writing().await
    }

    /// There is one writer, so nothing is worth another try.
    fn try_again(_error: &StoreError) -> bool {
        false
    }

    /// SQLite copies into a file that is not there or empty; an empty one has its rights already.
    async fn copy_to(&self, file: &Path) -> Result<(), StoreError> {
        let name = file.to_str().ok_or_else(|| {
            let reason = "the path is not valid Unicode";
            StoreError::BackupFile(io::Error::new(io::ErrorKind::InvalidInput, reason))
        })?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(file).map_err(StoreError::BackupFile)?;
        let copied = sqlx::query("VACUUM INTO ?").bind(name).execute(&self.readers).await;
        if let Err(error) = copied {
            std::fs::remove_file(file).map_err(StoreError::BackupFile)?;
            return Err(error.into());
        }
        Ok(())
    }

    async fn close_all(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Opens the file. Two programs that turn a new file to its log at the same time are in each other's
/// way, and SQLite refuses one of them without waiting; the other is done soon.
async fn connect(
    options: &SqliteConnectOptions,
    connections: u32,
) -> Result<SqlitePool, StoreError> {
    let mut tries = OPENING_TRIES;
    loop {
        let pool = SqlitePoolOptions::new().acquire_timeout(ACQUIRE).max_connections(connections);
        match pool.connect_with(options.clone()).await {
            Err(error) if tries > 0 && is_busy(&error) => {
                tries -= 1;
                tokio::time::sleep(OPENING_PAUSE).await;
            }
            result => return Ok(result?),
        }
    }
}

fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == SQLITE_BUSY)
}

/// Brings the schema up to date. Nothing locks out another server that starts at the same time: the
/// one that comes second to a step fails at it, and finds it done when it looks again.
async fn migrate(writer: &SqlitePool) -> Result<(), StoreError> {
    let mut tries = MIGRATIONS.iter().count();
    loop {
        match MIGRATIONS.run(writer).await {
            Err(MigrateError::Execute(_) | MigrateError::ExecuteMigration(..)) if tries > 0 => {
                tries -= 1;
            }
            result => return result.map_err(StoreError::Migration),
        }
    }
}

/// The name under which `store/both` knows this store.
type Database = SqliteStore;
