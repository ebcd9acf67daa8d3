//! What readings notice of titles: that they cannot be played, or are not listed any more.

use std::collections::HashSet;

use super::{Connection, bulk};
use crate::{
    ingest::{Import, decide::Decision, progress::RunRow},
    store::{
        StoreError,
        rows::{Key, Mark},
    },
};

/// Titles that are asked for at once.
const AT_ONCE: usize = 500;

/// Marks titles that cannot be played, from the first run on that says so.
pub(super) async fn playable(
    db: &mut Connection,
    import: &Import,
    decision: &Decision,
) -> Result<(), StoreError> {
    let mark = Mark { kind: "unavailable", library: "" };
    let owner = Key(import.account.id);
    if !decision.unavailable.is_empty() {
        let since = (Key(import.run().id.uuid()), import.micros());
        bulk::mark(db, owner, mark, since, &decision.unavailable).await?;
    }
    if !decision.playable.is_empty() {
        bulk::unmark(db, owner, mark, &decision.playable).await?;
    }
    Ok(())
}

/// Once a reading is complete: marks the titles that the complete reading before it listed and it does
/// not, and takes the mark off those that it lists again.
pub(super) async fn listed(
    db: &mut Connection,
    import: &Import,
    run: &RunRow,
) -> Result<(), StoreError> {
    let reads = matches!(run.source.as_str(), "extension" | "api");
    if !run.complete || !reads || run.marketplace.is_empty() {
        return Ok(());
    }
    let (owner, id) = (Key(import.account.id), Key(import.run().id.uuid()));
    let now = asins(db, owner, id).await?;
    let mark = Mark { kind: "absent", library: &run.library };
    let marked: Vec<(Key, String)> = sqlx::query_as(
        "SELECT k.media_id, m.asin FROM marks k
         JOIN media m ON m.user_id = k.user_id AND m.media_id = k.media_id
         WHERE k.user_id = $1 AND k.kind = 'absent' AND k.library = $2 AND m.marketplace = $3",
    )
    .bind(owner)
    .bind(&run.library)
    .bind(&run.marketplace)
    .fetch_all(&mut *db)
    .await?;
    let again = marked.into_iter().filter(|(_, asin)| now.contains(asin));
    let again: Vec<Key> = again.map(|(id, _)| id).collect();
    if !again.is_empty() {
        bulk::unmark(db, owner, mark, &again).await?;
    }
    let Some(before) = before(db, owner, id, run).await? else { return Ok(()) };
    let gone: Vec<String> = asins(db, owner, before).await?.difference(&now).cloned().collect();
    for gone in gone.chunks(AT_ONCE) {
        let known = bulk::known(db, owner, gone).await?;
        let ids = known.iter().filter(|row| row.marketplace == run.marketplace);
        let ids: Vec<Key> = ids.map(|row| row.media_id).collect();
        bulk::mark(db, owner, mark, (id, import.micros()), &ids).await?;
    }
    Ok(())
}

/// The last complete reading of the same library by the same way before this one: the web site and the API
/// do not list quite the same, so that one would miss what only the other knows.
async fn before(
    db: &mut Connection,
    owner: Key,
    id: Key,
    run: &RunRow,
) -> Result<Option<Key>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT run_id FROM runs
         WHERE user_id = $1 AND marketplace = $2 AND library = $3 AND complete
             AND source = $6 AND run_id <> $4 AND started_at <= $5
         ORDER BY started_at DESC, run_id DESC LIMIT 1",
    )
    .bind(owner)
    .bind(&run.marketplace)
    .bind(&run.library)
    .bind(id)
    .bind(run.started_at)
    .bind(&run.source)
    .fetch_optional(db)
    .await?)
}

/// Everything that a run lists, what was left out included.
async fn asins(db: &mut Connection, owner: Key, run: Key) -> Result<HashSet<String>, StoreError> {
    let chunks: Vec<(String, String)> =
        sqlx::query_as("SELECT asins, not_sent FROM run_chunks WHERE user_id = $1 AND run_id = $2")
            .bind(owner)
            .bind(run)
            .fetch_all(db)
            .await?;
    let lists = chunks.iter().flat_map(|(asins, not_sent)| [asins, not_sent]);
    let asins = lists.flat_map(|list| list.as_bytes().chunks_exact(10));
    Ok(asins.map(|asin| String::from_utf8_lossy(asin).into_owned()).collect())
}
