//! Rule: the contract and the importers do no IO, so no crate for IO is among their dependencies.

use cargo_metadata::Metadata;

use super::{Finding, edges};

/// Crates that must stay pure.
const PURE: [&str; 2] = ["shared", "importers"];

/// What would end their purity.
const IMPURE: [&str; 8] =
    ["tokio", "sqlx", "axum", "reqwest", "hyper", "web-sys", "js-sys", "gloo-net"];

/// Looks at dependencies of every kind.
pub(crate) fn check(metadata: &Metadata) -> Vec<Finding> {
    let root = metadata.workspace_root.as_str();
    let mut findings = Vec::new();
    for package in metadata.workspace_packages() {
        for dependency in &package.dependencies {
            if let Some(advice) = refusal(package.name.as_str(), &dependency.name) {
                findings.push(Finding { rule: "pure crates", ..edges::at(package, root, advice) });
            }
        }
    }
    findings
}

fn refusal(package: &str, dependency: &str) -> Option<String> {
    (PURE.contains(&package) && IMPURE.contains(&dependency)).then(|| {
        format!("{package} does no IO: take the data as an argument instead of using {dependency}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_in_the_contract_is_refused_and_in_the_server_it_is_not() {
        assert!(refusal("shared", "tokio").is_some());
        assert!(refusal("importers", "reqwest").is_some());
        assert!(refusal("ingest-server", "tokio").is_none());
        assert!(refusal("shared", "serde").is_none());
    }
}
