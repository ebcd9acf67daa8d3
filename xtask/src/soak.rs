//! The long forms of the checks, which nobody waits for every day.

mod fuzz;

use anyhow::Result;

use crate::{
    dist, extension, process, say,
    setup::{self, built},
    steps::Steps,
    workspace::Workspace,
    xvfb::Xvfb,
};

/// One long step.
struct Long {
    name: &'static str,
    repeat: &'static str,
    run: fn(&Workspace) -> Result<()>,
}

/// In the order in which they run.
const LONG: [Long; 4] = [
    Long {
        name: "large libraries and every broken connection",
        repeat: "cargo xtask soak",
        run: large_libraries,
    },
    Long {
        name: "packages from two clones",
        repeat: "cargo xtask dist --verify",
        run: dist::verify,
    },
    Long { name: "fuzzing, an hour for each target", repeat: "cargo xtask soak", run: fuzz::run },
    Long { name: "dependencies", repeat: "cargo deny check", run: dependencies },
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

/// What is known about the dependencies: the rules of `deny.toml`, and known holes. The list of holes
/// comes over the network.
fn dependencies(workspace: &Workspace) -> Result<()> {
    let deny = built::CARGO_DENY.find(workspace)?;
    let ask = |what: &[&str]| {
        let mut command = workspace.command(&deny);
        command.args(what);
        command
    };
    process::run(&mut ask(&["check", "bans", "licenses", "sources"]))?;
    if process::run(&mut ask(&["fetch", "db"])).is_err() {
        say::note("NOT RUN: known holes; the list of advisories could not be fetched");
        return Ok(());
    }
    process::run(&mut ask(&["check", "advisories"]))
}
