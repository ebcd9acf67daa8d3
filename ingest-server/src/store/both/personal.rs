//! Everything that is stored about one account: given out, or deleted.

use futures::TryStreamExt;
use serde_json::{Map, Value};
use sqlx::{Column, Row};

use super::{Connection, value};
use crate::store::{AccountId, AuditRow, Hand, StoreError, rows::Key};

/// A table with what is stored about an account.
struct Table {
    name: &'static str,
    /// All of it but secrets: hashes of passwords, tokens and links, keys of sessions.
    all: &'static str,
    size: &'static str,
}

macro_rules! tables {
    ($($name:literal, $columns:literal, $order:literal;)*) => {
        [$(Table {
            name: $name,
            all: concat!("SELECT ", $columns, " FROM ", $name, " WHERE user_id = $1 ORDER BY ", $order),
            size: concat!("SELECT count(*) FROM ", $name, " WHERE user_id = $1"),
        }),*]
    };
}

/// Every table that names accounts; a test looks that none is missing.
const TABLES: [Table; 21] = tables![
    "users", "user_id, email, name, finished_from, is_owner, created_at", "user_id";
    "sessions", "browser, created_at, seen_at, expires_at", "created_at";
    "tokens", "token_id, name, scopes, created_at, last_used_at, revoked_at", "created_at, token_id";
    "one_time_links", "purpose, created_at, expires_at, used_at", "created_at";
    "grants", "grant_id, client_id, client_name, scopes, address, state, created_at, expires_at", "grant_id";
    "media", "media_id, marketplace, asin, title, type, release_date, platform, sku, platform_ids, media_metadata, item, origins, first_run, created_at, updated_at", "asin, marketplace";
    "user_media", "media_id, platform, status, percent, consumed_at, consumed_is_day, consumed_at_basis, acquired_at, acquired_is_day, imported_from, raw_import_data, updated_at", "media_id";
    "edits", "media_id, status, rating, notes, hidden, consumed_at, edited_at, run_id", "media_id";
    "marks", "media_id, kind, library, run_id, marked_at", "media_id, kind, library";
    "ignored", "asin, marketplace, ignored_at", "asin, marketplace";
    "runs", "run_id, source, marketplace, library, client_name, client_version, client_browser, source_total, reading_complete, seen, last_chunk, received, not_sent, complete, started_at, updated_at, undoes, undoes_all, undone_by", "started_at, run_id";
    "run_chunks", "run_id, chunk_index, asins, not_sent, imported, updated, unchanged, ignored, duplicate, rejected, stored_at, removed, kept", "run_id, chunk_index";
    "run_outcomes", "run_id, chunk_index, position, media_id, asin, outcome, reason, pointer, before, after, before_origins", "run_id, chunk_index, position";
    "idempotency_keys", "key, answer, created_at", "created_at, key";
    "uploads", "upload_id, name, format, marketplace, state, titles, report, runs, created_at, updated_at", "created_at, upload_id";
    "audible_auth", "id, marketplace, device_name, last_sync_at, created_at, updated_at", "marketplace";
    "audible_sync", "marketplace, schedule, due_at, not_before, full_at, books_count, failures, error_code, stopped, progress, run_id", "marketplace";
    "audible_attempts", "marketplace, expires_at", "expires_at";
    "wishes", "marketplace, asin, position, item, added_at", "marketplace, position";
    "account_audit", "entry_id, noted_at, what, marketplace, result", "noted_at, entry_id";
    "upload_items", "upload_id, position, marketplace, shop_is_said, asin, place, item, brought, outcome, detail, chosen", "upload_id, position";
];

/// Columns that hold JSON.
const JSON: [&str; 10] = [
    "platform_ids",
    "media_metadata",
    "item",
    "raw_import_data",
    "before",
    "after",
    "answer",
    "report",
    "runs",
    "brought",
];

/// Hands out every row of every table, as one line of JSON each.
pub(super) async fn hand_out(
    db: &mut Connection,
    owner: AccountId,
    hand: Hand<'_>,
) -> Result<(), StoreError> {
    for table in TABLES {
        let mut rows = sqlx::query(table.all).bind(Key(owner)).fetch(&mut *db);
        while let Some(row) = rows.try_next().await? {
            let mut line = Map::new();
            for column in row.columns() {
                let mut value = value::read(&row, column.ordinal())?;
                if JSON.contains(&column.name())
                    && let Some(text) = value.as_str()
                {
                    value = serde_json::from_str(text).unwrap_or(value);
                }
                line.insert(column.name().to_owned(), value);
            }
            hand(table.name, &Value::Object(line).to_string()).map_err(StoreError::File)?;
        }
    }
    Ok(())
}

/// Deletes an account with everything that names it, and notes that it was done; gives how many rows of
/// which table there were. Where the owner goes, the oldest account that stays becomes the owner.
pub(super) async fn delete(
    db: &mut Connection,
    owner: AccountId,
    attempts: &[String],
    audit: &AuditRow,
) -> Result<Vec<(&'static str, i64)>, StoreError> {
    let mut counts = Vec::new();
    for table in TABLES {
        let rows: i64 = sqlx::query_scalar(table.size).bind(Key(owner)).fetch_one(&mut *db).await?;
        counts.push((table.name, rows));
    }
    sqlx::query(
        "UPDATE users SET is_owner = 1
         WHERE user_id = (SELECT user_id FROM users WHERE user_id <> $1
                 ORDER BY created_at, user_id LIMIT 1)
             AND EXISTS (SELECT 1 FROM users WHERE user_id = $1 AND is_owner = 1)",
    )
    .bind(Key(owner))
    .execute(&mut *db)
    .await?;
    sqlx::query("DELETE FROM users WHERE user_id = $1").bind(Key(owner)).execute(&mut *db).await?;
    for key in attempts {
        sqlx::query("DELETE FROM attempts WHERE attempt_key = $1")
            .bind(key)
            .execute(&mut *db)
            .await?;
    }
    note(db, audit).await?;
    Ok(counts)
}

/// Notes what was done that belongs to no account.
pub(super) async fn note(db: &mut Connection, audit: &AuditRow) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO audit (entry_id, noted_at, what, detail) VALUES ($1, $2, $3, $4)")
        .bind(Key(audit.id))
        .bind(audit.at)
        .bind(audit.what)
        .bind(&audit.detail)
        .execute(db)
        .await?;
    Ok(())
}
