//! Counts tests while they run: passed, failed, and on which database or browser.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::process;

/// What each must have at least one test of, named by a segment of the test's path.
const GROUNDS: [(&str, &str); 4] = [
    ("sqlite", "SQLite"),
    ("postgres", "PostgreSQL"),
    ("chromium", "Chromium"),
    ("firefox", "Firefox"),
];

/// Counts of one or several steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    passed: usize,
    failed: usize,
    grounds: BTreeMap<&'static str, usize>,
    steps: Vec<(String, usize)>,
}

/// Runs a `cargo test` command, copies its output as it comes and counts. Fails when a test fails.
pub(crate) fn run(step: &str, command: &mut Command, out: &mut impl Write) -> Result<Tally> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("start `{}`", process::shown(command)))?;
    let stdout = child.stdout.take().context("cargo test has no output")?;
    let mut tally = Tally::default();
    for line in BufReader::new(stdout).lines() {
        let line = line.context("read the output of cargo test")?;
        tally.count(&line);
        writeln!(out, "{line}").context("copy the output of cargo test")?;
    }
    let status = child.wait().context("wait for cargo test")?;
    if !status.success() {
        bail!(
            "{} passed, {} failed (`{}`: {status})",
            tally.passed,
            tally.failed,
            process::shown(command)
        );
    }
    tally.steps.push((step.to_owned(), tally.passed));
    Ok(tally)
}

impl Tally {
    /// Reads one line of the output: a test's own line or the summary of a test binary.
    fn count(&mut self, line: &str) {
        if let Some(summary) = line.strip_prefix("test result: ") {
            self.passed += number_before(summary, " passed");
            self.failed += number_before(summary, " failed");
        } else if let Some(name) =
            line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... ok"))
        {
            for (segment, ground) in GROUNDS {
                if name.split("::").any(|part| part == segment) {
                    *self.grounds.entry(ground).or_default() += 1;
                }
            }
        }
    }

    /// Takes another step's counts in.
    pub(crate) fn add(&mut self, other: &Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        for (ground, count) in &other.grounds {
            *self.grounds.entry(ground).or_default() += count;
        }
        self.steps.extend(other.steps.iter().cloned());
    }

    /// Says what ran where; fails when a database or a browser saw no test at all.
    pub(crate) fn report(&self) -> Result<String> {
        let steps = self.steps.iter().map(|(step, passed)| format!("{step}: {passed} passed"));
        let grounds = GROUNDS.iter().map(|(_, ground)| format!("on {ground}: {}", self.on(ground)));
        let total = format!("{} passed, {} failed", self.passed, self.failed);
        let lines: Vec<String> = steps.chain(grounds).chain([total]).collect();
        if let Some((segment, ground)) = GROUNDS.iter().find(|(_, ground)| self.on(ground) == 0) {
            bail!(
                "no test ran on {ground}: no test's path has the segment `{segment}`\n{}",
                lines.join("\n")
            );
        }
        Ok(lines.join("\n"))
    }

    fn on(&self, ground: &str) -> usize {
        self.grounds.get(ground).copied().unwrap_or_default()
    }
}

/// `12` from `ok. 12 passed; …` when asked for ` passed`.
fn number_before(text: &str, word: &str) -> usize {
    text.find(word)
        .and_then(|end| text[..end].rsplit(' ').next())
        .and_then(|number| number.parse().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(lines: &[&str]) -> Tally {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.count(line));
        tally
    }

    #[test]
    fn binaries_are_added_up_and_grounds_are_told_apart() {
        let tally = counted(&[
            "running 3 tests",
            "test store::sqlite::writes_are_idempotent ... ok",
            "test store::postgres::writes_are_idempotent ... ok",
            "test map::a_postgres_word_in_a_sentence_counts_for_nothing ... ok",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test chromium::imports_245 ... FAILED",
            "test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out",
        ]);
        assert_eq!((tally.passed, tally.failed), (3, 1));
        assert_eq!(tally.grounds, BTreeMap::from([("SQLite", 1), ("PostgreSQL", 1)]));
    }

    #[test]
    fn a_ground_without_tests_fails_the_report() {
        let mut tally = counted(&["test sqlite::a ... ok", "test postgres::a ... ok"]);
        let error = tally.report().unwrap_err().to_string();
        assert!(error.starts_with("no test ran on Chromium: no test's path has"), "{error}");
        tally.add(&counted(&["test chromium::a ... ok", "test firefox::a ... ok"]));
        let report = tally.report().unwrap();
        assert!(report.ends_with("on Firefox: 1\n0 passed, 0 failed"), "{report}");
    }

    #[test]
    fn failing_tests_fail_the_step_with_both_numbers() {
        let script = "echo 'test result: FAILED. 4 passed; 2 failed; 0 ignored'; exit 101";
        let mut out = Vec::new();
        let error = run("tests", Command::new("sh").args(["-c", script]), &mut out).unwrap_err();
        assert!(error.to_string().starts_with("4 passed, 2 failed"), "{error}");
        assert!(out.starts_with(b"test result: FAILED"), "the output is copied");
    }
}
