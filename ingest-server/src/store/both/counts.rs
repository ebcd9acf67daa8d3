//! How much there is of what monitoring asks for.

use super::Connection;
use crate::store::{Counts, StoreError};

pub(super) async fn counts(db: &mut Connection, now: i64) -> Result<Counts, StoreError> {
    Ok(sqlx::query_as(
        "SELECT (SELECT COUNT(*) FROM users) AS accounts,
                (SELECT COUNT(*) FROM sessions WHERE expires_at > $1) AS sessions,
                (SELECT COUNT(*) FROM tokens WHERE revoked_at IS NULL) AS tokens",
    )
    .bind(now)
    .fetch_one(db)
    .await?)
}
