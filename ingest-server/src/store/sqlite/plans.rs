//! How SQLite goes about the statements over many rows: by index, never a table from end to end.

use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use super::{SqliteStore, bulk};

async fn plan(db: &mut SqliteConnection, statement: &str) -> Vec<String> {
    let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}")))
        .fetch_all(db)
        .await
        .unwrap();
    rows.iter().map(|row| row.get::<String, _>("detail")).collect()
}

#[tokio::test]
async fn no_statement_scans_a_table_or_sorts() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite://{}", folder.path().join("t.db").display());
    let store = SqliteStore::open(&address).await.unwrap();
    let mut db = store.readers.acquire().await.unwrap();
    for statement in bulk::ALL {
        let plan = plan(&mut db, statement).await;
        assert!(!plan.is_empty(), "{statement}");
        for step in &plan {
            let of_json = step.contains("VIRTUAL TABLE");
            assert!(of_json || !step.starts_with("SCAN"), "{step} in {plan:?}");
            assert!(!step.contains("TEMP B-TREE"), "{step} in {plan:?}");
        }
    }
    // The array is walked once and each of its rows found by the index, not the other way round.
    let known = plan(&mut db, bulk::ALL[0]).await;
    assert!(known[0].starts_with("SCAN wanted"), "{known:?}");
    assert!(known[1].contains("media_identity"), "{known:?}");
    for (statement, index) in bulk::ALL[4..7].iter().zip(["newest", "title", "author"]) {
        let plan = plan(&mut db, statement).await;
        assert!(plan[0].contains(&format!("media_{index}")), "{plan:?}");
        assert!(plan.iter().any(|step| step.starts_with("SEARCH u USING")), "{plan:?}");
    }
}
