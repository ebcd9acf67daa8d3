//! What pages say, in English and German, and how numbers and dates are written.

use std::{collections::HashMap, sync::LazyLock};

use jiff::Timestamp;

static ENGLISH: LazyLock<Texts> =
    LazyLock::new(|| texts(include_str!("../assets/locales/en.json")));
static GERMAN: LazyLock<Texts> = LazyLock::new(|| texts(include_str!("../assets/locales/de.json")));

type Texts = HashMap<String, String>;

fn texts(json: &str) -> Texts {
    serde_json::from_str(json).unwrap_or_default()
}

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locale {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

impl Locale {
    /// The first language of an `Accept-Language` header that there is, by its weights.
    pub fn wanted(header: &str) -> Self {
        let mut wishes: Vec<(f32, Self)> = header.split(',').filter_map(wish).collect();
        wishes.sort_by(|one, other| other.0.total_cmp(&one.0));
        wishes.first().map_or_else(Self::default, |(_, locale)| *locale)
    }

    /// The language tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// A text by its name; the name itself if there is none, which a test forbids.
    pub fn text(self, name: &str) -> &'static str {
        let texts = match self {
            Self::English => &*ENGLISH,
            Self::German => &*GERMAN,
        };
        texts.get(name).or_else(|| ENGLISH.get(name)).map_or("", String::as_str)
    }

    /// A text with values for its `{names}`.
    pub fn filled(self, name: &str, values: &[(&str, &str)]) -> String {
        values.iter().fold(self.text(name).to_owned(), |text, (key, value)| {
            text.replace(&format!("{{{key}}}"), value)
        })
    }

    /// A text for one thing or for another number of things, with the number as `{n}`.
    pub fn counted(self, name: &str, number: i64) -> String {
        let form = if number == 1 { "one" } else { "other" };
        self.filled(&format!("{name}.{form}"), &[("n", &self.number(number))])
    }

    /// A whole number with its thousands apart.
    pub fn number(self, number: i64) -> String {
        let digits = number.unsigned_abs().to_string();
        let separator = match self {
            Self::English => ',',
            Self::German => '.',
        };
        let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
        if number < 0 {
            out.push('-');
        }
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                out.push(separator);
            }
            out.push(digit);
        }
        out
    }

    /// A moment in UTC: `23 Nov 2026, 10:13 UTC`, `23.11.2026, 10:13 UTC`.
    pub fn moment(self, moment: Timestamp) -> String {
        let form = match self {
            Self::English => "%-d %b %Y, %H:%M UTC",
            Self::German => "%d.%m.%Y, %H:%M UTC",
        };
        moment.strftime(form).to_string()
    }
}

fn wish(part: &str) -> Option<(f32, Locale)> {
    let mut parts = part.split(';').map(str::trim);
    let primary = parts.next()?.split('-').next()?.to_ascii_lowercase();
    let locale = match primary.as_str() {
        "en" => Locale::English,
        "de" => Locale::German,
        _ => return None,
    };
    let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
    (weight > 0.0).then_some((weight, locale))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_browser_s_first_language_that_there_is_wins() {
        for (header, expected) in [
            ("", Locale::English),
            ("de-AT,de;q=0.9,en;q=0.8", Locale::German),
            ("fr,en;q=0.5,de;q=0.7", Locale::German),
            ("en-GB,de;q=0.9", Locale::English),
            ("de;q=0,en;q=0.1", Locale::English),
            ("*, x;;;q=z", Locale::English),
        ] {
            assert_eq!(Locale::wanted(header), expected, "{header}");
        }
    }

    #[test]
    fn numbers_have_their_thousands_apart() {
        assert_eq!(Locale::English.number(12_345_678), "12,345,678");
        assert_eq!(Locale::German.number(1_000), "1.000");
        assert_eq!(Locale::German.number(-999), "-999");
    }

    #[test]
    fn every_language_has_the_same_texts_with_the_same_places() {
        let places = |text: &str| -> BTreeSet<String> {
            text.split('{')
                .skip(1)
                .filter_map(|rest| Some(rest.split_once('}')?.0.to_owned()))
                .collect()
        };
        let names = |texts: &Texts| -> BTreeSet<String> { texts.keys().cloned().collect() };
        assert!(!ENGLISH.is_empty());
        assert_eq!(names(&ENGLISH), names(&GERMAN));
        for (name, text) in &*ENGLISH {
            assert_eq!(places(text), places(&GERMAN[name]), "{name}");
        }
    }
}
