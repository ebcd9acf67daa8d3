//! Where the workspace is, where its target folder is, and how to call its cargo.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand};

/// The workspace that this program was built from.
pub(crate) struct Workspace {
    /// Folder of the root `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Cargo's target folder; honours `CARGO_TARGET_DIR`.
    pub(crate) target: PathBuf,
    /// Members and their dependencies, without anything foreign.
    pub(crate) metadata: Metadata,
}

impl Workspace {
    /// Asks cargo, starting from the folder that `cargo xtask` names.
    pub(crate) fn find() -> Result<Self> {
        let here = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let metadata = MetadataCommand::new()
            .current_dir(&here)
            .no_deps()
            .exec()
            .context("read the workspace through `cargo metadata`")?;
        Ok(Self {
            root: metadata.workspace_root.clone().into_std_path_buf(),
            target: metadata.target_directory.clone().into_std_path_buf(),
            metadata,
        })
    }

    /// The cargo that started us, in the root folder.
    pub(crate) fn cargo<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.root).args(arguments);
        cargo
    }

    /// Any other program, in the root folder.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(&self.root);
        command
    }

    /// The version that all members share, such as `0.1.0`.
    pub(crate) fn version(&self) -> Result<String> {
        let package = self.metadata.packages.iter().find(|package| package.name == "extension");
        Ok(package.context("the workspace has no package `extension`")?.version.to_string())
    }

    /// Where the unpacked extensions and the packages go.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }
}
