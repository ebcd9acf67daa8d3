//! Amazon's "Request My Data": the library of every shop, the listening history and the purchases, in many
//! tables that belong together.
//!
//! Rows are joined by shop and ASIN. Of several rows of one title, the newest wins field by field; a title is
//! finished if one of them says so, and bought on the earliest day. The listening history has no shop: it
//! joins every row of its ASIN.

mod history;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    io::Read,
};

use serde_json::Value;
use shared::{
    ids::Marketplace,
    problem::{Problem, Reason},
    raw::{RawItem, RawLength, RawSeries},
    when::When,
};

use self::history::Heard;
use crate::{
    Content, Found, Report, Title,
    format::{Names, plain},
    problem,
    rows::{Next, Row, Rows},
    table,
    words::{self, DayOrder},
};

/// How much is put together.
#[derive(Clone, Copy)]
struct Most {
    /// Titles, those that were heard and those that were ordered.
    titles: usize,
    /// Names of people and series in all rows of the library.
    names: usize,
    /// Times of listening.
    events: usize,
}

/// Far above what a person can have, and within the memory of a small server.
const MOST: Most = Most { titles: 200_000, names: 2_000_000, events: 2_000_000 };
/// What Amazon writes where it knows nothing.
const NOTHING: &str = "Not Available";
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
pub(crate) struct Data {
    most: Most,
    titles: BTreeMap<(String, Option<Marketplace>), Known>,
    names: usize,
    heard: HashMap<String, Heard>,
    bought: HashMap<String, When>,
    /// The place of the first order.
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

/// Names a field of a row that could not be used, and why.
type Note<'a> = &'a mut dyn FnMut(&str, Reason, &str);

impl Default for Data {
    fn default() -> Self {
        Self {
            most: MOST,
            titles: BTreeMap::new(),
            names: 0,
            heard: HashMap::new(),
            bought: HashMap::new(),
            order: None,
            events: HashSet::new(),
        }
    }
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
            let line = format!("line {}", row.row.line);
            if self.is_full() {
                let detail =
                    "more than can be put together; nothing of this table from here on was read";
                found(Found::Problem(problem(line, "", Reason::TooLarge, detail)));
                return Ok(Report { others, whole: false });
            }
            let place = || crate::within(file, line.clone());
            let asin = row.get("asin");
            let mut note = |field: &str, reason, detail: &str| {
                let problem = problem(line.clone(), field, reason, detail);
                let asin = asin.map(|asin| asin.chars().take(40).collect());
                found(Found::Problem(Problem { asin, ..problem }));
            };
            match (kind, asin) {
                (Kind::Library, Some(_)) => self.title(&row, place()),
                (Kind::Listening, _) if row.is_preview() => others += 1,
                (Kind::Listening, Some(asin)) => self.event(asin, &row, place(), &mut note),
                (Kind::Purchases, Some(asin)) => self.purchase(asin, &row, &place, &mut note),
                (Kind::Library | Kind::Listening, None) => {
                    let detail = "this row does not say which title it is about";
                    found(Found::Refused(problem(line, "asin", Reason::Missing, detail)));
                }
                // What is ordered without a number is a membership or a credit.
                (Kind::Purchases, None) | (Kind::Wishlist, _) => others += 1,
            }
        }
    }

    fn is_full(&self) -> bool {
        self.titles.len() + self.heard.len() + self.bought.len() >= self.most.titles
            || self.names >= self.most.names
            || self.events.len() >= self.most.events
    }

    fn title(&mut self, row: &Cells<'_>, place: String) {
        let raw = raw(row);
        self.names += raw.authors.len() + raw.narrators.len() + raw.series.len();
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
    }

    /// A time of listening; every part of a title repeats it.
    fn event(&mut self, asin: &str, row: &Cells<'_>, place: String, note: Note<'_>) {
        if self.events.insert(row.without("productname")) {
            self.heard.entry(asin.to_owned()).or_default().add(row, place, note);
        }
    }

    fn purchase(
        &mut self,
        asin: &str,
        row: &Cells<'_>,
        place: &dyn Fn() -> String,
        note: Note<'_>,
    ) {
        self.order.get_or_insert_with(place);
        if row.get("orderplacedate").is_none() {
            note("purchase_date", Reason::Missing, "the day of the order is missing");
        }
        let Some(day) = row.day("orderplacedate", "purchase_date", note) else { return };
        let known = self.bought.entry(asin.to_owned()).or_insert(day);
        if day.microseconds() < known.microseconds() {
            *known = day;
        }
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
            raw.listening = history::listening(finished, history);
            raw.purchase_date =
                raw.purchase_date.or_else(|| bought.get(&asin).map(When::to_string));
            history.into_iter().for_each(|history| history.note(&mut raw));
            used.insert(asin);
            let content = Content::Raw(raw);
            found(Found::Title(Box::new(Title { place, marketplace, content })));
        }
        heard.retain(|asin, _| !used.contains(asin));
        let rest: BTreeMap<String, Heard> = heard.into_iter().collect();
        for (asin, history) in rest {
            let mut raw = RawItem {
                title: Some(history.title.clone()).filter(|title| !title.is_empty()),
                listening: history::listening(None, Some(&history)),
                purchase_date: bought.get(&asin).map(When::to_string),
                length: history.length(),
                asin,
                ..RawItem::default()
            };
            history.note(&mut raw);
            let (place, content) = (history.place, Content::Raw(raw));
            found(Found::Title(Box::new(Title { place, marketplace: None, content })));
        }
    }
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

    /// A day or moment of a column, if there is one.
    fn day(&self, name: &str, field: &str, note: Note<'_>) -> Option<When> {
        let cell = self.get(name)?;
        let day = When::parse(&words::day(cell, DayOrder::Unknown)).ok();
        if day.is_none() {
            note(field, Reason::Malformed, "neither a date (2025-05-21) nor a moment in UTC");
        }
        day
    }

    /// What was heard before it was bought.
    fn is_preview(&self) -> bool {
        self.get("audiotype").is_some_and(|kind| kind != "FullTitle")
    }

    /// A fingerprint of all cells but one.
    fn without(&self, name: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        let cells = self.columns.iter().zip(self.row.cells());
        cells.filter(|(column, _)| *column != name).for_each(|(_, cell)| cell.hash(&mut hasher));
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{Data, Kind, MOST, Most};
    use crate::{Found, rows::Rows};

    const LIBRARY: [&str; 3] = ["ASIN", "Title", "Authors"];
    const LISTENING: [&str; 4] = ["ASIN", "Product Name", "Start Date", "End Date"];
    const ORDERS: [&str; 2] = ["ASIN", "Order Place Date"];

    /// How many titles there are, the places and details of all problems, and whether all was read.
    fn all(most: Most, tables: &[(Kind, &[&str], &str)]) -> (usize, Vec<String>, bool) {
        let mut data = Data { most, ..Data::default() };
        let (mut titles, mut problems, mut whole) = (0, Vec::new(), true);
        let mut found = |one: Found| match one {
            Found::Title(_) => titles += 1,
            Found::Refused(one) | Found::Problem(one) => {
                let start: String = one.detail.chars().take(14).collect();
                problems.push([one.place, one.field, start].join("; "));
            }
        };
        for (kind, names, text) in tables {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let mut rows = Rows::new(text.as_bytes(), b',');
            whole &= data.read(*kind, ("", &names), &mut rows, &mut found).unwrap().whole;
        }
        data.hand_out(&mut found);
        (titles, problems, whole)
    }

    #[test]
    fn everything_that_is_kept_is_bounded_and_named() {
        let library = "B1,One,\"a,b\"\nB2,Two,c\nB3,Three,d\n";
        let events =
            "B1,One,2025-01-01,2025-01-02\nB1,One,2025-01-03,2025-01-03\nB1,One,2025-01-04,\n";
        let orders = "B1,2025-01-01\nB2,2025-01-01\nB3,2025-01-01\n";
        let tables: [(Kind, &[&str], &str); 3] = [
            (Kind::Library, &LIBRARY, library),
            (Kind::Listening, &LISTENING, events),
            (Kind::Purchases, &ORDERS, orders),
        ];
        assert_eq!(all(MOST, &tables), (3, vec![], true));
        for (most, place) in
            [(Most { titles: 2, ..MOST }, "line 3"), (Most { names: 3, ..MOST }, "line 3")]
        {
            let end = format!("{place}; ; more than can ");
            assert_eq!(all(most, &tables[..1]), (2, vec![end], false));
        }
        let end = || vec!["line 3; ; more than can ".to_owned()];
        assert_eq!(all(Most { events: 2, ..MOST }, &tables[1..2]), (1, end(), false));
        let (titles, problems, whole) = all(Most { titles: 2, ..MOST }, &tables[2..]);
        assert_eq!((titles, &problems[..1], whole), (0, &end()[..], false));
    }

    #[test]
    fn every_row_that_is_about_no_title_is_named_by_its_line() {
        let tables: [(Kind, &[&str], &str); 3] = [
            (Kind::Library, &LIBRARY, ",One,a\nNot Available,Two,b\nB3,Three,c\nB4,Four,d,e\n"),
            (
                Kind::Listening,
                &LISTENING,
                ",One,2025-01-01,2025-01-02\nB3,Three,spring,2025-01-02\n",
            ),
            (Kind::Purchases, &ORDERS, ",2025-01-01\nB3,\nB3,soon\n"),
        ];
        let expected = [
            "line 1; asin; this row does ",
            "line 2; asin; this row does ",
            "line 4; ; this row has m",
            "line 1; asin; this row does ",
            "line 2; listening; neither a date",
            "line 2; purchase_date; the day of the",
            "line 3; purchase_date; neither a date",
        ];
        assert_eq!(all(MOST, &tables), (1, expected.map(str::to_owned).to_vec(), true));
    }

    #[test]
    fn a_quote_that_is_never_closed_is_named_where_it_opens() {
        let text = "B1,One,a\nB2,Two,\"b\nB3,Three,c\n";
        let expected = vec!["line 2; ; a quote that o".to_owned()];
        assert_eq!(all(MOST, &[(Kind::Library, &LIBRARY, text)]), (1, expected, false));
    }
}
