//! What was done for an account.

use uuid::Uuid;

use super::Connection;
use crate::store::{StoreError, connections::NoteRow, rows::Key};

/// Entries that are kept of each account.
const KEPT: i64 = 1_000;

pub(super) async fn add(db: &mut Connection, owner: Key, row: &NoteRow) -> Result<(), StoreError> {
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

pub(super) async fn list(
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
