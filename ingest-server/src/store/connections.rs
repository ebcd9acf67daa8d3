//! The door to the connections with Audible: sealed secrets, jobs, attempts, wishlist, and what was done.

use async_trait::async_trait;
use serde::Serialize;
use uuid::Uuid;

use super::{AccountId, AuditRow, StoreError, rows::Key};

/// A connection: the table `audible_auth`.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AuthRow {
    pub(crate) user_id: Key,
    pub(crate) marketplace: String,
    pub(crate) id: Key,
    /// Sealed; see `audible/vault.rs`.
    pub(crate) encrypted_token: String,
    pub(crate) device_name: String,
    pub(crate) last_sync_at: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// The job of a connection, and how its last sync went.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SyncRow {
    pub(crate) user_id: Key,
    pub(crate) marketplace: String,
    /// See `audible/schedule.rs`.
    pub(crate) schedule: String,
    /// When the next sync is due; none without a schedule, or after too many failures.
    pub(crate) due_at: Option<i64>,
    /// Until when Audible asked to wait last.
    pub(crate) not_before: Option<i64>,
    /// Who works on it; empty for nobody.
    pub(crate) lease: String,
    pub(crate) lease_until: i64,
    /// The state of the library at the last sync of which everything was applied; empty before.
    pub(crate) state_token: String,
    /// When everything was read last.
    pub(crate) full_at: Option<i64>,
    /// How often it was told to read everything anew; as it was when the job was taken.
    pub(crate) anew: i64,
    pub(crate) books_count: Option<i64>,
    /// Syncs that failed since the last one that did not.
    pub(crate) failures: i64,
    /// Why the last one failed, as a stable word; empty if it did not.
    pub(crate) error_code: String,
    /// No sync is due any more because too many failed.
    pub(crate) stopped: bool,
    /// How far the present one is, as JSON.
    pub(crate) progress: String,
    /// The run of the last one.
    pub(crate) run_id: Option<Key>,
}

/// A try of connecting that is not at its end.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AttemptRow {
    pub(crate) user_id: Key,
    /// Hash of what the caller holds.
    pub(crate) hash: String,
    pub(crate) marketplace: String,
    pub(crate) sealed: String,
    pub(crate) expires_at: i64,
}

/// A title of a wishlist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct WishRow {
    pub(crate) marketplace: String,
    pub(crate) asin: String,
    /// From the newest on, from 0.
    pub(crate) position: i64,
    /// As JSON, in the form of the wire.
    pub(crate) item: String,
    pub(crate) added_at: Option<String>,
}

/// Something that was done for an account.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct NoteRow {
    pub(crate) entry_id: Key,
    pub(crate) noted_at: i64,
    /// A stable word: `connect`.
    pub(crate) what: String,
    /// Empty where it concerns none.
    pub(crate) marketplace: String,
    /// `done`, or why not, as a stable word.
    pub(crate) result: String,
}

/// A connection with its job.
pub(crate) type Connected = (AuthRow, SyncRow);

/// One method, one transaction. Absent is `Ok(None)`.
#[async_trait]
pub trait Connections {
    /// Adds a connection with its job. One that is there is replaced if its id is `before`; it keeps its
    /// schedule and begins anew. False if another one is there; nothing has changed then.
    async fn keep_connection(
        &self,
        auth: &AuthRow,
        sync: &SyncRow,
        before: Option<Uuid>,
    ) -> Result<bool, StoreError>;
    /// The account's connections, by marketplace.
    async fn connections(&self, owner: AccountId) -> Result<Vec<Connected>, StoreError>;
    /// Forgets a connection with its job and wishlist; false if it is not there, or another one is.
    async fn drop_connection(
        &self,
        owner: AccountId,
        marketplace: &str,
        id: Uuid,
    ) -> Result<bool, StoreError>;

    /// Adds an attempt.
    async fn add_connecting(&self, row: &AttemptRow) -> Result<(), StoreError>;
    /// An attempt whose time is not over.
    async fn connecting(
        &self,
        owner: AccountId,
        hash: &str,
        now: i64,
    ) -> Result<Option<AttemptRow>, StoreError>;
    /// Uses an attempt up; false if somebody else has.
    async fn use_connecting(&self, owner: AccountId, hash: &str) -> Result<bool, StoreError>;

    /// Jobs that are due and that nobody works on, those that wait longest first.
    async fn due_jobs(&self, now: i64, limit: i64) -> Result<Vec<SyncRow>, StoreError>;
    /// Takes a job if nothing has changed since it was looked at; false if it has.
    async fn lease_job(&self, seen: &SyncRow, lease: &str, until: i64) -> Result<bool, StoreError>;
    /// Keeps a lease, and notes how far the work is if it is said; false if the lease is another's.
    async fn keep_lease(
        &self,
        job: &SyncRow,
        until: i64,
        progress: Option<&str>,
    ) -> Result<bool, StoreError>;
    /// Gives a job back with what is known now, and notes it; false if the lease is another's. With
    /// `synced_at` the connection has been synced then. Where everything is to be read anew since the job
    /// was taken, no state is kept.
    async fn end_job(
        &self,
        job: &SyncRow,
        synced_at: Option<i64>,
        note: Option<&NoteRow>,
    ) -> Result<bool, StoreError>;
    /// Gives back every job that a server works on.
    async fn release_leases(&self, server: &str) -> Result<(), StoreError>;
    /// Sets a schedule, and makes a fresh start of what had stopped; false if there is no connection. The
    /// next sync is not due before the moment until which Audible asked to wait.
    async fn set_schedule(
        &self,
        owner: AccountId,
        marketplace: &str,
        schedule: &str,
        due_at: Option<i64>,
    ) -> Result<bool, StoreError>;

    /// Connections of all accounts behind one, in the order of their keys.
    async fn sealed(&self, after: (Uuid, &str), limit: i64) -> Result<Vec<AuthRow>, StoreError>;
    /// Whether any account has a connection.
    async fn any_sealed(&self) -> Result<bool, StoreError>;
    /// Replaces sealed secrets by the same under another key, if they are still those.
    async fn reseal(&self, row: &AuthRow, sealed: &str) -> Result<bool, StoreError>;

    /// Replaces the wishlist of a job's connection; false if the lease is another's, or the connection is
    /// gone.
    async fn write_wishes(&self, job: &SyncRow, rows: &[WishRow]) -> Result<bool, StoreError>;
    /// A wishlist, newest first; of all shops, one after the other, if none is named.
    async fn wishes(&self, owner: AccountId, marketplace: &str)
    -> Result<Vec<WishRow>, StoreError>;

    /// Notes what was done that belongs to no account.
    async fn audit(&self, row: &AuditRow) -> Result<(), StoreError>;
    /// Notes what was done for an account, and forgets what is long ago.
    async fn note(&self, owner: AccountId, row: &NoteRow) -> Result<(), StoreError>;
    /// What was done before an entry, newest first.
    async fn noted(
        &self,
        owner: AccountId,
        before: (i64, Uuid),
        limit: i64,
    ) -> Result<Vec<NoteRow>, StoreError>;
}
