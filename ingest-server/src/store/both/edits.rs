//! One title with what its owner says of it.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Connection, library};
use crate::{
    edits::{Edits, Patch},
    store::{
        AccountId, StoreError, TitleRows,
        rows::{EditionRow, EditsRow, Key, LibraryRow, SourceRow},
    },
};

/// The title as its sources have it, the person's edits, and other titles that may be editions of it.
pub(super) async fn title(
    db: &mut Connection,
    owner: AccountId,
    id: Uuid,
) -> Result<Option<TitleRows>, StoreError> {
    let found = sqlx::query(
        "SELECT m.media_id, m.marketplace, m.asin, m.title, m.type AS kind, m.release_date,
                m.platform, m.platform_ids, m.media_metadata, m.title_key AS sort_key,
                m.created_at, m.updated_at, u.platform AS user_platform, u.status, u.percent,
                u.consumed_at, u.consumed_is_day, u.consumed_at_basis, u.acquired_at,
                u.acquired_is_day, u.imported_from, u.raw_import_data, m.item, m.origins
         FROM media m JOIN user_media u ON u.user_id = m.user_id AND u.media_id = m.media_id
         WHERE m.user_id = $1 AND m.media_id = $2",
    )
    .bind(Key(owner))
    .bind(Key(id))
    .fetch_optional(&mut *db)
    .await?;
    let Some(found) = found else { return Ok(None) };
    let (row, source) = (LibraryRow::from_row(&found)?, SourceRow::from_row(&found)?);
    let edits = read(db, owner, id).await?;
    let editions = editions(db, owner, id).await?;
    let beside = library::beside(db, Key(owner), &[row.media_id]).await?;
    Ok(Some(TitleRows { row, source, edits, editions, beside }))
}

/// The same recording from other shops.
async fn editions(
    db: &mut Connection,
    owner: AccountId,
    id: Uuid,
) -> Result<Vec<EditionRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT d.media_id, d.asin, d.marketplace, d.title FROM media m
         JOIN media d ON d.user_id = m.user_id AND d.sku = m.sku AND d.marketplace <> m.marketplace
         WHERE m.user_id = $1 AND m.media_id = $2 ORDER BY d.marketplace, d.media_id",
    )
    .bind(Key(owner))
    .bind(Key(id))
    .fetch_all(db)
    .await?)
}

async fn read(
    db: &mut Connection,
    owner: AccountId,
    id: Uuid,
) -> Result<Option<EditsRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT status, rating, notes, hidden, consumed_at FROM edits
         WHERE user_id = $1 AND media_id = $2",
    )
    .bind(Key(owner))
    .bind(Key(id))
    .fetch_optional(db)
    .await?)
}

/// Changes what a patch names; false if the account has no such title.
pub(super) async fn edit(
    db: &mut Connection,
    owner: AccountId,
    id: Uuid,
    patch: &Patch,
    at: i64,
) -> Result<bool, StoreError> {
    let there: Option<i64> =
        sqlx::query_scalar("SELECT created_at FROM media WHERE user_id = $1 AND media_id = $2")
            .bind(Key(owner))
            .bind(Key(id))
            .fetch_optional(&mut *db)
            .await?;
    if there.is_none() {
        return Ok(false);
    }
    let stored = read(db, owner, id).await?;
    let edits = patch.onto(Edits::read(Key(id), stored.as_ref())?);
    // That everything was given back is a word too: an old export does not bring back what it was.
    if stored.is_some() || edits != Edits::default() {
        write(db, owner, id, edits.row(), at).await?;
    }
    Ok(true)
}

async fn write(
    db: &mut Connection,
    owner: AccountId,
    id: Uuid,
    row: EditsRow,
    at: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO edits (user_id, media_id, status, rating, notes, hidden, consumed_at,
             edited_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (user_id, media_id) DO UPDATE SET
             status = excluded.status, rating = excluded.rating, notes = excluded.notes,
             hidden = excluded.hidden, consumed_at = excluded.consumed_at,
             edited_at = excluded.edited_at, run_id = NULL",
    )
    .bind(Key(owner))
    .bind(Key(id))
    .bind(row.status)
    .bind(row.rating)
    .bind(row.notes)
    .bind(row.hidden)
    .bind(row.consumed_at)
    .bind(at)
    .execute(db)
    .await?;
    Ok(())
}
