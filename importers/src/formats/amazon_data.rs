//! Amazon's "Request My Data": the library of every shop, the listening history and the purchases, in many
//! tables that belong together.
//!
//! Rows are joined by shop and ASIN. Of several rows of one title, the newest wins field by field; a title is
//! finished if one of them says so, and bought on the earliest day. The listening history has no shop: it
//! joins every row of its ASIN.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    io::Read,
};

use serde_json::{Value, json};
use shared::{
    ids::Marketplace,
    problem::Reason,
    raw::{RawItem, RawLength, RawListening, RawSeries, RawState},
};

use crate::{
    Content, Found, Report, Title,
    format::{Names, plain},
    problem,
    rows::{Next, Row, Rows},
    table,
    words::{self, DayOrder},
};

/// Most titles that are put together.
const MOST: usize = 200_000;
/// What Amazon writes where it knows nothing.
const NOTHING: &str = "Not Available";
/// Share of a title behind which its day is the day of finishing it: credits are often left unheard.
const HEARD: f64 = 0.95;
/// Percent of a title that is all of it.
const WHOLE: f64 = 99.0;

/// Which of Amazon's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One row for each title.
    Library,
    /// One row for each time that something was heard.
    Listening,
    /// One row for each order.
    Purchases,
    /// One row for each title that was wished for.
    Wishlist,
}

/// Which table has such columns.
pub(crate) fn kind(names: &Names) -> Option<Kind> {
    if names.all(&["asin", "title", "length in minutes", "available in library", "is finished"]) {
        return Some(Kind::Library);
    }
    if names.all(&["Start Date", "End Date", "End Position Milliseconds", "ASIN", "Audio Type"]) {
        return Some(Kind::Listening);
    }
    if names.all(&["Order Place Date", "Order ID", "ASIN", "Product Name"]) {
        return Some(Kind::Purchases);
    }
    names.all(&["Add Date", "Delete Date", "ASIN", "Add Count"]).then_some(Kind::Wishlist)
}

/// The folder of a profile other than the account holder's: somebody else listened.
pub(crate) fn is_of_another(name: &str) -> bool {
    name.contains("Kids Profile")
}

/// What all tables have said so far.
#[derive(Default)]
pub(crate) struct Data {
    titles: BTreeMap<(String, Option<Marketplace>), Known>,
    heard: HashMap<String, Heard>,
    bought: HashMap<String, String>,
    /// The first order.
    order: Option<String>,
    events: HashSet<u64>,
}

/// A title of the library tables.
#[derive(Default)]
struct Known {
    place: String,
    updated: String,
    raw: RawItem,
    finished: Option<bool>,
}

/// What the listening history says of a title.
#[derive(Default)]
struct Heard {
    place: String,
    title: String,
    length: f64,
    farthest: f64,
    first: String,
    last: String,
    reached_end: Option<String>,
    days: HashSet<String>,
}

impl Data {
    /// Reads one table.
    pub(crate) fn read<R: Read>(
        &mut self,
        kind: Kind,
        (file, names): (&str, &[String]),
        rows: &mut Rows<R>,
        found: &mut dyn FnMut(Found),
    ) -> std::io::Result<Report> {
        let columns: Vec<String> = names.iter().map(|name| plain(name)).collect();
        let mut others = 0;
        loop {
            let row = match rows.next()? {
                Next::End => return Ok(Report { others, whole: !rows.ends_open() }),
                Next::TooLarge(line) => {
                    found(table::too_large(line));
                    continue;
                }
                Next::Row(row) => Cells { columns: &columns, row },
            };
            let width = table::width(row.row, columns.len());
            if let Some(problem) = table::misshapen(&row.row, width, columns.len()) {
                found(Found::Refused(problem));
                continue;
            }
            let place = || crate::within(file, format!("line {}", row.row.line));
            if self.titles.len() + self.heard.len() > MOST {
                let detail =
                    "more titles than can be put together; nothing behind this row was read";
                let place = format!("line {}", row.row.line);
                found(Found::Problem(problem(place, "", Reason::TooLarge, detail)));
                return Ok(Report { others, whole: false });
            }
            let is_title = match kind {
                Kind::Library => self.title(&row, place()),
                Kind::Listening => self.event(&row, place()),
                Kind::Purchases => self.purchase(&row, &place),
                Kind::Wishlist => false,
            };
            others += u32::from(!is_title);
        }
    }

    fn title(&mut self, row: &Cells<'_>, place: String) -> bool {
        let raw = raw(row);
        let marketplace = row.get("marketplace").and_then(words::marketplace);
        let updated = row.get("lastupdated").unwrap_or_default().to_owned();
        let finished = row.get("isfinished").and_then(words::flag);
        let known = self.titles.entry((raw.asin.clone(), marketplace)).or_default();
        let bought = earliest(known.raw.purchase_date.take(), raw.purchase_date.clone());
        known.finished = match (known.finished, finished) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (before, now) => now.or(before),
        };
        if known.place.is_empty() {
            known.place = place;
        }
        let (newer, older) = if updated >= known.updated {
            known.updated = updated;
            (raw, std::mem::take(&mut known.raw))
        } else {
            (std::mem::take(&mut known.raw), raw)
        };
        known.raw = filled(newer, older);
        known.raw.purchase_date = bought;
        true
    }

    /// A time of listening; previews are none, and every part of a title repeats it.
    fn event(&mut self, row: &Cells<'_>, place: String) -> bool {
        let Some(asin) = row.get("asin") else { return false };
        if row.get("audiotype").is_some_and(|kind| kind != "FullTitle") {
            return false;
        }
        if !self.events.insert(row.without("productname")) {
            return true;
        }
        let day = |name| row.get(name).map(|day| words::day(day, DayOrder::Unknown));
        let milliseconds = |name| row.get(name).and_then(words::number).unwrap_or_default();
        let heard = self.heard.entry(asin.to_owned()).or_default();
        if heard.place.is_empty() {
            heard.place = place;
        }
        heard.title = row.get("productname").unwrap_or_default().to_owned();
        heard.length = heard.length.max(milliseconds("booklengthmilliseconds"));
        let position = milliseconds("endpositionmilliseconds");
        heard.farthest = heard.farthest.max(position);
        let (from, to) = (day("startdate"), day("enddate"));
        if let Some(from) = from {
            heard.first =
                earliest(Some(heard.first.clone()), Some(from.clone())).unwrap_or_default();
            heard.days.insert(from);
        }
        if let Some(to) = to {
            if heard.length > 0.0 && position >= heard.length * HEARD {
                heard.reached_end = earliest(heard.reached_end.take(), Some(to.clone()));
            }
            heard.last = heard.last.clone().max(to.clone());
            heard.days.insert(to);
        }
        true
    }

    fn purchase(&mut self, row: &Cells<'_>, place: &dyn Fn() -> String) -> bool {
        let (Some(asin), Some(day)) = (row.get("asin"), row.get("orderplacedate")) else {
            return false;
        };
        self.order.get_or_insert_with(place);
        let day = words::day(day, DayOrder::Unknown);
        let known = self.bought.entry(asin.to_owned()).or_insert_with(|| day.clone());
        if day < *known {
            *known = day;
        }
        true
    }

    /// Hands out the titles that were put together, by ASIN.
    pub(crate) fn hand_out(self, found: &mut dyn FnMut(Found)) {
        let Self { titles, mut heard, bought, order, .. } = self;
        if let Some(place) = order.filter(|_| titles.is_empty() && heard.is_empty()) {
            let detail = "an order says when a title was bought and not what it is: import the library's \
                          table with it, or the zip as it comes";
            found(Found::Problem(problem(place, "", Reason::Missing, detail)));
        }
        let mut used = HashSet::new();
        for ((asin, marketplace), known) in titles {
            let Known { place, mut raw, finished, .. } = known;
            let history = heard.get(&asin);
            raw.listening = listening(finished, history);
            raw.purchase_date = raw.purchase_date.or_else(|| bought.get(&asin).cloned());
            history.into_iter().for_each(|history| history.note(&mut raw));
            used.insert(asin);
            let content = Content::Raw(raw);
            found(Found::Title(Box::new(Title { place, marketplace, content })));
        }
        heard.retain(|asin, _| !used.contains(asin));
        let rest: BTreeMap<String, Heard> = heard.into_iter().collect();
        for (asin, history) in rest {
            let length =
                (history.length > 0.0).then(|| RawLength::Seconds(history.length / 1_000.0));
            let mut raw = RawItem {
                title: Some(history.title.clone()).filter(|title| !title.is_empty()),
                listening: listening(None, Some(&history)),
                purchase_date: bought.get(&asin).cloned(),
                length,
                asin,
                ..RawItem::default()
            };
            history.note(&mut raw);
            let (place, content) = (history.place, Content::Raw(raw));
            found(Found::Title(Box::new(Title { place, marketplace: None, content })));
        }
    }
}

impl Heard {
    fn percent(&self) -> Option<f64> {
        (self.length > 0.0).then(|| (self.farthest / self.length * 100.0).min(100.0))
    }

    /// The days of listening, as found.
    fn note(&self, raw: &mut RawItem) {
        let days = json!({"first": self.first, "last": self.last, "days": self.days.len()});
        raw.extra.insert("listening_days".to_owned(), days);
    }
}

/// Finished if Amazon says so, or if it was heard to its end; the day is the first on which the end was heard.
fn listening(finished: Option<bool>, heard: Option<&Heard>) -> Option<RawListening> {
    let percent = heard.and_then(Heard::percent);
    let state = match (finished, percent) {
        (Some(true), _) => RawState::Finished,
        (_, Some(percent)) if percent >= WHOLE => RawState::Finished,
        (_, Some(percent)) if percent > 0.0 => RawState::InProgress,
        // What is not finished may be half heard, on a device that tells nothing.
        _ => return None,
    };
    let finished_at =
        heard.and_then(|heard| heard.reached_end.clone()).filter(|_| state == RawState::Finished);
    let percent = percent.filter(|_| state == RawState::InProgress);
    Some(RawListening { state, percent, left: None, finished_at })
}

fn raw(row: &Cells<'_>) -> RawItem {
    let text = |name| row.get(name).map(str::to_owned);
    let mut raw = RawItem {
        asin: text("asin").unwrap_or_default(),
        title: text("title").or_else(|| text("productname")),
        subtitle: text("subtitle"),
        authors: row.get("authors").map(words::people).unwrap_or_default(),
        narrators: row.get("audiobooknarrator").map(words::people).unwrap_or_default(),
        series: row.get("bookseriesinfo").map(all_series).unwrap_or_default(),
        length: row.get("lengthinminutes").and_then(words::number).map(RawLength::Minutes),
        purchase_date: row.get("purchasedate").map(|day| words::day(day, DayOrder::Unknown)),
        publisher: text("publisher"),
        language: text("language"),
        delivery_type: text("contentdeliverytype"),
        available: row.get("availableinlibrary").and_then(words::flag),
        ..RawItem::default()
    };
    let kept = [
        ("formattype", "format_type"),
        ("ownership", "ownership"),
        ("acquisitionmethod", "acquisition_method"),
        ("plantier", "plan_tier"),
    ];
    for (column, name) in kept {
        if let Some(cell) = row.get(column) {
            raw.extra.insert(name.to_owned(), Value::from(cell));
        }
    }
    raw
}

/// `asin:B…,title:Name,asin:B…,title:Name, with a comma`
fn all_series(text: &str) -> Vec<RawSeries> {
    let entries = text.split("asin:").filter(|entry| !entry.trim().is_empty());
    let series = entries.filter_map(|entry| {
        let (asin, title) = entry.split_once(",title:")?;
        let title = title.trim().trim_end_matches(',').trim_end();
        let asin = Some(asin.trim().to_owned());
        Some(RawSeries { title: title.to_owned(), asin, sequence: None })
    });
    series.collect()
}

/// What the newer row leaves open, the older one says.
fn filled(newer: RawItem, older: RawItem) -> RawItem {
    let list = |newer: Vec<_>, older| if newer.is_empty() { older } else { newer };
    let mut extra = older.extra;
    extra.extend(newer.extra);
    RawItem {
        title: newer.title.or(older.title),
        subtitle: newer.subtitle.or(older.subtitle),
        authors: list(newer.authors, older.authors),
        narrators: list(newer.narrators, older.narrators),
        series: if newer.series.is_empty() { older.series } else { newer.series },
        length: newer.length.or(older.length),
        publisher: newer.publisher.or(older.publisher),
        language: newer.language.or(older.language),
        delivery_type: newer.delivery_type.or(older.delivery_type),
        available: newer.available.or(older.available),
        asin: newer.asin,
        extra,
        ..RawItem::default()
    }
}

/// The earlier of two days that are written in the same form; nothing is later than anything.
fn earliest(one: Option<String>, other: Option<String>) -> Option<String> {
    let said = |day: Option<String>| day.filter(|day| !day.is_empty());
    match (said(one), said(other)) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// The cells of a row by the plain names of their columns.
struct Cells<'a> {
    columns: &'a [String],
    row: Row<'a>,
}

impl<'a> Cells<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        let at = self.columns.iter().position(|column| column == name)?;
        self.row.cells().nth(at).map(str::trim).filter(|cell| !cell.is_empty() && *cell != NOTHING)
    }

    /// A fingerprint of all cells but one.
    fn without(&self, name: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        let cells = self.columns.iter().zip(self.row.cells());
        cells.filter(|(column, _)| *column != name).for_each(|(_, cell)| cell.hash(&mut hasher));
        hasher.finish()
    }
}
