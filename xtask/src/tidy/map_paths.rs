//! Rule: every path that ARCHITECTURE.md names in backticks exists.

use anyhow::Result;

use super::{Finding, tree::Tree};

/// The map.
const MAP: &str = "ARCHITECTURE.md";

/// Endings that make a word without a slash a file name.
const FILES: [&str; 10] =
    [".rs", ".md", ".toml", ".json", ".js", ".css", ".html", ".svg", ".sql", ".mjs"];

/// Looks at what stands in backticks, outside of fenced blocks.
pub(crate) fn check(tree: &Tree) -> Result<Vec<Finding>> {
    if !tree.paths().any(|path| path == MAP) {
        return Ok(Vec::new());
    }
    let text = tree.text(MAP)?;
    let mut fenced = false;
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        let words = line.split('`').skip(1).step_by(2).filter(|word| !fenced && is_path(word));
        for path in words.flat_map(alternatives).filter(|path| !exists(tree, path)) {
            let advice = format!("`{path}` does not exist: the map shows the tree as it is");
            findings.push(Finding {
                file: MAP.to_owned(),
                line: index + 1,
                rule: "true map",
                advice,
            });
        }
    }
    Ok(findings)
}

/// Endpoints begin with a slash, media types have no ending, commands have blanks.
fn is_path(word: &str) -> bool {
    let plain = !word.starts_with('/') && !word.contains([' ', ':', '<', '*', '(', '$', '=']);
    plain && (word.ends_with('/') || FILES.iter().any(|ending| word.ends_with(ending)))
}

/// `migrations/{sqlite,postgres}/` names two paths.
fn alternatives(word: &str) -> Vec<String> {
    match word.split_once('{').and_then(|(head, rest)| Some((head, rest.split_once('}')?))) {
        Some((head, (inner, tail))) => {
            inner.split(',').map(|part| format!("{head}{}{tail}", part.trim())).collect()
        }
        None => vec![word.to_owned()],
    }
}

/// A path may be given from any folder on, as in `http/error.rs`.
fn exists(tree: &Tree, path: &str) -> bool {
    let inside = format!("/{path}");
    tree.paths().any(|known| {
        let known = format!("/{known}");
        if path.ends_with('/') { known.contains(&inside) } else { known.ends_with(&inside) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::sample;

    fn missing(map: &str) -> Vec<String> {
        let (_root, tree) = sample(&[
            (MAP, map),
            ("ingest-server/src/http/error.rs", ""),
            ("ingest-server/migrations/sqlite/0001_start.sql", ""),
        ]);
        check(&tree).unwrap().into_iter().map(|finding| finding.advice).collect()
    }

    #[test]
    fn paths_that_exist_pass_whole_or_in_part() {
        assert!(
            missing("`ingest-server/src/http/error.rs`, `http/error.rs`, `migrations/`").is_empty()
        );
    }

    #[test]
    fn a_path_of_yesterday_is_found() {
        assert_eq!(missing("\nsee `http/errors.rs`").len(), 1);
        assert_eq!(
            missing("`migrations/{sqlite,postgres}/`"),
            ["`migrations/postgres/` does not exist: the map shows the tree as it is"]
        );
    }

    #[test]
    fn what_is_no_path_is_left_alone() {
        assert!(
            missing(
                "`/api/version`, `application/json`, `cargo run x.rs`, `a::b`\n```\n`gone.rs`\n```"
            )
            .is_empty()
        );
    }
}
