//! Runs and their chunks.

use super::Connection;
use crate::{
    ingest::{
        Import,
        decide::Counts,
        progress::{self, ChunkRow, RunRow},
    },
    store::{StoreError, rows::Key},
};

/// The run as it is with this chunk, and the chunk.
pub(super) async fn with(
    db: &mut Connection,
    import: &Import,
) -> Result<(RunRow, ChunkRow), StoreError> {
    let (owner, run) = (Key(import.account.id), Key(import.run().id.uuid()));
    let stored: Option<RunRow> = sqlx::query_as(
        "SELECT source, marketplace, library, client_name, client_version, client_browser,
                source_total, reading_complete, seen, last_chunk, received, not_sent, complete,
                started_at, updated_at
         FROM runs WHERE user_id = $1 AND run_id = $2",
    )
    .bind(owner)
    .bind(run)
    .fetch_optional(&mut *db)
    .await?;
    let earlier: Vec<ChunkRow> = sqlx::query_as(
        "SELECT chunk_index, asins, not_sent FROM run_chunks WHERE user_id = $1 AND run_id = $2",
    )
    .bind(owner)
    .bind(run)
    .fetch_all(db)
    .await?;
    let chunk = progress::chunk(import);
    Ok((progress::after(import, stored.as_ref(), &earlier, &chunk), chunk))
}

pub(super) async fn write(
    db: &mut Connection,
    import: &Import,
    row: &RunRow,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO runs (user_id, run_id, source, marketplace, library, client_name,
             client_version, client_browser, source_total, reading_complete, seen, last_chunk,
             received, not_sent, complete, started_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
         ON CONFLICT (user_id, run_id) DO UPDATE SET
             source_total = excluded.source_total, reading_complete = excluded.reading_complete,
             seen = excluded.seen, last_chunk = excluded.last_chunk, received = excluded.received,
             not_sent = excluded.not_sent, complete = excluded.complete,
             updated_at = excluded.updated_at",
    )
    .bind(Key(import.account.id))
    .bind(Key(import.run().id.uuid()))
    .bind(&row.source)
    .bind(&row.marketplace)
    .bind(&row.library)
    .bind(&row.client_name)
    .bind(&row.client_version)
    .bind(&row.client_browser)
    .bind(row.source_total)
    .bind(row.reading_complete)
    .bind(row.seen)
    .bind(row.last_chunk)
    .bind(row.received)
    .bind(row.not_sent)
    .bind(row.complete)
    .bind(row.started_at)
    .bind(row.updated_at)
    .execute(db)
    .await?;
    Ok(())
}

/// A chunk that comes again after its key was forgotten takes the place of the first.
pub(super) async fn write_chunk(
    db: &mut Connection,
    import: &Import,
    chunk: &ChunkRow,
    counts: Counts,
) -> Result<(), StoreError> {
    let (owner, run) = (Key(import.account.id), Key(import.run().id.uuid()));
    sqlx::query("DELETE FROM run_outcomes WHERE user_id = $1 AND run_id = $2 AND chunk_index = $3")
        .bind(owner)
        .bind(run)
        .bind(chunk.chunk_index)
        .execute(&mut *db)
        .await?;
    sqlx::query(
        "INSERT INTO run_chunks (user_id, run_id, chunk_index, asins, not_sent, imported, updated,
             unchanged, ignored, duplicate, rejected, stored_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (user_id, run_id, chunk_index) DO UPDATE SET
             asins = excluded.asins, not_sent = excluded.not_sent, imported = excluded.imported,
             updated = excluded.updated, unchanged = excluded.unchanged,
             ignored = excluded.ignored, duplicate = excluded.duplicate,
             rejected = excluded.rejected, stored_at = excluded.stored_at",
    )
    .bind(owner)
    .bind(run)
    .bind(chunk.chunk_index)
    .bind(&chunk.asins)
    .bind(&chunk.not_sent)
    .bind(i64::from(counts.imported))
    .bind(i64::from(counts.updated))
    .bind(i64::from(counts.unchanged))
    .bind(i64::from(counts.ignored))
    .bind(i64::from(counts.duplicate))
    .bind(i64::from(counts.rejected))
    .bind(import.micros())
    .execute(db)
    .await?;
    Ok(())
}
