//! Stored and incoming title to merged title, field by field, and the hashes that tell *unchanged* from *updated*.

use std::cmp::Ordering;

use sha2::{Digest, Sha256};

use crate::{
    item::{Availability, Item, Listening, Person, SeriesEntry},
    origin::{Origin, Origins},
    when::When,
    wire::v1,
};

/// A title with the sources of its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Sourced {
    /// The title.
    pub item: Item,
    /// Where its values are from.
    pub origins: Origins,
}

/// Merges what comes later into what is stored. Absent never clears; of two values the one of the better
/// informed source stays ([`Standing`](crate::origin::Standing)), of two equals the later one.
///
/// A reading without the catalog's help knows less than an enriched one: it shows title and subtitle
/// in one line and cuts the description. It does not undo what the catalog gave.
pub fn merge(stored: &Sourced, incoming: &Sourced) -> Sourced {
    merged(stored, incoming, true)
}

/// The same for values that a file remembers with their sources, as our own export does: nobody knows how
/// old they are, so of two equals the stored one stays.
pub fn recall(stored: &Sourced, remembered: &Sourced) -> Sourced {
    merged(stored, remembered, false)
}

/// `later`: what comes in was read later than what is stored.
fn merged(stored: &Sourced, incoming: &Sourced, later: bool) -> Sourced {
    let mut pick =
        Pick { stored: &stored.origins, incoming: &incoming.origins, later, fields: Vec::new() };
    let (old, new) = (&stored.item, &incoming.item);
    let poorer = old.enriched && !new.enriched;
    let (title, subtitle) = pick.titles(old, new, poorer);
    let summary = if poorer && old.summary.is_some() { &None } else { &new.summary };
    let availability = pick.availability(old, new);
    let (first, second) = if later { (new, old) } else { (old, new) };
    let extra = if first.source_extra.is_empty() { second } else { first };
    let item = Item {
        asin: new.asin.clone(),
        title,
        subtitle,
        authors: pick.people("authors", &old.authors, &new.authors),
        narrators: pick.people("narrators", &old.narrators, &new.narrators),
        series: pick.series(&old.series, &new.series, poorer),
        runtime_minutes: pick.one("runtime_minutes", &old.runtime_minutes, &new.runtime_minutes),
        release_date: pick.one("release_date", &old.release_date, &new.release_date),
        purchase_date: pick.when("purchase_date", old.purchase_date, new.purchase_date),
        publisher: pick.one("publisher", &old.publisher, &new.publisher),
        language: pick.one("language", &old.language, &new.language),
        categories: pick.list("categories", &old.categories, &new.categories),
        summary: pick.one("summary", &old.summary, summary),
        cover_url: pick.one("cover_url", &old.cover_url, &new.cover_url),
        rating: pick.one("rating", &old.rating, &new.rating),
        my_rating: pick.one("my_rating", &old.my_rating, &new.my_rating),
        listening: pick.listening(old.listening, new.listening),
        content_type: pick.one("content_type", &old.content_type, &new.content_type),
        delivery_type: pick.one("delivery_type", &old.delivery_type, &new.delivery_type),
        sku: pick.one("sku", &old.sku, &new.sku),
        availability,
        favorite: pick.one("favorite", &old.favorite, &new.favorite),
        collections: pick.list("collections", &old.collections, &new.collections),
        enriched: new.enriched || old.enriched,
        rank: first.rank.or(second.rank),
        source_extra: extra.source_extra.clone(),
    };
    Sourced { item, origins: Origins::gathered(&pick.fields) }
}

/// Picks one of two values for each field and remembers whose it was.
struct Pick<'a> {
    stored: &'a Origins,
    incoming: &'a Origins,
    later: bool,
    fields: Vec<(&'static str, &'a Origin)>,
}

impl Pick<'_> {
    /// Of two sources that both know the field, the incoming one is believed.
    fn incoming_is_believed(&self, field: &str) -> bool {
        let (incoming, stored) = (self.incoming.of(field), self.stored.of(field));
        match incoming.standing().cmp(&stored.standing()) {
            Ordering::Less => false,
            Ordering::Equal => self.later,
            Ordering::Greater => true,
        }
    }

    fn note(&mut self, field: &'static str, incoming: bool) {
        let origins = if incoming { self.incoming } else { self.stored };
        self.fields.push((field, origins.of(field)));
    }

    /// Whether the incoming value is taken; remembers it.
    fn takes(&mut self, field: &'static str, stored: bool, incoming: bool) -> bool {
        let takes = incoming && (!stored || self.incoming_is_believed(field));
        if stored || incoming {
            self.note(field, takes);
        }
        takes
    }

    fn one<T: Clone>(
        &mut self,
        field: &'static str,
        stored: &Option<T>,
        incoming: &Option<T>,
    ) -> Option<T> {
        let takes = self.takes(field, stored.is_some(), incoming.is_some());
        if takes { incoming.clone() } else { stored.clone() }
    }

    fn list(&mut self, field: &'static str, stored: &[String], incoming: &[String]) -> Vec<String> {
        let takes = self.takes(field, !stored.is_empty(), !incoming.is_empty());
        if takes { incoming.to_vec() } else { stored.to_vec() }
    }

    fn titles(&mut self, stored: &Item, incoming: &Item, poorer: bool) -> (String, Option<String>) {
        let same = poorer && in_one_line(stored) == incoming.title;
        if !same && self.takes("title", true, true) {
            let subtitle = self.one("subtitle", &stored.subtitle, &incoming.subtitle);
            return (incoming.title.clone(), subtitle);
        }
        if same {
            self.note("title", false);
        }
        let known = |subtitle: &&String| same || stored.title.contains(subtitle.as_str());
        let further = incoming.subtitle.clone().filter(|subtitle| !known(&subtitle));
        let subtitle = match &stored.subtitle {
            Some(subtitle) => Some(subtitle.clone()),
            None => further,
        };
        if subtitle.is_some() {
            self.note("subtitle", stored.subtitle.is_none());
        }
        (stored.title.clone(), subtitle)
    }

    /// People of the source that is believed; those that both know keep the number that one left out.
    fn people(
        &mut self,
        field: &'static str,
        stored: &[Person],
        incoming: &[Person],
    ) -> Vec<Person> {
        let takes = self.takes(field, !stored.is_empty(), !incoming.is_empty());
        let (first, second) = if takes { (incoming, stored) } else { (stored, incoming) };
        let completed = |person: &Person| {
            let known = counterpart(first, second, |known| known.name == person.name);
            let asin = person.asin.clone().or_else(|| known.and_then(|known| known.asin.clone()));
            Person { name: person.name.clone(), asin }
        };
        first.iter().map(completed).collect()
    }

    /// Likewise; a place in the series is completed where the source is the poorer one.
    fn series(
        &mut self,
        stored: &[SeriesEntry],
        incoming: &[SeriesEntry],
        poorer: bool,
    ) -> Vec<SeriesEntry> {
        let takes = self.takes("series", !stored.is_empty(), !incoming.is_empty());
        let (first, second) = if takes { (incoming, stored) } else { (stored, incoming) };
        let completes = !takes || poorer;
        let completed = |entry: &SeriesEntry| {
            let known = counterpart(first, second, |known| known.title == entry.title);
            let sequence = known.filter(|_| completes).and_then(|known| known.sequence.clone());
            SeriesEntry {
                title: entry.title.clone(),
                asin: entry.asin.clone().or_else(|| known.and_then(|known| known.asin.clone())),
                sequence: entry.sequence.clone().or(sequence),
            }
        };
        first.iter().map(completed).collect()
    }

    /// A moment is better than the day around it, whoever knows it.
    fn when(
        &mut self,
        field: &'static str,
        stored: Option<When>,
        incoming: Option<When>,
    ) -> Option<When> {
        let (Some(old), Some(new)) = (stored, incoming) else {
            return self.one(field, &stored, &incoming);
        };
        let takes = match (old, new) {
            (When::Moment(_), When::Day(_)) if near(old, new) => false,
            (When::Day(_), When::Moment(_)) if near(old, new) => true,
            _ => self.incoming_is_believed(field),
        };
        self.note(field, takes);
        Some(if takes { new } else { old })
    }

    /// The state of the source that is believed; a finish date is not lost when that one does not know
    /// it. That nothing was heard is no word against a day on which another source saw it finished.
    fn listening(
        &mut self,
        stored: Option<Listening>,
        incoming: Option<Listening>,
    ) -> Option<Listening> {
        let dated = |heard| matches!(heard, Some(Listening::Finished { on: Some(_), .. }));
        let silent = |heard| heard == Some(Listening::NotStarted);
        let standing = |origins: &Origins| origins.of("listening").standing();
        let heard = match standing(self.incoming).cmp(&standing(self.stored)) {
            Ordering::Less if silent(stored) && dated(incoming) => {
                self.note("listening", true);
                incoming
            }
            Ordering::Greater if dated(stored) && silent(incoming) => {
                self.note("listening", false);
                stored
            }
            _ => self.one("listening", &stored, &incoming),
        };
        let on = |listening| match listening {
            Some(Listening::Finished { on, .. }) => on,
            _ => None,
        };
        match heard {
            Some(Listening::Finished { percent, .. }) => {
                let on = self.when("finished_at", on(stored), on(incoming));
                Some(Listening::Finished { percent, on })
            }
            other => other,
        }
    }

    fn availability(&mut self, stored: &Item, incoming: &Item) -> Availability {
        let (old, new) = (stored.availability, incoming.availability);
        Availability {
            plus: self.one("plus", &old.plus, &new.plus),
            available: self.one("available", &old.available, &new.available),
            preorder: self.one("preorder", &old.preorder, &new.preorder),
        }
    }
}

/// The same one in another list: a name that stands twice on either side says nothing.
fn counterpart<'a, T>(these: &[T], those: &'a [T], is: impl Fn(&T) -> bool) -> Option<&'a T> {
    let mut found = those.iter().filter(|one| is(one));
    let alone = these.iter().filter(|one| is(one)).count() == 1;
    found.next().filter(|_| alone && found.next().is_none())
}

/// Shops count days by their own clocks: a moment is within a day of the day that it is printed as.
fn near(one: When, other: When) -> bool {
    let (one, other) = (one.day(), other.day());
    one == other || one.tomorrow().ok() == Some(other) || one.yesterday().ok() == Some(other)
}

/// Hash of everything that makes an update: all fields but those that move by themselves, which are
/// `rating`, `listening.minutes_left`, `enriched`, `source_extra`, and `rank` (one purchase moves the
/// rank of every older title).
pub fn content_hash(item: &Item) -> [u8; 32] {
    hashes(item).0
}

/// Hash of every field, to see whether something moved that is refreshed silently.
pub fn full_hash(item: &Item) -> [u8; 32] {
    hash(&v1::Item::from_item(item, None))
}

/// Both: [`content_hash`] and [`full_hash`].
pub fn hashes(item: &Item) -> ([u8; 32], [u8; 32]) {
    let mut wire = v1::Item::from_item(item, None);
    let full = hash(&wire);
    wire.rating = None;
    wire.enriched = false;
    wire.rank = None;
    wire.source_extra = serde_json::Map::new();
    if let Some(listening) = &mut wire.listening {
        listening.minutes_left = None;
    }
    (hash(&wire), full)
}

/// The fields have one order, so the same title gives the same bytes.
fn hash(wire: &v1::Item) -> [u8; 32] {
    let bytes = serde_json::to_vec(wire).unwrap_or_default();
    Sha256::digest(bytes).into()
}

fn in_one_line(item: &Item) -> String {
    match &item.subtitle {
        Some(subtitle) => format!("{}: {subtitle}", item.title),
        None => item.title.clone(),
    }
}
