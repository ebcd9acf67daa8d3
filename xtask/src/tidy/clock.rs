//! Rule: the system's clock is asked in files named clock.rs alone; time is an argument elsewhere.

use super::{Finding, source::Source};

/// Types whose `now` asks the system for the date. `Instant` measures durations and is free.
const CLOCKS: [&str; 7] =
    ["SystemTime", "Timestamp", "Zoned", "Utc", "Local", "OffsetDateTime", "Date"];

/// Programs around the product, whose time nobody stores.
const FREE: [&str; 4] = ["e2e/", "bench/", "xtask/", "audible-sim/"];

/// The worker's clock is the browser's.
const BROWSER: &str = "extension/src/browser/chrome.rs";

/// Looks for `SystemTime::now` and its kin.
pub(crate) fn check(source: &Source) -> Vec<Finding> {
    let home = source.path.rsplit('/').next() == Some("clock.rs") || source.path == BROWSER;
    if home || FREE.iter().any(|folder| source.path.starts_with(folder)) {
        return Vec::new();
    }
    CLOCKS
        .iter()
        .flat_map(|clock| source.paths(clock).map(move |found| (*clock, found)))
        .filter(|(_, (name, _))| name.starts_with("now"))
        .map(|(clock, (name, token))| {
            source.finding(
                token.line,
                "time is an argument",
                format!("take a Clock instead of {clock}::{name}; only clock.rs asks the system"),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::sample;

    #[test]
    fn asking_the_system_is_found_outside_the_clock() {
        let text =
            "//! x\nfn f() { jiff::Timestamp::now(); }\nfn g() { std::time::SystemTime::now(); }";
        let findings = check(&sample("ingest-server/src/ingest.rs", text));
        assert_eq!(findings.len(), 2);
        assert!(check(&sample("ingest-server/src/clock.rs", text)).is_empty());
        assert!(check(&sample(BROWSER, text)).is_empty());
        assert!(check(&sample("e2e/src/lib.rs", text)).is_empty());
    }

    #[test]
    fn measuring_a_duration_is_free() {
        assert!(
            check(&sample("ingest-server/src/app.rs", "fn f() { Instant::now(); }")).is_empty()
        );
    }
}
