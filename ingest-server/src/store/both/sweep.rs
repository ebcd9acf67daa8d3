//! What is over its time, of all accounts: deleted in small parts, so that nobody waits long for one.

use super::Connection;
use crate::store::{Over, StoreError};

/// Deletes at most `$2` rows of a table. What is over is asked twice: a row may have changed since it was
/// chosen.
macro_rules! over {
    ($table:literal, $key:literal, $over:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE ",
            $over,
            " AND (",
            $key,
            ") IN (SELECT ",
            $key,
            " FROM ",
            $table,
            " WHERE ",
            $over,
            " LIMIT $2)"
        )
    };
}

const CONNECTING: &str = over!("audible_attempts", "user_id, hash", "expires_at <= $1");
const SESSIONS: &str = over!("sessions", "hash", "expires_at <= $1");
const LINKS: &str = over!("one_time_links", "hash", "expires_at <= $1");
const GRANTS: &str = over!("grants", "grant_id", "expires_at <= $1");
const TRIES: &str =
    over!("attempts", "attempt_key, attempted_at, attempt_id", "attempted_at <= $1");
const UPLOADS: &str = over!("uploads", "user_id, upload_id", "updated_at < $1");
const ANSWERS: &str = over!("idempotency_keys", "user_id, key", "created_at < $1");
/// All but the last complete reading of each library: the next one is held against it (see `marks.rs`).
const RUNS: &str = over!(
    "runs",
    "user_id, run_id",
    "updated_at < $1 AND (NOT complete OR source NOT IN ('extension', 'api') OR EXISTS (
         SELECT 1 FROM runs later WHERE later.user_id = runs.user_id
             AND later.marketplace = runs.marketplace AND later.library = runs.library
             AND later.source IN ('extension', 'api') AND later.complete
             AND later.started_at > runs.started_at))"
);

/// Each statement with the moment before which what it deletes is over.
pub(super) fn statements(over: &Over) -> impl Iterator<Item = (&'static str, i64)> {
    [
        (CONNECTING, Some(over.now)),
        (SESSIONS, Some(over.now)),
        (LINKS, Some(over.now)),
        (GRANTS, Some(over.grants)),
        (TRIES, Some(over.tries)),
        (UPLOADS, Some(over.uploads)),
        (ANSWERS, Some(over.answers)),
        (RUNS, over.runs),
    ]
    .into_iter()
    .filter_map(|(statement, before)| before.map(|before| (statement, before)))
}

pub(super) async fn delete(
    db: &mut Connection,
    statement: &'static str,
    before: i64,
    most: i64,
) -> Result<u64, StoreError> {
    let done = sqlx::query(statement).bind(before).bind(most).execute(db).await?;
    Ok(done.rows_affected())
}
