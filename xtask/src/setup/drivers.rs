//! geckodriver: Debian does not package it for Firefox ESR, so cargo builds it once.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result};

use crate::{process, say, workspace::Workspace};

/// Drives Firefox ESR 140 and later.
const VERSION: &str = "0.37.1";

/// The one on PATH, the one built earlier, or a fresh build (about two minutes).
pub(crate) fn geckodriver(workspace: &Workspace) -> Result<PathBuf> {
    let tools = workspace.target.join("tools");
    let built = tools.join("bin").join("geckodriver");
    if let Some(found) =
        process::on_path("geckodriver").or_else(|| built.is_file().then(|| built.clone()))
    {
        return Ok(found);
    }
    say::note(&format!("building geckodriver {VERSION}; this happens once"));
    let install = || {
        let mut cargo = workspace.cargo(["install", "geckodriver", "--version", VERSION, "--root"]);
        // A shared target folder would mix its crates with ours.
        cargo.arg(&tools).env_remove("CARGO_TARGET_DIR");
        cargo
    };
    // A registry mirror may lack a version that its lock file names; any compatible one will do.
    process::run_aside(Command::arg(&mut install(), "--locked"))
        .or_else(|_| process::run_aside(&mut install()))
        .context("build geckodriver")?;
    Ok(built)
}
