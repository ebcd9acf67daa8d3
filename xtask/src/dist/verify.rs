//! Proves that the packages depend on the sources alone: two clones, two paths, the same bytes.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use crate::{process, say, workspace::Workspace};

/// Folders of the two clones; their lengths and depths differ on purpose.
const CLONES: [&str; 2] = ["a", "another/path/that-is-longer"];

/// Clones HEAD twice, runs `cargo xtask dist` in each with an empty target folder, compares.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    fs::create_dir_all(&workspace.target).context("create the target folder")?;
    let scratch = tempfile::Builder::new()
        .prefix("dist-verify-")
        .tempdir_in(&workspace.target)
        .context("create a folder for the clones")?;
    let mut answers = Vec::new();
    for name in CLONES {
        let clone = scratch.path().join(name);
        say::note(&format!("packing in {}", clone.display()));
        answers.push(pack_in(workspace, &clone)?);
        // Two target folders of this size need not lie on the disk together.
        fs::remove_dir_all(&clone).with_context(|| format!("remove {}", clone.display()))?;
    }
    if answers[0] != answers[1] {
        bail!("two clones gave different packages:\n{}\nand\n{}", answers[0], answers[1]);
    }
    say::result(&answers[0])?;
    say::note("both clones gave the same bytes");
    Ok(())
}

/// What `cargo xtask dist` prints there: a line an archive with its SHA-256.
fn pack_in(workspace: &Workspace, clone: &Path) -> Result<String> {
    process::run_aside(
        Command::new("git")
            .args(["clone", "--quiet", "--no-hardlinks"])
            .arg(&workspace.root)
            .arg(clone),
    )?;
    let mut dist = workspace.cargo(["xtask", "dist"]);
    dist.current_dir(clone)
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("CARGO_MANIFEST_DIR")
        .stderr(std::process::Stdio::inherit());
    process::read(&mut dist)
}
