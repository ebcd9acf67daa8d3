//! One folder for each format and odd case: what the file yields, and why it is there.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::{Path, PathBuf},
};

use importers::{Export, Format, Limits};
use serde_json::Value;

use crate::told::told;

/// Every folder with a file, its expected outcome and the reason.
fn cases() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let folders = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_dir()).collect()
    };
    let mut all = Vec::new();
    for format in folders(&root) {
        let name = format.file_name().unwrap().to_string_lossy().into_owned();
        all.extend(folders(&format).into_iter().map(|case| (name.clone(), case)));
    }
    all.sort();
    all
}

fn input(case: &Path) -> PathBuf {
    let mut inputs = fs::read_dir(case).unwrap().map(|entry| entry.unwrap().path());
    inputs.find(|path| path.file_stem().is_some_and(|stem| stem == "input")).unwrap()
}

#[test]
fn every_sample_yields_what_is_expected_of_it() {
    let mut formats = BTreeSet::new();
    for (format, case) in cases() {
        let found = told(File::open(input(&case)).unwrap());
        let expected = fs::read_to_string(case.join("expected.json")).unwrap();
        let expected: Value = serde_json::from_str(&expected).unwrap();
        assert_eq!(found, expected, "{}", case.display());
        assert!(fs::read_to_string(case.join("why.md")).unwrap().len() > 20, "{}", case.display());
        formats.insert(format);
    }
    let all: BTreeSet<_> = Format::ALL.map(|format| format.code().to_owned()).into();
    assert_eq!(formats, all, "every format has samples");
}

#[test]
fn the_name_of_a_file_says_nothing_and_its_content_everything() {
    for (format, case) in cases() {
        match Export::open(File::open(input(&case)).unwrap(), Limits::default()) {
            Ok(found) => assert_eq!(found.format().code(), format, "{}", case.display()),
            Err(error) => assert_eq!(error.code(), "file_wishlist", "{}", case.display()),
        }
    }
}
