//! The quick part of the whole check: no browser, no database, no package.

use anyhow::Result;

use crate::{process, steps::Steps, test, tidy, workspace::Workspace};

/// Formatting, tidy, lints of the host, and the tests inside the libraries.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut steps = Steps::default();
    test::formatting(workspace, &mut steps)?;
    steps.step("tidy", "cargo xtask tidy", || tidy::run(workspace))?;
    test::host_lints(workspace, &mut steps)?;
    // Those on PostgreSQL need a server, which the whole check starts.
    steps.step("library tests", "cargo test --workspace --lib -- --skip postgres", || {
        let tests = ["test", "--locked", "--workspace", "--lib", "--", "--skip", "postgres"];
        process::run(&mut workspace.cargo(tests))
    })?;
    steps.summary();
    Ok(())
}
