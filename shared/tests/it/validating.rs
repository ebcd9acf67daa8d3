//! JSON to proof.

use proptest::prelude::*;
use serde_json::{Value, json};
use shared::{
    samples,
    validate::{self, Entry, ValidBatch, validate},
    wire::v1,
};

fn request(count: usize) -> Value {
    samples::json(&samples::request(samples::run_id(1), &samples::items(count)))
}

fn rejected(batch: &ValidBatch) -> Vec<(Option<&str>, &str)> {
    fn one(entry: &Entry) -> Option<(Option<&str>, &str)> {
        match entry {
            Entry::Rejected { asin, pointer, .. } => Some((asin.as_deref(), pointer.as_str())),
            Entry::Keep(_) | Entry::Duplicate { .. } => None,
        }
    }
    batch.entries().iter().filter_map(one).collect()
}

#[track_caller]
fn check_item(field: &str, value: Value, pointer: &str) {
    let mut request = request(3);
    request["items"][1][field] = value;
    let batch = validate(&request).unwrap();
    assert_eq!(rejected(&batch), [(Some("B000000001"), pointer)]);
    assert_eq!(batch.items().count(), 2);
}

#[track_caller]
fn check_envelope(pointer: &str, value: Value, expected: &str) {
    let mut request = request(1);
    *request.pointer_mut(pointer).unwrap() = value;
    let problems = validate(&request).unwrap_err();
    assert_eq!(problems[0].pointer, expected, "{problems:?}");
    assert!(!problems[0].reason.is_empty());
}

#[test]
fn an_invalid_item_among_500_is_rejected_alone_with_its_pointer() {
    let mut request = request(500);
    request["items"][250]["runtime_minutes"] = json!("long");
    let batch = validate(&request).unwrap();
    assert_eq!(rejected(&batch), [(Some("B000000250"), "/items/250/runtime_minutes")]);
    assert_eq!(batch.items().count(), 499);
}

#[test]
fn every_kind_of_bad_value_is_found_where_it_is() {
    check_item("title", json!(""), "/items/1/title");
    check_item("title", json!("\u{200B}"), "/items/1/title");
    check_item("release_date", json!("2021-02-30"), "/items/1/release_date");
    check_item("release_date", json!("2021-02-03T00:00:00Z"), "/items/1/release_date");
    check_item("purchase_date", json!("yesterday"), "/items/1/purchase_date");
    check_item("cover_url", json!("http://m.media-amazon.com/a.jpg"), "/items/1/cover_url");
    check_item("audible_url", json!("https://audible.example/pd/x"), "/items/1/audible_url");
    check_item("my_rating", json!(6), "/items/1/my_rating");
    check_item("authors", json!([{"name": "A"}, {"name": ""}]), "/items/1/authors/1/name");
    check_item("series", json!([{"title": "S", "asin": "b000000000"}]), "/items/1/series/0/asin");
    check_item("listening", json!({"state": "asleep"}), "/items/1/listening");
    check_item("listening", json!({"state": "finished", "percent": 105}), "/items/1/listening");
    check_item("source_extra", json!({"big": "x".repeat(17_000)}), "/items/1/source_extra");
}

#[test]
fn an_item_without_a_usable_asin_is_rejected_under_what_it_said() {
    let mut request = request(3);
    request["items"][1]["asin"] = json!("lower-case");
    request["items"][2].as_object_mut().unwrap().remove("asin");
    let batch = validate(&request).unwrap();
    assert_eq!(rejected(&batch), [(Some("lower-case"), "/items/1/asin"), (None, "/items/2")]);
}

#[test]
fn a_wrong_envelope_is_refused_as_a_whole() {
    check_envelope("/schema_version", json!(2), "/schema_version");
    check_envelope("/run/id", json!("nonsense"), "/run/id");
    check_envelope("/run/id", json!("936da01f-9abd-4d9d-80c7-02af85c822a8"), "/run/id");
    check_envelope("/run/marketplace", json!("xx"), "/run/marketplace");
    check_envelope("/run/library", json!("\u{200B}"), "/run/library");
    check_envelope("/items", json!({}), "/items");
    check_envelope("", json!([]), "");
    let mut request = request(1);
    request["run"]["not_sent"] = json!(["B00000000b"]);
    assert_eq!(validate(&request).unwrap_err()[0].pointer, "/run/not_sent/0");
}

#[test]
fn more_than_500_items_are_refused_as_a_whole() {
    assert!(validate(&request(500)).is_ok());
    assert_eq!(validate(&request(501)).unwrap_err()[0].pointer, "/items");
}

#[test]
fn the_last_of_several_with_the_same_asin_counts() {
    let mut request = request(3);
    request["items"][2]["asin"] = json!("B000000000");
    let batch = validate(&request).unwrap();
    assert!(
        matches!(&batch.entries()[0], Entry::Duplicate { pointer, .. } if pointer == "/items/0")
    );
    let kept: Vec<_> = batch.items().map(|item| item.title.as_str()).collect();
    assert_eq!(kept, ["The Lighthouse Keeper's Almanac 1", "The Lighthouse Keeper's Almanac 2"]);
}

#[test]
fn unknown_fields_are_kept_and_control_characters_are_not() {
    let mut request = request(1);
    request["items"][0]["mood"] = json!({"deep": ["a\u{0}b"]});
    request["items"][0]["title"] = json!("A\u{0} title");
    let batch = validate(&request).unwrap();
    let item = batch.items().next().unwrap();
    assert_eq!(item.title, "A title");
    assert_eq!(item.source_extra["mood"], json!({"deep": ["ab"]}));
}

#[test]
fn reasons_do_not_repeat_the_value() {
    let mut request = request(1);
    request["items"][0]["my_rating"] = json!("secret-value");
    let batch = validate(&request).unwrap();
    let Entry::Rejected { reason, .. } = &batch.entries()[0] else { panic!("{batch:?}") };
    assert!(!reason.contains("secret-value"), "{reason}");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::hash_map("[a-z_]{1,12}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_gets_an_answer(value in any_json()) {
        let _ = validate(&value);
        let mut request = request(1);
        request["items"][0] = value;
        prop_assert_eq!(validate(&request).unwrap().entries().len(), 1);
    }

    #[test]
    fn item_to_wire_and_back_is_the_same(index in 0_usize..1_000) {
        let item = samples::item(index);
        let wire = v1::Item::from_item(&item, Some(shared::ids::Marketplace::De));
        prop_assert_eq!(validate::item(wire).unwrap(), item);
    }
}
