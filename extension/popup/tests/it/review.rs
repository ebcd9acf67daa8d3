//! The page of the choice: titles as stored, the server's words, what is shown and left out.

use extension::messages::{Choice, Compared, Request, ServerTrouble, Snapshot};
use extension_popup::{
    i18n::Key,
    review::{
        shelf::{Shelf, Show},
        title::{Heard, Title},
        verdict::Verdict,
        wire::{self, Field},
    },
};
use serde_json::{Value, json};

use crate::{samples, wire::Json};

fn title(value: Value) -> Title {
    Title::read(&Json(value)).unwrap()
}

/// Four titles: a book that was heard, a podcast, one from Plus that is gone, one begun.
fn shelf() -> Shelf {
    let mut shelf = Shelf::default();
    for value in [
        json!({"asin": "B000000001", "title": "Salt", "authors": [{"name": "Maren Holt"}],
               "listening": {"state": "finished"}}),
        json!({"asin": "B000000002", "title": "Tides", "content_type": "Podcast"}),
        json!({"asin": "B000000003", "title": "Salt and Tides",
               "availability": {"plus": true, "available": false}}),
        json!({"asin": "B000000004", "title": "Winter", "narrators": [{"name": "Ida Salter"}],
               "listening": {"state": "in_progress", "percent": 99.6}}),
    ] {
        let title = title(value);
        let searched = title.searched().to_lowercase();
        shelf.push(title, searched);
    }
    shelf
}

#[test]
fn a_stored_title_is_read_with_all_that_a_row_shows() {
    let full = title(json!({
        "asin": "B000000001", "title": "Salt", "subtitle": "A Winter",
        "authors": [{"name": "Maren Holt"}, {"name": "Jo Li"}],
        "narrators": [{"name": "Ida Quell"}],
        "series": [{"title": "The Coast", "sequence": "2"}, {"title": "Other"}],
        "runtime_minutes": 612, "cover_url": "https://m.media-amazon.com/images/I/1.jpg",
        "listening": {"state": "in_progress", "percent": 37.4},
        "availability": {"plus": false, "available": true}, "delivery_type": "PodcastEpisode",
    }));
    let expected = Title {
        asin: "B000000001".into(),
        name: "Salt: A Winter".into(),
        series: Some("The Coast, 2".into()),
        authors: "Maren Holt, Jo Li".into(),
        narrators: "Ida Quell".into(),
        minutes: Some(612),
        cover: Some("https://m.media-amazon.com/images/I/1.jpg".into()),
        heard: Heard::Part(37),
        podcast: true,
        plus: false,
        unavailable: false,
    };
    assert_eq!(full, expected);
    let bare = title(json!({"asin": "B000000002", "title": "Tides"}));
    let expected = Title { asin: "B000000002".into(), name: "Tides".into(), ..Title::default() };
    assert_eq!(bare, expected);
    assert_eq!(Title::read(&Json(json!({"title": "Nobody"}))), None);
}

#[test]
fn what_the_worker_stores_is_what_the_page_reads() {
    let item = shared::samples::item(3);
    let stored = shared::wire::v1::Item::from_item(&item, None);
    let read = title(serde_json::to_value(&stored).unwrap());
    assert_eq!((read.asin, read.minutes), (item.asin.to_string(), item.runtime_minutes));
    assert!(read.name.starts_with(&item.title) && !read.authors.is_empty());
}

#[test]
fn kinds_are_counted_and_searched() {
    let mut shelf = shelf();
    let places = |shelf: &Shelf, show, search: &str| shelf.shown(show, search);
    assert_eq!(places(&shelf, Show::All, ""), [0, 1, 2, 3]);
    assert_eq!(places(&shelf, Show::All, "tides salt"), [2]);
    assert_eq!(places(&shelf, Show::All, "salt"), [0, 2, 3], "title and narrator");
    assert_eq!(places(&shelf, Show::Finished, ""), [0]);
    assert_eq!(places(&shelf, Show::Podcasts, ""), [1]);
    assert_eq!(places(&shelf, Show::Plus, "winter"), [0; 0]);
    assert_eq!(places(&shelf, Show::Unavailable, ""), [2]);
    assert_eq!(shelf.book(3).unwrap().title.heard, Heard::Part(99), "not yet to the end");

    shelf.hear(
        "B000000001 unchanged\nB000000002 ignored\nB000000003 updated runtime_minutes,title,title\n\
         B000000004 imported\nB000000009 imported\nnonsense\n",
    );
    let verdict = |place: usize| shelf.book(place).unwrap().verdict.clone();
    assert_eq!(verdict(0), Some(Verdict::Unchanged));
    assert_eq!(verdict(2), Some(Verdict::Changed(vec![Key::FieldRuntime, Key::FieldTitle])));
    shelf.choose(&[1, 3], false);
    let counts: Vec<(&str, u32)> =
        Show::ALL.iter().map(|show| show.name()).zip(shelf.counts()).collect();
    let expected = [
        ("all", 4),
        ("new", 1),
        ("changed", 1),
        ("unchanged", 1),
        ("ignored", 1),
        ("refused", 0),
        ("left-out", 2),
        ("finished", 1),
        ("podcasts", 1),
        ("plus", 1),
        ("unavailable", 1),
    ];
    assert_eq!(counts, expected);
    shelf.forget();
    assert_eq!(shelf.shown(Show::New, ""), [0; 0]);
}

#[test]
fn what_is_left_out_is_named_and_chosen_again() {
    let mut shelf = shelf();
    shelf.leave_out(["B000000002", "B000000099"].into_iter());
    shelf.choose(&[3, 99], false);
    assert_eq!(shelf.left_out(), ["B000000002", "B000000004"]);
    let all = shelf.all();
    shelf.choose(&all, false);
    assert_eq!(shelf.left_out().len(), 4);
    shelf.choose(&[0, 1], true);
    assert_eq!(shelf.left_out(), ["B000000003", "B000000004"]);
    assert_eq!(shelf.asins(&[1, 99]), ["B000000002"]);
}

#[test]
fn the_choice_is_read_as_the_worker_wrote_it() {
    let compared = Compared { done: 1, of: 3, imported: 500, ..Compared::default() };
    let choices = [
        None,
        Some(Choice { run: "r".into(), batches: 12, left_out: 3, ..Choice::default() }),
        Some(Choice {
            settled: true,
            compared: Some(Compared {
                trouble: Some(ServerTrouble::Incompatible { version: "9".into() }),
                ..compared
            }),
            told: 2,
            untold: Some(ServerTrouble::Busy),
            ..Choice::default()
        }),
    ];
    for choice in choices {
        let base = samples::snapshots().into_iter().next().unwrap();
        let library = "Ada".to_owned();
        let snapshot = Snapshot { choice, without_asking: true, library, ..base };
        let written = serde_json::to_value(&snapshot).unwrap();
        assert_eq!(wire::snapshot(&Json(written.clone())).as_ref(), Some(&snapshot), "{written}");
    }
}

#[test]
fn what_the_page_asks_is_what_the_worker_reads() {
    let asins = vec!["B000000001".to_owned(), "B000000002".to_owned()];
    for request in [
        Request::Look,
        Request::Compare,
        Request::Send,
        Request::Choose { left_out: asins.clone() },
        Request::Ignore { asins, wanted: false },
        Request::NameLibrary { name: "Ada".into() },
        Request::ImportWithoutAsking { on: true },
    ] {
        let written: serde_json::Map<String, Value> = wire::request(request.clone())
            .into_iter()
            .map(|(name, value)| {
                let value = match value {
                    Field::Text(text) => json!(text),
                    Field::Truth(truth) => json!(truth),
                    Field::List(list) => json!(list),
                };
                (name.to_owned(), value)
            })
            .collect();
        assert_eq!(serde_json::from_value::<Request>(Value::Object(written)).unwrap(), request);
    }
}
