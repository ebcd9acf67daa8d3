//! All that a database holds, for tests that look for what must not be there: every value of every table.

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

/// Every value of every table in one text.
pub(crate) async fn values(address: &str) -> String {
    let mut text = String::new();
    if address.starts_with("sqlite") {
        let mut database = SqliteConnection::connect(address).await.unwrap();
        let tables = "SELECT name FROM sqlite_master WHERE type = 'table'";
        let tables: Vec<String> =
            sqlx::query_scalar(tables).fetch_all(&mut database).await.unwrap();
        for table in tables {
            let all = AssertSqlSafe(format!("SELECT * FROM \"{table}\""));
            for row in sqlx::query(all).fetch_all(&mut database).await.unwrap() {
                for column in 0..row.len() {
                    let value: Result<String, _> = row.try_get_unchecked(column);
                    text.push_str(&value.unwrap_or_default());
                    text.push('\n');
                }
            }
        }
    } else {
        let mut database = PgConnection::connect(address).await.unwrap();
        let tables = "SELECT table_name::text FROM information_schema.tables
            WHERE table_schema = 'public'";
        let tables: Vec<String> =
            sqlx::query_scalar(tables).fetch_all(&mut database).await.unwrap();
        for table in tables {
            let rows = AssertSqlSafe(format!("SELECT t::text FROM {table} t"));
            let rows: Vec<String> =
                sqlx::query_scalar(rows).fetch_all(&mut database).await.unwrap();
            text.extend(rows);
        }
    }
    text
}
