//! What somebody can do who has got at the database itself: read its files, and write into them. For tests
//! through the front door, which take this file in by its path.

use std::path::{Path, PathBuf};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use uuid::Uuid;

/// Every byte that the database has written into files, where they can be read.
pub(crate) async fn bytes(database: &str) -> Option<Vec<u8>> {
    if let Some(file) = database.strip_prefix("sqlite://") {
        let files = ["", "-wal", "-shm"].map(|end| format!("{file}{end}"));
        let read: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
        return Some(read.concat());
    }
    let mut connection = PgConnection::connect(database).await.unwrap();
    connection.execute("CHECKPOINT").await.ok()?;
    let folder: String =
        sqlx::query_scalar("SHOW data_directory").fetch_one(&mut connection).await.ok()?;
    let oid: String =
        sqlx::query_scalar("SELECT oid::text FROM pg_database WHERE datname = current_database()")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    let mut bytes = Vec::new();
    for part in ["pg_wal".to_owned(), format!("base/{oid}")] {
        for file in files(&Path::new(&folder).join(part)).ok()? {
            bytes.extend(std::fs::read(file).unwrap_or_default());
        }
    }
    Some(bytes)
}

fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    entries.filter(|path| path.as_ref().map_or(true, |path| path.is_file())).collect()
}

async fn told(database: &str, statement: String) {
    if database.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(database).await.unwrap();
        connection.execute(AssertSqlSafe(statement)).await.unwrap();
    } else {
        let mut connection = PgConnection::connect(database).await.unwrap();
        connection.execute(AssertSqlSafe(statement)).await.unwrap();
    }
}

/// Puts the token of one marketplace into the place of another one's.
pub(crate) async fn swaps_tokens(database: &str) {
    let swap = "UPDATE audible_auth SET encrypted_token =
        (SELECT encrypted_token FROM audible_auth WHERE marketplace = 'us') WHERE marketplace = 'de'";
    told(database, swap.to_owned()).await;
}

/// Gives the connection with `us` of one account to another one.
pub(crate) async fn hands_over(database: &str, own: Uuid, other: Uuid) {
    let written = |id: Uuid| {
        if database.starts_with("sqlite") { format!("'{id}'") } else { format!("'{id}'::uuid") }
    };
    for table in ["audible_sync", "audible_auth"] {
        told(database, format!("DELETE FROM {table} WHERE marketplace = 'de'")).await;
    }
    let copy = format!(
        "INSERT INTO audible_auth (user_id, marketplace, id, encrypted_token, device_name,
             last_sync_at, created_at, updated_at)
         SELECT {}, marketplace, {}, encrypted_token, device_name, NULL, created_at, updated_at
         FROM audible_auth WHERE user_id = {}",
        written(other),
        written(Uuid::from_u128(0x019a_b1c2_0000_7000_8000_0000_0000_0001)),
        written(own),
    );
    told(database, copy).await;
    let copy = format!(
        "INSERT INTO audible_sync (user_id, marketplace, schedule, due_at, lease, lease_until,
             state_token, full_at, books_count, failures, error_code, stopped, progress, run_id)
         SELECT {}, marketplace, schedule, due_at, lease, lease_until, state_token, full_at,
             books_count, failures, error_code, stopped, progress, NULL
         FROM audible_sync WHERE user_id = {}",
        written(other),
        written(own),
    );
    told(database, copy).await;
}
