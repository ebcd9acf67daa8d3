//! Jobs of connections: due, leased, ended.

use super::{Connection, notes};
use crate::store::{
    StoreError,
    connections::{NoteRow, SyncRow},
    rows::Key,
};

pub(super) async fn due(
    db: &mut Connection,
    now: i64,
    limit: i64,
) -> Result<Vec<SyncRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT user_id, marketplace, schedule, due_at, lease, lease_until, state_token, full_at,
             anew, not_before, books_count, failures, error_code, stopped, progress, run_id
         FROM audible_sync WHERE due_at <= $1 AND lease_until <= $1
         ORDER BY due_at, user_id, marketplace LIMIT $2",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(db)
    .await?)
}

pub(super) async fn take(
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

pub(super) async fn hold(
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

/// Keeps others off a job until the transaction ends, by writing what is there; false if the lease is
/// another's.
pub(super) async fn lock(db: &mut Connection, job: &SyncRow) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE audible_sync SET lease = lease
         WHERE user_id = $1 AND marketplace = $2 AND lease = $3",
    )
    .bind(job.user_id)
    .bind(&job.marketplace)
    .bind(&job.lease)
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The schedule stays: the person may have changed it while the job ran, and a wait holds for the new one
/// too. The wish to read everything anew stays as well: the state of before is worth nothing then.
pub(super) async fn end(
    db: &mut Connection,
    job: &SyncRow,
    synced_at: Option<i64>,
    row: Option<&NoteRow>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE audible_sync SET lease = '', lease_until = 0, progress = '',
             due_at = CASE WHEN schedule = $4 THEN $5 WHEN due_at < $14 THEN $14 ELSE due_at END,
             not_before = $14,
             state_token = CASE WHEN anew = $13 THEN $6 ELSE '' END,
             full_at = CASE WHEN anew = $13 THEN $7 ELSE NULL END, books_count = $8,
             failures = $9, error_code = $10, stopped = $11, run_id = $12
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
    .bind(job.anew)
    .bind(job.not_before)
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
        notes::add(db, job.user_id, row).await?;
    }
    Ok(true)
}

/// A lease begins with the name of its server and a full stop.
pub(super) async fn release(db: &mut Connection, server: &str) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE audible_sync SET lease = '', lease_until = 0, progress = ''
         WHERE lease <> '' AND substr(lease, 1, length($1) + 1) = $1 || '.'",
    )
    .bind(server)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn schedule_one(
    db: &mut Connection,
    owner: Key,
    marketplace: &str,
    (schedule, due_at): (&str, Option<i64>),
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE audible_sync SET schedule = $3, stopped = $5,
             due_at = CASE WHEN $4 < not_before THEN not_before ELSE $4 END,
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
