//! Titles that an account does not want.

use shared::ids::{Asin, Marketplace};

use super::{Connection, bulk, connections};
use crate::store::{
    AccountId, StoreError,
    rows::{IgnoredRow, Key},
};

/// Wants titles again; gives how many were left out before.
pub(super) async fn want_again(
    db: &mut Connection,
    owner: Key,
    marketplace: Marketplace,
    asins: &[Asin],
) -> Result<u64, StoreError> {
    connections::read_anew(db, owner).await?;
    bulk::want_again(db, owner, marketplace, asins).await
}

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
