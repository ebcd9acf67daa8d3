//! Taking a run back: chunk by chunk in one transaction, a few statements for each.

use std::collections::HashSet;

use sqlx::FromRow;

use super::{Connection, bulk, connections, history};
use crate::{
    store::{StoreError, rows::Key},
    undo::{self, Kept, Known, Outcome, Reverted, Undo},
};

#[derive(FromRow)]
struct Target {
    marketplace: String,
    library: String,
    undoes: Option<Key>,
    /// All of that run, not only some of its titles.
    undoes_all: bool,
    undone_by: Option<Key>,
}

async fn target(db: &mut Connection, owner: Key, run: Key) -> Result<Option<Target>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT marketplace, library, undoes, undoes_all, undone_by FROM runs
         WHERE user_id = $1 AND run_id = $2",
    )
    .bind(owner)
    .bind(run)
    .fetch_optional(db)
    .await?)
}

/// Whether a run was taken back and not given again.
pub(super) async fn is_undone(
    db: &mut Connection,
    owner: Key,
    run: Key,
) -> Result<bool, StoreError> {
    Ok(target(db, owner, run).await?.is_some_and(|target| target.undone_by.is_some()))
}

pub(super) async fn undo(db: &mut Connection, undo: &Undo) -> Result<Outcome, StoreError> {
    let (owner, run) = (Key(undo.account.id), Key(undo.run));
    let Some(target) = target(db, owner, run).await? else { return Ok(Outcome::NoSuchRun) };
    if target.undone_by.is_some() {
        return Ok(Outcome::AlreadyUndone);
    }
    let shop = shared::ids::Marketplace::parse(&target.marketplace).ok();
    add_run(db, undo, &target).await?;
    let mut kept = Vec::new();
    let mut named = Vec::new();
    let mut next = 0;
    while let Some(chunk) = history::chunk(db, undo.account.id, undo.run, next).await? {
        next = chunk.index + 1;
        let outcomes = chunk.outcomes.iter().filter(|outcome| outcome.media_id.is_some());
        named.extend(outcomes.filter_map(|outcome| outcome.asin.clone()));
        let known = Known { rows: chunk.known, edited: edited(db, undo, chunk.index).await? };
        let reverted = undo::revert(undo, shop, chunk.outcomes, known)?;
        write(db, undo, chunk.index, &reverted).await?;
        kept.extend(reverted.kept);
    }
    let strangers = undo.asins.iter().flatten().filter(|asin| !named.contains(asin));
    kept.extend(strangers.map(|asin| Kept { asin: asin.clone(), reason: "not_changed_by_run" }));
    if undo.asins.is_none() {
        mark(db, undo, &target).await?;
    }
    connections::read_anew(db, owner).await?;
    Ok(Outcome::Done(kept))
}

/// Titles of one chunk of the run of which their owner has said something; what the run itself brought
/// goes with it.
async fn edited(db: &mut Connection, undo: &Undo, chunk: i64) -> Result<HashSet<Key>, StoreError> {
    let ids: Vec<Key> = sqlx::query_scalar(
        "SELECT e.media_id FROM run_outcomes o
         JOIN edits e ON e.user_id = o.user_id AND e.media_id = o.media_id
         WHERE o.user_id = $1 AND o.run_id = $2 AND o.chunk_index = $3
             AND (e.run_id IS NULL OR e.run_id <> $2)
             AND (e.hidden OR e.status IS NOT NULL OR e.rating IS NOT NULL OR e.notes IS NOT NULL
                 OR e.consumed_at IS NOT NULL)",
    )
    .bind(Key(undo.account.id))
    .bind(Key(undo.run))
    .bind(chunk)
    .fetch_all(db)
    .await?;
    Ok(ids.into_iter().collect())
}

async fn add_run(db: &mut Connection, undo: &Undo, target: &Target) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO runs (user_id, run_id, source, marketplace, library, client_name,
             client_version, client_browser, reading_complete, received, not_sent, complete,
             started_at, updated_at, undoes, undoes_all)
         VALUES ($1, $2, 'undo', $3, $4, 'me-feed', $5, '', $6, 0, 0, $6, $7, $7, $8, $9)",
    )
    .bind(Key(undo.account.id))
    .bind(Key(undo.by))
    .bind(&target.marketplace)
    .bind(&target.library)
    .bind(env!("CARGO_PKG_VERSION"))
    .bind(false)
    .bind(undo.now.as_microsecond())
    .bind(Key(undo.run))
    .bind(undo.asins.is_none())
    .execute(db)
    .await?;
    Ok(())
}

async fn write(
    db: &mut Connection,
    undo: &Undo,
    chunk: i64,
    reverted: &Reverted,
) -> Result<(), StoreError> {
    let (owner, by) = (Key(undo.account.id), Key(undo.by));
    let asins: String = reverted.outcomes.iter().filter_map(|one| one.asin.as_deref()).collect();
    let count = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
    sqlx::query(
        "INSERT INTO run_chunks (user_id, run_id, chunk_index, asins, not_sent, imported, updated,
             unchanged, ignored, duplicate, rejected, stored_at, removed, kept)
         VALUES ($1, $2, $3, $4, '', $5, $6, 0, 0, 0, 0, $7, $8, $9)",
    )
    .bind(owner)
    .bind(by)
    .bind(chunk)
    .bind(asins)
    .bind(reverted.imported)
    .bind(reverted.updated)
    .bind(undo.now.as_microsecond())
    .bind(count(reverted.removed.len()))
    .bind(count(reverted.kept.len()))
    .execute(&mut *db)
    .await?;
    if !reverted.media.is_empty() {
        bulk::write_media(db, owner, &reverted.media).await?;
        bulk::write_user_media(db, owner, &reverted.user_media).await?;
    }
    if !reverted.removed.is_empty() {
        bulk::remove_media(db, owner, &reverted.removed).await?;
    }
    if !reverted.outcomes.is_empty() {
        let place = bulk::Place { run: by, chunk };
        bulk::write_outcomes(db, owner, place, &reverted.outcomes).await?;
    }
    forget_brought(db, undo, chunk).await
}

/// What the run brought of the person's words goes with its titles.
async fn forget_brought(db: &mut Connection, undo: &Undo, chunk: i64) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM edits WHERE user_id = $1 AND run_id = $2 AND media_id IN (
             SELECT media_id FROM run_outcomes
             WHERE user_id = $1 AND run_id = $3 AND chunk_index = $4 AND outcome <> 'kept')",
    )
    .bind(Key(undo.account.id))
    .bind(Key(undo.run))
    .bind(Key(undo.by))
    .bind(chunk)
    .execute(db)
    .await?;
    Ok(())
}

/// The run is taken back now. Where it took back another itself, that one holds again, and so on. The
/// first answers to its chunks say what is no longer so.
async fn mark(db: &mut Connection, undo: &Undo, target: &Target) -> Result<(), StoreError> {
    let owner = Key(undo.account.id);
    let (mut by, mut run) = (Key(undo.by), Key(undo.run));
    let mut above = target.undoes.filter(|_| target.undoes_all);
    let mut undone = true;
    loop {
        sqlx::query("UPDATE runs SET undone_by = $3 WHERE user_id = $1 AND run_id = $2")
            .bind(owner)
            .bind(run)
            .bind(undone.then_some(by))
            .execute(&mut *db)
            .await?;
        let Some(next) = above else { break };
        by = run;
        run = next;
        undone = !undone;
        let of = self::target(db, owner, run).await?;
        above = of.and_then(|of| of.undoes.filter(|_| of.undoes_all));
    }
    sqlx::query("DELETE FROM idempotency_keys WHERE user_id = $1 AND key >= $2 AND key < $3")
        .bind(owner)
        .bind(format!("{}:", undo.run))
        .bind(format!("{};", undo.run))
        .execute(db)
        .await?;
    Ok(())
}
