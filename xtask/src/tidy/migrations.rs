//! Rule: both databases have the same migrations, by number and name.

use std::collections::BTreeSet;

use anyhow::Result;

use super::{Finding, tree::Tree};

/// One folder a database.
const FOLDERS: [&str; 2] = ["ingest-server/migrations/sqlite", "ingest-server/migrations/postgres"];

/// Names each file that one folder has and the other lacks.
pub(crate) fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let [sqlite, postgres] = FOLDERS.map(|folder| tree.below(folder).collect::<BTreeSet<_>>());
    let lacking = |has: &BTreeSet<&str>, lacks: &BTreeSet<&str>, folder: &str| {
        has.difference(lacks)
            .map(|name| Finding {
                file: format!("{folder}/{name}"),
                line: 1,
                rule: "twin migrations",
                advice: "write this migration here too; both databases move together".to_owned(),
            })
            .collect::<Vec<_>>()
    };
    let mut findings = lacking(&sqlite, &postgres, FOLDERS[1]);
    findings.extend(lacking(&postgres, &sqlite, FOLDERS[0]));
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::sample;

    #[test]
    fn a_migration_that_one_database_lacks_is_named_where_it_is_missing() {
        let (_root, tree) = sample(&[
            ("ingest-server/migrations/sqlite/0001_start.sql", ""),
            ("ingest-server/migrations/postgres/0001_start.sql", ""),
            ("ingest-server/migrations/sqlite/0002_runs.sql", ""),
        ]);
        let findings = check(&tree).unwrap();
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].file, "ingest-server/migrations/postgres/0002_runs.sql");
    }
}
