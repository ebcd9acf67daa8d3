//! The long forms of the checks, which nobody waits for every day.

use anyhow::Result;

use crate::{dist, extension, process, say, setup, steps::Steps, workspace::Workspace, xvfb::Xvfb};

/// One long step.
struct Long {
    name: &'static str,
    repeat: &'static str,
    run: fn(&Workspace) -> Result<()>,
}

/// In the order in which they run.
const LONG: [Long; 3] = [
    Long { name: "large libraries in a browser", repeat: "cargo xtask soak", run: large_libraries },
    Long {
        name: "packages from two clones",
        repeat: "cargo xtask dist --verify",
        run: dist::verify,
    },
    Long { name: "advisories", repeat: "cargo deny check advisories", run: advisories },
];

/// Runs all of them.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut steps = Steps::default();
    for Long { name, repeat, run } in LONG {
        steps.step(name, repeat, || run(workspace))?;
    }
    steps.summary();
    Ok(())
}

fn large_libraries(workspace: &Workspace) -> Result<()> {
    let browsers = setup::browsers(workspace)?;
    extension::build(workspace)?;
    let screen = Xvfb::start()?;
    let mut cargo =
        workspace.cargo(["test", "--locked", "-p", "e2e", "--features", "soak", "--test", "soak"]);
    screen.name_to(&mut cargo);
    browsers.name_to(&mut cargo, &workspace.dist());
    process::run(cargo.env("MEFEED_SOAK", "1"))
}

/// Known holes in dependencies; the list comes over the network, so the everyday check leaves it out.
fn advisories(workspace: &Workspace) -> Result<()> {
    if process::on_path("cargo-deny").is_none() {
        say::note("NOT RUN: cargo-deny is not installed; `cargo install cargo-deny` brings it");
        return Ok(());
    }
    process::run(&mut workspace.cargo(["deny", "check", "advisories"]))
}
