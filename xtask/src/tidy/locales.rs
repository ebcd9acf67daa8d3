//! Rule: every language has the words of English, with the same placeholders in each.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::{Finding, tree::Tree};

/// One message as the browsers define it.
#[derive(Debug, Deserialize)]
struct Message {
    message: String,
    #[serde(default)]
    placeholders: BTreeMap<String, Placeholder>,
}

#[derive(Debug, Deserialize)]
struct Placeholder {
    content: String,
}

type Messages = BTreeMap<String, Message>;

/// Compares each `_locales/X/messages.json` with English beside it.
pub(crate) fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for path in tree.paths().filter(|path| path.ends_with("/messages.json")) {
        let Some((folder, _)) = path.split_once("_locales/") else { continue };
        let english = format!("{folder}_locales/en/messages.json");
        let (english, text) = (read(tree, &english)?, tree.text(path)?);
        let other = parse(&text, path)?;
        for (key, advice) in differences(&english, &other) {
            findings.push(Finding {
                file: path.to_owned(),
                line: line_of(&text, &key),
                rule: "same words",
                advice,
            });
        }
    }
    Ok(findings)
}

fn read(tree: &Tree, path: &str) -> Result<Messages> {
    parse(&tree.text(path)?, path)
}

fn parse(text: &str, path: &str) -> Result<Messages> {
    serde_json::from_str(text).with_context(|| format!("read {path} as messages"))
}

/// Key and advice for everything that differs.
fn differences(english: &Messages, other: &Messages) -> Vec<(String, String)> {
    let keys: BTreeSet<&String> = english.keys().chain(other.keys()).collect();
    keys.into_iter()
        .filter_map(|key| {
            let advice = match (english.get(key), other.get(key)) {
                (Some(_), None) => format!("translate {key}"),
                (None, Some(_)) => format!("remove {key}, English has no such message"),
                (Some(english), Some(other)) => {
                    let (wanted, found) = (slots(english), slots(other));
                    (wanted != found).then(|| {
                        format!("{key} has the placeholders {found:?}, English has {wanted:?}")
                    })?
                }
                (None, None) => return None,
            };
            Some((key.clone(), advice))
        })
        .collect()
}

/// What a message takes: `$NAME$` as used in the text, and each definition with its content. The
/// browsers read the names without regard to case.
fn slots(message: &Message) -> BTreeSet<String> {
    let used = message
        .message
        .split('$')
        .skip(1)
        .step_by(2)
        .map(|name| format!("${}$", name.to_lowercase()));
    let defined = message
        .placeholders
        .iter()
        .map(|(name, slot)| format!("{}={}", name.to_lowercase(), slot.content));
    used.chain(defined).collect()
}

fn line_of(text: &str, key: &str) -> usize {
    let quoted = format!("\"{key}\"");
    text.lines()
        .position(|line| line.trim_start().starts_with(&quoted))
        .map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::sample;

    const ENGLISH: &str = r#"{
  "found": { "message": "$COUNT$ titles", "placeholders": { "count": { "content": "$1" } } },
  "stop": { "message": "Stop" }
}"#;

    fn advice(german: &str) -> Vec<String> {
        let (_root, tree) = sample(&[
            ("extension/static/_locales/en/messages.json", ENGLISH),
            ("extension/static/_locales/de/messages.json", german),
        ]);
        check(&tree).unwrap().into_iter().map(|finding| finding.advice).collect()
    }

    #[test]
    fn the_same_words_pass() {
        assert!(advice(&ENGLISH.replace("titles", "Titel")).is_empty());
    }

    #[test]
    fn missing_and_surplus_words_are_named() {
        let german = ENGLISH.replace("\"stop\"", "\"halt\"");
        assert_eq!(advice(&german), ["remove halt, English has no such message", "translate stop"]);
    }

    #[test]
    fn a_lost_placeholder_is_named() {
        let german = ENGLISH.replace("$COUNT$ titles", "Titel");
        assert_eq!(advice(&german).len(), 1);
    }
}
