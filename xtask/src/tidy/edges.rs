//! Rule: who may use whom among our own crates.

use std::collections::BTreeSet;

use cargo_metadata::{DependencyKind, Metadata, Package};

use super::Finding;

/// Every crate of ours, with the crates of ours that it may use.
const TABLE: [(&str, &[&str]); 11] = [
    ("shared", &[]),
    ("audible-sim", &[]),
    ("xtask", &[]),
    ("importers", &["shared"]),
    ("audible-client", &["shared"]),
    ("extension", &["shared"]),
    ("extension-popup", &["extension", "shared"]),
    ("audible-export", &["shared", "audible-client"]),
    ("ingest-server", &["shared", "importers", "audible-client"]),
    ("e2e", &["shared", "ingest-server", "audible-client", "audible-sim"]),
    ("bench", &["shared", "extension", "importers", "ingest-server", "audible-sim", "e2e"]),
];

/// The simulator must not agree with the mistakes of what it imitates, so `shared` keeps clear of it
/// even in tests; everybody else may test against it.
const SIMULATOR: &str = "audible-sim";

/// Who brings titles to a server is tested with one.
const SENDER: (&str, &str) = ("audible-export", "ingest-server");

/// Compares every edge of the workspace with the table.
pub(crate) fn check(metadata: &Metadata) -> Vec<Finding> {
    let packages = metadata.workspace_packages();
    let ours: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let root = metadata.workspace_root.as_str();
    packages
        .iter()
        .flat_map(|package| {
            edges(package, &ours)
                .filter_map(|(to, kind)| refusal(package.name.as_str(), to, kind))
                .chain(unknown(package.name.as_str()))
                .map(|advice| at(package, root, advice))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn edges<'a>(
    package: &'a Package,
    ours: &'a BTreeSet<&str>,
) -> impl Iterator<Item = (&'a str, DependencyKind)> {
    package
        .dependencies
        .iter()
        .map(|dependency| (dependency.name.as_str(), dependency.kind))
        .filter(|(name, _)| ours.contains(name))
}

fn unknown(name: &str) -> Option<String> {
    let known = TABLE.iter().any(|(own, _)| *own == name);
    (!known).then(|| {
        format!("{name} is not in the table; add it to xtask/src/tidy/edges.rs and ARCHITECTURE.md")
    })
}

fn refusal(from: &str, to: &str, kind: DependencyKind) -> Option<String> {
    let (_, allowed) = TABLE.iter().find(|(own, _)| *own == from)?;
    let for_tests = kind == DependencyKind::Development;
    let simulated = for_tests && to == SIMULATOR && from != "shared";
    // A crate that uses itself in tests switches on one of its features there.
    let itself = for_tests && to == from;
    let received = for_tests && (from, to) == SENDER;
    if simulated || itself || received || allowed.contains(&to) {
        return None;
    }
    let list = if allowed.is_empty() { "nothing of ours".to_owned() } else { allowed.join(", ") };
    Some(format!(
        "{from} may use {list}, not {to}; move what both need down into `shared`, or write an ADR"
    ))
}

/// A finding in the manifest of a package.
pub(crate) fn at(package: &Package, root: &str, advice: String) -> Finding {
    let manifest = package.manifest_path.as_str();
    let file = manifest.strip_prefix(root).unwrap_or(manifest).trim_start_matches('/').to_owned();
    Finding { file, line: 1, rule: "who may use whom", advice }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_uses_nothing_of_ours_not_even_in_tests() {
        for kind in [DependencyKind::Normal, DependencyKind::Development] {
            assert!(refusal("shared", "audible-sim", kind).is_some());
            assert!(refusal("shared", "extension", kind).is_some());
        }
    }

    #[test]
    fn the_simulator_may_be_tested_against_and_not_shipped() {
        assert!(refusal("extension", "audible-sim", DependencyKind::Development).is_none());
        assert!(refusal("extension", "audible-sim", DependencyKind::Normal).is_some());
        assert!(refusal("audible-sim", "shared", DependencyKind::Development).is_some());
        assert!(refusal("audible-export", "ingest-server", DependencyKind::Development).is_none());
        assert!(refusal("audible-export", "ingest-server", DependencyKind::Normal).is_some());
    }

    #[test]
    fn allowed_edges_pass_and_others_say_what_would_be_allowed() {
        assert!(refusal("extension-popup", "extension", DependencyKind::Normal).is_none());
        let advice = refusal("ingest-server", "extension", DependencyKind::Normal).unwrap();
        assert!(
            advice.starts_with(
                "ingest-server may use shared, importers, audible-client, not extension"
            )
        );
    }

    #[test]
    fn a_crate_that_nobody_listed_is_named() {
        assert!(unknown("helpers").is_some());
        assert!(unknown("importers").is_none());
    }
}
