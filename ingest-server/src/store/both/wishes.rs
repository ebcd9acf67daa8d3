//! Wishlists.

use super::{Connection, bulk, jobs};
use crate::store::{
    StoreError,
    connections::{SyncRow, WishRow},
    rows::Key,
};

/// Only while the lease is held: what a connection leaves behind that has ended, nothing would delete.
pub(super) async fn replace(
    db: &mut Connection,
    job: &SyncRow,
    rows: &[WishRow],
) -> Result<bool, StoreError> {
    if !jobs::lock(db, job).await? {
        return Ok(false);
    }
    sqlx::query("DELETE FROM wishes WHERE user_id = $1 AND marketplace = $2")
        .bind(job.user_id)
        .bind(&job.marketplace)
        .execute(&mut *db)
        .await?;
    bulk::write_wishes(db, job.user_id, rows).await?;
    Ok(true)
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
