//! Titles that an account does not want.

use shared::ids::{Asin, Marketplace};

use super::Connection;
use crate::store::{
    AccountId, StoreError,
    rows::{IgnoredRow, Key},
};

pub(super) async fn list(
    db: &mut Connection,
    owner: AccountId,
    after: (&str, &str),
    limit: i64,
) -> Result<Vec<IgnoredRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT i.user_id, i.asin, i.marketplace, i.ignored_at, m.title
         FROM (SELECT user_id, asin, marketplace, ignored_at FROM ignored
               WHERE user_id = $1 AND (asin, marketplace) > ($2, $3)
               ORDER BY asin, marketplace LIMIT $4) i
         LEFT JOIN media m ON m.user_id = i.user_id AND m.asin = i.asin
             AND m.marketplace = i.marketplace
         ORDER BY i.asin, i.marketplace",
    )
    .bind(Key(owner))
    .bind(after.0)
    .bind(after.1)
    .bind(limit)
    .fetch_all(db)
    .await?)
}

pub(super) async fn one(
    db: &mut Connection,
    owner: AccountId,
    marketplace: Marketplace,
    asin: &Asin,
) -> Result<Option<IgnoredRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT i.user_id, i.asin, i.marketplace, i.ignored_at, m.title FROM ignored i
         LEFT JOIN media m ON m.user_id = i.user_id AND m.asin = i.asin
             AND m.marketplace = i.marketplace
         WHERE i.user_id = $1 AND i.asin = $2 AND i.marketplace = $3",
    )
    .bind(Key(owner))
    .bind(asin.as_str())
    .bind(marketplace.code())
    .fetch_optional(db)
    .await?)
}

/// The moment of the first time stays.
pub(super) async fn add(
    db: &mut Connection,
    owner: AccountId,
    marketplace: Marketplace,
    asin: &Asin,
    at: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO ignored (user_id, asin, marketplace, ignored_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id, asin, marketplace) DO NOTHING",
    )
    .bind(Key(owner))
    .bind(asin.as_str())
    .bind(marketplace.code())
    .bind(at)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn remove(
    db: &mut Connection,
    owner: AccountId,
    marketplace: Marketplace,
    asin: &Asin,
) -> Result<bool, StoreError> {
    let gone =
        sqlx::query("DELETE FROM ignored WHERE user_id = $1 AND asin = $2 AND marketplace = $3")
            .bind(Key(owner))
            .bind(asin.as_str())
            .bind(marketplace.code())
            .execute(db)
            .await?;
    Ok(gone.rows_affected() > 0)
}
