//! Connections with Audible: sealed secrets, jobs, attempts, wishlist, and what was done.

use async_trait::async_trait;
use uuid::Uuid;

use super::{
    Connection, Database, TRIES, bulk, finished, noting, pause, personal, reading, tried, writing,
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

    async fn add_connecting(&self, row: &AttemptRow, now: i64) -> Result<(), StoreError> {
        writing!(self, db => add_attempt(db, row, now))
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
        reading!(self, db => due(db, now, limit))
    }

    async fn lease_job(&self, seen: &SyncRow, lease: &str, until: i64) -> Result<bool, StoreError> {
        noting!(self, db => take(db, seen, lease, until))
    }

    async fn keep_lease(
        &self,
        job: &SyncRow,
        until: i64,
        progress: Option<&str>,
    ) -> Result<bool, StoreError> {
        noting!(self, db => hold(db, job, until, progress))
    }

    async fn end_job(
        &self,
        job: &SyncRow,
        synced_at: Option<i64>,
        row: Option<&NoteRow>,
    ) -> Result<bool, StoreError> {
        noting!(self, db => end(db, job, synced_at, row))
    }

    async fn release_leases(&self, server: &str) -> Result<(), StoreError> {
        noting!(self, db => release(db, server))
    }

    async fn set_schedule(
        &self,
        owner: AccountId,
        marketplace: &str,
        schedule: &str,
        due_at: Option<i64>,
    ) -> Result<bool, StoreError> {
        noting!(self, db => schedule_one(db, Key(owner), marketplace, (schedule, due_at)))
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

    async fn write_wishes(
        &self,
        owner: AccountId,
        marketplace: &str,
        rows: &[WishRow],
    ) -> Result<(), StoreError> {
        writing!(self, db => replace_wishes(db, Key(owner), marketplace, rows))
    }

    async fn wishes(
        &self,
        owner: AccountId,
        marketplace: &str,
    ) -> Result<Vec<WishRow>, StoreError> {
        reading!(self, db => wishes(db, Key(owner), marketplace))
    }

    async fn audit(&self, row: &AuditRow) -> Result<(), StoreError> {
        noting!(self, db => personal::note(db, row))
    }

    async fn note(&self, owner: AccountId, row: &NoteRow) -> Result<(), StoreError> {
        noting!(self, db => note(db, Key(owner), row))
    }

    async fn noted(
        &self,
        owner: AccountId,
        before: (i64, Uuid),
        limit: i64,
    ) -> Result<Vec<NoteRow>, StoreError> {
        reading!(self, db => noted(db, Key(owner), before, limit))
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
             updated_at = excluded.updated_at
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
             lease_until = 0, state_token = '', full_at = NULL,
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
             books_count, failures, error_code, stopped, progress, run_id
         FROM audible_sync WHERE user_id = $1 ORDER BY marketplace",
    )
    .bind(owner)
    .fetch_all(db)
    .await?;
    Ok(auth.into_iter().zip(sync).collect())
}

/// Connections of an account read everything at their next sync: what is not stored any more, or wanted
/// again, is not among the changes.
pub(super) async fn read_anew(db: &mut Connection, owner: Key) -> Result<(), StoreError> {
    sqlx::query("UPDATE audible_sync SET state_token = '', full_at = NULL WHERE user_id = $1")
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

async fn add_attempt(db: &mut Connection, row: &AttemptRow, now: i64) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM audible_attempts WHERE user_id = $1 AND expires_at <= $2")
        .bind(row.user_id)
        .bind(now)
        .execute(&mut *db)
        .await?;
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

async fn due(db: &mut Connection, now: i64, limit: i64) -> Result<Vec<SyncRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT user_id, marketplace, schedule, due_at, lease, lease_until, state_token, full_at,
             books_count, failures, error_code, stopped, progress, run_id
         FROM audible_sync WHERE due_at <= $1 AND lease_until <= $1
         ORDER BY due_at, user_id, marketplace LIMIT $2",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(db)
    .await?)
}

async fn take(
    db: &mut Connection,
    seen: &SyncRow,
    lease: &str,
    until: i64,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE audible_sync SET lease = $3, lease_until = $4, progress = ''
         WHERE user_id = $1 AND marketplace = $2 AND lease = $5 AND lease_until = $6
             AND COALESCE(due_at, 0) = $7",
    )
    .bind(seen.user_id)
    .bind(&seen.marketplace)
    .bind(lease)
    .bind(until)
    .bind(&seen.lease)
    .bind(seen.lease_until)
    .bind(seen.due_at.unwrap_or(0))
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

async fn hold(
    db: &mut Connection,
    job: &SyncRow,
    until: i64,
    progress: Option<&str>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE audible_sync SET lease_until = $4, progress = COALESCE($5, progress)
         WHERE user_id = $1 AND marketplace = $2 AND lease = $3",
    )
    .bind(job.user_id)
    .bind(&job.marketplace)
    .bind(&job.lease)
    .bind(until)
    .bind(progress)
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The schedule stays: the person may have changed it while the job ran.
async fn end(
    db: &mut Connection,
    job: &SyncRow,
    synced_at: Option<i64>,
    row: Option<&NoteRow>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE audible_sync SET lease = '', lease_until = 0, progress = '',
             due_at = CASE WHEN schedule = $4 THEN $5 ELSE due_at END, state_token = $6,
             full_at = $7, books_count = $8, failures = $9, error_code = $10,
             stopped = $11, run_id = $12
         WHERE user_id = $1 AND marketplace = $2 AND lease = $3",
    )
    .bind(job.user_id)
    .bind(&job.marketplace)
    .bind(&job.lease)
    .bind(&job.schedule)
    .bind(job.due_at)
    .bind(&job.state_token)
    .bind(job.full_at)
    .bind(job.books_count)
    .bind(job.failures)
    .bind(&job.error_code)
    .bind(job.stopped)
    .bind(job.run_id)
    .execute(&mut *db)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    if let Some(at) = synced_at {
        sqlx::query(
            "UPDATE audible_auth SET last_sync_at = $3 WHERE user_id = $1 AND marketplace = $2",
        )
        .bind(job.user_id)
        .bind(&job.marketplace)
        .bind(at)
        .execute(&mut *db)
        .await?;
    }
    if let Some(row) = row {
        note(db, job.user_id, row).await?;
    }
    Ok(true)
}

/// A lease begins with the name of its server and a full stop.
async fn release(db: &mut Connection, server: &str) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE audible_sync SET lease = '', lease_until = 0, progress = ''
         WHERE lease <> '' AND substr(lease, 1, length($1) + 1) = $1 || '.'",
    )
    .bind(server)
    .execute(db)
    .await?;
    Ok(())
}

async fn schedule_one(
    db: &mut Connection,
    owner: Key,
    marketplace: &str,
    (schedule, due_at): (&str, Option<i64>),
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE audible_sync SET schedule = $3, due_at = $4, stopped = $5,
             failures = CASE WHEN stopped THEN 0 ELSE failures END
         WHERE user_id = $1 AND marketplace = $2",
    )
    .bind(owner)
    .bind(marketplace)
    .bind(schedule)
    .bind(due_at)
    .bind(false)
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

async fn replace_wishes(
    db: &mut Connection,
    owner: Key,
    marketplace: &str,
    rows: &[WishRow],
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM wishes WHERE user_id = $1 AND marketplace = $2")
        .bind(owner)
        .bind(marketplace)
        .execute(&mut *db)
        .await?;
    bulk::write_wishes(db, owner, rows).await
}

async fn wishes(
    db: &mut Connection,
    owner: Key,
    marketplace: &str,
) -> Result<Vec<WishRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT marketplace, asin, position, item, added_at FROM wishes
         WHERE user_id = $1 AND ($2 = '' OR marketplace = $2) ORDER BY marketplace, position",
    )
    .bind(owner)
    .bind(marketplace)
    .fetch_all(db)
    .await?)
}

/// Entries that are kept of each account.
const KEPT: i64 = 1_000;

async fn note(db: &mut Connection, owner: Key, row: &NoteRow) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM account_audit WHERE user_id = $1 AND entry_id IN (
             SELECT entry_id FROM account_audit WHERE user_id = $1
             ORDER BY entry_id DESC LIMIT 1000 OFFSET $2)",
    )
    .bind(owner)
    .bind(KEPT - 1)
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "INSERT INTO account_audit (user_id, entry_id, noted_at, what, marketplace, result)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(owner)
    .bind(row.entry_id)
    .bind(row.noted_at)
    .bind(&row.what)
    .bind(&row.marketplace)
    .bind(&row.result)
    .execute(db)
    .await?;
    Ok(())
}

async fn noted(
    db: &mut Connection,
    owner: Key,
    (at, id): (i64, Uuid),
    limit: i64,
) -> Result<Vec<NoteRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT entry_id, noted_at, what, marketplace, result FROM account_audit
         WHERE user_id = $1 AND (noted_at < $2 OR (noted_at = $2 AND entry_id < $3))
         ORDER BY noted_at DESC, entry_id DESC LIMIT $4",
    )
    .bind(owner)
    .bind(at)
    .bind(Key(id))
    .bind(limit)
    .fetch_all(db)
    .await?)
}
