//! Fields that we do not know: kept as found, without unseen characters, within bounds.

use serde_json::{Map, Value};

use crate::{limits, text};

/// Removes unseen characters from keys and texts; `false` when something was nested too deeply and
/// left out.
pub(crate) fn scrub(map: &Map<String, Value>) -> (Map<String, Value>, bool) {
    let mut whole = true;
    let map = map
        .iter()
        .map(|(key, value)| (text::scrub(key), scrub_value(value, limits::EXTRA_DEPTH, &mut whole)))
        .collect();
    (map, whole)
}

fn scrub_value(value: &Value, depth: usize, whole: &mut bool) -> Value {
    match value {
        Value::String(found) => Value::String(text::scrub(found)),
        Value::Array(_) | Value::Object(_) if depth == 0 => {
            *whole = false;
            Value::Null
        }
        Value::Array(list) => list.iter().map(|one| scrub_value(one, depth - 1, whole)).collect(),
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(key, one)| (text::scrub(key), scrub_value(one, depth - 1, whole)))
                .collect(),
        ),
        plain => plain.clone(),
    }
}

/// Puts the fields of `more` that are missing into `map` as long as the whole stays within its
/// bound; `false` when one did not fit.
pub(crate) fn fill(map: &mut Map<String, Value>, more: Map<String, Value>) -> bool {
    let mut used = size(map);
    let mut whole = true;
    for (key, value) in more {
        if map.contains_key(&key) {
            continue;
        }
        let field = Value::String(key.clone()).to_string().len() + value.to_string().len() + 2;
        if used + field > limits::EXTRA_BYTES {
            whole = false;
            continue;
        }
        used += field;
        map.insert(key, value);
    }
    whole
}

/// Bytes as JSON, counted the way [`fill`] counts: a separator for every field.
pub(crate) fn size(map: &Map<String, Value>) -> usize {
    let field = |(key, value): (&String, &Value)| {
        Value::String(key.clone()).to_string().len() + value.to_string().len() + 2
    };
    2 + map.iter().map(field).sum::<usize>()
}
