//! A value of any column as JSON.

use serde_json::Value;
use sqlx::{Row, TypeInfo, ValueRef, sqlite::SqliteRow};

pub(super) fn read(row: &SqliteRow, column: usize) -> Result<Value, sqlx::Error> {
    let raw = row.try_get_raw(column)?;
    Ok(match raw.type_info().name() {
        _ if raw.is_null() => Value::Null,
        "INTEGER" => Value::from(row.try_get::<i64, _>(column)?),
        "REAL" => Value::from(row.try_get::<f64, _>(column)?),
        _ => Value::from(row.try_get::<String, _>(column)?),
    })
}
