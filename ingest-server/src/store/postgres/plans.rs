//! How PostgreSQL goes about reading: by index once there is more than a handful of rows.

use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use super::{PostgresStore, bulk};
use crate::store::contract::databases::{Kind, with};

async fn check(address: String) {
    let store = PostgresStore::open(&address).await.unwrap();
    let mut db = store.pool.acquire().await.unwrap();
    // An empty table is read from end to end whatever indexes it has, unless that is forbidden.
    sqlx::query("SET enable_seqscan = off").execute(&mut *db).await.unwrap();
    sqlx::query("SET enable_sort = off").execute(&mut *db).await.unwrap();
    let explained = |statement: &str| AssertSqlSafe(format!("EXPLAIN {statement}"));
    let lines = |rows: Vec<sqlx::postgres::PgRow>| -> String {
        rows.iter().map(|row| row.get::<String, _>(0) + "\n").collect()
    };
    let known = sqlx::query(explained(bulk::KNOWN))
        .bind(Uuid::nil())
        .bind(vec!["B000000001".to_owned()])
        .fetch_all(&mut *db)
        .await
        .unwrap();
    let known = lines(known);
    assert!(known.contains("media_identity") && !known.contains("Seq Scan"), "{known}");
    for (statement, index) in bulk::ORDERS.into_iter().zip(["newest", "title", "author"]) {
        let rows = sqlx::query(explained(statement))
            .bind(Uuid::nil())
            .bind("")
            .bind(Uuid::nil())
            .bind(vec!["word".to_owned()])
            .bind(50_i64)
            .bind(false)
            .bind(false)
            .bind("")
            .bind(true)
            .fetch_all(&mut *db)
            .await
            .unwrap();
        let plan = lines(rows);
        assert!(plan.contains(&format!("media_{index}")), "{plan}");
        assert!(!plan.contains("Seq Scan") && !plan.contains("Sort"), "{plan}");
    }
}

#[tokio::test]
async fn reading_goes_by_index() {
    with(Kind::Postgres, check).await;
}
