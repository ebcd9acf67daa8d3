//! Browser sessions.

use jiff::Timestamp;

use super::Connection;
use crate::store::{AccountId, SessionInfo, SessionRow, StoreError, rows::Key};

#[derive(sqlx::FromRow)]
struct Row {
    hash: String,
    user_id: Option<Key>,
    browser: String,
    created_at: i64,
    seen_at: i64,
    data: String,
    expires_at: i64,
}

pub(super) async fn add(db: &mut Connection, row: &SessionRow) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO sessions (hash, user_id, browser, created_at, seen_at, data, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (hash) DO NOTHING",
    )
    .bind(&row.hash)
    .bind(row.account.map(Key))
    .bind(&row.browser)
    .bind(row.created_at)
    .bind(row.seen_at)
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
        "INSERT INTO sessions (hash, user_id, browser, created_at, seen_at, data, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (hash) DO UPDATE SET
             user_id = excluded.user_id, browser = excluded.browser,
             created_at = excluded.created_at, seen_at = excluded.seen_at,
             data = excluded.data, expires_at = excluded.expires_at",
    )
    .bind(&row.hash)
    .bind(row.account.map(Key))
    .bind(&row.browser)
    .bind(row.created_at)
    .bind(row.seen_at)
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
    let row: Option<Row> = sqlx::query_as(
        "SELECT hash, user_id, browser, created_at, seen_at, data, expires_at
         FROM sessions WHERE hash = $1 AND expires_at > $2",
    )
    .bind(hash)
    .bind(now)
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| SessionRow {
        hash: row.hash,
        account: row.user_id.map(|id| id.0),
        browser: row.browser,
        created_at: row.created_at,
        seen_at: row.seen_at,
        data: row.data,
        expires_at: row.expires_at,
    }))
}

pub(super) async fn end(db: &mut Connection, hash: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM sessions WHERE hash = $1").bind(hash).execute(db).await?;
    Ok(())
}

pub(super) async fn of(
    db: &mut Connection,
    owner: AccountId,
    now: i64,
) -> Result<Vec<SessionInfo>, StoreError> {
    let rows: Vec<(String, String, i64, i64)> = sqlx::query_as(
        "SELECT hash, browser, created_at, seen_at FROM sessions
         WHERE user_id = $1 AND expires_at > $2 ORDER BY seen_at DESC, hash",
    )
    .bind(Key(owner))
    .bind(now)
    .fetch_all(db)
    .await?;
    let session = |(hash, browser, created, seen): (String, String, i64, i64)| {
        let time = |column, at| {
            Timestamp::from_microsecond(at)
                .map_err(|error| StoreError::row("sessions", column, Key(owner), &error))
        };
        let (created_at, seen_at) = (time("created_at", created)?, time("seen_at", seen)?);
        Ok(SessionInfo { hash, browser, created_at, seen_at })
    };
    rows.into_iter().map(session).collect()
}

pub(super) async fn end_of(
    db: &mut Connection,
    owner: AccountId,
    hash: &str,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND hash = $2")
        .bind(Key(owner))
        .bind(hash)
        .execute(db)
        .await?;
    Ok(())
}
