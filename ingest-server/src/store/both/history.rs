//! What became of runs, chunk by chunk.

use uuid::Uuid;

use super::{Connection, bulk};
use crate::store::{
    AccountId, RunsQuery, StoreError,
    rows::{ChunkHistory, HistoryRow, Key, OutcomeRow},
};

pub(super) async fn runs(
    db: &mut Connection,
    owner: AccountId,
    query: &RunsQuery,
) -> Result<Vec<HistoryRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT r.run_id, r.source, r.marketplace, r.library, r.client_name, r.client_version,
                r.client_browser, r.source_total, r.seen, r.received, r.not_sent, r.complete,
                r.started_at, r.updated_at, r.undoes, r.undone_by,
                CAST(SUM(c.removed) AS bigint) AS removed,
                CAST(SUM(c.kept) AS bigint) AS kept,
                CAST(SUM(c.imported) AS bigint) AS imported,
                CAST(SUM(c.updated) AS bigint) AS updated,
                CAST(SUM(c.unchanged) AS bigint) AS unchanged,
                CAST(SUM(c.ignored) AS bigint) AS ignored,
                CAST(SUM(c.duplicate) AS bigint) AS duplicate,
                CAST(SUM(c.rejected) AS bigint) AS rejected
         FROM (SELECT * FROM runs
               WHERE user_id = $1 AND (started_at, run_id) < ($2, $3)
               ORDER BY started_at DESC, run_id DESC LIMIT $4) r
         JOIN run_chunks c ON c.user_id = r.user_id AND c.run_id = r.run_id
         GROUP BY r.run_id, r.source, r.marketplace, r.library, r.client_name, r.client_version,
                r.client_browser, r.source_total, r.seen, r.received, r.not_sent, r.complete,
                r.started_at, r.updated_at, r.undoes, r.undone_by
         ORDER BY r.started_at DESC, r.run_id DESC",
    )
    .bind(Key(owner))
    .bind(query.before.0)
    .bind(Key(query.before.1))
    .bind(query.limit)
    .fetch_all(db)
    .await?)
}

/// The moment by which a run stands in the list.
pub(super) async fn started_at(
    db: &mut Connection,
    owner: AccountId,
    run: Uuid,
) -> Result<Option<i64>, StoreError> {
    Ok(sqlx::query_scalar("SELECT started_at FROM runs WHERE user_id = $1 AND run_id = $2")
        .bind(Key(owner))
        .bind(Key(run))
        .fetch_optional(db)
        .await?)
}

/// The first chunk of a run from `from` on.
pub(super) async fn chunk(
    db: &mut Connection,
    owner: AccountId,
    run: Uuid,
    from: i64,
) -> Result<Option<ChunkHistory>, StoreError> {
    let (owner, run) = (Key(owner), Key(run));
    let found: Option<(i64, String)> = sqlx::query_as(
        "SELECT chunk_index, asins FROM run_chunks
         WHERE user_id = $1 AND run_id = $2 AND chunk_index >= $3 ORDER BY chunk_index LIMIT 1",
    )
    .bind(owner)
    .bind(run)
    .bind(from)
    .fetch_optional(&mut *db)
    .await?;
    let Some((index, asins)) = found else { return Ok(None) };
    let outcomes: Vec<OutcomeRow> = sqlx::query_as(
        "SELECT position, media_id, asin, outcome, reason, pointer, before, after, after_hash,
                before_origins
         FROM run_outcomes WHERE user_id = $1 AND run_id = $2 AND chunk_index = $3
         ORDER BY position",
    )
    .bind(owner)
    .bind(run)
    .bind(index)
    .fetch_all(&mut *db)
    .await?;
    let last: Option<i64> = sqlx::query_scalar(
        "SELECT MAX(chunk_index) FROM run_chunks WHERE user_id = $1 AND run_id = $2",
    )
    .bind(owner)
    .bind(run)
    .fetch_one(&mut *db)
    .await?;
    let mut chunk =
        ChunkHistory { index, last: last == Some(index), asins, outcomes, known: vec![] };
    chunk.known = bulk::known(db, owner, &chunk.asins()).await?;
    Ok(Some(chunk))
}
