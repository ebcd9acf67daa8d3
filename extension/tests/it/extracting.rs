//! Single pages: invented ones with what they must yield, captured ones where they are at hand, and
//! pages that something has spoilt.

use std::{fs, path::Path};

use audible_sim::{Case, Language, Library, Marketplace, page};
use extension::extract::{PageKind, extract};
use proptest::prelude::*;
use serde_json::Value;

/// Looks only at what `expected` names, so that a case says what it is about.
#[track_caller]
fn agrees(found: &Value, expected: &Value, at: &str) {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            for (name, expected) in expected {
                let found = found.get(name).unwrap_or(&Value::Null);
                agrees(found, expected, &format!("{at}/{name}"));
            }
        }
        (Value::Array(found), Value::Array(expected)) => {
            assert_eq!(found.len(), expected.len(), "{at}: {found:?}");
            for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
                agrees(found, expected, &format!("{at}/{index}"));
            }
        }
        _ => assert_eq!(found, expected, "{at}"),
    }
}

#[test]
fn each_invented_page_yields_what_its_case_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    let mut cases = 0;
    for case in fs::read_dir(folder).unwrap() {
        let case = case.unwrap().path();
        let html = fs::read_to_string(case.join("input.html")).unwrap();
        let expected = fs::read_to_string(case.join("expected.json")).unwrap();
        assert!(case.join("why.md").exists(), "{}", case.display());
        let extracted = extract(&html);
        let mut found = serde_json::to_value(&extracted).unwrap();
        found["kind"] = format!("{:?}", extracted.kind).into();
        agrees(&found, &serde_json::from_str(&expected).unwrap(), &case.display().to_string());
        cases += 1;
    }
    assert!(cases >= 6);
}

#[test]
fn captured_rows_show_what_was_seen_on_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures");
    if !folder.is_dir() {
        // They are not part of the project; whoever has them, looks at them too.
        return;
    }
    let read = |name: &str| {
        let html = fs::read_to_string(folder.join(name)).unwrap();
        serde_json::to_value(extract(&html)).unwrap()
    };
    let check = |name, expected: Value| agrees(&read(name), &expected, name);
    check(
        "row.com.in-progress.html",
        serde_json::json!({"problems": [], "items": [{"asin": "1705240585",
            "title": "Thief of Souls: Star Shards Chronicles, Book 2",
            "authors": [{"name": "Neal Shusterman"}], "narrators": [{"name": "Joe Hempel"}],
            "series": [{"title": "Star Shards Chronicles", "asin": "B08CVC76VZ", "sequence": "2"}],
            "listening": {"state": "in_progress", "percent": 99.0}}]}),
    );
    check(
        "row.com.finished-favourite-pdf.html",
        serde_json::json!({"items": [{"asin": "B0CQ3759C3", "favorite": true,
            "narrators": [{"name": "Kate Reading"}, {"name": "Michael Kramer"}],
            "series": [{"title": "The Cosmere", "sequence": null},
                {"title": "The Stormlight Archive", "sequence": "5"}],
            "listening": {"state": "finished", "percent": 100.0},
            "extra": {"pdf_url": "/companion-file/B0CQ3759C3"}}]}),
    );
    check(
        "row.com.multi-authors.html",
        serde_json::json!({"items": [{"asin": "B09ZLN963G",
            "authors": [{"name": "Brandon Sanderson"}, {"name": "Max Epstein"},
                {"name": "David Pace"}, {"name": "Michael Harkins"}],
            "series": [{"title": "Legion", "sequence": "1.5"}],
            "listening": {"state": "not_started", "percent": 0.0}}]}),
    );
    check(
        "row.com.not-started.html",
        serde_json::json!({"items": [{"asin": "1705240569", "plus": true,
            "title": "Scorpion Shards: Star Shards Chronicles Series, Book 1",
            "series": [{"title": "Star Shards Chronicles", "sequence": "1"}],
            "length": {"text": "6h 29m"}}]}),
    );
}

#[test]
fn pages_lead_on_until_the_last_one() {
    let library = Library::generate(2, 5);
    let of = |number| {
        let html = page::library_page(&library, Marketplace::DE, Language::German, number, 2);
        let found = extract(&html);
        assert_eq!(found.kind, PageKind::Library);
        (found.items.len(), found.next_page, found.total_pages)
    };
    assert_eq!(of(1), (2, Some(2), Some(3)));
    assert_eq!(of(2), (2, Some(3), Some(3)));
    assert_eq!(of(3), (1, None, Some(3)), "the disabled button has an address too");
    assert_eq!(of(4), (0, None, None));
}

/// A page with a few odd rows, as bytes to spoil.
fn odd_page() -> String {
    let cases = [Case::SeveralSeries, Case::PodcastEpisode, Case::Entities];
    let library = Library::of(&cases);
    page::library_page(&library, Marketplace::US, Language::English, 1, 50)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_page_that_is_cut_or_torn_is_read_without_a_panic_and_never_as_an_empty_library(
        from in 0.0..1.0_f64, length in 0.0..0.5_f64, junk in "[<>/&\"'= a-z\u{0}\u{e9}]{0,12}",
    ) {
        let whole = odd_page();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places")]
        let place = |share: f64| {
            let at = (whole.len() as f64 * share.min(1.0)) as usize;
            (at..=whole.len()).find(|at| whole.is_char_boundary(*at)).unwrap()
        };
        let torn = format!("{}{junk}{}", &whole[..place(from)], &whole[place(from + length)..]);
        let found = extract(&torn);
        prop_assert!(found.items.len() <= 3);
        if found.kind == PageKind::Library && found.items.is_empty() && found.problems.is_empty() {
            // Nothing is left that looks like a title.
            prop_assert!(!torn.contains("id=\"adbl-library-content-row-"));
        }
    }

    #[test]
    fn anything_at_all_is_read_without_a_panic(text in ".{0,400}") {
        let found = extract(&text);
        prop_assert!(found.items.is_empty());
        prop_assert_ne!(found.kind, PageKind::Library);
    }
}

#[test]
fn a_page_that_only_opens_tags_is_no_library_however_long_it_is() {
    for opening in ["<div>", "<p><b>", "<b class=\"adbl-library-content-row\"><ul>", "<table>"] {
        let deep = opening.repeat(1_000_000);
        let found = extract(&deep);
        assert_eq!((found.kind, found.items.len()), (PageKind::Unknown, 0), "{opening}");
    }
}
