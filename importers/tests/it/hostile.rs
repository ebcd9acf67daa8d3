//! Files that mean harm, or that somebody has spoilt: every one ends in a problem with a name.

use std::io::{Cursor, Write};

use importers::{Content, Export, Found, Limits, Report, Title, Unreadable};
use proptest::prelude::*;
use shared::problem::{Problem, Reason};
use zip::{ZipWriter, write::SimpleFileOptions};

const HEADER: &str = "mp,asin,kind,title,subtitle,full_title,purchase_date,runtime_min,language\n";

fn all(bytes: impl Into<Vec<u8>>) -> (Result<Report, Unreadable>, Vec<Title>, Vec<Problem>) {
    let (mut titles, mut problems) = (Vec::new(), Vec::new());
    let export = Export::open(Cursor::new(bytes.into()), Limits::default());
    let report = export.and_then(|export| {
        export.read(&mut |found| match found {
            Found::Title(title) => titles.push(*title),
            Found::Refused(problem) | Found::Problem(problem) => problems.push(problem),
        })
    });
    (report, titles, problems)
}

fn unreadable(bytes: impl Into<Vec<u8>>) -> &'static str {
    let (report, titles, _) = all(bytes);
    assert_eq!(titles, []);
    report.unwrap_err().code()
}

fn row(number: usize) -> String {
    format!("us,B{number:09},book,Title {number},,,2025-05-21,421,english\n")
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn one_bad_row_among_ten_thousand_is_named_by_its_line() {
    let mut text = HEADER.to_owned();
    for number in 0..10_000 {
        text.push_str(&if number == 6_000 {
            "us,B000006000,book,\"Shifted\",too,many,cells,are,in,this,row\n".to_owned()
        } else {
            row(number)
        });
    }
    let (report, titles, problems) = all(text);
    assert!(report.unwrap().whole);
    assert_eq!(titles.len(), 9_999);
    assert_eq!((problems.len(), problems[0].place.as_str()), (1, "line 6002"));
}

#[test]
fn a_cell_of_ten_megabytes_costs_its_own_row_alone() {
    let long = "x".repeat(10_000_000);
    let text = format!("{HEADER}{}us,B000000002,book,\"{long}\",,,,,\n{}", row(1), row(3));
    let (_, titles, problems) = all(text);
    assert_eq!(titles.len(), 2);
    assert_eq!((problems[0].place.as_str(), problems[0].reason), ("line 3", Reason::TooLarge));
}

#[test]
fn a_quote_that_is_never_closed_is_named_where_it_opens() {
    let text = format!("{HEADER}{}us,B000000002,book,\"Open,,,,,\n{}{}", row(1), row(3), row(4));
    let (_, titles, problems) = all(text);
    assert_eq!(titles.len(), 1);
    assert_eq!(problems[0].place, "line 3");
    assert!(problems[0].detail.contains("never closed"), "{}", problems[0].detail);
}

#[test]
fn a_quote_in_the_last_column_that_is_never_closed_is_named_too() {
    let open = "us,B000000002,book,\"Two\nlines\",,,,,\"english\n";
    let text = format!("{HEADER}{}{open}{}{}", row(1), row(3), row(4));
    let (report, titles, problems) = all(text);
    assert!(!report.unwrap().whole);
    assert_eq!((titles.len(), problems.len()), (1, 1));
    assert_eq!(problems[0].place, "line 4");
    assert!(problems[0].detail.contains("never closed"), "{}", problems[0].detail);
}

#[test]
fn formulas_are_text() {
    let text = format!("{HEADER}us,B000000001,book,\"=cmd|' /C calc'!A0\",,,,,\n");
    let Content::Raw(raw) = &all(text).1[0].content else { panic!("it is not our own export") };
    assert_eq!(raw.title.as_deref(), Some("=cmd|' /C calc'!A0"));
}

#[test]
fn what_is_no_export_is_said_to_be_none() {
    for bytes in [&b""[..], b" \n\n", b"\xEF\xBB\xBF"] {
        assert_eq!(unreadable(bytes), "file_empty");
    }
    for bytes in [
        &b"name,age\nAda,7\n"[..],
        b"{\"items\": [{\"name\": \"Ada\"}]}",
        b"{}",
        b"[]",
        b"{",
        b"\"text\"",
        b"\x89PNG\r\n\x1a\n\0\0\0\0",
        b"<!doctype html><title>Audible</title>",
        b"%PDF-1.7",
    ] {
        assert_eq!(unreadable(bytes), "file_unknown", "{}", String::from_utf8_lossy(bytes));
    }
    assert_eq!(unreadable(&b"PK\x03\x04 and nothing more"[..]), "file_damaged");
    assert_eq!(
        unreadable(zipped(&[("a.pdf", b"%PDF"), ("b.csv", b"name\nAda\n")])),
        "file_unknown"
    );
}

#[test]
fn archives_unpack_within_bounds() {
    let bomb = vec![b'0'; 80_000_000];
    assert_eq!(unreadable(zipped(&[("a.csv", &bomb)])), "file_unpacks_too_large");
    let sheet = zipped(&[("xl/workbook.xml", &bomb)]);
    assert_eq!(unreadable(sheet), "file_unpacks_too_large");
    let names: Vec<String> = (0..2_001).map(|number| format!("{number}.csv")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"a"[..])).collect();
    assert_eq!(unreadable(zipped(&many)), "file_unpacks_too_large");
    // An archive in an archive is not opened.
    let inner = zipped(&[("a.csv", format!("{HEADER}{}", row(1)).as_bytes())]);
    assert_eq!(unreadable(zipped(&[("inner.zip", &inner)])), "file_unknown");
    let (report, titles, _) = all(inner);
    assert!(report.unwrap().whole && titles[0].place == "a.csv, line 2");
}

#[test]
fn of_two_exports_in_one_archive_the_second_is_left_out_and_named() {
    let table = format!("{HEADER}{}", row(1));
    let archive = zipped(&[("a.csv", table.as_bytes()), ("b.csv", table.as_bytes())]);
    let (_, titles, problems) = all(archive);
    assert_eq!((titles.len(), problems[0].place.as_str()), (1, "b.csv"));
}

#[test]
fn json_that_is_nested_without_end_breaks_off_where_it_does() {
    let deep = "[".repeat(100_000);
    let title = r#"{"asin": "B000000001", "title": "A", "format_type": "unabridged"}"#;
    let (report, titles, problems) = all(format!("[{title}, {deep}"));
    assert!(!report.unwrap().whole);
    assert_eq!((titles.len(), problems[0].place.as_str()), (1, "line 1"));
}

proptest! {
    #[test]
    fn no_file_makes_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = all(bytes);
    }

    #[test]
    fn no_table_makes_a_reader_panic(cells in "[ -~\n\"',;\t€]{0,400}") {
        let _ = all(format!("{HEADER}{cells}"));
        let header = "ASIN,title,length_in_minutes,available_in_library,is_finished\n";
        let _ = all(format!("{header}{cells}"));
    }

    #[test]
    fn no_value_makes_a_reader_panic(field in "[a-z_]{1,24}", value in "[ -~€]{0,40}") {
        let value = serde_json::to_string(&value).unwrap();
        for entry in [value.clone(), format!("[{value}]"), format!("{{\"x\": {value}}}"), "-1e308".to_owned()] {
            let _ = all(format!(r#"[{{"asin": "B0", "format_type": "", "{field}": {entry}}}]"#));
        }
    }
}
