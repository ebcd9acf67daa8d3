//! Small writers shared by all markup: escaping, query strings, path names, white space.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Text made safe for an element or a double-quoted attribute.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    Cow::Owned(safe)
}

/// A value as a form would write it into a query string.
pub(crate) fn query_value(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => {
                encoded.push(char::from(byte));
            }
            b' ' => encoded.push('+'),
            other => {
                let _ = write!(encoded, "%{other:02X}");
            }
        }
    }
    encoded
}

/// Decodes `+` and `%XX` of a query string; a broken escape stays as it is.
pub(crate) fn decode_query_value(value: &str) -> String {
    decode(&value.replace('+', " "))
}

/// Decodes `%XX` of a path; a broken escape stays as it is.
pub(crate) fn decode(value: &str) -> String {
    let bytes = value.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = (byte == b'%')
            .then(|| value.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(escaped.unwrap_or(byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Name and value pairs of a query string or an urlencoded form, decoded, in their order.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode_query_value(name), decode_query_value(value))
        })
        .collect()
}

/// The first value with this name.
pub(crate) fn value_of<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The readable part of a store address: ASCII letters and digits, joined by hyphens.
pub(crate) fn slug(title: &str) -> String {
    let words: Vec<&str> =
        title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-")
}

const BLANKS: &str = concat!(
    "\n        \n    \n\n            \n        \n\n    \n                \n        \n    \n\n",
    "        \n    \n\n            \n        \n\n    \n                \n        \n    \n\n",
    "        \n    \n\n            \n        \n\n    \n                \n        \n    \n\n",
);

/// Appends `bytes` bytes of blank lines: the largest part of a real row is white space.
pub(crate) fn blanks(out: &mut String, mut bytes: usize) {
    while bytes > 0 {
        let piece = bytes.min(BLANKS.len());
        out.push_str(&BLANKS[..piece]);
        bytes -= piece;
    }
}
