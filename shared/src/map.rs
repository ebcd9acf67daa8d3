//! Raw to item: the one mapper behind every spring.
//!
//! A value that cannot be used is left out and named in a [`Problem`]; only a title without ASIN or
//! name gives no item at all.

mod duration;
mod series;

use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::{
    address, extra,
    ids::Asin,
    item::{Availability, Item, Listening, Person, Rating, SeriesEntry},
    limits,
    percent::Percent,
    problem::{Problem, Reason},
    raw::{RawItem, RawLength, RawListening, RawPerson, RawRating, RawSeries, RawState},
    text,
    when::When,
};

/// What mapping one raw item gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapped {
    /// The item, unless ASIN or title is missing.
    pub item: Option<Item>,
    /// What could not be used.
    pub problems: Vec<Problem>,
}

/// Maps one raw item; `place` says for people where it stood (`page 3, row 7`).
pub fn map(raw: RawItem, place: &str) -> Mapped {
    let mut notes =
        Notes { asin: text::bounded(&text::clean(&raw.asin), 40).0, place, problems: Vec::new() };
    let item = item(raw, &mut notes);
    Mapped { item, problems: notes.problems }
}

/// Collects what could not be used.
struct Notes<'a> {
    asin: String,
    place: &'a str,
    problems: Vec<Problem>,
}

impl Notes<'_> {
    fn add(&mut self, field: &str, reason: Reason, detail: &str) {
        self.problems.push(Problem {
            asin: (!self.asin.is_empty()).then(|| self.asin.clone()),
            place: self.place.to_owned(),
            field: field.to_owned(),
            reason,
            detail: detail.to_owned(),
        });
    }

    /// Cleans and bounds a text; empty text is no text.
    fn text(&mut self, field: &str, value: Option<String>, max: usize) -> Option<String> {
        let cleaned = text::clean(&value?);
        self.bounded(field, &cleaned, max)
    }

    fn bounded(&mut self, field: &str, value: &str, max: usize) -> Option<String> {
        let (value, cut) = text::bounded(value, max);
        if cut {
            self.add(field, Reason::TooLarge, &format!("cut to {max} characters"));
        }
        (!value.is_empty()).then_some(value)
    }

    /// Bounds a list.
    fn few<T>(&mut self, field: &str, mut values: Vec<T>, max: usize) -> Vec<T> {
        if values.len() > max {
            values.truncate(max);
            self.add(field, Reason::TooLarge, &format!("cut to {max} entries"));
        }
        values
    }
}

fn item(raw: RawItem, notes: &mut Notes<'_>) -> Option<Item> {
    let asin = Asin::parse(&raw.asin);
    if asin.is_err() {
        let reason = if raw.asin.is_empty() { Reason::Missing } else { Reason::Malformed };
        notes.add("asin", reason, "an ASIN has exactly 10 characters of A-Z and 0-9");
    }
    let (title, subtitle) = titles(raw.title, raw.subtitle, notes);
    if title.is_none() {
        notes.add("title", Reason::Missing, "a title is required");
    }
    Some(Item {
        asin: asin.ok()?,
        title: title?,
        subtitle,
        authors: people("authors", raw.authors, notes),
        narrators: people("narrators", raw.narrators, notes),
        series: all_series(raw.series, notes),
        runtime_minutes: length("runtime_minutes", raw.length.as_ref(), notes),
        release_date: day("release_date", raw.release_date.as_deref(), notes),
        purchase_date: when("purchase_date", raw.purchase_date.as_deref(), notes),
        publisher: notes.text("publisher", raw.publisher, limits::SERIES_TITLE),
        language: notes
            .text("language", raw.language, limits::WORD)
            .map(|language| language.to_lowercase()),
        categories: words("categories", raw.categories, limits::NAME, limits::CATEGORIES, notes),
        summary: raw
            .summary
            .and_then(|summary| notes.bounded("summary", &text::plain(&summary), limits::SUMMARY)),
        cover_url: cover(raw.cover_url, notes),
        rating: rating(raw.rating, notes),
        my_rating: my_rating(raw.my_rating, notes),
        listening: raw.listening.map(|listening| heard(&listening, notes)),
        content_type: notes.text("content_type", raw.content_type, limits::WORD),
        delivery_type: notes.text("delivery_type", raw.delivery_type, limits::WORD),
        sku: notes.text("sku", raw.sku, limits::WORD),
        availability: Availability {
            plus: raw.plus,
            available: raw.available,
            preorder: raw.preorder,
        },
        favorite: raw.favorite,
        collections: words(
            "collections",
            raw.collections,
            limits::WORD,
            limits::COLLECTIONS,
            notes,
        ),
        enriched: raw.enriched,
        rank: raw.rank.filter(|rank| (1..=limits::RANK).contains(rank)),
        source_extra: unknown(&raw.extra, notes),
    })
}

/// A page shows `Title: Subtitle` in one; where the subtitle is known apart, the title goes without.
fn titles(
    title: Option<String>,
    subtitle: Option<String>,
    notes: &mut Notes<'_>,
) -> (Option<String>, Option<String>) {
    let title = notes.text("title", title, limits::TITLE);
    let subtitle = notes.text("subtitle", subtitle, limits::TITLE);
    let alone = match (&title, &subtitle) {
        (Some(title), Some(subtitle)) => title
            .strip_suffix(subtitle.as_str())
            .and_then(|before| before.trim_end().strip_suffix(':'))
            .map(|before| before.trim_end().to_owned())
            .filter(|before| !before.is_empty()),
        _ => None,
    };
    (alone.or(title), subtitle)
}

fn people(field: &str, raw: Vec<RawPerson>, notes: &mut Notes<'_>) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    for person in raw {
        // One more than may be is enough to know that they are too many; here and in the lists below.
        if people.len() > limits::PEOPLE {
            break;
        }
        let Some(name) = notes.text(field, Some(person.name), limits::NAME) else { continue };
        let asin = person.asin.and_then(|asin| Asin::parse(&asin).ok());
        match people.iter_mut().find(|known| known.name == name) {
            Some(known) => known.asin = known.asin.take().or(asin),
            None => people.push(Person { name, asin }),
        }
    }
    notes.few(field, people, limits::PEOPLE)
}

fn all_series(raw: Vec<RawSeries>, notes: &mut Notes<'_>) -> Vec<SeriesEntry> {
    let mut all: Vec<SeriesEntry> = Vec::new();
    for series in raw {
        if all.len() > limits::SERIES {
            break;
        }
        let Some(title) = notes.text("series", Some(series.title), limits::SERIES_TITLE) else {
            continue;
        };
        let asin = series.asin.and_then(|asin| Asin::parse(&asin).ok());
        let sequence = notes
            .text("series", series.sequence, limits::WORD)
            .and_then(|text| series::sequence(&text));
        let entry = SeriesEntry { title, asin, sequence };
        if !all.contains(&entry) {
            all.push(entry);
        }
    }
    notes.few("series", all, limits::SERIES)
}

fn words(
    field: &str,
    raw: Vec<String>,
    max: usize,
    most: usize,
    notes: &mut Notes<'_>,
) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in raw {
        if words.len() > most {
            break;
        }
        if let Some(word) = notes.text(field, Some(word), max)
            && !words.contains(&word)
        {
            words.push(word);
        }
    }
    notes.few(field, words, most)
}

fn length(field: &str, raw: Option<&RawLength>, notes: &mut Notes<'_>) -> Option<u32> {
    match duration::minutes(raw?) {
        Ok(minutes) => Some(minutes),
        Err(duration::Unreadable::Unit) => {
            notes.add(field, Reason::UnknownUnit, "one number with a unit that is not known");
            None
        }
        Err(duration::Unreadable::Form) => {
            notes.add(field, Reason::Malformed, "not a length");
            None
        }
    }
}

fn day(field: &str, raw: Option<&str>, notes: &mut Notes<'_>) -> Option<Date> {
    when(field, raw, notes).map(When::day)
}

fn when(field: &str, raw: Option<&str>, notes: &mut Notes<'_>) -> Option<When> {
    let raw = raw?.trim();
    if raw.is_empty() {
        return None;
    }
    let when = When::parse(raw).ok();
    if when.is_none() {
        notes.add(field, Reason::Malformed, "neither a date (2025-05-21) nor a moment in UTC");
    }
    when
}

fn cover(raw: Option<String>, notes: &mut Notes<'_>) -> Option<String> {
    let address =
        raw.map(|address| address.trim().to_owned()).filter(|address| !address.is_empty())?;
    if address.len() > limits::ADDRESS {
        notes.add("cover_url", Reason::TooLarge, "the address is too long");
        return None;
    }
    if !address::is_media(&address) {
        notes.add(
            "cover_url",
            Reason::ForeignAddress,
            "not https on an Audible or Amazon media host",
        );
        return None;
    }
    Some(address)
}

fn rating(raw: Option<RawRating>, notes: &mut Notes<'_>) -> Option<Rating> {
    let raw = raw?;
    let (average, count) = (raw.average?, raw.count.unwrap_or_default());
    if !(0.0..=5.0).contains(&average) {
        notes.add("rating", Reason::Malformed, "an average is between 0 and 5");
        return None;
    }
    Some(Rating { average, count })
}

fn my_rating(raw: Option<f64>, notes: &mut Notes<'_>) -> Option<u8> {
    let raw = raw?.round();
    let stars = [1_u8, 2, 3, 4, 5].into_iter().find(|stars| f64::from(*stars) == raw);
    if stars.is_none() && raw != 0.0 {
        notes.add("my_rating", Reason::Malformed, "a rating is between 1 and 5");
    }
    stars
}

fn heard(raw: &RawListening, notes: &mut Notes<'_>) -> Listening {
    let percent = raw.percent.and_then(Percent::clamped);
    match raw.state {
        RawState::NotStarted => Listening::NotStarted,
        RawState::InProgress => Listening::InProgress {
            percent: percent.unwrap_or(Percent::ZERO),
            minutes_left: length("listening", raw.left.as_ref(), notes),
        },
        RawState::Finished => Listening::Finished {
            percent: percent.unwrap_or(Percent::HUNDRED),
            on: when("listening", raw.finished_at.as_deref(), notes),
        },
    }
}

/// Fields that we do not know, within their bound.
fn unknown(raw: &Map<String, Value>, notes: &mut Notes<'_>) -> Map<String, Value> {
    let (scrubbed, whole) = extra::scrub(raw);
    let mut kept = Map::new();
    if !extra::fill(&mut kept, scrubbed) || !whole {
        notes.add("source_extra", Reason::TooLarge, "some unknown fields were left out");
    }
    kept
}
