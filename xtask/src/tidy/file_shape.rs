//! Rule: every file opens with its purpose and stays short enough to be read at one go.

use super::{Finding, source::Source};

/// Lines of one file; the aim is a quarter of it.
const LONGEST: usize = 600;

/// Looks at the first line and at the number of lines.
pub(crate) fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let purpose = source.text.lines().next().and_then(|line| line.strip_prefix("//! "));
    if purpose.is_none_or(|text| text.trim().is_empty()) {
        findings.push(source.finding(
            1,
            "purpose",
            "open the file with `//! ` and one sentence that gives its purpose",
        ));
    }
    let lines = source.text.lines().count();
    if lines > LONGEST {
        let advice =
            format!("{lines} lines, at most {LONGEST}: split the file by what its parts are for");
        findings.push(source.finding(LONGEST + 1, "file length", advice));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::sample;

    #[test]
    fn a_file_without_a_purpose_is_found() {
        assert_eq!(check(&sample("a.rs", "use x;\n"))[0].rule, "purpose");
        assert_eq!(check(&sample("a.rs", "//!\n"))[0].rule, "purpose");
        assert!(check(&sample("a.rs", "//! Counts books.\n")).is_empty());
    }

    #[test]
    fn the_601st_line_is_one_too_many() {
        let text =
            |lines: usize| "//! Long.\n".to_owned() + &"const A: u8 = 1;\n".repeat(lines - 1);
        assert!(check(&sample("a.rs", &text(600))).is_empty());
        let findings = check(&sample("a.rs", &text(601)));
        assert_eq!((findings[0].rule, findings[0].line), ("file length", 601));
    }
}
