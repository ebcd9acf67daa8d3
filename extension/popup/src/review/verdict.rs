//! The server's word on a title, as the worker keeps it: a line with ASIN, outcome, changed fields.

use crate::{i18n::Key, model::lists::field};

/// What the server would make of a title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is new.
    New,
    /// These fields would change.
    Changed(Vec<Key>),
    /// Nothing would change.
    Unchanged,
    /// It is never to be imported.
    Ignored,
    /// It is not valid.
    Refused,
}

/// Reads the lines of one part.
pub fn read(lines: &str) -> impl Iterator<Item = (&str, Verdict)> {
    lines.lines().filter_map(|line| {
        let mut words = line.split(' ');
        let (asin, outcome) = (words.next()?, words.next()?);
        let verdict = match outcome {
            "imported" => Verdict::New,
            "updated" => Verdict::Changed(fields(words.next().unwrap_or_default())),
            "unchanged" => Verdict::Unchanged,
            "ignored" => Verdict::Ignored,
            "rejected" => Verdict::Refused,
            _ => return None,
        };
        Some((asin, verdict))
    })
}

/// Names of fields, each once.
fn fields(list: &str) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    for key in list.split(',').filter(|name| !name.is_empty()).map(field) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}
