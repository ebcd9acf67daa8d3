//! What was tried, by key and time.

use uuid::Uuid;

use super::Connection;
use crate::store::{StoreError, rows::Key};

pub(super) async fn add(
    db: &mut Connection,
    keys: &[String],
    id: Uuid,
    at: i64,
) -> Result<(), StoreError> {
    for key in keys {
        sqlx::query(
            "INSERT INTO attempts (attempt_key, attempted_at, attempt_id) VALUES ($1, $2, $3)",
        )
        .bind(key)
        .bind(at)
        .bind(Key(id))
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// How many there were since a moment, and when the first was.
pub(super) async fn since(
    db: &mut Connection,
    key: &str,
    since: i64,
) -> Result<(i64, i64), StoreError> {
    let (count, first): (i64, Option<i64>) = sqlx::query_as(
        "SELECT COUNT(*), MIN(attempted_at) FROM attempts
         WHERE attempt_key = $1 AND attempted_at > $2",
    )
    .bind(key)
    .bind(since)
    .fetch_one(db)
    .await?;
    Ok((count, first.unwrap_or(since)))
}

pub(super) async fn take_back(db: &mut Connection, id: Uuid) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM attempts WHERE attempt_id = $1").bind(Key(id)).execute(db).await?;
    Ok(())
}
