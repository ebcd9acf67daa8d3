//! The files of the project as a set of paths, without what is built or installed.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use walkdir::{DirEntry, WalkDir};

/// Folders that hold no source of ours.
const FOREIGN: [&str; 4] = ["target", "node_modules", "dist", ".git"];

/// Every file below the root, by its path with `/` between folders.
pub(crate) struct Tree {
    root: PathBuf,
    paths: BTreeSet<String>,
}

impl Tree {
    /// Walks the folder once.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut paths = BTreeSet::new();
        for entry in WalkDir::new(root).min_depth(1).into_iter().filter_entry(is_ours) {
            let entry = entry.with_context(|| format!("read {}", root.display()))?;
            if entry.file_type().is_file() {
                let inside =
                    entry.path().strip_prefix(root).context("a walked file lies in its folder")?;
                let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
                paths.insert(parts.join("/"));
            }
        }
        Ok(Self { root: root.to_owned(), paths })
    }

    /// All paths, sorted.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(String::as_str)
    }

    /// Names of the files that lie directly or deeper below a folder, relative to it.
    pub(crate) fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        self.paths().filter_map(move |path| path.strip_prefix(folder)?.strip_prefix('/'))
    }

    /// The text of one file.
    pub(crate) fn text(&self, path: &str) -> Result<String> {
        fs::read_to_string(self.root.join(path)).with_context(|| format!("read {path}"))
    }
}

fn is_ours(entry: &DirEntry) -> bool {
    !FOREIGN.iter().any(|name| entry.file_name() == *name)
}

/// A tree made of the given files, for the tests of the rules.
#[cfg(test)]
pub(crate) fn sample(files: &[(&str, &str)]) -> (tempfile::TempDir, Tree) {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let tree = Tree::read(root.path()).unwrap();
    (root, tree)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_or_installed_is_left_out() {
        let (_root, tree) = sample(&[
            ("shared/src/lib.rs", ""),
            ("target/debug/build/x.rs", ""),
            ("web-ext-config/node_modules/x/y.rs", ""),
        ]);
        assert_eq!(tree.paths().collect::<Vec<_>>(), ["shared/src/lib.rs"]);
        assert_eq!(tree.below("shared").collect::<Vec<_>>(), ["src/lib.rs"]);
    }
}
