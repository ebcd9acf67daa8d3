//! Browser sessions.

use super::Connection;
use crate::store::{SessionRow, StoreError};

pub(super) async fn add(db: &mut Connection, row: &SessionRow) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO sessions (hash, data, expires_at) VALUES ($1, $2, $3)
         ON CONFLICT (hash) DO NOTHING",
    )
    .bind(&row.hash)
    .bind(&row.data)
    .bind(row.expires_at)
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn save(
    db: &mut Connection,
    row: &SessionRow,
    now: i64,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM sessions WHERE expires_at <= $1").bind(now).execute(&mut *db).await?;
    sqlx::query(
        "INSERT INTO sessions (hash, data, expires_at) VALUES ($1, $2, $3)
         ON CONFLICT (hash) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at",
    )
    .bind(&row.hash)
    .bind(&row.data)
    .bind(row.expires_at)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn find(
    db: &mut Connection,
    hash: &str,
    now: i64,
) -> Result<Option<SessionRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT hash, data, expires_at FROM sessions WHERE hash = $1 AND expires_at > $2",
    )
    .bind(hash)
    .bind(now)
    .fetch_optional(db)
    .await?)
}

pub(super) async fn end(db: &mut Connection, hash: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM sessions WHERE hash = $1").bind(hash).execute(db).await?;
    Ok(())
}
