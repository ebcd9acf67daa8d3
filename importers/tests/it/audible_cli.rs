//! Files that audible-cli's own export command wrote, and not we for it.

use std::{fs::File, path::Path, process::Command};

use serde_json::{Value, json};

use crate::{told::told, venv};

/// The version whose writer is asked.
const PACKAGE: &str = "audible-cli==0.6.0";

/// What both say of a title: the program writes less than Audible does.
fn shared_part(title: &Value) -> Value {
    let item = &title["item"];
    let names = |list: &Value| -> Vec<Value> {
        list.as_array().into_iter().flatten().map(|one| one["name"].clone()).collect()
    };
    json!({
        "asin": item["asin"], "title": item["title"], "subtitle": item["subtitle"],
        "authors": names(&item["authors"]), "narrators": names(&item["narrators"]),
        "series": [item["series"][0]["title"], item["series"][0]["sequence"]],
        "runtime": item["runtime_minutes"], "released": item["release_date"],
        "bought": item["purchase_date"], "genres": item["categories"], "cover": item["cover_url"],
        "state": item["listening"]["state"], "percent": item["listening"]["percent"],
    })
}

#[test]
fn what_audible_cli_writes_is_what_audible_said() {
    let Some(python) = venv::python(PACKAGE, "audible_cli") else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("audible-cli-files");
    std::fs::create_dir_all(&folder).unwrap();
    let answer = folder.join("answer.json");
    let sample = root.join("testdata/audible_json/answer/input.json");
    // The day of issue is nothing that the program writes.
    let text = std::fs::read_to_string(sample).unwrap().replace("\"issue_date\"", "\"other_date\"");
    std::fs::write(&answer, text).unwrap();
    let done = Command::new(python)
        .arg(root.join("tests/programs/audible_cli_export.py"))
        .args([&answer, &folder])
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));

    let said = told(File::open(&answer).unwrap());
    let expected: Vec<_> = said["titles"].as_array().unwrap().iter().map(shared_part).collect();
    assert_eq!(expected.len(), 4);
    for form in ["tsv", "csv", "json"] {
        let found = told(File::open(folder.join(format!("library.{form}"))).unwrap());
        assert_eq!((&found["format"], &found["problems"]), (&json!("audible_cli"), &json!([])));
        let titles: Vec<_> = found["titles"].as_array().unwrap().iter().map(shared_part).collect();
        assert_eq!(titles, expected, "{form}");
    }
}
