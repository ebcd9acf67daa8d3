//! Requests: what is accepted means the same when it is sent again, and merges with itself to itself.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use shared::{
    merge::{Sourced, content_hash, full_hash, merge},
    origin::{Origin, Origins},
    validate,
    wire::v1,
};

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return };
    let Ok(batch) = validate::validate(&value) else { return };
    for item in batch.items() {
        let wire = v1::Item::from_item(item, batch.marketplace());
        let again = validate::item(wire).expect("what was accepted is accepted again");
        assert_eq!(full_hash(&again), full_hash(item));
        let sourced =
            Sourced { item: again, origins: Origins::one(Origin::new("audible_extension")) };
        let merged = merge(&sourced, &sourced);
        assert_eq!(content_hash(&merged.item), content_hash(item));
    }
});
