//! Builds the extension: WASM, glue, pages, icons and manifests become dist/chrome and dist/firefox.

mod assemble;
mod budget;
mod icons;
mod manifest;
mod wasm;

use std::fmt;

use anyhow::Result;
use sha2::{Digest, Sha256};

pub(crate) use self::{budget::check as check_budget, wasm::build_for_bench};
use crate::{say, setup, workspace::Workspace};

/// The browsers that get a package of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Browser {
    /// Chrome, Chromium and their kin.
    Chrome,
    /// Firefox on desktop and Android.
    Firefox,
}

impl Browser {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Chrome, Self::Firefox];
}

impl fmt::Display for Browser {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Chrome => "chrome",
            Self::Firefox => "firefox",
        })
    }
}

/// Builds both packages, unpacked. Their sizes are not judged here, so that a larger one can still
/// be tried out.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    setup::wasm_target(workspace)?;
    let node = setup::node(workspace)?;
    let wasm = wasm::build(workspace, &node)?;
    for browser in Browser::ALL {
        let folder = workspace.dist().join(browser.to_string());
        assemble::package(workspace, &wasm, browser)?.write(&folder)?;
        say::note(&format!("built {}", folder.display()));
    }
    Ok(())
}

/// Builds, then compares the WASM sizes with what was agreed, or records them with a reason.
pub(crate) fn build_within_budget(workspace: &Workspace, accept: Option<&str>) -> Result<()> {
    build(workspace)?;
    match accept {
        Some(reason) => budget::accept(workspace, reason),
        None => budget::check(workspace),
    }
}

/// SHA-256 in hexadecimal.
pub(crate) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
