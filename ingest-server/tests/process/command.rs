//! The command that imports a file.

use std::{
    path::Path,
    process::{Command, Output},
};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ingest-server"));
    command.arg("--data-dir").arg(folder).args(["--log", "error"]).args(arguments);
    command.env_remove("MEFEED_DATABASE_URL").output().unwrap()
}

#[track_caller]
fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(err));
    String::from_utf8_lossy(out).into_owned()
}

#[test]
fn files_go_in_and_out_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let user = ["--user", "rea@home.example"];
    said(&run(folder.path(), &["user", "add", user[1]]));
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../importers/testdata");
    let file = samples.join("libation/csv_undecided/input.csv");
    let import = ["import", file.to_str().unwrap(), user[0], user[1]];

    let dry = said(&run(folder.path(), &[&import[..], &["--dry-run"]].concat()));
    assert!(dry.contains("Libation: 1 new"), "{dry}");
    let first = said(&run(folder.path(), &import));
    assert!(first.contains("line 2: B0HARB0001 purchase_date"), "{first}");
    assert!(first.contains("Libation: 1 new, 0 changed, 0 unchanged"), "{first}");
    let again = said(&run(folder.path(), &import));
    assert!(again.contains("Libation: 0 new, 0 changed, 1 unchanged"), "{again}");

    let name = folder.path().join("library.json");
    let export = ["export", user[0], user[1]];
    let printed = said(&run(folder.path(), &export));
    assert!(printed.starts_with("{\"format\":\"me-feed-library\""), "{printed}");
    said(&run(folder.path(), &[&export[..], &[name.to_str().unwrap()]].concat()));
    assert_eq!(std::fs::read_to_string(&name).unwrap().trim_end(), printed.trim_end());
    let refused = run(folder.path(), &[&export[..], &[name.to_str().unwrap()]].concat());
    assert!(!refused.status.success(), "a file that is there stays");
    let shelf = said(&run(folder.path(), &[&export[..], &["--format", "goodreads"]].concat()));
    assert!(shelf.starts_with("Book Id,Title,Author,"), "{shelf}");

    let wishlist = samples.join("audible_cli/wishlist/input.csv");
    let refused = run(folder.path(), &["import", wishlist.to_str().unwrap(), user[0], user[1]]);
    assert!(!refused.status.success());
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(why.contains("this is a wishlist, not a library"), "{why}");
}

#[test]
fn a_key_that_is_none_is_refused_by_its_name_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let with = |name: &str, value: &str, arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ingest-server"));
        command.arg("--data-dir").arg(folder.path()).args(["--log", "error"]).args(arguments);
        command.env_remove("MEFEED_DATABASE_URL").env(name, value).output().unwrap()
    };
    let file = folder.path().join("key.txt");
    std::fs::write(&file, "not a key at all\n").unwrap();
    for (name, value) in [
        ("AUDIBLE_ENCRYPTION_KEY", "not a key at all"),
        ("AUDIBLE_ENCRYPTION_KEY_PREVIOUS", "not a key at all"),
        ("AUDIBLE_ENCRYPTION_KEY_FILE", file.to_str().unwrap()),
    ] {
        let refused = with(name, value, &["serve"]);
        assert!(!refused.status.success(), "{name}");
        let why = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(why.contains(name.trim_end_matches("_FILE")), "{why}");
        assert!(why.contains("openssl rand -base64 32") && !why.contains("not a key"), "{why}");
    }
    let missing = with("AUDIBLE_ENCRYPTION_KEY_FILE", "/nowhere/key", &["serve"]);
    assert!(!missing.status.success());
    let off = with("AUDIBLE_ENCRYPTION_KEY", "", &["rotate-key"]);
    let why = String::from_utf8_lossy(&off.stderr).into_owned();
    assert!(!off.status.success() && why.contains("AUDIBLE_ENCRYPTION_KEY is not set"), "{why}");
    let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let none = said(&with("AUDIBLE_ENCRYPTION_KEY", key, &["rotate-key"]));
    assert!(none.contains("0 sealed with the new key"), "{none}");
}
