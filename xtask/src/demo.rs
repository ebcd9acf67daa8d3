//! The whole way in a real browser against the simulator, for people who want to see it first.

use anyhow::Result;

use crate::{extension, process, setup, workspace::Workspace, xvfb::Xvfb};

/// Sets up, builds, and hands over to the demo program of `e2e`; stdout is the program's alone.
pub(crate) fn run(workspace: &Workspace, once: bool, rest: &[String]) -> Result<()> {
    let browsers = setup::browsers(workspace)?;
    extension::build(workspace)?;
    let screen = Xvfb::start_when_headless()?;
    let mut cargo =
        workspace.cargo(["run", "--quiet", "--locked", "-p", "e2e", "--bin", "demo", "--"]);
    if once {
        cargo.arg("--once");
    }
    if let Some(screen) = &screen {
        screen.name_to(&mut cargo);
    }
    browsers.name_to(cargo.args(rest), &workspace.dist());
    process::run(&mut cargo)
}
