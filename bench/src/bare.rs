//! The least that the database needs: the rows of a finished import into the same tables of a fresh
//! database, in as many transactions, without anything decided, read or answered.

mod postgres;
mod sqlite;

use std::time::Duration;

use anyhow::Result;

use crate::{
    child::Child,
    databases::{Fresh, Kind},
};

/// The tables that titles stand in, and the order in which they were written.
const TABLES: [(&str, &str); 3] =
    [("media", "media_id"), ("user_media", "media_id"), ("run_outcomes", "chunk_index, position")];
/// What these rows refer to.
const BEFORE: [&str; 2] = ["users", "runs"];

/// Copies what is in `library`, `chunk` titles in a transaction; the time of the writing alone.
pub(crate) async fn insert(kind: Kind, library: &str, chunk: usize) -> Result<Duration> {
    let bare = Fresh::make(kind, "bare").await?;
    // The server makes its tables.
    Child::start(&bare.url, 0).await?.end().await?;
    match kind {
        Kind::Sqlite => sqlite::insert(library, &bare.url, chunk).await,
        Kind::Postgres => postgres::insert(library, &bare.url, chunk).await,
    }
}
