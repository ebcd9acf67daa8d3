//! One chunk: read, decide, write, answer. The number of statements does not depend on its size.

use std::collections::HashSet;

use super::{Connection, bulk, marks, runs, undo};
use crate::{
    ingest::{
        Import,
        decide::{Decision, Stored, decide},
        progress,
    },
    store::{AccountId, Imported, KeptAnswer, StoreError, rows::Key},
};

pub(super) async fn kept_answer(
    db: &mut Connection,
    owner: AccountId,
    key: &str,
) -> Result<Option<KeptAnswer>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT body_hash, answer FROM idempotency_keys WHERE user_id = $1 AND key = $2",
    )
    .bind(Key(owner))
    .bind(key)
    .fetch_optional(db)
    .await?)
}

/// Whoever sent the same key first wins; the others, who waited meanwhile, get its answer.
pub(super) async fn import(db: &mut Connection, import: &Import) -> Result<Imported, StoreError> {
    if let Some(key) = &import.key
        && let Some(kept) = kept_answer(db, import.account.id, &key.name).await?
    {
        return Ok(if kept.body_hash == key.body_hash {
            Imported::Answer(kept.answer)
        } else {
            Imported::KeyReused
        });
    }
    let owner = Key(import.account.id);
    if undo::is_undone(db, owner, Key(import.run().id.uuid())).await? {
        return Ok(Imported::RunUndone);
    }
    let decision = decided(db, import).await?;
    let (run, chunk) = runs::with(db, import).await?;
    runs::write(db, import, &run).await?;
    runs::write_chunk(db, import, &chunk, decision.counts).await?;
    if !decision.media.is_empty() {
        bulk::write_media(db, owner, &decision.media).await?;
        bulk::write_user_media(db, owner, &decision.user_media).await?;
    }
    if !decision.brought.is_empty() {
        let since = (Key(import.run().id.uuid()), import.micros());
        bulk::write_brought(db, owner, since, &decision.brought).await?;
    }
    if !decision.outcomes.is_empty() {
        let place = bulk::Place { run: Key(import.run().id.uuid()), chunk: chunk.chunk_index };
        bulk::write_outcomes(db, owner, place, &decision.outcomes).await?;
    }
    marks::playable(db, import, &decision).await?;
    marks::listed(db, import, &run).await?;
    let answer = answered(import, &run, decision);
    keep_answer(db, import, &answer).await?;
    Ok(Imported::Answer(answer))
}

/// The same answer without writing.
pub(super) async fn preview(db: &mut Connection, import: &Import) -> Result<String, StoreError> {
    let decision = decided(db, import).await?;
    let (run, _) = runs::with(db, import).await?;
    Ok(answered(import, &run, decision))
}

async fn decided(db: &mut Connection, import: &Import) -> Result<Decision, StoreError> {
    let asins: Vec<String> = import.batch.items().map(|item| item.asin.to_string()).collect();
    if asins.is_empty() {
        return decide(import, Stored::default());
    }
    let owner = Key(import.account.id);
    let known = bulk::known(db, owner, &asins).await?;
    let ignored = bulk::ignored(db, owner, &asins).await?;
    let mut edited = HashSet::new();
    if !import.brought.is_empty() {
        let ids: Vec<Key> = known.iter().map(|row| row.media_id).collect();
        edited = bulk::edited(db, owner, &ids).await?;
    }
    decide(import, Stored { known, ignored, edited })
}

fn answered(import: &Import, run: &progress::RunRow, decision: Decision) -> String {
    let receipt = progress::receipt(import.run().id, run, decision);
    serde_json::to_string(&receipt).unwrap_or_default()
}

/// Keeps the answer.
async fn keep_answer(db: &mut Connection, import: &Import, answer: &str) -> Result<(), StoreError> {
    let Some(key) = &import.key else { return Ok(()) };
    sqlx::query(
        "INSERT INTO idempotency_keys (user_id, key, body_hash, answer, created_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(Key(import.account.id))
    .bind(&key.name)
    .bind(&key.body_hash)
    .bind(answer)
    .bind(import.micros())
    .execute(db)
    .await?;
    Ok(())
}
