//! A library in one of its orders, a part at a time.

use super::{Connection, bulk};
use crate::store::{AccountId, LibraryQuery, LibraryRows, StoreError, rows::Key};

pub(super) async fn read(
    db: &mut Connection,
    owner: AccountId,
    query: &LibraryQuery,
) -> Result<LibraryRows, StoreError> {
    let owner = Key(owner);
    let rows = bulk::library(db, owner, query).await?;
    let total = bulk::library_size(db, owner, query).await?;
    Ok(LibraryRows { rows, total })
}
