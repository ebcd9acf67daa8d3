//! Rule: SQL stands under `store/` and `migrations/` alone.

use super::{
    Finding,
    source::{Kind, Source},
};

/// First words of a statement. Each is chosen so that no sentence for people and no HTTP method
/// looks like it: `Select a marketplace` and `DELETE /api/account` are not SQL.
const OPENINGS: [&str; 16] = [
    "insert into ",
    "insert or ",
    "delete from ",
    "select *",
    "select count(",
    "select 1",
    "create table ",
    "create index ",
    "create unique index ",
    "create view ",
    "alter table ",
    "drop table ",
    "drop index ",
    "truncate table ",
    "pragma ",
    "begin immediate",
];

/// Looks at string literals wherever they stand, macros included.
pub(crate) fn check(source: &Source) -> Vec<Finding> {
    if is_home(&source.path) {
        return Vec::new();
    }
    let found = source
        .tokens
        .iter()
        .filter(|token| matches!(&token.kind, Kind::Text(text) if is_statement(text)));
    found
        .map(|token| {
            source.finding(token.line, "SQL in its place", "make this a use case of the `Store` trait; SQL stands under store/ and migrations/")
        })
        .collect()
}

/// This crate has no database, but samples of what it refuses; a benchmark compares the server with
/// the bare database.
fn is_home(path: &str) -> bool {
    path.starts_with("xtask/")
        || path.starts_with("bench/")
        || path.split('/').rev().skip(1).any(|part| part == "store" || part == "migrations")
}

fn is_statement(text: &str) -> bool {
    let words: Vec<&str> = text
        .split_whitespace()
        .map(|word| word.trim_start_matches("\\n").trim_matches('\\'))
        .filter(|word| !word.is_empty())
        .collect();
    let line = words.join(" ");
    let lower = line.to_lowercase();
    let sentence_of_sql = |first: &str, later: &str| {
        words.first().is_some_and(|word| *word == first)
            && words.iter().skip(1).any(|word| *word == later)
    };
    OPENINGS.iter().any(|opening| lower.starts_with(opening))
        || line.starts_with("SELECT ")
        || sentence_of_sql("UPDATE", "SET")
        || sentence_of_sql("update", "set")
        || sentence_of_sql("WITH", "AS")
        || sentence_of_sql("with", "select")
        || sentence_of_sql("WITH", "SELECT")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::sample;

    #[test]
    fn statements_are_recognised_in_any_layout() {
        for text in [
            "SELECT asin FROM media",
            "\\n    INSERT INTO media\\n",
            "\n   UPDATE runs\n SET x = 1",
            "WITH newest AS (SELECT 1)",
            "select * from media",
            "delete from media",
            "PRAGMA journal_mode = WAL",
        ] {
            assert!(is_statement(text), "{text:?}");
        }
    }

    #[test]
    fn sentences_and_methods_are_not() {
        for text in [
            "Select a marketplace from the list",
            "Update available",
            "DELETE /api/account",
            "WITHOUT",
            "with care",
            "Insert your token",
            "Create a token",
            "select a title",
            "begin",
        ] {
            assert!(!is_statement(text), "{text:?}");
        }
    }

    #[test]
    fn a_handler_with_sql_is_found_and_the_store_is_not() {
        let text = "fn f() { query(r#\"SELECT 1 FROM media\"#) }";
        assert_eq!(check(&sample("ingest-server/src/http/library.rs", text)).len(), 1);
        assert_eq!(check(&sample("ingest-server/src/store.rs", text)).len(), 1);
        assert!(check(&sample("ingest-server/src/store/sqlite.rs", text)).is_empty());
    }
}
