//! The pinned npm packages: binaryen makes WASM small, web-ext checks the packages,
//! axe-core looks at pages.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{extension::digest, process, say, workspace::Workspace};

/// What web-ext 10 and binaryen 132 need.
const OLDEST_NODE: u32 = 20;

/// Node.js and where its packages are.
pub(crate) struct NodeTools {
    node: PathBuf,
    modules: PathBuf,
}

impl NodeTools {
    /// Installs the packages when they are missing or their lock file has changed.
    pub(super) fn ensure(workspace: &Workspace, node: &Path, npm: &Path) -> Result<Self> {
        let version = process::read(Command::new(node).arg("--version"))?;
        if major(&version).is_none_or(|major| major < OLDEST_NODE) {
            bail!("Node.js {OLDEST_NODE} or later is needed, {} is {version}", node.display());
        }
        let folder = workspace.root.join("web-ext-config");
        let modules = folder.join("node_modules");
        let lock = fs::read(folder.join("package-lock.json"))
            .context("read web-ext-config/package-lock.json")?;
        let wanted = digest(&lock);
        let stamp = modules.join(".installed-from");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(Self { node: node.to_owned(), modules });
        }
        say::note("installing the npm packages of web-ext-config");
        process::run_aside(Command::new(npm).arg("ci").current_dir(&folder))?;
        fs::write(&stamp, wanted).with_context(|| format!("write {}", stamp.display()))?;
        Ok(Self { node: node.to_owned(), modules })
    }

    /// axe-core, the rules of accessibility, as one script for a page.
    pub(crate) fn axe(&self) -> PathBuf {
        self.modules.join("axe-core/axe.min.js")
    }

    /// `wasm-opt` of the pinned binaryen.
    pub(crate) fn wasm_opt(&self) -> Command {
        self.script("binaryen/bin/wasm-opt")
    }

    /// The pinned `web-ext`.
    pub(crate) fn web_ext(&self) -> Command {
        self.script("web-ext/bin/web-ext.js")
    }

    /// Version of the pinned binaryen, because other versions write other bytes.
    pub(crate) fn binaryen_version(&self) -> Result<String> {
        let path = self.modules.join("binaryen/package.json");
        let text = fs::read(&path).with_context(|| format!("read {}", path.display()))?;
        let package: serde_json::Value =
            serde_json::from_slice(&text).context("read binaryen's package.json")?;
        Ok(package["version"].to_string())
    }

    fn script(&self, path: &str) -> Command {
        let mut command = Command::new(&self.node);
        command.arg(self.modules.join(path));
        command
    }
}

fn major(version: &str) -> Option<u32> {
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_as_node_prints_it() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("unknown"), None);
    }

    #[test]
    fn the_lock_file_pins_what_we_call_and_names_no_registry() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web-ext-config");
        let lock = fs::read_to_string(folder.join("package-lock.json")).unwrap();
        assert!(!lock.contains("\"resolved\""), "run npm with the .npmrc of web-ext-config");
        let package: serde_json::Value =
            serde_json::from_slice(&fs::read(folder.join("package.json")).unwrap()).unwrap();
        let lock: serde_json::Value = serde_json::from_str(&lock).unwrap();
        for name in ["binaryen", "web-ext"] {
            let locked = &lock["packages"][format!("node_modules/{name}")]["version"];
            assert_eq!(&package["devDependencies"][name], locked, "{name} is pinned exactly");
        }
    }
}
