//! What the commands need besides Rust: found when it is there, installed when it is not.

pub(crate) mod built;
mod node;
mod system;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

pub(crate) use self::node::NodeTools;
use self::system::Tool;
use crate::{process, say, workspace::Workspace};

/// Target of the extension.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// What the programs of `e2e` need: browsers, their drivers, and the built extension.
pub(crate) struct Browsers {
    chromium: PathBuf,
    chromedriver: PathBuf,
    firefox: PathBuf,
    geckodriver: PathBuf,
    tests: Option<ForTests>,
}

/// What only the stories need, not the demo.
struct ForTests {
    nginx: PathBuf,
    axe: PathBuf,
}

impl Browsers {
    /// Tells a program of `e2e` where everything is, by absolute paths.
    pub(crate) fn name_to(&self, command: &mut Command, dist: &Path) {
        command
            .env("MEFEED_DIST", dist)
            .env("MEFEED_CHROMIUM", &self.chromium)
            .env("MEFEED_CHROMEDRIVER", &self.chromedriver)
            .env("MEFEED_FIREFOX", &self.firefox)
            .env("MEFEED_GECKODRIVER", &self.geckodriver);
        if let Some(tests) = &self.tests {
            command.env("MEFEED_NGINX", &tests.nginx).env("MEFEED_AXE", &tests.axe);
        }
    }
}

/// Both browsers with their drivers, a virtual screen, a keyboard for native dialogs, and fonts.
pub(crate) fn browsers(workspace: &Workspace) -> Result<Browsers> {
    system::ensure(&[
        Tool::Chromium,
        Tool::Chromedriver,
        Tool::Firefox,
        Tool::Xvfb,
        Tool::Xdotool,
        Tool::Fonts,
    ])?;
    Ok(Browsers {
        chromium: found(Tool::Chromium)?,
        chromedriver: found(Tool::Chromedriver)?,
        firefox: found(Tool::Firefox)?,
        geckodriver: built::GECKODRIVER.find(workspace)?,
        tests: None,
    })
}

/// The folder that holds `initdb` and `postgres`.
pub(crate) fn postgres(_workspace: &Workspace) -> Result<PathBuf> {
    system::ensure(&[Tool::Postgres])?;
    let postgres = found(Tool::Postgres)?;
    Ok(postgres.parent().context("postgres stands in a folder")?.to_owned())
}

/// Node.js with the pinned packages of `web-ext-config`.
pub(crate) fn node(workspace: &Workspace) -> Result<NodeTools> {
    system::ensure(&[Tool::Node, Tool::Npm])?;
    NodeTools::ensure(workspace, &found(Tool::Node)?, &found(Tool::Npm)?)
}

/// The standard library for wasm32.
pub(crate) fn wasm_target(workspace: &Workspace) -> Result<()> {
    let folder = process::read(workspace.command("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        WASM,
    ]))?;
    if Path::new(&folder).is_dir() {
        return Ok(());
    }
    if process::on_path("rustup").is_none() {
        bail!(
            "Rust's library for {WASM} is missing in {folder}; install it the way Rust was installed"
        );
    }
    say::note(&format!("installing the Rust target {WASM}"));
    process::run_aside(workspace.command("rustup").args(["target", "add", WASM]))
}

/// Everything at once: what `cargo xtask test` needs.
pub(crate) fn everything(workspace: &Workspace) -> Result<(NodeTools, Browsers)> {
    system::ensure(&Tool::ALL)?;
    wasm_target(workspace)?;
    let node = node(workspace)?;
    let tests = Some(ForTests { nginx: found(Tool::Nginx)?, axe: node.axe() });
    Ok((node, Browsers { tests, ..browsers(workspace)? }))
}

fn found(tool: Tool) -> Result<PathBuf> {
    tool.find().with_context(|| format!("{tool:?} is not there although it was just installed"))
}
