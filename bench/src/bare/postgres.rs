//! One array a column; one statement a table and transaction.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use sqlx::{
    Arguments, AssertSqlSafe, Connection, Executor, PgConnection, Row,
    postgres::{PgArguments, PgRow},
};
use uuid::Uuid;

use super::{BEFORE, TABLES};

/// A column's name and type.
type Column = (String, String);

pub(super) async fn insert(from: &str, to: &str, chunk: usize) -> Result<Duration> {
    let (mut source, mut bare) =
        (PgConnection::connect(from).await?, PgConnection::connect(to).await?);
    for table in BEFORE {
        copy(&mut source, &mut bare, table).await?;
    }
    let mut tables = Vec::new();
    for (table, order) in TABLES {
        let columns = columns(&mut source, table).await?;
        let select = format!("SELECT {} FROM {table} ORDER BY {order}", names(&columns));
        let rows = sqlx::query(AssertSqlSafe(select)).fetch_all(&mut source).await?;
        tables.push((statement(table, &columns), columns, rows));
    }
    let transactions = tables[0].2.len().div_ceil(chunk);
    let mut prepared = Vec::new();
    for at in 0..transactions {
        for (statement, columns, rows) in &tables {
            let rows = &rows[at * chunk..rows.len().min((at + 1) * chunk)];
            prepared.push((statement, arguments(columns, rows)?));
        }
    }
    let mut prepared = prepared.into_iter();
    let begun = Instant::now();
    for _ in 0..transactions {
        let mut transaction = bare.begin().await?;
        for (statement, arguments) in prepared.by_ref().take(TABLES.len()) {
            let query = sqlx::query_with(AssertSqlSafe(statement.as_str()), arguments);
            query.execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
    }
    Ok(begun.elapsed())
}

async fn columns(db: &mut PgConnection, table: &str) -> Result<Vec<Column>> {
    let columns = sqlx::query_as(
        "SELECT column_name::text, udt_name::text FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position",
    );
    Ok(columns.bind(table).fetch_all(db).await?)
}

fn names(columns: &[Column]) -> String {
    columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
}

fn statement(table: &str, columns: &[Column]) -> String {
    let arrays: Vec<_> = columns
        .iter()
        .enumerate()
        .map(|(at, (_, kind))| format!("${}::{kind}[]", at + 1))
        .collect();
    format!("INSERT INTO {table} ({}) SELECT * FROM unnest({})", names(columns), arrays.join(", "))
}

fn arguments(columns: &[Column], rows: &[PgRow]) -> Result<PgArguments> {
    let mut arguments = PgArguments::default();
    for (at, (name, kind)) in columns.iter().enumerate() {
        let added = match kind.as_str() {
            "uuid" => arguments.add(values::<Uuid>(rows, at)?),
            "text" => arguments.add(values::<String>(rows, at)?),
            "int8" => arguments.add(values::<i64>(rows, at)?),
            "bool" => arguments.add(values::<bool>(rows, at)?),
            "float8" => arguments.add(values::<f64>(rows, at)?),
            other => bail!("the column {name} is {other}, which this benchmark does not know"),
        };
        added.map_err(|error| anyhow::anyhow!("{name}: {error}"))?;
    }
    Ok(arguments)
}

fn values<'a, T>(rows: &'a [PgRow], at: usize) -> Result<Vec<Option<T>>>
where
    T: sqlx::Decode<'a, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    rows.iter().map(|row| Ok(row.try_get(at)?)).collect()
}

async fn copy(from: &mut PgConnection, to: &mut PgConnection, table: &str) -> Result<()> {
    let columns = columns(from, table).await?;
    let select = format!("SELECT {} FROM {table}", names(&columns));
    let rows = sqlx::query(AssertSqlSafe(select)).fetch_all(from).await?;
    let arguments = arguments(&columns, &rows)?;
    to.execute(sqlx::query_with(AssertSqlSafe(statement(table, &columns)), arguments)).await?;
    Ok(())
}
