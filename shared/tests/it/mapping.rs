//! Raw to item.

use proptest::prelude::*;
use serde_json::json;
use shared::{
    item::Listening,
    map::map,
    percent::Percent,
    problem::Reason,
    raw::{RawItem, RawLength, RawListening, RawPerson, RawRating, RawSeries, RawState},
    validate,
    wire::v1,
};

fn raw() -> RawItem {
    RawItem {
        asin: "B08G9PRS1K".to_owned(),
        title: Some("A Title".to_owned()),
        ..RawItem::default()
    }
}

#[track_caller]
fn problem_of(raw: RawItem, field: &str, reason: Reason) {
    let mapped = map(raw, "row 7");
    let [problem] = mapped.problems.as_slice() else { panic!("{:?}", mapped.problems) };
    assert_eq!((problem.field.as_str(), problem.reason), (field, reason));
    assert_eq!(problem.place, "row 7");
}

#[test]
fn a_title_without_asin_or_name_gives_no_item_and_says_why() {
    problem_of(RawItem { asin: String::new(), ..raw() }, "asin", Reason::Missing);
    problem_of(RawItem { asin: "b08g9prs1k".to_owned(), ..raw() }, "asin", Reason::Malformed);
    problem_of(RawItem { title: Some(" \u{200B} ".to_owned()), ..raw() }, "title", Reason::Missing);
    assert_eq!(map(RawItem { title: None, ..raw() }, "").item, None);
}

#[test]
fn a_bad_field_is_left_out_and_named_and_the_rest_stays() {
    let text = |text: &str| Some(text.to_owned());
    problem_of(
        RawItem { cover_url: text("https://evil.example/a.jpg"), ..raw() },
        "cover_url",
        Reason::ForeignAddress,
    );
    problem_of(
        RawItem { release_date: text("05/04/21"), ..raw() },
        "release_date",
        Reason::Malformed,
    );
    problem_of(
        RawItem { length: Some(RawLength::Text("3 zorks".to_owned())), ..raw() },
        "runtime_minutes",
        Reason::UnknownUnit,
    );
    problem_of(RawItem { my_rating: Some(9.0), ..raw() }, "my_rating", Reason::Malformed);
    let rating = Some(RawRating { average: Some(7.0), count: Some(1) });
    problem_of(RawItem { rating, ..raw() }, "rating", Reason::Malformed);
    problem_of(RawItem { title: Some("x".repeat(1_001)), ..raw() }, "title", Reason::TooLarge);
}

#[test]
fn a_subtitle_known_apart_is_taken_off_the_title() {
    let raw = RawItem {
        title: Some("Wind: Book Five: of All".to_owned()),
        subtitle: Some("Book Five: of All".to_owned()),
        ..raw()
    };
    let item = map(raw, "").item.unwrap();
    assert_eq!(item.title, "Wind");
    assert_eq!(item.subtitle.as_deref(), Some("Book Five: of All"));
}

#[test]
fn listening_keeps_what_the_source_shows() {
    let heard = |state, percent, left: Option<&str>| {
        let left = left.map(|left| RawLength::Text(left.to_owned()));
        let listening = Some(RawListening { state, percent, left, finished_at: None });
        map(RawItem { listening, ..raw() }, "").item.unwrap().listening.unwrap()
    };
    assert_eq!(heard(RawState::NotStarted, Some(0.0), None), Listening::NotStarted);
    assert_eq!(
        heard(RawState::InProgress, Some(105.0), Some("<1 min")),
        Listening::InProgress { percent: Percent::HUNDRED, minutes_left: Some(1) }
    );
    assert_eq!(
        heard(RawState::Finished, None, None),
        Listening::Finished { percent: Percent::HUNDRED, on: None }
    );
}

#[test]
fn people_and_series_are_cleaned_and_stand_once() {
    let person = |name: &str, asin: Option<&str>| RawPerson {
        name: name.to_owned(),
        asin: asin.map(str::to_owned),
    };
    let series = RawSeries {
        title: " The  Saga ".to_owned(),
        asin: Some("nonsense".to_owned()),
        sequence: Some("1, The Stolen Heir".to_owned()),
    };
    let raw = RawItem {
        authors: vec![
            person(" Ann\u{0} Bee ", None),
            person("", None),
            person("Ann Bee", Some("B000000001")),
        ],
        series: vec![series.clone(), series],
        ..raw()
    };
    let item = map(raw, "").item.unwrap();
    assert_eq!(item.authors.len(), 1);
    assert_eq!(item.authors[0].name, "Ann Bee");
    assert_eq!(item.authors[0].asin.as_ref().unwrap().as_str(), "B000000001");
    assert_eq!(item.series.len(), 1);
    assert_eq!(item.series[0].title, "The Saga");
    assert_eq!(item.series[0].asin, None);
    assert_eq!(item.series[0].sequence.as_deref(), Some("1"));
}

proptest! {
    #[test]
    fn whatever_is_mapped_is_valid(
        asin in "[A-Z0-9]{9,11}|.{0,12}",
        title in proptest::option::of(".{0,40}"),
        summary in proptest::option::of(".{0,200}"),
        name in ".{0,20}",
        percent in proptest::option::of(any::<f64>()),
        minutes in any::<f64>(),
        extra in ".{0,30}",
        date in ".{0,12}|[0-9]{4}-[0-9]{2}-[0-9]{2}",
    ) {
        let raw = RawItem {
            asin,
            title,
            summary,
            authors: vec![RawPerson { name: name.clone(), asin: Some(name) }],
            length: Some(RawLength::Minutes(minutes)),
            release_date: Some(date),
            listening: Some(RawListening {
                state: RawState::InProgress,
                percent,
                left: None,
                finished_at: None,
            }),
            extra: [(extra.clone(), json!(extra))].into_iter().collect(),
            ..RawItem::default()
        };
        if let Some(item) = map(raw, "row 1").item {
            let wire = v1::Item::from_item(&item, None);
            prop_assert_eq!(validate::item(wire).unwrap(), item);
        }
    }
}

#[test]
fn of_too_many_names_those_behind_the_bound_are_not_compared() {
    let names = || (0..200_000).map(|number| format!("Name {number}"));
    let people: Vec<_> = names().map(|name| RawPerson { name, asin: None }).collect();
    let series = names().map(|title| RawSeries { title, asin: None, sequence: None }).collect();
    let mapped = map(
        RawItem {
            authors: people.clone(),
            narrators: people,
            series,
            categories: names().collect(),
            collections: names().collect(),
            ..raw()
        },
        "row 7",
    );
    let item = mapped.item.unwrap();
    assert_eq!((item.authors.len(), item.series.len(), item.categories.len()), (300, 50, 100));
    let problems: Vec<_> = mapped.problems.iter().map(|one| one.detail.as_str()).collect();
    assert_eq!(
        problems,
        [
            "cut to 300 entries",
            "cut to 300 entries",
            "cut to 50 entries",
            "cut to 100 entries",
            "cut to 200 entries"
        ]
    );
    let twice = (0..300).chain(0..300).map(|number| format!("Name {number}"));
    let authors = twice.map(|name| RawPerson { name, asin: None }).collect();
    let mapped = map(RawItem { authors, ..raw() }, "row 7");
    assert_eq!((mapped.item.unwrap().authors.len(), mapped.problems), (300, vec![]));
}
