//! Writes the JSON Schema of the import request from the wire types.

use std::{env, error::Error, fs, path::Path};

use schemars::generate::SchemaSettings;
use serde_json::Value;
use shared::wire::v1::ImportRequest;

fn main() -> Result<(), Box<dyn Error>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/import-request.v1.json");
    let schema =
        SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<ImportRequest>();
    let mut schema: Value = schema.into();
    if let Some(root) = schema.as_object_mut() {
        root.insert("$id".to_owned(), "urn:mefeed:import-request:v1".into());
    }
    fs::write(file, format!("{}\n", serde_json::to_string_pretty(&schema)?))?;
    Ok(())
}
