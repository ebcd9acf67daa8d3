//! Looks through the logs of all tests for what must stand in none: secrets, and what tells who reads what.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{BufRead, BufReader},
    path::PathBuf,
    process::Command,
};

use aho_corasick::AhoCorasick;
use anyhow::{Context, Result, bail, ensure};

use crate::{say, workspace::Workspace};

/// What no line of a server may have: beginnings of secrets, and what the tests call their people.
const NEVER: [&str; 17] = [
    "mf_",
    "Atna|",
    "Atnr|",
    "{enc:",
    "PRIVATE KEY",
    "authorization_code=",
    "code_verifier=",
    "$argon2id$",
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=",
    "@home.example",
    "@example.org",
    "Rea Der",
    "lantern orchard seven",
    "quiet harbour stories",
    "copper window fifteen",
    "not a real password",
];

/// Shorter ones stand in numbers and moments by chance.
const SHORTEST: usize = 12;

/// The folder in which tests keep logs, and the file in which simulators name their secrets.
pub(crate) struct Logs {
    folder: PathBuf,
    secrets: PathBuf,
}

impl Logs {
    /// An empty folder.
    pub(crate) fn begin(workspace: &Workspace) -> Result<Self> {
        let folder = workspace.target.join("test-logs");
        if folder.exists() {
            fs::remove_dir_all(&folder).context("remove the logs of the last time")?;
        }
        fs::create_dir_all(&folder).context("make a folder for logs")?;
        let secrets = folder.join("secrets.txt");
        Ok(Self { folder, secrets })
    }

    /// Tells tests where to keep their logs.
    pub(crate) fn name_to(&self, command: &mut Command) {
        command.env("MEFEED_TEST_LOGS", &self.folder).env("AUDIBLE_SIM_SECRETS", &self.secrets);
    }

    /// Looks through all of them.
    pub(crate) fn check(&self) -> Result<()> {
        let given = fs::read_to_string(&self.secrets).context("read what simulators gave out")?;
        let given: BTreeSet<&str> = given.lines().filter(|line| line.len() >= SHORTEST).collect();
        ensure!(given.len() > 100, "simulators named {} secrets and titles only", given.len());
        let never: Vec<&str> = NEVER.into_iter().chain(given.iter().copied()).collect();
        let finder = AhoCorasick::new(&never).context("prepare the search")?;
        let (mut lines, mut requests) = (0_usize, 0_usize);
        for entry in fs::read_dir(&self.folder).context("list the logs")? {
            let path = entry?.path();
            if path.extension().is_none_or(|ending| ending != "log") {
                continue;
            }
            let log = BufReader::new(File::open(&path).context("open a log")?);
            for line in log.split(b'\n') {
                let line = line.context("read a log")?;
                lines += 1;
                requests += usize::from(line.windows(8).any(|word| word == b"answered"));
                if let Some(found) = finder.find(&line) {
                    bail!(
                        "{} stands in line {lines} of the logs, in {}: {}",
                        never[found.pattern().as_usize()],
                        path.display(),
                        String::from_utf8_lossy(&line)
                    );
                }
            }
        }
        ensure!(requests > 1_000, "{requests} answered requests in {lines} lines are too few");
        say::note(&format!(
            "{lines} lines of logs, {requests} requests: none of {} texts stands there",
            never.len()
        ));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logs(secrets: usize, line: &str) -> (tempfile::TempDir, Logs) {
        let folder = tempfile::tempdir().unwrap();
        let named: Vec<String> = (0..secrets).map(|one| format!("ANcode-number-{one}")).collect();
        let logs =
            Logs { folder: folder.path().to_owned(), secrets: folder.path().join("secrets.txt") };
        fs::write(&logs.secrets, named.join("\n")).unwrap();
        let lines = format!("{line}\n{}", "INFO answered\n".repeat(1_001));
        fs::write(folder.path().join("1.log"), lines).unwrap();
        (folder, logs)
    }

    #[test]
    fn a_secret_in_a_log_is_found_wherever_it_is_from() {
        for (line, ok) in [
            ("all is well", true),
            ("ANcode-number-77 was taken", false),
            ("Bearer mf_abc", false),
            ("mail to reader@home.example", false),
        ] {
            assert_eq!(logs(200, line).1.check().is_ok(), ok, "{line}");
        }
    }

    #[test]
    fn logs_that_say_nothing_do_not_pass() {
        assert!(logs(3, "").1.check().is_err());
        let (folder, logs) = logs(200, "");
        fs::write(folder.path().join("1.log"), "INFO answered").unwrap();
        assert!(logs.check().is_err());
    }
}
