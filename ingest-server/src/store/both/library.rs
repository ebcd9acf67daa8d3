//! A library in one of its orders, a part at a time.

use super::{Connection, bulk};
use crate::store::{
    AccountId, Beside, LibraryQuery, LibraryRows, StoreError,
    rows::{Key, NameRow},
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
