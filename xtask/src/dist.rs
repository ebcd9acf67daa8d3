//! Packs both store packages and the source archive, the same bytes on every machine.

mod pack;
mod source;
mod verify;

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};

pub(crate) use self::verify::run as verify;
use crate::{
    extension::{self, Browser, digest},
    say,
    workspace::Workspace,
};

/// First part of every archive's name.
const NAME: &str = "me-feed-audible-connector";

/// Builds, packs and prints one line an archive: name, size in bytes, SHA-256.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    source::refuse_changes(workspace)?;
    extension::build_within_budget(workspace, None)?;
    let version = workspace.version()?;
    for browser in Browser::ALL {
        let entries = pack::folder(&workspace.dist().join(browser.to_string()))?;
        publish(workspace, &format!("{NAME}-{browser}-{version}.zip"), &pack::zip(&entries)?)?;
    }
    let entries = source::entries(workspace)?;
    publish(workspace, &format!("{NAME}-source-{version}.zip"), &pack::zip(&entries)?)
}

fn publish(workspace: &Workspace, name: &str, bytes: &[u8]) -> Result<()> {
    let path: PathBuf = workspace.dist().join(name);
    fs::write(&path, bytes).with_context(|| format!("write {}", path.display()))?;
    say::result(&format!("{name} {} {}", bytes.len(), digest(bytes)))
}
