//! The whole check, step by step, stopping at the first failure.

mod generated;
mod lint;
mod logs;
mod tally;

use std::io;

use anyhow::Result;

use self::{logs::Logs, tally::Tally};
use crate::{
    extension, postgres::Postgres, process, say, setup, steps::Steps, tidy, workspace::Workspace,
    xvfb::Xvfb,
};

/// Runs every step; the last line on stdout counts the tests.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut steps = Steps::default();
    let (node, browsers) =
        steps.step("tools", "cargo xtask test", || setup::everything(workspace))?;
    formatting(workspace, &mut steps)?;
    steps.step("tidy", "cargo xtask tidy", || tidy::run(workspace))?;
    lints(workspace, &mut steps)?;
    steps.step("generated files", "cargo xtask test", || generated::check(workspace))?;
    steps.step("extension", "cargo xtask build-extension", || {
        extension::build(workspace)?;
        extension::check_budget(workspace)
    })?;
    steps.step("package lint", "cargo xtask test", || lint::check(workspace, &node))?;
    let logs = Logs::begin(workspace)?;
    let mut tally = tests(workspace, &mut steps, &logs)?;
    tally.add(&steps.step("end-to-end tests", "cargo xtask test", || {
        let screen = Xvfb::start()?;
        let mut cargo = workspace.cargo(["test", "--locked", "-p", "e2e"]);
        screen.name_to(&mut cargo);
        browsers.name_to(&mut cargo, &workspace.dist());
        logs.name_to(&mut cargo);
        tally::run("end-to-end tests", &mut cargo, &mut io::stdout())
    })?);
    steps.step("no secret in any log", "cargo xtask test", || logs.check())?;
    steps.summary();
    say::result(&tally.report()?)
}

/// Nobody discusses spaces.
pub(crate) fn formatting(workspace: &Workspace, steps: &mut Steps) -> Result<()> {
    steps.step("formatting", "cargo fmt --all --check (and `cargo fmt --all` to mend it)", || {
        process::run(&mut workspace.cargo(["fmt", "--all", "--check"]))
    })
}

/// The host's lints over every target and feature of the workspace.
pub(crate) fn host_lints(workspace: &Workspace, steps: &mut Steps) -> Result<()> {
    let arguments = [
        "clippy",
        "--locked",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ];
    let repeat = format!("cargo {}", arguments.join(" "));
    steps.step("lints, host", &repeat, || process::run(&mut workspace.cargo(arguments)))
}

fn lints(workspace: &Workspace, steps: &mut Steps) -> Result<()> {
    host_lints(workspace, steps)?;
    let arguments = [
        "clippy",
        "--locked",
        "-p",
        "extension",
        "-p",
        "extension-popup",
        "--target",
        setup::WASM,
        "--",
        "-D",
        "warnings",
    ];
    let repeat = format!("cargo {}", arguments.join(" "));
    steps.step("lints, wasm32", &repeat, || process::run(&mut workspace.cargo(arguments)))
}

fn tests(workspace: &Workspace, steps: &mut Steps, logs: &Logs) -> Result<Tally> {
    steps.step("tests", "cargo xtask test", || {
        let postgres = Postgres::start(workspace)?;
        let mut cargo = workspace.cargo(["test", "--locked", "--workspace", "--exclude", "e2e"]);
        postgres.name_to(&mut cargo);
        logs.name_to(&mut cargo);
        say::note("PostgreSQL is up");
        tally::run("tests", &mut cargo, &mut io::stdout())
    })
}
