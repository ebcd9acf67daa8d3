//! Wishlists.

use super::{Connection, bulk};
use crate::store::{StoreError, connections::WishRow, rows::Key};

pub(super) async fn replace(
    db: &mut Connection,
    owner: Key,
    marketplace: &str,
    rows: &[WishRow],
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM wishes WHERE user_id = $1 AND marketplace = $2")
        .bind(owner)
        .bind(marketplace)
        .execute(&mut *db)
        .await?;
    bulk::write_wishes(db, owner, rows).await
}

pub(super) async fn list(
    db: &mut Connection,
    owner: Key,
    marketplace: &str,
) -> Result<Vec<WishRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT marketplace, asin, position, item, added_at FROM wishes
         WHERE user_id = $1 AND ($2 = '' OR marketplace = $2) ORDER BY marketplace, position",
    )
    .bind(owner)
    .bind(marketplace)
    .fetch_all(db)
    .await?)
}
