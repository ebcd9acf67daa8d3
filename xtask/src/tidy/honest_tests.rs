//! Rule: tests are never switched off and never wait for a while.

use super::{
    Finding,
    source::{Kind, Source},
};

/// Looks for `#[ignore]` and for calls of `sleep` in test code.
pub(crate) fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for window in source.tokens.windows(3) {
        let [before, token, after] = window else { continue };
        if !token.test {
            continue;
        }
        if before.is_sign('[')
            && token.is_word("ignore")
            && (after.is_sign(']') || after.is_sign('='))
        {
            findings.push(source.finding(token.line, "honest tests", "mend or remove the test; nothing is ignored (long ones belong to `cargo xtask soak`)"));
        }
        let called =
            token.is_word("sleep") && after.kind == Kind::Sign('(') && !before.is_word("fn");
        if called {
            findings.push(source.finding(
                token.line,
                "honest tests",
                "wait for the condition itself, not for a while",
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::sample;

    #[test]
    fn ignored_tests_are_found() {
        let text = "//! x\n#[test]\n#[ignore]\nfn a() {}\n#[test]\n#[ignore = \"slow\"]\nfn b() {}";
        let lines: Vec<_> =
            check(&sample("shared/src/a.rs", text)).iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [3, 6]);
    }

    #[test]
    fn waiting_for_a_while_is_found_in_tests_alone() {
        let text = "async fn a() { tokio::time::sleep(x).await; std::thread::sleep(x); }";
        assert_eq!(check(&sample("e2e/tests/it.rs", text)).len(), 2);
        assert!(check(&sample("e2e/src/wait.rs", text)).is_empty());
    }
}
