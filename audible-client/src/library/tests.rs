//! Readings of shelves that Audible could have, page by page, without a connection.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use shared::ids::Marketplace;

use super::*;
use crate::{
    client::{Client, Manners, Network},
    credentials::Credentials,
    secret::Secret,
};

/// A library, and how Audible lists it where that is unproven.
#[derive(Clone)]
struct Shelf {
    /// ASIN and day of purchase.
    titles: Vec<(String, Option<Timestamp>)>,
    undated_first: bool,
    bound_is_inside: bool,
    /// The number of titles is not told beyond what a listing gives.
    total_is_capped: bool,
}

const MOST: usize = 10_000;

impl Shelf {
    /// Titles bought one after the other, with so many seconds between two.
    fn new(count: u32, seconds: i64) -> Self {
        let start: Timestamp = "2015-01-01T00:00:00.5Z".parse().unwrap();
        let bought = |number| start + SignedDuration::from_secs(seconds * i64::from(number));
        let titles = (0..count).map(|number| (format!("B{number:09}"), Some(bought(number))));
        Self {
            titles: titles.collect(),
            undated_first: false,
            bound_is_inside: false,
            total_is_capped: false,
        }
    }

    fn undated(mut self, count: usize) -> Self {
        for (_, date) in self.titles.iter_mut().step_by(97).take(count) {
            *date = None;
        }
        self
    }

    /// Every way in which Audible could list it.
    fn ways(self) -> Vec<Self> {
        let mut ways = Vec::new();
        for bits in 0..8 {
            ways.push(Self {
                undated_first: bits & 1 > 0,
                bound_is_inside: bits & 2 > 0,
                total_is_capped: bits & 4 > 0,
                ..self.clone()
            });
        }
        ways
    }

    /// Answers as Audible does. A continuation is bound to its size.
    fn answer(&self, query: &[(&'static str, String)]) -> Answer {
        let asked =
            |name: &str| query.iter().find(|(own, _)| *own == name).map(|(_, text)| text.as_str());
        let size: usize = asked("num_results").unwrap().parse().unwrap();
        let after: Option<Timestamp> = asked("purchased_after").map(|text| text.parse().unwrap());
        let inside = |date: &Option<Timestamp>| match (after, date) {
            (None, _) => true,
            (Some(after), Some(date)) => *date > after || (self.bound_is_inside && *date == after),
            (Some(_), None) => false,
        };
        let mut listed: Vec<_> = self.titles.iter().filter(|(_, date)| inside(date)).collect();
        listed.sort_by_key(|(_, date)| (date.is_none() != self.undated_first, *date));
        if asked("sort_by") == Some("-PurchaseDate") {
            listed.reverse();
        }
        let total = if self.total_is_capped { listed.len().min(MOST) } else { listed.len() };
        listed.truncate(MOST);
        let start = asked("continuation_token").map_or(0, |token| {
            let (start, bound) = token.split_once('/').unwrap();
            assert_eq!(bound, size.to_string(), "a continuation of another size");
            start.parse().unwrap()
        });
        let end = (start + size).min(listed.len());
        let items: Vec<Value> = listed[start..end]
            .iter()
            .map(|(asin, date)| json!({"asin": asin, "title": "T", "purchase_date": date}))
            .collect();
        let mut headers = HeaderMap::new();
        headers.insert("total-count", HeaderValue::from(total));
        if start == 0 {
            headers.insert("state-token", HeaderValue::from(1_000_000 + total));
        }
        if end < listed.len() {
            let token = format!("{end}/{size}");
            headers.insert("continuation-token", token.parse().unwrap());
        }
        answer(headers, &items)
    }
}

fn answer(headers: HeaderMap, items: &[Value]) -> Answer {
    Answer { status: 200, headers, body: json!({ "items": items }).to_string().into_bytes() }
}

fn account() -> Account {
    let now = Arc::new(|| Timestamp::UNIX_EPOCH);
    let client = Client::new(&Network::default(), Manners::default(), now).unwrap();
    client.account(Credentials {
        marketplace: Marketplace::Us,
        adp_token: Secret::new("x"),
        private_key: Secret::new("x"),
        access_token: Secret::new("x"),
        access_expires_at: Timestamp::UNIX_EPOCH,
        refresh_token: Secret::new("x"),
        device_name: String::new(),
        device_serial: String::new(),
    })
}

/// What a whole reading came to.
#[derive(Debug, PartialEq)]
struct Told {
    titles: usize,
    complete: bool,
    requests: usize,
}

/// Reads to the end; before the request of each number in `shrinks`, pages become smaller.
fn read(shelf: &Shelf, ask: Ask, shrinks: &[usize]) -> Told {
    let account = account();
    let mut reading = Reading::new(&account, ask);
    let (mut given, mut requests) = (HashSet::new(), 0);
    while let Some(query) = reading.query() {
        if shrinks.contains(&requests) {
            requests += 1;
            reading.shrink();
            continue;
        }
        requests += 1;
        assert!(requests < 1_000, "it never ends");
        for item in reading.take(&shelf.answer(&query)).unwrap().items {
            assert!(given.insert(item.asin.clone()), "{} was given twice", item.asin);
        }
    }
    assert_eq!(given.len(), reading.seen() as usize);
    Told { titles: given.len(), complete: reading.is_complete(), requests }
}

#[test]
fn a_library_of_any_size_is_read_whole_however_it_is_listed() {
    for (count, requests) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (9_999, 10)] {
        let expected = Told { titles: count as usize, complete: true, requests };
        for shelf in Shelf::new(count, 60).ways() {
            assert_eq!(read(&shelf, Ask::Full, &[]), expected);
            assert_eq!(read(&shelf, Ask::Progress, &[]), expected);
        }
    }
    for way in Shelf::new(10_001, 60).ways().into_iter().step_by(3) {
        let told = read(&way, Ask::Full, &[]);
        assert_eq!((told.titles, told.complete), (10_001, true));
    }
    let told = read(&Shelf::new(20_500, 60), Ask::Full, &[]);
    assert_eq!((told.titles, told.complete), (20_500, true));
}

#[test]
fn titles_bought_at_one_moment_are_not_torn_apart_at_the_end_of_a_listing() {
    let mut shelf = Shelf::new(10_003, 60);
    let moment = shelf.titles[9_998].1;
    for (_, date) in &mut shelf.titles[9_998..10_002] {
        *date = moment;
    }
    for way in shelf.ways().into_iter().step_by(6) {
        let told = read(&way, Ask::Full, &[]);
        assert_eq!((told.titles, told.complete), (10_003, true));
    }
}

#[test]
fn titles_without_a_day_of_purchase_are_found_at_either_end() {
    for way in
        Shelf::new(10_600, 60).undated(40).ways().into_iter().filter(|way| !way.bound_is_inside)
    {
        let told = read(&way, Ask::Full, &[]);
        // Where not even the number is told, nobody can know that they are missing.
        let unknowable = way.total_is_capped && !way.undated_first;
        if !unknowable {
            assert_eq!((told.titles, told.complete), (10_600, true));
        }
    }
}

#[test]
fn what_is_out_of_reach_is_said() {
    for way in Shelf::new(10_500, 0).ways().into_iter().step_by(6) {
        let told = read(&way, Ask::Full, &[]);
        assert!(!told.complete && told.titles < 10_500, "{told:?}");
        assert!(told.requests < 50);
    }
}

#[test]
fn smaller_pages_lose_nothing_and_give_nothing_twice() {
    for way in Shelf::new(2_345, 60).undated(7).ways().into_iter().step_by(5) {
        for shrinks in [&[0][..], &[1], &[2], &[0, 1], &[2, 5], &[3, 4]] {
            let told = read(&way, Ask::Full, shrinks);
            assert_eq!((told.titles, told.complete), (2_345, true), "{shrinks:?}");
        }
    }
    for way in Shelf::new(10_100, 60).ways().into_iter().take(1) {
        for shrinks in [&[3][..], &[11]] {
            let told = read(&way, Ask::Full, shrinks);
            assert_eq!((told.titles, told.complete), (10_100, true), "{shrinks:?}");
        }
    }
}

#[test]
fn changes_are_read_in_pages_and_more_than_a_listing_gives_is_no_complete_reading() {
    let since = || Ask::Changes(StateToken::new("1767225845678"));
    assert_eq!(
        read(&Shelf::new(1_500, 60), since(), &[]),
        Told { titles: 1_500, complete: true, requests: 2 }
    );
    let told = read(&Shelf::new(10_001, 60), since(), &[]);
    assert_eq!((told.titles, told.complete), (MOST, false));
}

#[test]
fn the_state_is_that_of_the_first_page_and_entries_without_an_asin_make_it_incomplete() {
    let account = account();
    let mut reading = Reading::new(&account, Ask::Full).keeping_raw();
    let headers = |state: &'static str, next: Option<&'static str>| {
        let mut headers = HeaderMap::new();
        headers.insert("total-count", HeaderValue::from_static("2"));
        headers.insert("state-token", HeaderValue::from_static(state));
        next.map(|next| headers.insert("continuation-token", HeaderValue::from_static(next)));
        headers
    };
    let first = vec![json!({"asin": "B000000001", "odd": 1}), json!(7), json!({"title": "x"})];
    let page = reading.take(&answer(headers("0", Some("next")), &first)).unwrap();
    assert_eq!((page.items.len(), page.unreadable), (1, 2));
    assert_eq!(page.raw, first[..1]);
    assert!(!reading.is_complete());
    let second = vec![json!({"asin": "B000000002"})];
    reading.take(&answer(headers("9", None), &second)).unwrap();
    assert_eq!(reading.state_token(), Some(&StateToken::new("0")));
    assert_eq!((reading.total(), reading.seen()), (Some(2), 2));
    assert!(!reading.is_complete(), "two entries were not read");
}

#[test]
fn a_page_that_cannot_be_read_moves_nothing() {
    let account = account();
    let mut reading = Reading::new(&account, Ask::Full);
    let before = reading.query();
    for body in ["", "<html>", "{}", "{\"items\":{}}", "[]"] {
        let answer = Answer { status: 200, headers: HeaderMap::new(), body: body.into() };
        assert!(matches!(reading.take(&answer), Err(AudibleError::Unreadable(_))), "{body}");
        assert_eq!(reading.query(), before);
    }
}

#[test]
fn a_continuation_that_leads_nowhere_ends_the_reading_incomplete() {
    let account = account();
    let mut reading = Reading::new(&account, Ask::Full);
    let mut headers = HeaderMap::new();
    headers.insert("total-count", HeaderValue::from_static("5"));
    headers.insert("continuation-token", HeaderValue::from_static("same"));
    let page = || vec![json!({"asin": "B000000001", "purchase_date": null})];
    for _ in 0..2 {
        reading.take(&answer(headers.clone(), &page())).unwrap();
    }
    assert_eq!(reading.query(), None);
    assert!(!reading.is_complete());
}
