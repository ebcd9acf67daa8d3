//! The door to the database: one method for each use case, each one transaction.
//!
//! SQLite and PostgreSQL stand behind the same trait and pass the same suite (`store/contract.rs`).
//! Statements whose text is the same for both lie in `store/both`; each database compiles them once.
//!
//! Invariant: every statement that reads or writes what people own is bound to one account, but for those
//! that look for jobs, reseal secrets or sweep what is over its time.

pub(crate) mod connections;
#[cfg(test)]
mod contract;
mod postgres;
pub(crate) mod rows;
mod sqlite;
pub(crate) mod uploads;
mod values;

use std::{fmt, path::Path, sync::Arc};

use async_trait::async_trait;
use shared::ids::{Asin, Marketplace};
use uuid::Uuid;

use self::rows::{ChunkHistory, ExportRow, HistoryRow, IgnoredRow, Key, NameRow};
pub use self::{connections::Connections, uploads::Uploads, values::*};
use crate::{
    accounts::{Account, Link, Person, Purpose, Token},
    edits::Patch,
    grant::{Decision, Granted, NewGrant, Question, Refusal, UserCode, Waiting},
    ingest::Import,
    undo::{self, Undo},
};

/// An id of an account.
pub type AccountId = Uuid;

/// Why the database did not do what was asked. Nothing has been written then.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, or all its connections stay busy.
    #[error("the database cannot be reached")]
    Away(#[source] sqlx::Error),
    /// Others kept changing the same rows.
    #[error("the transaction lost against others too often")]
    Contended(#[source] sqlx::Error),
    /// A value that has to be the only one is there already.
    #[error("it exists already")]
    Exists,
    /// A stored value cannot be read.
    #[error("cannot read {table}.{column} of {id}: {reason}")]
    Row {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id.
        id: Uuid,
        /// Why, without the value.
        reason: String,
    },
    /// Anything else that the database says.
    #[error("the database refused a statement")]
    Database(#[source] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the database's schema could not be brought up to date")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// This kind of database has programs of its own for copies.
    #[error("PostgreSQL is copied by its own programs: use pg_dump")]
    BackupElsewhere,
    /// The file for a copy cannot be written, or is there already.
    #[error("cannot write the copy: {0}")]
    BackupFile(#[source] std::io::Error),
    /// What was handed out could not be put away.
    #[error("what is stored could not be handed out")]
    File(#[source] std::io::Error),
    /// The address of the database names neither kind.
    #[error("a database address begins with sqlite:// or postgres://")]
    Address,
}

impl StoreError {
    pub(crate) fn row(
        table: &'static str,
        column: &'static str,
        id: Key,
        reason: &dyn fmt::Display,
    ) -> Self {
        Self::Row { table, column, id: id.0, reason: reason.to_string() }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let unique = matches!(&error, sqlx::Error::Database(inner) if inner.is_unique_violation());
        match error {
            _ if unique => Self::Exists,
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Away(error),
            _ => Self::Database(error),
        }
    }
}

/// One method, one use case, one transaction. Absent is `Ok(None)`.
#[async_trait]
pub trait Store: Connections + Uploads + fmt::Debug + Send + Sync + 'static {
    /// Adds an account; [`StoreError::Exists`] if its e-mail address has one.
    async fn add_account(&self, account: &Account, at: i64) -> Result<(), StoreError>;
    /// Finds an account by its e-mail address in lower case.
    async fn account_by_email(&self, email_key: &str) -> Result<Option<Account>, StoreError>;
    /// Finds an account.
    async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError>;
    /// Whether there is any account.
    async fn has_accounts(&self) -> Result<bool, StoreError>;
    /// Adds a token.
    async fn add_token(&self, token: &Token) -> Result<(), StoreError>;
    /// Finds a token by its hash, also a revoked one.
    async fn bearer(&self, hash: &str) -> Result<Option<Bearer>, StoreError>;
    /// Notes a token's use.
    async fn touch_token(&self, owner: AccountId, token: Uuid, at: i64) -> Result<(), StoreError>;
    /// The account's tokens that are not revoked, newest first.
    async fn tokens(&self, owner: AccountId) -> Result<Vec<TokenRow>, StoreError>;
    /// Revokes a token of the account; false if there is none to revoke.
    async fn revoke_token(&self, owner: AccountId, id: Uuid, at: i64) -> Result<bool, StoreError>;
    /// Revokes the token with this hash, if there is one.
    async fn revoke_hash(&self, hash: &str, at: i64) -> Result<(), StoreError>;
    /// Adds a one-time link and forgets those that expired.
    async fn add_link(&self, link: &Link) -> Result<(), StoreError>;
    /// Uses a link up that signs in; gives its account and purpose once, before it expires.
    async fn use_link(
        &self,
        hash: &str,
        now: i64,
    ) -> Result<Option<(AccountId, Purpose)>, StoreError>;

    /// Whether a link makes an account now.
    async fn link_opens(&self, hash: &str, now: i64) -> Result<bool, StoreError>;
    /// Adds an account with its password, by a link or by none; false if the link does not work, and
    /// [`StoreError::Exists`] if the e-mail address has an account. The link is used up only with it.
    async fn sign_up(
        &self,
        account: &Account,
        hash: &str,
        session_key: &str,
        link: Option<&str>,
        now: i64,
    ) -> Result<bool, StoreError>;
    /// A person and the hash of the password.
    async fn person(&self, id: AccountId) -> Result<Option<(Person, Option<String>)>, StoreError>;
    /// The same by e-mail address in lower case.
    async fn person_by_email(
        &self,
        email_key: &str,
    ) -> Result<Option<(Person, Option<String>)>, StoreError>;
    /// Sets a password and the key of new sessions, and ends those that there are.
    async fn set_password(
        &self,
        id: AccountId,
        hash: &str,
        session_key: &str,
    ) -> Result<(), StoreError>;
    /// Replaces a hash of the same password, if nobody changed the password meanwhile.
    async fn replace_hash(&self, id: AccountId, old: &str, new: &str) -> Result<(), StoreError>;
    /// Gives an account another name.
    async fn rename_account(&self, id: AccountId, name: &str) -> Result<(), StoreError>;
    /// All accounts, oldest first.
    async fn people(&self) -> Result<Vec<PersonRow>, StoreError>;
    /// A setting of the server.
    async fn setting(&self, name: &str) -> Result<Option<String>, StoreError>;
    /// Sets a setting of the server.
    async fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError>;

    /// Adds a request for a token; or the moment at which there is room for it, if too many wait.
    async fn add_grant(&self, grant: &NewGrant) -> Result<Option<i64>, StoreError>;
    /// The request with this code that waits for a person.
    async fn waiting_grant(&self, code: &UserCode, now: i64)
    -> Result<Option<Waiting>, StoreError>;
    /// Decides a request that waits; false if it does not.
    async fn decide_grant(&self, decision: &Decision<'_>) -> Result<bool, StoreError>;
    /// Answers a program that asks for its token; makes it, once.
    async fn fetch_granted(
        &self,
        question: &Question,
    ) -> Result<Result<Granted, Refusal>, StoreError>;
    /// Notes a try under each key.
    async fn add_attempts(&self, keys: &[String], id: Uuid, at: i64) -> Result<(), StoreError>;
    /// How many tries there were since a moment, and when the first was.
    async fn attempts(&self, key: &str, since: i64) -> Result<(i64, i64), StoreError>;
    /// Takes a try back.
    async fn take_attempts_back(&self, id: Uuid) -> Result<(), StoreError>;

    /// Adds a session; false if its hash is taken.
    async fn add_session(&self, row: &SessionRow) -> Result<bool, StoreError>;
    /// Writes a session, new or not, and forgets some that expired.
    async fn save_session(&self, row: &SessionRow, now: i64) -> Result<(), StoreError>;
    /// Finds a session that has not expired.
    async fn session(&self, hash: &str, now: i64) -> Result<Option<SessionRow>, StoreError>;
    /// Ends a session.
    async fn end_session(&self, hash: &str) -> Result<(), StoreError>;
    /// The account's sessions that last, last seen first.
    async fn sessions(&self, id: AccountId, now: i64) -> Result<Vec<SessionInfo>, StoreError>;
    /// Ends one of the account's sessions.
    async fn end_session_of(&self, id: AccountId, hash: &str) -> Result<(), StoreError>;
    /// Ends all of the account's sessions and sets the key of new ones.
    async fn end_all_sessions(&self, id: AccountId, session_key: &str) -> Result<(), StoreError>;

    /// The first answer to a chunk that has been stored.
    async fn kept_answer(
        &self,
        owner: AccountId,
        key: &str,
    ) -> Result<Option<KeptAnswer>, StoreError>;
    /// Takes a chunk in.
    async fn import(&self, import: &Import) -> Result<Imported, StoreError>;
    /// The answer that [`Store::import`] would give, without writing.
    async fn preview(&self, import: &Import) -> Result<String, StoreError>;

    /// A part of a library.
    async fn library(
        &self,
        owner: AccountId,
        query: &LibraryQuery,
    ) -> Result<LibraryRows, StoreError>;
    /// One title of a library.
    async fn title(&self, owner: AccountId, id: Uuid) -> Result<Option<TitleRows>, StoreError>;
    /// Changes what a person says of a title; false if the account has no such title.
    async fn edit(
        &self,
        owner: AccountId,
        id: Uuid,
        patch: &Patch,
        at: i64,
    ) -> Result<bool, StoreError>;
    /// Titles for an export behind a product number and shop, in that order.
    async fn export(
        &self,
        owner: AccountId,
        after: (&str, &str),
        limit: i64,
    ) -> Result<Vec<ExportRow>, StoreError>;
    /// All titles of a library by their names.
    async fn names(&self, owner: AccountId) -> Result<Vec<NameRow>, StoreError>;
    /// Titles that the account does not want, after a product number and shop.
    async fn ignored_titles(
        &self,
        owner: AccountId,
        after: (&str, &str),
        limit: usize,
    ) -> Result<Vec<IgnoredRow>, StoreError>;
    /// A title that the account does not want.
    async fn ignored_title(
        &self,
        owner: AccountId,
        marketplace: Marketplace,
        asin: &Asin,
    ) -> Result<Option<IgnoredRow>, StoreError>;
    /// Leaves titles out of every import from now on; gives how many were not left out before.
    async fn ignore(
        &self,
        owner: AccountId,
        marketplace: Marketplace,
        asins: &[Asin],
        at: i64,
    ) -> Result<u64, StoreError>;
    /// Takes that back; gives how many were left out before.
    async fn want_again(
        &self,
        owner: AccountId,
        marketplace: Marketplace,
        asins: &[Asin],
    ) -> Result<u64, StoreError>;

    /// Runs, newest first.
    async fn runs(
        &self,
        owner: AccountId,
        query: &RunsQuery,
    ) -> Result<Vec<HistoryRow>, StoreError>;
    /// When a run of the account began, in microseconds.
    async fn run_started_at(&self, owner: AccountId, run: Uuid) -> Result<Option<i64>, StoreError>;
    /// The first chunk of a run from a number on, with what became of its titles.
    async fn run_chunk(
        &self,
        owner: AccountId,
        run: Uuid,
        from: i64,
    ) -> Result<Option<ChunkHistory>, StoreError>;

    /// Takes a run back.
    async fn undo(&self, undo: &Undo) -> Result<undo::Outcome, StoreError>;

    /// Hands out everything that is stored about an account but secrets.
    async fn personal_data(&self, owner: AccountId, hand: Hand<'_>) -> Result<(), StoreError>;
    /// Deletes an account with everything about it, tries under keys too, and notes that it was done;
    /// gives how many rows of which table there were.
    async fn delete_account(
        &self,
        owner: AccountId,
        attempts: &[String],
        audit: &AuditRow,
    ) -> Result<Vec<(&'static str, i64)>, StoreError>;

    /// Deletes what is over its time, whosever it is, at most so many rows of each table, each table a
    /// transaction of its own; gives how many rows that were.
    async fn sweep(&self, over: &Over, most: i64) -> Result<u64, StoreError>;
    /// How much there is.
    async fn counts(&self, now: i64) -> Result<Counts, StoreError>;
    /// Writes a consistent copy into a new file that only its owner can read, while others go on
    /// working.
    async fn backup(&self, file: &Path) -> Result<(), StoreError>;
    /// Whether the database answers.
    async fn ready(&self) -> Result<(), StoreError>;
    /// Ends all connections; SQLite puts its log away.
    async fn close(&self);
}

/// Opens a database by its address and brings its schema up to date.
///
/// # Errors
///
/// An address of neither kind, a database that cannot be reached, or a schema from the future.
pub async fn open(address: &str) -> Result<Arc<dyn Store>, StoreError> {
    if address.starts_with("sqlite:") {
        return Ok(Arc::new(sqlite::SqliteStore::open(address).await?));
    }
    if address.starts_with("postgres:") || address.starts_with("postgresql:") {
        return Ok(Arc::new(postgres::PostgresStore::open(address).await?));
    }
    Err(StoreError::Address)
}
