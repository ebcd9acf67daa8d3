//! The texts of both languages against the names that the popup uses.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use extension::{doctor::Code, messages::Mark};
use extension_popup::{i18n::Key, review::texts::Word};
use serde_json::Value;

struct Message {
    message: String,
    description: String,
    /// Names and what stands for them, as `$1`.
    placeholders: BTreeMap<String, String>,
}

type Locale = BTreeMap<String, Message>;

fn locales() -> [(&'static str, Locale); 2] {
    [
        ("en", locale(include_str!("../../../static/_locales/en/messages.json"))),
        ("de", locale(include_str!("../../../static/_locales/de/messages.json"))),
    ]
}

fn locale(json: &str) -> Locale {
    let messages: BTreeMap<String, Value> = serde_json::from_str(json).unwrap();
    messages.into_iter().map(|(name, message)| (name, parse(&message))).collect()
}

fn parse(message: &Value) -> Message {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let content = |(name, value): (&String, &Value)| (name.clone(), text(&value["content"]));
    Message {
        message: text(&message["message"]),
        description: text(&message["description"]),
        placeholders: message["placeholders"]
            .as_object()
            .into_iter()
            .flatten()
            .map(content)
            .collect(),
    }
}

/// The names between dollar signs.
fn mentioned(message: &str) -> BTreeSet<String> {
    message.split('$').skip(1).step_by(2).map(str::to_lowercase).collect()
}

/// Texts that the connection doctor finds by the name of a cause.
fn causes() -> impl Iterator<Item = String> {
    let both = |code: &Code| ["", "_then"].map(|part| format!("cause_{}{part}", code.name()));
    Code::ALL.iter().flat_map(both)
}

#[test]
fn a_cause_may_mention_its_detail_and_the_host() {
    for (locale, messages) in locales() {
        for name in causes() {
            let message = &messages[&name];
            let declared: BTreeSet<String> = message.placeholders.keys().cloned().collect();
            assert_eq!(mentioned(&message.message), declared, "{locale} {name}");
            let filled: Vec<&String> = message.placeholders.values().collect();
            assert!(filled.iter().all(|slot| ["$1", "$2"].contains(&slot.as_str())), "{name}");
        }
    }
}

/// Every text with the number of its values.
fn texts() -> Vec<(&'static str, usize)> {
    let words = Word::ALL.iter().map(|word| (word.name(), word.slots()));
    Key::ALL.iter().map(|key| (key.name(), key.slots())).chain(words).collect()
}

#[test]
fn every_locale_has_exactly_the_texts_that_the_popup_names() {
    let mut named: BTreeSet<String> = texts().iter().map(|text| text.0.to_owned()).collect();
    assert_eq!(named.len(), texts().len(), "two texts share a name");
    named.extend(causes());
    named.extend(Mark::ALL.map(|mark| mark.name().to_owned()));
    for (locale, messages) in locales() {
        let there: BTreeSet<String> = messages.keys().cloned().collect();
        assert_eq!(there, named, "{locale}");
    }
}

#[test]
fn a_text_mentions_every_value_that_it_is_given() {
    for (locale, messages) in locales() {
        for (name, slots) in texts() {
            let message = &messages[name];
            let slots: BTreeSet<String> = (1..=slots).map(|slot| format!("${slot}")).collect();
            let filled: BTreeSet<String> = message.placeholders.values().cloned().collect();
            assert_eq!(filled, slots, "{locale} {name}");
            let declared: BTreeSet<String> = message.placeholders.keys().cloned().collect();
            assert_eq!(mentioned(&message.message), declared, "{locale} {name}");
        }
    }
}

#[test]
fn a_value_has_the_same_name_and_place_in_every_language() {
    let [(_, english), (_, german)] = locales();
    for (name, message) in &english {
        assert_eq!(message.placeholders, german[name].placeholders, "{name}");
    }
}

#[test]
fn texts_are_finished_calm_and_described() {
    for (locale, messages) in locales() {
        for (name, message) in &messages {
            let text = &message.message;
            assert!(!text.trim().is_empty() && text.trim() == text, "{locale} {name}");
            assert!(!text.contains('!'), "{locale} {name} raises its voice");
            assert!(!text.contains("  "), "{locale} {name}");
            assert!(!message.description.is_empty(), "{locale} {name} has no description");
        }
        // What stores accept.
        assert!(messages["appDescription"].message.chars().count() <= 132, "{locale}");
        assert!(messages["appName"].message.chars().count() <= 45, "{locale}");
    }
}

#[test]
fn every_text_is_used() {
    let mut sources = String::new();
    gather(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut sources);
    for key in Key::ALL {
        // The manifest alone names the description.
        let used = sources.contains(&format!("Key::{key:?}")) || *key == Key::AppDescription;
        assert!(used, "nothing says {key:?}");
    }
    for word in Word::ALL {
        assert!(sources.contains(&format!("Word::{word:?}")), "nothing says {word:?}");
    }
}

fn gather(folder: &Path, sources: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, sources);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            sources.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}
