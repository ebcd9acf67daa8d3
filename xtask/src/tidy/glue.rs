//! Rule: hand-written JavaScript is glue; no file of it has more than 30 lines.

use anyhow::Result;

use super::{Finding, tree::Tree};

/// Where it stands.
const FOLDER: &str = "extension/glue";

/// Lines of one file.
const LONGEST: usize = 30;

/// Counts lines.
pub(crate) fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for name in tree.below(FOLDER) {
        let file = format!("{FOLDER}/{name}");
        let lines = tree.text(&file)?.lines().count();
        if lines > LONGEST {
            let advice = format!("{lines} lines, at most {LONGEST}: move the decision into Rust");
            findings.push(Finding { file, line: LONGEST + 1, rule: "thin glue", advice });
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::sample;

    #[test]
    fn the_31st_line_is_one_too_many() {
        let line = "chrome.alarms.onAlarm.addListener(wake);\n";
        let (_root, tree) = sample(&[
            ("extension/glue/a.js", &line.repeat(30)),
            ("extension/glue/b.js", &line.repeat(31)),
        ]);
        let findings = check(&tree).unwrap();
        assert_eq!(
            findings.iter().map(|finding| finding.file.as_str()).collect::<Vec<_>>(),
            ["extension/glue/b.js"]
        );
    }
}
