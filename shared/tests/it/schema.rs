//! The checked-in schema is the one that the types give, and holds no keyword that costs too much.

use schemars::generate::SchemaSettings;
use serde_json::Value;
use shared::{validate::SCHEMA, wire::v1::ImportRequest};

#[test]
fn the_checked_in_schema_is_fresh() {
    let fresh: Value = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<ImportRequest>()
        .into();
    let mut kept: Value = serde_json::from_str(SCHEMA).unwrap();
    kept.as_object_mut().unwrap().remove("$id");
    assert_eq!(kept, fresh, "run `cargo run -p shared --example schema`");
}

#[test]
fn no_pattern_is_in_it_because_that_would_bring_a_regex_engine_into_the_browser() {
    assert!(!SCHEMA.contains("\"pattern\""));
}
