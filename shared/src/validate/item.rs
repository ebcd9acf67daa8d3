//! Wire to item: what a schema cannot say about a single title.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    address, extra,
    ids::Asin,
    item::{Availability, Item, Listening, Person, Rating, SeriesEntry},
    limits,
    percent::Percent,
    text,
    when::When,
    wire::v1,
};

/// Where in the item (`/cover_url`, empty for the whole) and why.
type Fault = (String, String);

/// Fields that the wire format knows; anything else goes into `source_extra`.
const KNOWN: [&str; 27] = [
    "asin",
    "title",
    "subtitle",
    "authors",
    "narrators",
    "series",
    "runtime_minutes",
    "release_date",
    "purchase_date",
    "publisher",
    "language",
    "categories",
    "summary",
    "cover_url",
    "rating",
    "my_rating",
    "listening",
    "content_type",
    "delivery_type",
    "sku",
    "availability",
    "favorite",
    "collections",
    "enriched",
    "audible_url",
    "rank",
    "source_extra",
];

/// Reads one item of a request that the schema has passed; unknown fields are kept as extra.
pub(super) fn from_json(value: &Value) -> Result<Item, Fault> {
    let mut wire = v1::Item::deserialize(value)
        .map_err(|error| (String::new(), text::bounded(&text::clean(&error.to_string()), 300).0))?;
    let fields = value.as_object().into_iter().flatten();
    for (name, value) in fields.filter(|(name, _)| !KNOWN.contains(&name.as_str())) {
        wire.source_extra.entry(name.clone()).or_insert_with(|| value.clone());
    }
    item(wire)
}

/// Turns a wire item into an [`Item`].
///
/// # Errors
///
/// The first field that is not valid, as a JSON pointer below the item, and why.
pub fn item(wire: v1::Item) -> Result<Item, (String, String)> {
    let title = text::clean(&wire.title);
    if title.is_empty() {
        return Err(fault("/title", "a title is not empty"));
    }
    Ok(Item {
        asin: asin("/asin", &wire.asin)?,
        title,
        subtitle: cleaned(wire.subtitle),
        authors: people("authors", wire.authors)?,
        narrators: people("narrators", wire.narrators)?,
        series: series(wire.series)?,
        runtime_minutes: wire.runtime_minutes,
        release_date: day(wire.release_date.as_deref())?,
        purchase_date: when("/purchase_date", wire.purchase_date.as_deref())?,
        publisher: cleaned(wire.publisher),
        language: cleaned(wire.language),
        categories: all_cleaned(wire.categories),
        summary: wire
            .summary
            .map(|summary| text::clean_lines(&summary))
            .filter(|summary| !summary.is_empty()),
        cover_url: address_of("/cover_url", wire.cover_url)?,
        rating: wire.rating.map(|one| Rating { average: one.average, count: one.count }),
        my_rating: wire.my_rating,
        listening: wire.listening.as_ref().map(listening).transpose()?,
        content_type: cleaned(wire.content_type),
        delivery_type: cleaned(wire.delivery_type),
        sku: cleaned(wire.sku),
        availability: wire.availability.map_or_else(Availability::default, |known| Availability {
            plus: known.plus,
            available: known.available,
            preorder: known.preorder,
        }),
        favorite: wire.favorite,
        collections: all_cleaned(wire.collections),
        enriched: wire.enriched,
        rank: wire.rank,
        source_extra: unknown(&wire.source_extra)?,
    })
    .and_then(|item| product_page(wire.audible_url.as_deref()).map(|()| item))
}

fn fault(field: &str, reason: &str) -> Fault {
    (field.to_owned(), reason.to_owned())
}

fn cleaned(value: Option<String>) -> Option<String> {
    value.map(|value| text::clean(&value)).filter(|value| !value.is_empty())
}

fn all_cleaned(values: Vec<String>) -> Vec<String> {
    values.into_iter().filter_map(|value| cleaned(Some(value))).collect()
}

fn asin(field: &str, value: &str) -> Result<Asin, Fault> {
    Asin::parse(value).map_err(|error| fault(field, &error.to_string()))
}

fn people(field: &str, values: Vec<v1::Person>) -> Result<Vec<Person>, Fault> {
    let mut people = Vec::with_capacity(values.len());
    for (index, person) in values.into_iter().enumerate() {
        let at = format!("/{field}/{index}");
        let name = text::clean(&person.name);
        if name.is_empty() {
            return Err(fault(&format!("{at}/name"), "a name is not empty"));
        }
        let number = person.asin.map(|value| asin(&format!("{at}/asin"), &value)).transpose()?;
        people.push(Person { name, asin: number });
    }
    Ok(people)
}

fn series(values: Vec<v1::Series>) -> Result<Vec<SeriesEntry>, Fault> {
    let mut all = Vec::with_capacity(values.len());
    for (index, series) in values.into_iter().enumerate() {
        let at = format!("/series/{index}");
        let title = text::clean(&series.title);
        if title.is_empty() {
            return Err(fault(&format!("{at}/title"), "a series' title is not empty"));
        }
        let number = series.asin.map(|value| asin(&format!("{at}/asin"), &value)).transpose()?;
        all.push(SeriesEntry { title, asin: number, sequence: cleaned(series.sequence) });
    }
    Ok(all)
}

fn day(value: Option<&str>) -> Result<Option<jiff::civil::Date>, Fault> {
    match when("/release_date", value)? {
        None => Ok(None),
        Some(When::Day(day)) => Ok(Some(day)),
        Some(When::Moment(_)) => Err(fault("/release_date", "a release date has no time")),
    }
}

fn when(field: &str, value: Option<&str>) -> Result<Option<When>, Fault> {
    let parse = |text: &str| When::parse(text).map_err(|error| fault(field, &error.to_string()));
    value.map(parse).transpose()
}

fn address_of(field: &str, value: Option<String>) -> Result<Option<String>, Fault> {
    match value {
        Some(address) if !address::is_media(&address) => {
            Err(fault(field, "an address is https on an Audible or Amazon media host"))
        }
        other => Ok(other),
    }
}

fn product_page(value: Option<&str>) -> Result<(), Fault> {
    match value {
        Some(address) if !address::is_audible(address) => {
            Err(fault("/audible_url", "a product page is https on an Audible shop"))
        }
        _ => Ok(()),
    }
}

fn listening(wire: &v1::Listening) -> Result<Listening, Fault> {
    let on = when("/listening/finished_at", wire.finished_at.as_deref())?;
    Ok(match wire.state {
        v1::ListeningState::NotStarted => Listening::NotStarted,
        v1::ListeningState::InProgress => Listening::InProgress {
            percent: wire.percent.unwrap_or(Percent::ZERO),
            minutes_left: wire.minutes_left,
        },
        v1::ListeningState::Finished => {
            Listening::Finished { percent: wire.percent.unwrap_or(Percent::HUNDRED), on }
        }
    })
}

fn unknown(found: &Map<String, Value>) -> Result<Map<String, Value>, Fault> {
    let (scrubbed, whole) = extra::scrub(found);
    if !whole {
        return Err(fault("/source_extra", "unknown fields are nested at most 16 levels deep"));
    }
    if extra::size(&scrubbed) > limits::EXTRA_BYTES {
        return Err(fault("/source_extra", "unknown fields take at most 16 KiB as JSON"));
    }
    Ok(scrubbed)
}
