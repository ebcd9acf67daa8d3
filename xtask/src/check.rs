//! The quick part of the whole check: no browser, no database, no package.

use anyhow::Result;

use crate::{process, steps::Steps, test, tidy, workspace::Workspace};

/// Formatting, tidy, lints of the host, and the tests inside the libraries.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut steps = Steps::default();
    test::formatting(workspace, &mut steps)?;
    steps.step("tidy", "cargo xtask tidy", || tidy::run(workspace))?;
    test::host_lints(workspace, &mut steps)?;
    steps.step("library tests", "cargo test --workspace --lib", || {
        process::run(&mut workspace.cargo(["test", "--locked", "--workspace", "--lib"]))
    })?;
    steps.summary();
    Ok(())
}
