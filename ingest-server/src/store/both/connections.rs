//! Connections with Audible: sealed secrets, jobs, attempts, wishlist, and what was done.

use async_trait::async_trait;
use uuid::Uuid;

use super::{
    Connection, Database, TRIES, finished, jobs, notes, noting, pause, personal, reading, tried,
    wishes, writing,
};
use crate::store::{
    AccountId, AuditRow, Connections, StoreError,
    connections::{AttemptRow, AuthRow, Connected, NoteRow, SyncRow, WishRow},
    rows::Key,
};

#[async_trait]
impl Connections for Database {
    async fn keep_connection(
        &self,
        auth: &AuthRow,
        sync: &SyncRow,
        before: Option<Uuid>,
    ) -> Result<bool, StoreError> {
        writing!(self, db => keep(db, auth, sync, before.map(Key)))
    }

    async fn connections(&self, owner: AccountId) -> Result<Vec<Connected>, StoreError> {
        reading!(self, db => of(db, Key(owner)))
    }

    async fn drop_connection(
        &self,
        owner: AccountId,
        marketplace: &str,
        id: Uuid,
    ) -> Result<bool, StoreError> {
        writing!(self, db => drop_one(db, Key(owner), marketplace, Key(id)))
    }

    async fn add_connecting(&self, row: &AttemptRow) -> Result<(), StoreError> {
        writing!(self, db => add_attempt(db, row))
    }

    async fn connecting(
        &self,
        owner: AccountId,
        hash: &str,
        now: i64,
    ) -> Result<Option<AttemptRow>, StoreError> {
        reading!(self, db => attempt(db, Key(owner), hash, now))
    }

    async fn use_connecting(&self, owner: AccountId, hash: &str) -> Result<bool, StoreError> {
        writing!(self, db => use_attempt(db, Key(owner), hash))
    }

    async fn due_jobs(&self, now: i64, limit: i64) -> Result<Vec<SyncRow>, StoreError> {
        reading!(self, db => jobs::due(db, now, limit))
    }

    async fn lease_job(&self, seen: &SyncRow, lease: &str, until: i64) -> Result<bool, StoreError> {
        noting!(self, db => jobs::take(db, seen, lease, until))
    }

    async fn keep_lease(
        &self,
        job: &SyncRow,
        until: i64,
        progress: Option<&str>,
    ) -> Result<bool, StoreError> {
        noting!(self, db => jobs::hold(db, job, until, progress))
    }

    async fn end_job(
        &self,
        job: &SyncRow,
        synced_at: Option<i64>,
        row: Option<&NoteRow>,
    ) -> Result<bool, StoreError> {
        noting!(self, db => jobs::end(db, job, synced_at, row))
    }

    async fn release_leases(&self, server: &str) -> Result<(), StoreError> {
        noting!(self, db => jobs::release(db, server))
    }

    async fn set_schedule(
        &self,
        owner: AccountId,
        marketplace: &str,
        schedule: &str,
        due_at: Option<i64>,
    ) -> Result<bool, StoreError> {
        noting!(self, db => jobs::schedule_one(db, Key(owner), marketplace, (schedule, due_at)))
    }

    async fn sealed(&self, after: (Uuid, &str), limit: i64) -> Result<Vec<AuthRow>, StoreError> {
        reading!(self, db => sealed(db, after, limit))
    }

    async fn any_sealed(&self) -> Result<bool, StoreError> {
        reading!(self, db => any_sealed(db))
    }

    async fn reseal(&self, row: &AuthRow, sealed: &str) -> Result<bool, StoreError> {
        noting!(self, db => reseal(db, row, sealed))
    }

    async fn write_wishes(&self, job: &SyncRow, rows: &[WishRow]) -> Result<bool, StoreError> {
        writing!(self, db => wishes::replace(db, job, rows))
    }

    async fn wishes(
        &self,
        owner: AccountId,
        marketplace: &str,
    ) -> Result<Vec<WishRow>, StoreError> {
        reading!(self, db => wishes::list(db, Key(owner), marketplace))
    }

    async fn audit(&self, row: &AuditRow) -> Result<(), StoreError> {
        noting!(self, db => personal::note(db, row))
    }

    async fn note(&self, owner: AccountId, row: &NoteRow) -> Result<(), StoreError> {
        noting!(self, db => notes::add(db, Key(owner), row))
    }

    async fn noted(
        &self,
        owner: AccountId,
        before: (i64, Uuid),
        limit: i64,
    ) -> Result<Vec<NoteRow>, StoreError> {
        reading!(self, db => notes::list(db, Key(owner), before, limit))
    }
}

async fn keep(
    db: &mut Connection,
    auth: &AuthRow,
    sync: &SyncRow,
    before: Option<Key>,
) -> Result<bool, StoreError> {
    let kept = sqlx::query(
        "INSERT INTO audible_auth (user_id, marketplace, id, encrypted_token, device_name,
             last_sync_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, NULL, $6, $6)
         ON CONFLICT (user_id, marketplace) DO UPDATE SET id = excluded.id,
             encrypted_token = excluded.encrypted_token, device_name = excluded.device_name,
             created_at = excluded.created_at, updated_at = excluded.updated_at
         WHERE audible_auth.id = $7",
    )
    .bind(auth.user_id)
    .bind(&auth.marketplace)
    .bind(auth.id)
    .bind(&auth.encrypted_token)
    .bind(&auth.device_name)
    .bind(auth.updated_at)
    .bind(before)
    .execute(&mut *db)
    .await?;
    if kept.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(
        "INSERT INTO audible_sync (user_id, marketplace, schedule, due_at, lease, lease_until,
             state_token, full_at, books_count, failures, error_code, stopped,
             progress, run_id)
         VALUES ($1, $2, $3, $4, '', 0, '', NULL, $5, 0, '', $6, '', NULL)
         ON CONFLICT (user_id, marketplace) DO UPDATE SET due_at = excluded.due_at, lease = '',
             lease_until = 0, state_token = '', full_at = NULL, not_before = NULL,
             books_count = excluded.books_count, failures = 0, error_code = '',
             stopped = excluded.stopped, progress = ''",
    )
    .bind(sync.user_id)
    .bind(&sync.marketplace)
    .bind(&sync.schedule)
    .bind(sync.due_at)
    .bind(sync.books_count)
    .bind(false)
    .execute(db)
    .await?;
    Ok(true)
}

async fn of(db: &mut Connection, owner: Key) -> Result<Vec<Connected>, StoreError> {
    let auth: Vec<AuthRow> = sqlx::query_as(
        "SELECT user_id, marketplace, id, encrypted_token, device_name, last_sync_at, created_at,
             updated_at
         FROM audible_auth WHERE user_id = $1 ORDER BY marketplace",
    )
    .bind(owner)
    .fetch_all(&mut *db)
    .await?;
    let sync: Vec<SyncRow> = sqlx::query_as(
        "SELECT user_id, marketplace, schedule, due_at, lease, lease_until, state_token, full_at,
             anew, not_before, books_count, failures, error_code, stopped, progress, run_id
         FROM audible_sync WHERE user_id = $1 ORDER BY marketplace",
    )
    .bind(owner)
    .fetch_all(db)
    .await?;
    Ok(auth.into_iter().zip(sync).collect())
}

/// Connections of an account read everything at their next sync: what is not stored any more, or wanted
/// again, is not among the changes. A sync that is under way finds out by `anew`.
pub(super) async fn read_anew(db: &mut Connection, owner: Key) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE audible_sync SET state_token = '', full_at = NULL, anew = anew + 1
         WHERE user_id = $1",
    )
    .bind(owner)
    .execute(db)
    .await?;
    Ok(())
}

async fn drop_one(
    db: &mut Connection,
    owner: Key,
    marketplace: &str,
    id: Key,
) -> Result<bool, StoreError> {
    let dropped =
        sqlx::query("DELETE FROM audible_auth WHERE user_id = $1 AND marketplace = $2 AND id = $3")
            .bind(owner)
            .bind(marketplace)
            .bind(id)
            .execute(&mut *db)
            .await?;
    if dropped.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("DELETE FROM wishes WHERE user_id = $1 AND marketplace = $2")
        .bind(owner)
        .bind(marketplace)
        .execute(db)
        .await?;
    Ok(true)
}

async fn add_attempt(db: &mut Connection, row: &AttemptRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO audible_attempts (user_id, hash, marketplace, sealed, expires_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(row.user_id)
    .bind(&row.hash)
    .bind(&row.marketplace)
    .bind(&row.sealed)
    .bind(row.expires_at)
    .execute(db)
    .await?;
    Ok(())
}

async fn attempt(
    db: &mut Connection,
    owner: Key,
    hash: &str,
    now: i64,
) -> Result<Option<AttemptRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT user_id, hash, marketplace, sealed, expires_at FROM audible_attempts
         WHERE user_id = $1 AND hash = $2 AND expires_at > $3",
    )
    .bind(owner)
    .bind(hash)
    .bind(now)
    .fetch_optional(db)
    .await?)
}

async fn use_attempt(db: &mut Connection, owner: Key, hash: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM audible_attempts WHERE user_id = $1 AND hash = $2")
        .bind(owner)
        .bind(hash)
        .execute(db)
        .await?;
    Ok(done.rows_affected() > 0)
}

async fn sealed(
    db: &mut Connection,
    (user, marketplace): (Uuid, &str),
    limit: i64,
) -> Result<Vec<AuthRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT user_id, marketplace, id, encrypted_token, device_name, last_sync_at, created_at,
             updated_at
         FROM audible_auth WHERE (user_id, marketplace) > ($1, $2)
         ORDER BY user_id, marketplace LIMIT $3",
    )
    .bind(Key(user))
    .bind(marketplace)
    .bind(limit)
    .fetch_all(db)
    .await?)
}

async fn any_sealed(db: &mut Connection) -> Result<bool, StoreError> {
    let one: Option<i64> = sqlx::query_scalar("SELECT CAST(1 AS bigint) FROM audible_auth LIMIT 1")
        .fetch_optional(db)
        .await?;
    Ok(one.is_some())
}

async fn reseal(db: &mut Connection, row: &AuthRow, sealed: &str) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE audible_auth SET encrypted_token = $3
         WHERE user_id = $1 AND marketplace = $2 AND encrypted_token = $4",
    )
    .bind(row.user_id)
    .bind(&row.marketplace)
    .bind(sealed)
    .bind(&row.encrypted_token)
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}
