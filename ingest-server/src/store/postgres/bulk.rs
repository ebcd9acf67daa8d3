//! Statements over many rows on PostgreSQL: each column comes as one array.

use std::collections::HashSet;

use sqlx::postgres::PgConnection;

use shared::ids::{Asin, Marketplace};

use crate::store::{
    LibraryQuery, Sort, StoreError,
    connections::WishRow,
    rows::{
        BroughtRow, Key, KnownRow, LibraryRow, Mark, MarkRow, MediaRow, OutcomeRow, UploadItemRow,
        UserMediaRow,
    },
};

/// Which chunk an outcome belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) run: Key,
    pub(super) chunk: i64,
}

pub(super) const KNOWN: &str =
    "SELECT m.media_id, m.marketplace, m.asin, m.item, m.content_hash, m.full_hash,
        m.origins, m.first_run, m.created_at, m.updated_at
    FROM unnest($2::text[]) AS wanted (asin) JOIN media AS m
        ON m.user_id = $1 AND m.asin = wanted.asin";

pub(super) async fn known(
    db: &mut PgConnection,
    owner: Key,
    asins: &[String],
) -> Result<Vec<KnownRow>, StoreError> {
    Ok(sqlx::query_as(KNOWN).bind(owner).bind(asins).fetch_all(db).await?)
}

const IGNORED: &str = "SELECT i.marketplace, i.asin
    FROM unnest($2::text[]) AS wanted (asin) JOIN ignored AS i
        ON i.user_id = $1 AND i.asin = wanted.asin";

/// Marketplace and ASIN of those among `asins` that the account does not want.
pub(super) async fn ignored(
    db: &mut PgConnection,
    owner: Key,
    asins: &[String],
) -> Result<HashSet<(String, String)>, StoreError> {
    let rows = sqlx::query_as(IGNORED).bind(owner).bind(asins).fetch_all(db).await?;
    Ok(rows.into_iter().collect())
}

/// The moment of the first time stays.
const IGNORE: &str = "INSERT INTO ignored (user_id, asin, marketplace, ignored_at)
    SELECT $1, asin, $3, $4 FROM unnest($2::text[]) AS asin
    ON CONFLICT (user_id, asin, marketplace) DO NOTHING";

/// Leaves titles out from now on; gives how many were not left out before.
pub(super) async fn ignore(
    db: &mut PgConnection,
    owner: Key,
    marketplace: Marketplace,
    asins: &[Asin],
    at: i64,
) -> Result<u64, StoreError> {
    let asins: Vec<&str> = asins.iter().map(Asin::as_str).collect();
    let done = sqlx::query(IGNORE)
        .bind(owner)
        .bind(&asins)
        .bind(marketplace.code())
        .bind(at)
        .execute(db)
        .await?;
    Ok(done.rows_affected())
}

const WANT_AGAIN: &str = "DELETE FROM ignored WHERE user_id = $1 AND marketplace = $3
    AND asin = ANY($2::text[])";

/// Takes that back; gives how many were left out before.
pub(super) async fn want_again(
    db: &mut PgConnection,
    owner: Key,
    marketplace: Marketplace,
    asins: &[Asin],
) -> Result<u64, StoreError> {
    let asins: Vec<&str> = asins.iter().map(Asin::as_str).collect();
    let done = sqlx::query(WANT_AGAIN)
        .bind(owner)
        .bind(&asins)
        .bind(marketplace.code())
        .execute(db)
        .await?;
    Ok(done.rows_affected())
}

const MEDIA: &str = "INSERT INTO media (
        user_id, media_id, marketplace, asin, title, type, release_date, platform, sku,
        platform_ids, media_metadata, item, content_hash, full_hash, origins, newest_key, title_key,
        author_key, search_key, first_run, created_at, updated_at)
    SELECT $1, r.* FROM unnest(
        $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[],
        $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::uuid[],
        $21::bigint[], $22::bigint[]) AS r
    ON CONFLICT (user_id, media_id) DO UPDATE SET
             marketplace = excluded.marketplace, title = excluded.title, type = excluded.type,
             release_date = excluded.release_date, platform = excluded.platform,
             sku = excluded.sku, platform_ids = excluded.platform_ids,
             media_metadata = excluded.media_metadata,
             item = excluded.item, content_hash = excluded.content_hash,
             full_hash = excluded.full_hash, origins = excluded.origins, newest_key = excluded.newest_key,
             title_key = excluded.title_key, author_key = excluded.author_key,
             search_key = excluded.search_key, updated_at = excluded.updated_at";

const USER_MEDIA: &str = "INSERT INTO user_media (
        user_id, media_id, platform, status, percent, consumed_at, consumed_is_day,
        consumed_at_basis, acquired_at, acquired_is_day, imported_from, raw_import_data,
        updated_at)
    SELECT $1, r.* FROM unnest(
        $2::uuid[], $3::text[], $4::text[], $5::double precision[], $6::bigint[], $7::boolean[],
        $8::text[], $9::bigint[], $10::boolean[], $11::text[], $12::text[], $13::bigint[]) AS r
    ON CONFLICT (user_id, media_id) DO UPDATE SET
             platform = excluded.platform, status = excluded.status, percent = excluded.percent,
             consumed_at = excluded.consumed_at, consumed_is_day = excluded.consumed_is_day,
             consumed_at_basis = excluded.consumed_at_basis, acquired_at = excluded.acquired_at,
             acquired_is_day = excluded.acquired_is_day, imported_from = excluded.imported_from,
             raw_import_data = excluded.raw_import_data, updated_at = excluded.updated_at";

const OUTCOMES: &str = "INSERT INTO run_outcomes (
        user_id, run_id, chunk_index, position, media_id, asin, outcome, reason, pointer,
        before, after, after_hash, before_origins)
    SELECT $1, $2, $3, r.* FROM unnest(
        $4::bigint[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
        $11::text[], $12::text[], $13::text[]) AS r";

/// One column of many rows.
fn column<'r, R, T>(rows: &'r [R], value: impl Fn(&'r R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

pub(super) async fn write_media(
    db: &mut PgConnection,
    owner: Key,
    rows: &[MediaRow],
) -> Result<(), StoreError> {
    sqlx::query(MEDIA)
        .bind(owner)
        .bind(column(rows, |row| row.media_id))
        .bind(column(rows, |row| row.marketplace.as_str()))
        .bind(column(rows, |row| row.asin.as_str()))
        .bind(column(rows, |row| row.title.as_str()))
        .bind(column(rows, |row| row.kind.as_str()))
        .bind(column(rows, |row| row.release_date.as_deref()))
        .bind(column(rows, |row| row.platform.as_str()))
        .bind(column(rows, |row| row.sku.as_deref()))
        .bind(column(rows, |row| row.platform_ids.as_str()))
        .bind(column(rows, |row| row.media_metadata.as_str()))
        .bind(column(rows, |row| row.item.as_str()))
        .bind(column(rows, |row| row.content_hash.as_str()))
        .bind(column(rows, |row| row.full_hash.as_str()))
        .bind(column(rows, |row| row.origins.as_str()))
        .bind(column(rows, |row| row.newest_key.as_str()))
        .bind(column(rows, |row| row.title_key.as_str()))
        .bind(column(rows, |row| row.author_key.as_str()))
        .bind(column(rows, |row| row.search_key.as_str()))
        .bind(column(rows, |row| row.first_run))
        .bind(column(rows, |row| row.created_at))
        .bind(column(rows, |row| row.updated_at))
        .execute(db)
        .await?;
    Ok(())
}

pub(super) async fn write_user_media(
    db: &mut PgConnection,
    owner: Key,
    rows: &[UserMediaRow],
) -> Result<(), StoreError> {
    sqlx::query(USER_MEDIA)
        .bind(owner)
        .bind(column(rows, |row| row.media_id))
        .bind(column(rows, |row| row.platform.as_str()))
        .bind(column(rows, |row| row.status.as_str()))
        .bind(column(rows, |row| row.percent))
        .bind(column(rows, |row| row.consumed_at))
        .bind(column(rows, |row| row.consumed_is_day))
        .bind(column(rows, |row| row.consumed_at_basis.as_deref()))
        .bind(column(rows, |row| row.acquired_at))
        .bind(column(rows, |row| row.acquired_is_day))
        .bind(column(rows, |row| row.imported_from.as_str()))
        .bind(column(rows, |row| row.raw_import_data.as_str()))
        .bind(column(rows, |row| row.updated_at))
        .execute(db)
        .await?;
    Ok(())
}

pub(super) async fn write_outcomes(
    db: &mut PgConnection,
    owner: Key,
    place: Place,
    rows: &[OutcomeRow],
) -> Result<(), StoreError> {
    sqlx::query(OUTCOMES)
        .bind(owner)
        .bind(place.run)
        .bind(place.chunk)
        .bind(column(rows, |row| row.position))
        .bind(column(rows, |row| row.media_id))
        .bind(column(rows, |row| row.asin.as_deref()))
        .bind(column(rows, |row| row.outcome.as_str()))
        .bind(column(rows, |row| row.reason.as_deref()))
        .bind(column(rows, |row| row.pointer.as_deref()))
        .bind(column(rows, |row| row.before.as_deref()))
        .bind(column(rows, |row| row.after.as_deref()))
        .bind(column(rows, |row| row.after_hash.as_deref()))
        .bind(column(rows, |row| row.before_origins.as_deref()))
        .execute(db)
        .await?;
    Ok(())
}

const UPLOAD_ITEMS: &str = "INSERT INTO upload_items (
        user_id, upload_id, position, marketplace, shop_is_said, asin, place, item, brought, outcome,
        detail, chosen)
    SELECT $1, $2, r.* FROM unnest(
        $3::bigint[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::text[], $9::text[],
        $10::text[], $11::text[], $12::boolean[]) AS r
    ON CONFLICT (user_id, upload_id, position) DO UPDATE SET
             marketplace = excluded.marketplace, outcome = excluded.outcome,
             detail = excluded.detail, chosen = excluded.chosen";

/// Writes titles of a file; those that are there get another shop, outcome and choice.
pub(super) async fn write_upload_items(
    db: &mut PgConnection,
    owner: Key,
    id: Key,
    rows: &[UploadItemRow],
) -> Result<(), StoreError> {
    sqlx::query(UPLOAD_ITEMS)
        .bind(owner)
        .bind(id)
        .bind(column(rows, |row| row.position))
        .bind(column(rows, |row| row.marketplace.as_str()))
        .bind(column(rows, |row| row.shop_is_said))
        .bind(column(rows, |row| row.asin.as_str()))
        .bind(column(rows, |row| row.place.as_str()))
        .bind(column(rows, |row| row.item.as_str()))
        .bind(column(rows, |row| row.brought.as_str()))
        .bind(column(rows, |row| row.outcome.as_str()))
        .bind(column(rows, |row| row.detail.as_str()))
        .bind(column(rows, |row| row.chosen))
        .execute(db)
        .await?;
    Ok(())
}

/// Of the titles shown, those that are kept are chosen, and no others.
pub(super) async fn choose(
    db: &mut PgConnection,
    owner: Key,
    id: Key,
    shown: &[i64],
    kept: &[i64],
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE upload_items SET chosen = (position = ANY($4)
             AND outcome IN ('imported', 'updated', 'unchanged'))
         WHERE user_id = $1 AND upload_id = $2 AND position = ANY($3)",
    )
    .bind(owner)
    .bind(id)
    .bind(shown)
    .bind(kept)
    .execute(db)
    .await?;
    Ok(())
}

/// Adds titles to a wishlist.
pub(super) async fn write_wishes(
    db: &mut PgConnection,
    owner: Key,
    rows: &[WishRow],
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO wishes (user_id, marketplace, asin, position, item, added_at)
         SELECT $1, r.* FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[]) AS r
         ON CONFLICT (user_id, marketplace, asin) DO NOTHING",
    )
    .bind(owner)
    .bind(column(rows, |row| row.marketplace.as_str()))
    .bind(column(rows, |row| row.asin.as_str()))
    .bind(column(rows, |row| row.position))
    .bind(column(rows, |row| row.item.as_str()))
    .bind(column(rows, |row| row.added_at.as_deref()))
    .execute(db)
    .await?;
    Ok(())
}

/// Those among titles of which the person has said something.
pub(super) async fn edited(
    db: &mut PgConnection,
    owner: Key,
    ids: &[Key],
) -> Result<HashSet<Key>, StoreError> {
    let edited = "SELECT media_id FROM edits WHERE user_id = $1 AND media_id = ANY($2)";
    let rows = sqlx::query_scalar(edited).bind(owner).bind(ids).fetch_all(db).await?;
    Ok(rows.into_iter().collect())
}

/// What is there was said here, and stays.
const BROUGHT: &str = "INSERT INTO edits (
        user_id, media_id, status, rating, notes, hidden, consumed_at, edited_at, run_id)
    SELECT $1, r.*, $8, $9 FROM unnest(
        $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::boolean[], $7::bigint[]) AS r
    ON CONFLICT (user_id, media_id) DO NOTHING";

/// Writes what a run brought of what the person once said.
pub(super) async fn write_brought(
    db: &mut PgConnection,
    owner: Key,
    (run, at): (Key, i64),
    rows: &[BroughtRow],
) -> Result<(), StoreError> {
    sqlx::query(BROUGHT)
        .bind(owner)
        .bind(column(rows, |row| row.media_id))
        .bind(column(rows, |row| row.edits.status.as_deref()))
        .bind(column(rows, |row| row.edits.rating))
        .bind(column(rows, |row| row.edits.notes.as_deref()))
        .bind(column(rows, |row| row.edits.hidden))
        .bind(column(rows, |row| row.edits.consumed_at))
        .bind(at)
        .bind(run)
        .execute(db)
        .await?;
    Ok(())
}

/// Removes titles, with the person's side of them.
pub(super) async fn remove_media(
    db: &mut PgConnection,
    owner: Key,
    ids: &[Key],
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM media WHERE user_id = $1 AND media_id = ANY($2)")
        .bind(owner)
        .bind(ids)
        .execute(db)
        .await?;
    Ok(())
}

/// The first run that noticed it stays.
const MARK: &str = "INSERT INTO marks (user_id, media_id, kind, library, run_id, marked_at)
    SELECT $1, r, $3, $4, $5, $6 FROM unnest($2::uuid[]) AS r
    ON CONFLICT (user_id, media_id, kind, library) DO NOTHING";

/// Marks titles since a run and a moment.
pub(super) async fn mark(
    db: &mut PgConnection,
    owner: Key,
    mark: Mark<'_>,
    (run, at): (Key, i64),
    ids: &[Key],
) -> Result<(), StoreError> {
    sqlx::query(MARK)
        .bind(owner)
        .bind(ids)
        .bind(mark.kind)
        .bind(mark.library)
        .bind(run)
        .bind(at)
        .execute(db)
        .await?;
    Ok(())
}

const UNMARK: &str = "DELETE FROM marks WHERE user_id = $1 AND kind = $3 AND library = $4
    AND media_id = ANY($2::uuid[])";

/// Takes a mark off titles.
pub(super) async fn unmark(
    db: &mut PgConnection,
    owner: Key,
    mark: Mark<'_>,
    ids: &[Key],
) -> Result<(), StoreError> {
    sqlx::query(UNMARK)
        .bind(owner)
        .bind(ids)
        .bind(mark.kind)
        .bind(mark.library)
        .execute(db)
        .await?;
    Ok(())
}

const MARKS: &str = "SELECT k.media_id, k.kind, k.library, k.run_id, k.marked_at
    FROM marks AS k WHERE k.user_id = $1 AND k.media_id = ANY($2::uuid[])";

/// The marks of titles.
pub(super) async fn marks(
    db: &mut PgConnection,
    owner: Key,
    ids: &[Key],
) -> Result<Vec<MarkRow>, StoreError> {
    Ok(sqlx::query_as(MARKS).bind(owner).bind(ids).fetch_all(db).await?)
}

const SHOPS: &str = "SELECT m.media_id, d.marketplace
    FROM media AS m JOIN media AS d ON d.user_id = m.user_id AND d.sku = m.sku
        AND d.marketplace <> m.marketplace
    WHERE m.user_id = $1 AND m.media_id = ANY($2::uuid[])";

/// Other shops from which the account has the same recording.
pub(super) async fn shops(
    db: &mut PgConnection,
    owner: Key,
    ids: &[Key],
) -> Result<Vec<(Key, String)>, StoreError> {
    Ok(sqlx::query_as(SHOPS).bind(owner).bind(ids).fetch_all(db).await?)
}

/// One statement for each order: the index of that order is walked from the place before.
macro_rules! ordered_by {
    ($key:literal) => {
        concat!(
            "SELECT m.media_id, m.marketplace, m.asin, m.title, m.type AS kind, m.release_date,
                    m.platform, m.platform_ids, m.media_metadata, m.", $key, " AS sort_key,
                    m.created_at, m.updated_at, u.platform AS user_platform,
                    COALESCE(e.status, u.status) AS status, u.percent,
                    CASE WHEN e.consumed_at IS NOT NULL THEN e.consumed_at
                         WHEN COALESCE(e.status, 'finished') = 'finished' THEN u.consumed_at
                    END AS consumed_at,
                    CASE WHEN e.consumed_at IS NOT NULL THEN true ELSE u.consumed_is_day
                    END AS consumed_is_day,
                    CASE WHEN e.consumed_at IS NOT NULL THEN 'finish_date'
                         WHEN COALESCE(e.status, 'finished') = 'finished' THEN u.consumed_at_basis
                    END AS consumed_at_basis, u.acquired_at,
                    u.acquired_is_day, u.imported_from,
                    CASE WHEN $6 THEN u.raw_import_data END AS raw_import_data
             FROM media m JOIN user_media u ON u.user_id = m.user_id AND u.media_id = m.media_id
             LEFT JOIN edits e ON e.user_id = m.user_id AND e.media_id = m.media_id
             WHERE m.user_id = $1 AND (m.", $key, ", m.media_id) > ($2, $3)
               AND NOT EXISTS (SELECT 1 FROM unnest($4::text[]) AS word WHERE strpos(m.search_key, word) = 0)
               AND COALESCE(e.hidden, false) = $7
               AND ($8 = '' OR EXISTS (SELECT 1 FROM marks k WHERE k.user_id = m.user_id
                   AND k.media_id = m.media_id AND k.kind = $8))
               AND (NOT $9 OR NOT EXISTS (SELECT 1 FROM media d WHERE d.user_id = m.user_id
                   AND d.sku = m.sku AND d.marketplace <> m.marketplace
                   AND d.media_id < m.media_id))
             ORDER BY m.", $key, ", m.media_id LIMIT $5"
        )
    };
}

const BY_NEWEST: &str = ordered_by!("newest_key");
const BY_TITLE: &str = ordered_by!("title_key");
const BY_AUTHOR: &str = ordered_by!("author_key");
const SIZE: &str = "SELECT count(*) FROM media m
    LEFT JOIN edits e ON e.user_id = m.user_id AND e.media_id = m.media_id
    WHERE m.user_id = $1 AND COALESCE(e.hidden, false) = $3
    AND NOT EXISTS (SELECT 1 FROM unnest($2::text[]) AS word WHERE strpos(m.search_key, word) = 0)
    AND ($4 = '' OR EXISTS (SELECT 1 FROM marks k WHERE k.user_id = m.user_id
        AND k.media_id = m.media_id AND k.kind = $4))
    AND (NOT $5 OR NOT EXISTS (SELECT 1 FROM media d WHERE d.user_id = m.user_id
        AND d.sku = m.sku AND d.marketplace <> m.marketplace AND d.media_id < m.media_id))";

pub(super) async fn library(
    db: &mut PgConnection,
    owner: Key,
    query: &LibraryQuery,
) -> Result<Vec<LibraryRow>, StoreError> {
    let statement = match query.sort {
        Sort::Newest => BY_NEWEST,
        Sort::Title => BY_TITLE,
        Sort::Author => BY_AUTHOR,
    };
    Ok(sqlx::query_as(statement)
        .bind(owner)
        .bind(&query.after_key)
        .bind(Key(query.after_id))
        .bind(&query.words)
        .bind(query.limit)
        .bind(query.raw)
        .bind(query.hidden)
        .bind(query.only)
        .bind(query.as_one)
        .fetch_all(db)
        .await?)
}

pub(super) async fn library_size(
    db: &mut PgConnection,
    owner: Key,
    query: &LibraryQuery,
) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(SIZE)
        .bind(owner)
        .bind(&query.words)
        .bind(query.hidden)
        .bind(query.only)
        .bind(query.as_one)
        .fetch_one(db)
        .await?)
}

/// The orders of a library, so that a test can look at their plans.
#[cfg(test)]
pub(super) const ORDERS: [&str; 3] = [BY_NEWEST, BY_TITLE, BY_AUTHOR];
