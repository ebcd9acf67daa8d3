//! Starts the benchmarks with a database to measure on.

use anyhow::Result;

use crate::{postgres::Postgres, process, workspace::Workspace};

/// Builds in release mode and runs; the benchmark program prints its own ratios.
pub(crate) fn run(workspace: &Workspace, rest: &[String]) -> Result<()> {
    let postgres = Postgres::start(workspace)?;
    let mut cargo = workspace.cargo(["run", "--release", "--locked", "-p", "bench", "--"]);
    postgres.name_to(cargo.args(rest));
    process::run(&mut cargo)
}
