//! Statements over many rows on SQLite: the rows come as one JSON array.
//!
//! `CROSS JOIN` fixes the order of a join: left alone, the planner may walk the array once a row.

use serde::Serialize;
use std::collections::HashSet;

use sqlx::sqlite::SqliteConnection;

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

const KNOWN: &str = "SELECT m.media_id, m.marketplace, m.asin, m.item, m.content_hash, m.full_hash,
        m.origins, m.first_run, m.created_at, m.updated_at
    FROM json_each($2) AS wanted CROSS JOIN media AS m
    WHERE m.user_id = $1 AND m.asin = wanted.value";

pub(super) async fn known(
    db: &mut SqliteConnection,
    owner: Key,
    asins: &[String],
) -> Result<Vec<KnownRow>, StoreError> {
    Ok(sqlx::query_as(KNOWN).bind(owner).bind(json(&asins)?).fetch_all(db).await?)
}

const IGNORED: &str = "SELECT i.marketplace, i.asin
    FROM json_each($2) AS wanted CROSS JOIN ignored AS i
    WHERE i.user_id = $1 AND i.asin = wanted.value";

/// Marketplace and ASIN of those among `asins` that the account does not want.
pub(super) async fn ignored(
    db: &mut SqliteConnection,
    owner: Key,
    asins: &[String],
) -> Result<HashSet<(String, String)>, StoreError> {
    let rows = sqlx::query_as(IGNORED).bind(owner).bind(json(&asins)?).fetch_all(db).await?;
    Ok(rows.into_iter().collect())
}

/// The moment of the first time stays.
const IGNORE: &str = "INSERT INTO ignored (user_id, asin, marketplace, ignored_at)
    SELECT $1, r.value, $3, $4 FROM json_each($2) AS r WHERE true
    ON CONFLICT (user_id, asin, marketplace) DO NOTHING";

/// Leaves titles out from now on; gives how many were not left out before.
pub(super) async fn ignore(
    db: &mut SqliteConnection,
    owner: Key,
    marketplace: Marketplace,
    asins: &[Asin],
    at: i64,
) -> Result<u64, StoreError> {
    let asins: Vec<&str> = asins.iter().map(Asin::as_str).collect();
    let done = sqlx::query(IGNORE)
        .bind(owner)
        .bind(json(&asins)?)
        .bind(marketplace.code())
        .bind(at)
        .execute(db)
        .await?;
    Ok(done.rows_affected())
}

const WANT_AGAIN: &str = "DELETE FROM ignored WHERE user_id = $1 AND marketplace = $3
    AND asin IN (SELECT r.value FROM json_each($2) AS r)";

/// Takes that back; gives how many were left out before.
pub(super) async fn want_again(
    db: &mut SqliteConnection,
    owner: Key,
    marketplace: Marketplace,
    asins: &[Asin],
) -> Result<u64, StoreError> {
    let asins: Vec<&str> = asins.iter().map(Asin::as_str).collect();
    let done = sqlx::query(WANT_AGAIN)
        .bind(owner)
        .bind(json(&asins)?)
        .bind(marketplace.code())
        .execute(db)
        .await?;
    Ok(done.rows_affected())
}

const MEDIA: &str = "INSERT INTO media (
        user_id, media_id, marketplace, asin, title, type, release_date, platform, sku,
        platform_ids, media_metadata, item, content_hash, full_hash, origins, newest_key, title_key,
        author_key, search_key, first_run, created_at, updated_at)
    SELECT $1,
        r.value ->> 'media_id', r.value ->> 'marketplace', r.value ->> 'asin',
        r.value ->> 'title', r.value ->> 'kind', r.value ->> 'release_date',
        r.value ->> 'platform', r.value ->> 'sku', r.value ->> 'platform_ids',
        r.value ->> 'media_metadata',
        r.value ->> 'item', r.value ->> 'content_hash', r.value ->> 'full_hash',
        r.value ->> 'origins', r.value ->> 'newest_key', r.value ->> 'title_key', r.value ->> 'author_key',
        r.value ->> 'search_key', r.value ->> 'first_run', r.value ->> 'created_at',
        r.value ->> 'updated_at'
    FROM json_each($2) AS r WHERE true
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
    SELECT $1,
        r.value ->> 'media_id', r.value ->> 'platform', r.value ->> 'status',
        r.value ->> 'percent', r.value ->> 'consumed_at', r.value ->> 'consumed_is_day',
        r.value ->> 'consumed_at_basis', r.value ->> 'acquired_at',
        r.value ->> 'acquired_is_day', r.value ->> 'imported_from',
        r.value ->> 'raw_import_data', r.value ->> 'updated_at'
    FROM json_each($2) AS r WHERE true
    ON CONFLICT (user_id, media_id) DO UPDATE SET
             platform = excluded.platform, status = excluded.status, percent = excluded.percent,
             consumed_at = excluded.consumed_at, consumed_is_day = excluded.consumed_is_day,
             consumed_at_basis = excluded.consumed_at_basis, acquired_at = excluded.acquired_at,
             acquired_is_day = excluded.acquired_is_day, imported_from = excluded.imported_from,
             raw_import_data = excluded.raw_import_data, updated_at = excluded.updated_at";

const OUTCOMES: &str = "INSERT INTO run_outcomes (
        user_id, run_id, chunk_index, position, media_id, asin, outcome, reason, pointer,
        before, after, after_hash, before_origins)
    SELECT $1, $2, $3,
        r.value ->> 'position', r.value ->> 'media_id', r.value ->> 'asin',
        r.value ->> 'outcome', r.value ->> 'reason', r.value ->> 'pointer',
        r.value ->> 'before', r.value ->> 'after', r.value ->> 'after_hash', r.value ->> 'before_origins'
    FROM json_each($4) AS r WHERE true";

pub(super) async fn write_media(
    db: &mut SqliteConnection,
    owner: Key,
    rows: &[MediaRow],
) -> Result<(), StoreError> {
    sqlx::query(MEDIA).bind(owner).bind(json(&rows)?).execute(db).await?;
    Ok(())
}

pub(super) async fn write_user_media(
    db: &mut SqliteConnection,
    owner: Key,
    rows: &[UserMediaRow],
) -> Result<(), StoreError> {
    sqlx::query(USER_MEDIA).bind(owner).bind(json(&rows)?).execute(db).await?;
    Ok(())
}

pub(super) async fn write_outcomes(
    db: &mut SqliteConnection,
    owner: Key,
    place: Place,
    rows: &[OutcomeRow],
) -> Result<(), StoreError> {
    sqlx::query(OUTCOMES)
        .bind(owner)
        .bind(place.run)
        .bind(place.chunk)
        .bind(json(&rows)?)
        .execute(db)
        .await?;
    Ok(())
}

const EDITED: &str = "SELECT e.media_id FROM json_each($2) AS r CROSS JOIN edits AS e
    WHERE e.user_id = $1 AND e.media_id = r.value";

/// Those among titles of which the person has said something.
pub(super) async fn edited(
    db: &mut SqliteConnection,
    owner: Key,
    ids: &[Key],
) -> Result<HashSet<Key>, StoreError> {
    let rows = sqlx::query_scalar(EDITED).bind(owner).bind(json(&ids)?).fetch_all(db).await?;
    Ok(rows.into_iter().collect())
}

/// What is there was said here, and stays.
const BROUGHT: &str = "INSERT INTO edits (
        user_id, media_id, status, rating, notes, hidden, consumed_at, edited_at, run_id)
    SELECT $1, r.value ->> 'media_id', r.value ->> 'status', r.value ->> 'rating',
        r.value ->> 'notes', r.value ->> 'hidden', r.value ->> 'consumed_at', $3, $4
    FROM json_each($2) AS r WHERE true
    ON CONFLICT (user_id, media_id) DO NOTHING";

/// Writes what a run brought of what the person once said.
pub(super) async fn write_brought(
    db: &mut SqliteConnection,
    owner: Key,
    (run, at): (Key, i64),
    rows: &[BroughtRow],
) -> Result<(), StoreError> {
    sqlx::query(BROUGHT).bind(owner).bind(json(&rows)?).bind(at).bind(run).execute(db).await?;
    Ok(())
}

const REMOVE: &str = "DELETE FROM media WHERE user_id = $1
    AND media_id IN (SELECT r.value FROM json_each($2) AS r)";

/// Removes titles, with the person's side of them.
pub(super) async fn remove_media(
    db: &mut SqliteConnection,
    owner: Key,
    ids: &[Key],
) -> Result<(), StoreError> {
    sqlx::query(REMOVE).bind(owner).bind(json(&ids)?).execute(db).await?;
    Ok(())
}

/// The first run that noticed it stays.
const MARK: &str = "INSERT INTO marks (user_id, media_id, kind, library, run_id, marked_at)
    SELECT $1, r.value, $3, $4, $5, $6 FROM json_each($2) AS r WHERE true
    ON CONFLICT (user_id, media_id, kind, library) DO NOTHING";

/// Marks titles since a run and a moment.
pub(super) async fn mark(
    db: &mut SqliteConnection,
    owner: Key,
    mark: Mark<'_>,
    (run, at): (Key, i64),
    ids: &[Key],
) -> Result<(), StoreError> {
    sqlx::query(MARK)
        .bind(owner)
        .bind(json(&ids)?)
        .bind(mark.kind)
        .bind(mark.library)
        .bind(run)
        .bind(at)
        .execute(db)
        .await?;
    Ok(())
}

const UNMARK: &str = "DELETE FROM marks WHERE user_id = $1 AND kind = $3 AND library = $4
    AND media_id IN (SELECT r.value FROM json_each($2) AS r)";

/// Takes a mark off titles.
pub(super) async fn unmark(
    db: &mut SqliteConnection,
    owner: Key,
    mark: Mark<'_>,
    ids: &[Key],
) -> Result<(), StoreError> {
    sqlx::query(UNMARK)
        .bind(owner)
        .bind(json(&ids)?)
        .bind(mark.kind)
        .bind(mark.library)
        .execute(db)
        .await?;
    Ok(())
}

const MARKS: &str = "SELECT k.media_id, k.kind, k.library, k.run_id, k.marked_at
    FROM json_each($2) AS r CROSS JOIN marks AS k
    WHERE k.user_id = $1 AND k.media_id = r.value";

/// The marks of titles.
pub(super) async fn marks(
    db: &mut SqliteConnection,
    owner: Key,
    ids: &[Key],
) -> Result<Vec<MarkRow>, StoreError> {
    Ok(sqlx::query_as(MARKS).bind(owner).bind(json(&ids)?).fetch_all(db).await?)
}

const SHOPS: &str = "SELECT m.media_id, d.marketplace
    FROM json_each($2) AS r CROSS JOIN media AS m CROSS JOIN media AS d
    WHERE m.user_id = $1 AND m.media_id = r.value AND d.user_id = $1 AND d.sku = m.sku
        AND d.marketplace <> m.marketplace";

/// Other shops from which the account has the same recording.
pub(super) async fn shops(
    db: &mut SqliteConnection,
    owner: Key,
    ids: &[Key],
) -> Result<Vec<(Key, String)>, StoreError> {
    Ok(sqlx::query_as(SHOPS).bind(owner).bind(json(&ids)?).fetch_all(db).await?)
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
                    CASE WHEN e.consumed_at IS NOT NULL THEN 1 ELSE u.consumed_is_day
                    END AS consumed_is_day,
                    CASE WHEN e.consumed_at IS NOT NULL THEN 'finish_date'
                         WHEN COALESCE(e.status, 'finished') = 'finished' THEN u.consumed_at_basis
                    END AS consumed_at_basis, u.acquired_at,
                    u.acquired_is_day, u.imported_from,
                    CASE WHEN $6 THEN u.raw_import_data END AS raw_import_data
             FROM media m CROSS JOIN user_media u ON u.user_id = m.user_id AND u.media_id = m.media_id
             LEFT JOIN edits e ON e.user_id = m.user_id AND e.media_id = m.media_id
             WHERE m.user_id = $1 AND (m.", $key, ", m.media_id) > ($2, $3)
               AND NOT EXISTS (SELECT 1 FROM json_each($4) AS word WHERE instr(m.search_key, word.value) = 0)
               AND COALESCE(e.hidden, 0) = $7
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
    WHERE m.user_id = $1 AND COALESCE(e.hidden, 0) = $3
    AND NOT EXISTS (SELECT 1 FROM json_each($2) AS word WHERE instr(m.search_key, word.value) = 0)
    AND ($4 = '' OR EXISTS (SELECT 1 FROM marks k WHERE k.user_id = m.user_id
        AND k.media_id = m.media_id AND k.kind = $4))
    AND (NOT $5 OR NOT EXISTS (SELECT 1 FROM media d WHERE d.user_id = m.user_id
        AND d.sku = m.sku AND d.marketplace <> m.marketplace AND d.media_id < m.media_id))";

pub(super) async fn library(
    db: &mut SqliteConnection,
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
        .bind(json(&query.words)?)
        .bind(query.limit)
        .bind(query.raw)
        .bind(query.hidden)
        .bind(query.only)
        .bind(query.as_one)
        .fetch_all(db)
        .await?)
}

pub(super) async fn library_size(
    db: &mut SqliteConnection,
    owner: Key,
    query: &LibraryQuery,
) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(SIZE)
        .bind(owner)
        .bind(json(&query.words)?)
        .bind(query.hidden)
        .bind(query.only)
        .bind(query.as_one)
        .fetch_one(db)
        .await?)
}

const UPLOAD_ITEMS: &str = "INSERT INTO upload_items (
        user_id, upload_id, position, marketplace, shop_is_said, asin, place, item, brought, outcome,
        detail, chosen)
    SELECT $1, $2, r.value ->> 'position', r.value ->> 'marketplace', r.value ->> 'shop_is_said',
        r.value ->> 'asin', r.value ->> 'place', r.value ->> 'item', r.value ->> 'brought',
        r.value ->> 'outcome', r.value ->> 'detail', r.value ->> 'chosen'
    FROM json_each($3) AS r WHERE true
    ON CONFLICT (user_id, upload_id, position) DO UPDATE SET
             marketplace = excluded.marketplace, outcome = excluded.outcome,
             detail = excluded.detail, chosen = excluded.chosen";

/// Writes titles of a file; those that are there get another shop, outcome and choice.
pub(super) async fn write_upload_items(
    db: &mut SqliteConnection,
    owner: Key,
    id: Key,
    rows: &[UploadItemRow],
) -> Result<(), StoreError> {
    sqlx::query(UPLOAD_ITEMS).bind(owner).bind(id).bind(json(&rows)?).execute(db).await?;
    Ok(())
}

const CHOOSE: &str = "UPDATE upload_items
    SET chosen = position IN (SELECT r.value FROM json_each($4) AS r)
        AND outcome IN ('imported', 'updated', 'unchanged')
    WHERE user_id = $1 AND upload_id = $2
        AND position IN (SELECT r.value FROM json_each($3) AS r)";

/// Of the titles shown, those that are kept are chosen, and no others.
pub(super) async fn choose(
    db: &mut SqliteConnection,
    owner: Key,
    id: Key,
    shown: &[i64],
    kept: &[i64],
) -> Result<(), StoreError> {
    sqlx::query(CHOOSE)
        .bind(owner)
        .bind(id)
        .bind(json(&shown)?)
        .bind(json(&kept)?)
        .execute(db)
        .await?;
    Ok(())
}

const WISHES: &str = "INSERT INTO wishes (user_id, marketplace, asin, position, item, added_at)
    SELECT $1, r.value ->> 'marketplace', r.value ->> 'asin', r.value ->> 'position',
        r.value ->> 'item', r.value ->> 'added_at'
    FROM json_each($2) AS r WHERE true
    ON CONFLICT (user_id, marketplace, asin) DO NOTHING";

/// Adds titles to a wishlist.
pub(super) async fn write_wishes(
    db: &mut SqliteConnection,
    owner: Key,
    rows: &[WishRow],
) -> Result<(), StoreError> {
    sqlx::query(WISHES).bind(owner).bind(json(&rows)?).execute(db).await?;
    Ok(())
}

fn json(rows: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(rows)
        .map_err(|error| StoreError::Database(sqlx::Error::Encode(Box::new(error))))
}

/// Every statement here, so that a test can look at its plan.
#[cfg(test)]
pub(super) const ALL: [&str; 21] = [
    KNOWN,
    MEDIA,
    USER_MEDIA,
    OUTCOMES,
    BY_NEWEST,
    BY_TITLE,
    BY_AUTHOR,
    SIZE,
    IGNORED,
    IGNORE,
    WANT_AGAIN,
    REMOVE,
    MARK,
    UNMARK,
    MARKS,
    SHOPS,
    EDITED,
    BROUGHT,
    UPLOAD_ITEMS,
    CHOOSE,
    WISHES,
];
