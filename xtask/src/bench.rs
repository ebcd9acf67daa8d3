//! Starts the benchmarks with databases, browsers and the extractor to measure.

use anyhow::Result;

use crate::{extension, postgres::Postgres, process, setup, workspace::Workspace, xvfb::Xvfb};

/// Builds in release mode and runs; the benchmark program prints its own ratios.
pub(crate) fn run(workspace: &Workspace, rest: &[String]) -> Result<()> {
    let (node, browsers) = (setup::node(workspace)?, setup::browsers(workspace)?);
    extension::build(workspace)?;
    let extractor = extension::build_for_bench(workspace, &node)?;
    let screen = Xvfb::start()?;
    let postgres = Postgres::start(workspace)?;
    let mut cargo =
        workspace.cargo(["run", "--release", "--locked", "-p", "bench", "--bin", "bench", "--"]);
    cargo.args(rest).env("MEFEED_BENCH_EXTRACTOR", extractor);
    screen.name_to(&mut cargo);
    browsers.name_to(&mut cargo, &workspace.dist());
    postgres.name_to(&mut cargo);
    process::run(&mut cargo)
}
