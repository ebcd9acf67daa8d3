//! A library in one of its orders, a part at a time.

use super::{Connection, bulk};
use crate::store::{
    AccountId, Beside, LibraryQuery, LibraryRows, StoreError,
    rows::{ExportRow, Key, NameRow},
};

pub(super) async fn read(
    db: &mut Connection,
    owner: AccountId,
    query: &LibraryQuery,
) -> Result<LibraryRows, StoreError> {
    let owner = Key(owner);
    let rows = bulk::library(db, owner, query).await?;
    let total = bulk::library_size(db, owner, query).await?;
    let ids: Vec<Key> = rows.iter().map(|row| row.media_id).collect();
    let beside = beside(db, owner, &ids).await?;
    Ok(LibraryRows { rows, total, beside })
}

/// Titles as they are exported, behind a product number and shop.
pub(super) async fn export(
    db: &mut Connection,
    owner: AccountId,
    (asin, marketplace): (&str, &str),
    limit: i64,
) -> Result<Vec<ExportRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT m.media_id, m.marketplace, m.asin, m.item, m.origins, u.status, u.percent,
                u.consumed_at, u.consumed_is_day, u.consumed_at_basis, u.acquired_at,
                u.acquired_is_day, u.imported_from, e.status AS own_status, e.rating AS own_rating,
                e.notes AS own_notes, e.hidden AS own_hidden, e.consumed_at AS own_consumed_at
         FROM media m JOIN user_media u ON u.user_id = m.user_id AND u.media_id = m.media_id
         LEFT JOIN edits e ON e.user_id = m.user_id AND e.media_id = m.media_id
         WHERE m.user_id = $1 AND (m.asin, m.marketplace) > ($2, $3)
         ORDER BY m.asin, m.marketplace LIMIT $4",
    )
    .bind(Key(owner))
    .bind(asin)
    .bind(marketplace)
    .bind(limit)
    .fetch_all(db)
    .await?)
}

/// All titles by their names.
pub(super) async fn names(
    db: &mut Connection,
    owner: AccountId,
) -> Result<Vec<NameRow>, StoreError> {
    let all = "SELECT asin, marketplace, title_key, author_key FROM media WHERE user_id = $1";
    Ok(sqlx::query_as(all).bind(Key(owner)).fetch_all(db).await?)
}

/// What stands beside titles.
pub(super) async fn beside(
    db: &mut Connection,
    owner: Key,
    ids: &[Key],
) -> Result<Beside, StoreError> {
    Ok(Beside {
        marks: bulk::marks(db, owner, ids).await?,
        shops: bulk::shops(db, owner, ids).await?,
    })
}
