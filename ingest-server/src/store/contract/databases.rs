//! Databases of the tests: a file or a PostgreSQL database for each test, gone when it ends.

use std::{
    future::Future,
    sync::atomic::{AtomicU32, Ordering},
};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A file.
    Sqlite,
    /// A database on the server that `MEFEED_TEST_POSTGRES` names.
    Postgres,
}

/// Runs a test with the address of an empty database of its own, and removes it whatever happens.
pub(crate) async fn with<F, T>(kind: Kind, test: F)
where
    F: FnOnce(String) -> T,
    T: Future<Output = ()> + Send + 'static,
{
    match kind {
        Kind::Sqlite => {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("test.db");
            test(format!("sqlite://{}", file.display())).await;
        }
        Kind::Postgres => {
            let server = std::env::var("MEFEED_TEST_POSTGRES").expect(
                "MEFEED_TEST_POSTGRES names no server: run `cargo xtask test`, which starts one",
            );
            let name = name();
            told(&server, format!("CREATE DATABASE {name}")).await;
            let (base, _) = server.rsplit_once('/').unwrap();
            let ended = tokio::spawn(test(format!("{base}/{name}"))).await;
            told(&server, format!("DROP DATABASE {name} WITH (FORCE)")).await;
            if let Err(error) = ended {
                std::panic::resume_unwind(error.into_panic());
            }
        }
    }
}

async fn told(server: &str, statement: String) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    connection.execute(AssertSqlSafe(statement)).await.unwrap();
}

fn name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("mefeed_test_{}_{next}", std::process::id())
}

/// One module for each database with every test in it.
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                super::databases::with(super::databases::Kind::Sqlite, super::$test).await;
            })*
        }
        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                super::databases::with(super::databases::Kind::Postgres, super::$test).await;
            })*
        }
    };
}
pub(crate) use on_both;
