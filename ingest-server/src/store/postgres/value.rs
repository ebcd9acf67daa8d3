//! A value of any column as JSON.

use serde_json::Value;
use sqlx::{Row, TypeInfo, ValueRef, postgres::PgRow};
use uuid::Uuid;

pub(super) fn read(row: &PgRow, column: usize) -> Result<Value, sqlx::Error> {
    let raw = row.try_get_raw(column)?;
    Ok(match raw.type_info().name() {
        _ if raw.is_null() => Value::Null,
        "INT8" => Value::from(row.try_get::<i64, _>(column)?),
        "FLOAT8" => Value::from(row.try_get::<f64, _>(column)?),
        "BOOL" => Value::from(row.try_get::<bool, _>(column)?),
        "UUID" => Value::from(row.try_get::<Uuid, _>(column)?.to_string()),
        _ => Value::from(row.try_get::<String, _>(column)?),
    })
}
