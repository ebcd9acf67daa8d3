//! Rule: one place gives a failure its HTTP status.

use super::{Finding, source::Source};

/// Where the server's code lies, and the one place of it that may: this file and those below it.
const SERVER: &str = "ingest-server/src/";
const HOME: &str = "ingest-server/src/http/error.rs";
const BELOW_HOME: &str = "ingest-server/src/http/error/";

/// The names that are no failure: everything else behind `StatusCode::` in capitals is one.
const FINE: [&str; 18] = [
    "CONTINUE",
    "SWITCHING_PROTOCOLS",
    "PROCESSING",
    "EARLY_HINTS",
    "OK",
    "CREATED",
    "ACCEPTED",
    "NON_AUTHORITATIVE_INFORMATION",
    "NO_CONTENT",
    "RESET_CONTENT",
    "PARTIAL_CONTENT",
    "MULTIPLE_CHOICES",
    "MOVED_PERMANENTLY",
    "FOUND",
    "SEE_OTHER",
    "NOT_MODIFIED",
    "TEMPORARY_REDIRECT",
    "PERMANENT_REDIRECT",
];

/// Names of 4xx and 5xx codes outside that file; tests may name what they expect.
pub(crate) fn check(source: &Source) -> Vec<Finding> {
    let home = source.path == HOME || source.path.starts_with(BELOW_HOME);
    if home || !source.path.starts_with(SERVER) {
        return Vec::new();
    }
    source
        .paths("StatusCode")
        .filter(|(name, token)| !token.test && is_failure(name))
        .map(|(name, token)| {
            source.finding(
                token.line,
                "one place for failures",
                format!("return an error of the domain; {HOME} gives it {name}"),
            )
        })
        .collect()
}

fn is_failure(name: &str) -> bool {
    let constant = name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_');
    constant && !FINE.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::sample;

    #[test]
    fn a_failure_in_a_handler_is_found_and_a_success_is_not() {
        let text = "fn f() -> StatusCode { StatusCode::NOT_FOUND }\nfn g() -> StatusCode { StatusCode::CREATED }";
        let findings = check(&sample("ingest-server/src/http/library.rs", text));
        assert_eq!(findings.iter().map(|finding| finding.line).collect::<Vec<_>>(), [1]);
        assert!(check(&sample(HOME, text)).is_empty());
    }

    #[test]
    fn tests_may_name_what_they_expect() {
        let text = "#[cfg(test)] mod tests { fn f() { StatusCode::CONFLICT; } }";
        assert!(check(&sample("ingest-server/src/http/import.rs", text)).is_empty());
    }
}
