//! Files that a program writes from the types: each program runs again and must change nothing.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result, bail};

use crate::{process, workspace::Workspace};

/// A program that writes files, and which ones.
struct Generator {
    package: &'static str,
    example: &'static str,
    writes: &'static [&'static str],
}

/// Every generator of the workspace.
const GENERATORS: [Generator; 1] = [Generator {
    package: "shared",
    example: "schema",
    writes: &["shared/schema/import-request.v1.json"],
}];

/// Runs all generators; fails with the first line that differs when a checked-in file is stale.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    for Generator { package, example, writes } in &GENERATORS {
        let before = read(&workspace.root, writes)?;
        let mut cargo =
            workspace.cargo(["run", "--quiet", "--locked", "-p", package, "--example", example]);
        process::run_aside(&mut cargo)?;
        let after = read(&workspace.root, writes)?;
        if let Some(difference) = first_difference(&before, &after) {
            bail!(
                "{difference}\nit is written anew by `{}`: look at it and commit it",
                process::shown(&cargo)
            );
        }
    }
    Ok(())
}

type Contents = BTreeMap<String, String>;

fn read(root: &Path, files: &[&str]) -> Result<Contents> {
    files
        .iter()
        .map(|file| {
            let text =
                fs::read_to_string(root.join(file)).with_context(|| format!("read {file}"))?;
            Ok(((*file).to_owned(), text))
        })
        .collect()
}

fn first_difference(before: &Contents, after: &Contents) -> Option<String> {
    after.iter().find_map(|(file, new)| {
        let old = before.get(file).map_or("", String::as_str);
        if old == new {
            return None;
        }
        let mut pairs = old.lines().zip(new.lines()).enumerate();
        let (line, was, is) = match pairs.find(|(_, (was, is))| was != is) {
            Some((index, (was, is))) => (index + 1, was, is),
            None => {
                (old.lines().count().min(new.lines().count()) + 1, "(end)", "(more or fewer lines)")
            }
        };
        Some(format!("{file}:{line}: stale\n  checked in: {was}\n  generated:  {is}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(text: &str) -> Contents {
        Contents::from([("schema.json".to_owned(), text.to_owned())])
    }

    #[test]
    fn a_fresh_file_is_no_difference() {
        assert_eq!(first_difference(&contents("a\nb\n"), &contents("a\nb\n")), None);
    }

    #[test]
    fn a_stale_file_is_named_with_its_first_changed_line() {
        let difference = first_difference(&contents("a\nb\n"), &contents("a\nc\n")).unwrap();
        assert_eq!(difference, "schema.json:2: stale\n  checked in: b\n  generated:  c");
    }

    #[test]
    fn a_longer_file_is_a_difference_too() {
        let difference = first_difference(&contents("a\n"), &contents("a\nb\n")).unwrap();
        assert!(difference.starts_with("schema.json:2: stale"), "{difference}");
    }
}
