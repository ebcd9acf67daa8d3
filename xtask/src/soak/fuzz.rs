//! Whatever comes from outside, thrown at the code that reads it, for an hour each.

use std::fs;

use anyhow::{Context, Result};

use crate::{process, setup::built, workspace::Workspace};

/// A target of `fuzz/` and the folder of its first inputs.
const TARGETS: [(&str, &str); 3] = [
    ("page", "fuzz/seeds/page"),
    ("file", "importers/testdata"),
    ("request", "fuzz/seeds/request"),
];

/// For each target. What is found lies in `fuzz/artifacts`, with the command that repeats it.
const LIMITS: [&str; 4] =
    ["-max_total_time=3600", "-max_len=65536", "-rss_limit_mb=2048", "-timeout=30"];

/// Builds the targets once and runs one after the other. No sanitizer: the code has no `unsafe`, and the
/// toolchain is the stable one.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let program = built::CARGO_FUZZ.find(workspace)?;
    let built = workspace.target.join("fuzz");
    for (target, seeds) in TARGETS {
        let grown = workspace.target.join("fuzz-corpus").join(target);
        fs::create_dir_all(&grown).with_context(|| format!("make {}", grown.display()))?;
        let mut fuzz = workspace.command(&program);
        fuzz.args(["run", "--sanitizer", "none", "--target-dir"]).arg(&built);
        fuzz.arg(target).arg(&grown).arg(workspace.root.join(seeds)).arg("--").args(LIMITS);
        process::run(&mut fuzz)?;
    }
    Ok(())
}
