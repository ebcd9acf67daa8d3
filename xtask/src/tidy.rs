//! The rules of the source tree, each one small and each with a test that shows it failing.

mod browser_api;
mod clock;
mod edges;
mod file_shape;
mod forbidden;
mod glue;
mod handlers;
mod honest_tests;
mod locales;
mod map_paths;
mod migrations;
mod source;
mod sql;
mod status;
mod tree;

use std::fmt;

use anyhow::{Result, bail};

use self::{source::Source, tree::Tree};
use crate::{say, workspace::Workspace};

/// A broken rule: where, which, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    file: String,
    line: usize,
    rule: &'static str,
    advice: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: [{}] {}", self.file, self.line, self.rule, self.advice)
    }
}

type FileRule = fn(&Source) -> Vec<Finding>;
type TreeRule = fn(&Tree) -> Result<Vec<Finding>>;

/// Rules that look at one Rust file.
const FILE_RULES: [FileRule; 8] = [
    file_shape::check,
    browser_api::places,
    browser_api::exports,
    sql::check,
    status::check,
    clock::check,
    handlers::check,
    honest_tests::check,
];

/// Rules that look at the tree as a whole.
const TREE_RULES: [TreeRule; 4] =
    [glue::check, locales::check, migrations::check, map_paths::check];

/// Applies every rule and lists all findings at once.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let tree = Tree::read(&workspace.root)?;
    let mut findings = edges::check(&workspace.metadata);
    findings.extend(forbidden::check(&workspace.metadata));
    let mut sources = 0;
    for path in tree.paths().filter(|path| path.ends_with(".rs")) {
        sources += 1;
        match Source::parse(path, tree.text(path)?) {
            Ok(source) => findings.extend(FILE_RULES.iter().flat_map(|rule| rule(&source))),
            Err(finding) => findings.push(finding),
        }
    }
    for rule in TREE_RULES {
        findings.extend(rule(&tree)?);
    }
    for finding in &findings {
        say::result(&finding.to_string())?;
    }
    if !findings.is_empty() {
        bail!("{} broken rules, listed above", findings.len());
    }
    say::note(&format!("{sources} Rust files keep every rule"));
    Ok(())
}
