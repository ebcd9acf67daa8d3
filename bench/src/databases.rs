//! Fresh databases of both kinds.

use anyhow::{Context, Result};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;

/// Names the PostgreSQL server, as the tests have it.
const POSTGRES: &str = "MEFEED_TEST_POSTGRES";

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

impl Kind {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// As people write it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// An empty database, removed at the end.
pub(crate) struct Fresh {
    /// As the server's setting has it.
    pub(crate) url: String,
    _folder: Option<TempDir>,
}

impl Fresh {
    /// An empty one; the former with this name is gone.
    pub(crate) async fn make(kind: Kind, name: &str) -> Result<Self> {
        match kind {
            Kind::Sqlite => {
                let folder = TempDir::new()?;
                let file = folder.path().join("library.sqlite");
                Ok(Self { url: format!("sqlite://{}", file.display()), _folder: Some(folder) })
            }
            Kind::Postgres => {
                let server = std::env::var(POSTGRES).with_context(|| {
                    format!("{POSTGRES} is not set; run this through `cargo xtask bench`")
                })?;
                let (base, _) = server.rsplit_once('/').context("the address names a database")?;
                let mut admin = PgConnection::connect(&server).await?;
                let drop = format!("DROP DATABASE IF EXISTS bench_{name} WITH (FORCE)");
                admin.execute(AssertSqlSafe(drop)).await?;
                admin.execute(AssertSqlSafe(format!("CREATE DATABASE bench_{name}"))).await?;
                Ok(Self { url: format!("{base}/bench_{name}"), _folder: None })
            }
        }
    }
}
