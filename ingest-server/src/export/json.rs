//! Our own form: every title as it is stored, with what its owner says of it and where its values are from.

use serde::Serialize;
use serde_json::value::RawValue;
use shared::origin::Origins;

use super::Title;
use crate::edits::Edits;

const HEAD: &str = "{\"format\":\"me-feed-library\",\"version\":1,\"titles\":[";
const TAIL: &str = "\n]}\n";

#[derive(Serialize)]
struct Line<'a> {
    marketplace: Option<&'a str>,
    item: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    own: Option<&'a Edits>,
    origins: &'a Origins,
}

/// One title a line.
pub(super) fn part(titles: &[Title], first: bool, last: bool) -> Vec<u8> {
    let mut text = if first { HEAD } else { "" }.to_owned();
    for (at, title) in titles.iter().enumerate() {
        // It was read as JSON a moment ago, so it is JSON.
        let Ok(item) = serde_json::from_str(&title.text) else { continue };
        let line = Line {
            marketplace: Some(title.marketplace.as_str()).filter(|code| !code.is_empty()),
            item,
            own: Some(&title.edits).filter(|edits| **edits != Edits::default()),
            origins: &title.origins,
        };
        text.push_str(if first && at == 0 { "\n" } else { ",\n" });
        text.push_str(&serde_json::to_string(&line).unwrap_or_default());
    }
    if last {
        text.push_str(TAIL);
    }
    text.into_bytes()
}
