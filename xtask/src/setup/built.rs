//! Tools that cargo builds once, because Debian does not package them.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result};

use crate::{process, say, workspace::Workspace};

/// A tool and its version.
pub(crate) struct Tool {
    name: &'static str,
    version: &'static str,
}

/// Drives Firefox ESR 140 and later.
pub(crate) const GECKODRIVER: Tool = Tool { name: "geckodriver", version: "0.37.1" };
/// Holds dependencies against `deny.toml`.
pub(crate) const CARGO_DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2" };
/// Builds and runs the targets of `fuzz/`.
pub(crate) const CARGO_FUZZ: Tool = Tool { name: "cargo-fuzz", version: "0.13.2" };

impl Tool {
    /// The one on PATH, the one built earlier, or a fresh build (some minutes).
    pub(crate) fn find(&self, workspace: &Workspace) -> Result<PathBuf> {
        let Self { name, version } = self;
        let tools = workspace.target.join("tools");
        let built = tools.join("bin").join(name);
        if let Some(found) =
            process::on_path(name).or_else(|| built.is_file().then(|| built.clone()))
        {
            return Ok(found);
        }
        say::note(&format!("building {name} {version}; this happens once"));
        let install = || {
            let mut cargo = workspace.cargo(["install", name, "--version", version, "--root"]);
            // A shared target folder would mix its crates with ours.
            cargo.arg(&tools).env_remove("CARGO_TARGET_DIR");
            cargo
        };
        // A registry mirror may lack a version that its lock file names; any compatible one will do.
        process::run_aside(Command::arg(&mut install(), "--locked"))
            .or_else(|_| process::run_aside(&mut install()))
            .with_context(|| format!("build {name}"))?;
        Ok(built)
    }
}
