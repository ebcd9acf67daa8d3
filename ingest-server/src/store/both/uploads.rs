//! Files that wait for a person's word.

use async_trait::async_trait;
use uuid::Uuid;

use super::{Connection, Database, TRIES, bulk, finished, pause, reading, tried, writing};
use crate::store::{
    AccountId, StoreError, Uploads,
    rows::{Key, UploadItemRow, UploadRow},
    uploads::{Choice, UploadCount, UploadQuery},
};

/// Files of one account that are kept at a time.
const KEPT: i64 = 5;

#[async_trait]
impl Uploads for Database {
    async fn add_upload(&self, owner: AccountId, row: &UploadRow) -> Result<(), StoreError> {
        writing!(self, db => add(db, Key(owner), row))
    }

    async fn upload(&self, owner: AccountId, id: Uuid) -> Result<Option<UploadRow>, StoreError> {
        reading!(self, db => one(db, Key(owner), Key(id)))
    }

    async fn uploads(&self, owner: AccountId) -> Result<Vec<UploadRow>, StoreError> {
        reading!(self, db => all(db, Key(owner)))
    }

    async fn step_upload(
        &self,
        owner: AccountId,
        row: &UploadRow,
        from: (&str, i64),
    ) -> Result<bool, StoreError> {
        writing!(self, db => save(db, Key(owner), row, from))
    }

    async fn drop_upload(&self, owner: AccountId, id: Uuid) -> Result<(), StoreError> {
        writing!(self, db => drop_one(db, Key(owner), Key(id)))
    }

    async fn drop_upload_items(&self, owner: AccountId, id: Uuid) -> Result<(), StoreError> {
        writing!(self, db => drop_items(db, Key(owner), Key(id)))
    }

    async fn write_upload_items(
        &self,
        owner: AccountId,
        id: Uuid,
        rows: &[UploadItemRow],
    ) -> Result<(), StoreError> {
        writing!(self, db => bulk::write_upload_items(db, Key(owner), Key(id), rows))
    }

    async fn upload_items(
        &self,
        owner: AccountId,
        id: Uuid,
        query: UploadQuery<'_>,
    ) -> Result<Vec<UploadItemRow>, StoreError> {
        reading!(self, db => items(db, Key(owner), Key(id), query))
    }

    async fn upload_counts(
        &self,
        owner: AccountId,
        id: Uuid,
    ) -> Result<Vec<UploadCount>, StoreError> {
        reading!(self, db => counts(db, Key(owner), Key(id)))
    }

    async fn upload_left_out(
        &self,
        owner: AccountId,
        id: Uuid,
    ) -> Result<Vec<(String, String)>, StoreError> {
        reading!(self, db => left_out(db, Key(owner), Key(id)))
    }

    async fn choose(
        &self,
        owner: AccountId,
        id: Uuid,
        choice: &Choice<'_>,
    ) -> Result<(), StoreError> {
        writing!(self, db => choose(db, Key(owner), Key(id), choice))
    }
}

async fn add(db: &mut Connection, owner: Key, row: &UploadRow) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM uploads WHERE user_id = $1 AND upload_id IN (
             SELECT upload_id FROM uploads WHERE user_id = $1
             ORDER BY created_at DESC, upload_id DESC LIMIT 1000 OFFSET $2)",
    )
    .bind(owner)
    .bind(KEPT - 1)
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "INSERT INTO uploads (user_id, upload_id, name, format, marketplace, state, titles, report,
             runs, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(owner)
    .bind(row.upload_id)
    .bind(&row.name)
    .bind(&row.format)
    .bind(&row.marketplace)
    .bind(&row.state)
    .bind(row.titles)
    .bind(&row.report)
    .bind(&row.runs)
    .bind(row.created_at)
    .bind(row.updated_at)
    .execute(db)
    .await?;
    Ok(())
}

async fn one(db: &mut Connection, owner: Key, id: Key) -> Result<Option<UploadRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT upload_id, name, format, marketplace, state, titles, report, runs, created_at,
             updated_at FROM uploads WHERE user_id = $1 AND upload_id = $2",
    )
    .bind(owner)
    .bind(id)
    .fetch_optional(db)
    .await?)
}

async fn all(db: &mut Connection, owner: Key) -> Result<Vec<UploadRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT upload_id, name, format, marketplace, state, titles, report, runs, created_at,
             updated_at FROM uploads WHERE user_id = $1 ORDER BY created_at DESC, upload_id DESC",
    )
    .bind(owner)
    .fetch_all(db)
    .await?)
}

/// Only while the file is still in this state, since this moment.
async fn save(
    db: &mut Connection,
    owner: Key,
    row: &UploadRow,
    (state, at): (&str, i64),
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE uploads SET marketplace = $3, state = $4, titles = $5, report = $6, runs = $7,
             updated_at = $8
         WHERE user_id = $1 AND upload_id = $2 AND state = $9 AND updated_at = $10",
    )
    .bind(owner)
    .bind(row.upload_id)
    .bind(&row.marketplace)
    .bind(&row.state)
    .bind(row.titles)
    .bind(&row.report)
    .bind(&row.runs)
    .bind(row.updated_at)
    .bind(state)
    .bind(at)
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

async fn drop_one(db: &mut Connection, owner: Key, id: Key) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM uploads WHERE user_id = $1 AND upload_id = $2")
        .bind(owner)
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

async fn drop_items(db: &mut Connection, owner: Key, id: Key) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM upload_items WHERE user_id = $1 AND upload_id = $2")
        .bind(owner)
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

async fn items(
    db: &mut Connection,
    owner: Key,
    id: Key,
    query: UploadQuery<'_>,
) -> Result<Vec<UploadItemRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT position, marketplace, shop_is_said, asin, place, item, brought, outcome, detail,
             chosen
         FROM upload_items
         WHERE user_id = $1 AND upload_id = $2 AND position > $3 AND ($4 = '' OR outcome = $4)
             AND (chosen OR NOT $5)
         ORDER BY position LIMIT $6",
    )
    .bind(owner)
    .bind(id)
    .bind(query.after)
    .bind(query.outcome)
    .bind(query.chosen)
    .bind(query.limit)
    .fetch_all(db)
    .await?)
}

async fn counts(db: &mut Connection, owner: Key, id: Key) -> Result<Vec<UploadCount>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT marketplace, shop_is_said, outcome, count(*) AS titles,
             CAST(SUM(CASE WHEN chosen THEN 1 ELSE 0 END) AS bigint) AS chosen
         FROM upload_items WHERE user_id = $1 AND upload_id = $2 
         GROUP BY marketplace, shop_is_said, outcome",
    )
    .bind(owner)
    .bind(id)
    .fetch_all(db)
    .await?)
}

async fn left_out(
    db: &mut Connection,
    owner: Key,
    id: Key,
) -> Result<Vec<(String, String)>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT marketplace, asin FROM upload_items
         WHERE user_id = $1 AND upload_id = $2 AND NOT chosen ORDER BY position",
    )
    .bind(owner)
    .bind(id)
    .fetch_all(db)
    .await?)
}

async fn choose(
    db: &mut Connection,
    owner: Key,
    id: Key,
    choice: &Choice<'_>,
) -> Result<(), StoreError> {
    match choice {
        Choice::Shown { shown, kept } => {
            bulk::choose(db, owner, id, shown, kept).await?;
        }
        Choice::All { outcome, chosen } => {
            sqlx::query(
                "UPDATE upload_items SET chosen = $3
                 WHERE user_id = $1 AND upload_id = $2 AND ($4 = '' OR outcome = $4)
                     AND (NOT $3 OR outcome IN ('imported', 'updated', 'unchanged'))",
            )
            .bind(owner)
            .bind(id)
            .bind(*chosen)
            .bind(outcome)
            .execute(db)
            .await?;
        }
    }
    Ok(())
}
