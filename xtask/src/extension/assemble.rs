//! Puts one browser's package together in memory: every file once, under the path it ships as.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use walkdir::WalkDir;

use super::{Browser, icons, manifest};
use crate::workspace::Workspace;

/// Files of a package by their path in it, with `/` between folders.
#[derive(Debug, Default)]
pub(crate) struct Package {
    files: BTreeMap<String, Vec<u8>>,
}

/// Collects everything that `browser` gets. `wasm` are the folders that wasm-bindgen filled.
pub(crate) fn package(
    workspace: &Workspace,
    wasm: &[PathBuf],
    browser: Browser,
) -> Result<Package> {
    let root = &workspace.root;
    let mut package = Package::default();
    let version = workspace.version()?;
    package.add("manifest.json", manifest::build(&root.join("manifest"), browser, &version)?)?;
    package.add_tree("", &root.join("extension/static"))?;
    for glue in ["background.js", "watch.js", "popup.js", "review.js"] {
        package.add(glue, read(&root.join("extension/glue").join(glue))?)?;
    }
    package.add("tokens.css", read(&root.join("shared/look/tokens.css"))?)?;
    let windows = root.join("extension/popup/src");
    let review = windows.join("bin/review");
    package.add("popup.css", styles(&windows, Some(&review))?)?;
    package.add("review.css", styles(&review, None)?)?;
    for folder in wasm {
        package.add_tree("wasm/", folder)?;
    }
    let icon = read(&root.join("shared/look/icon.svg"))?;
    let icon = std::str::from_utf8(&icon).context("read shared/look/icon.svg")?;
    for size in icons::SIZES {
        package.add(&format!("icons/{size}.png"), icons::draw(icon, size)?)?;
    }
    package.has("popup.html", "extension/static")?;
    package.has("review.html", "extension/static")?;
    package.has("_locales/en/messages.json", "extension/static")?;
    Ok(package)
}

impl Package {
    /// Two sources for one path would leave one of them out in silence, so that is refused; the
    /// same bytes twice (a snippet of a crate that both binaries use) are one file.
    fn add(&mut self, path: &str, bytes: Vec<u8>) -> Result<()> {
        match self.files.get(path) {
            Some(present) if *present != bytes => {
                bail!("two different files want to be {path} in the package")
            }
            _ => {
                self.files.insert(path.to_owned(), bytes);
                Ok(())
            }
        }
    }

    fn add_tree(&mut self, prefix: &str, folder: &Path) -> Result<()> {
        for file in files_below(folder)? {
            let inside = file.strip_prefix(folder).context("a walked file lies in its folder")?;
            let inside: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
            self.add(&format!("{prefix}{}", inside.join("/")), read(&file)?)?;
        }
        Ok(())
    }

    fn has(&self, path: &str, source: &str) -> Result<()> {
        if !self.files.contains_key(path) {
            bail!("{source}/{path} is missing");
        }
        Ok(())
    }

    /// Writes the package as a folder and removes what an earlier build left there.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        if folder.exists() {
            fs::remove_dir_all(folder).with_context(|| format!("empty {}", folder.display()))?;
        }
        for (path, bytes) in &self.files {
            let file = folder.join(path);
            let parent = file.parent().context("every file of a package has a folder")?;
            fs::create_dir_all(parent).with_context(|| format!("create {}", parent.display()))?;
            fs::write(&file, bytes).with_context(|| format!("write {}", file.display()))?;
        }
        Ok(())
    }
}

/// All styles below a folder as one file, in the order of their paths, without those of another page.
fn styles(folder: &Path, other: Option<&Path>) -> Result<Vec<u8>> {
    let mut all = Vec::new();
    for file in files_below(folder)? {
        if other.is_some_and(|other| file.starts_with(other)) {
            continue;
        }
        if file.extension().is_some_and(|kind| kind == "css") {
            let mut text = read(&file)?;
            if !text.ends_with(b"\n") {
                text.push(b'\n');
            }
            all.append(&mut text);
        }
    }
    if all.is_empty() {
        bail!("{} has no .css file", folder.display());
    }
    Ok(all)
}

/// Every file below a folder, sorted by path.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        bail!("the folder {} is missing", folder.display());
    }
    let mut files = Vec::new();
    for entry in WalkDir::new(folder) {
        let entry = entry.with_context(|| format!("read {}", folder.display()))?;
        if entry.file_type().is_file() {
            files.push(entry.into_path());
        }
    }
    files.sort();
    Ok(files)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_different_files_for_one_path_are_refused() {
        let mut package = Package::default();
        package.add("popup.css", b"a".to_vec()).unwrap();
        package.add("popup.css", b"a".to_vec()).unwrap();
        let error = package.add("popup.css", b"b".to_vec()).unwrap_err();
        assert_eq!(error.to_string(), "two different files want to be popup.css in the package");
    }

    #[test]
    fn styles_follow_each_other_by_path() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("view")).unwrap();
        fs::write(folder.path().join("view/start.css"), "start {}").unwrap();
        fs::write(folder.path().join("view/done.css"), "done {}\n").unwrap();
        fs::write(folder.path().join("main.rs"), "//! not a style").unwrap();
        assert_eq!(styles(folder.path(), None).unwrap(), b"done {}\nstart {}\n");
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = Package::default().add_tree("", Path::new("extension/nowhere")).unwrap_err();
        assert_eq!(error.to_string(), "the folder extension/nowhere is missing");
    }

    #[test]
    fn writing_removes_what_an_earlier_build_left() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("chrome");
        fs::create_dir(&target).unwrap();
        fs::write(target.join("old.js"), "").unwrap();
        let mut package = Package::default();
        package.add("wasm/popup.js", b"new".to_vec()).unwrap();
        package.write(&target).unwrap();
        assert!(!target.join("old.js").exists());
        assert_eq!(fs::read(target.join("wasm/popup.js")).unwrap(), b"new");
    }
}
