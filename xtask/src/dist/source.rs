//! The source archive: what git holds at HEAD, nothing of what happens to lie around.

use anyhow::{Context, Result, bail};

use super::pack::{Entries, Entry};
use crate::{process, workspace::Workspace};

/// Fails when tracked files differ from HEAD: the packages would then not be what the source
/// archive builds.
pub(crate) fn refuse_changes(workspace: &Workspace) -> Result<()> {
    let mut git = workspace.command("git");
    let changed = process::read(git.args(["status", "--porcelain", "--untracked-files=no"]))?;
    if !changed.is_empty() {
        bail!("commit these changes first, the source archive is made from HEAD:\n{changed}");
    }
    Ok(())
}

/// Every file at HEAD with its bytes as committed.
pub(crate) fn entries(workspace: &Workspace) -> Result<Entries> {
    let mut git = workspace.command("git");
    let listing = process::read_bytes(git.args(["ls-tree", "-r", "-z", "HEAD"]))?;
    let listing = String::from_utf8(listing).context("file names at HEAD are UTF-8")?;
    let mut entries = Entries::new();
    for line in listing.split_terminator('\0') {
        let listed = Listed::parse(line)?;
        let mut git = workspace.command("git");
        let bytes = process::read_bytes(git.args(["cat-file", "blob", listed.object]))?;
        entries.insert(listed.path.to_owned(), Entry { bytes, executable: listed.executable });
    }
    Ok(entries)
}

#[derive(Debug, PartialEq, Eq)]
struct Listed<'a> {
    object: &'a str,
    path: &'a str,
    executable: bool,
}

impl<'a> Listed<'a> {
    /// `MODE SP TYPE SP OBJECT TAB PATH`, see git-ls-tree(1).
    fn parse(line: &'a str) -> Result<Self> {
        let (facts, path) =
            line.split_once('\t').with_context(|| format!("read {line:?} of git ls-tree"))?;
        match facts.split(' ').collect::<Vec<_>>()[..] {
            ["100644", "blob", object] => Ok(Self { object, path, executable: false }),
            ["100755", "blob", object] => Ok(Self { object, path, executable: true }),
            _ => bail!(
                "{path} is neither a file nor a program ({facts}); the source archive holds only these"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_programs_are_told_apart() {
        let listed = Listed::parse("100755 blob 5fd3\t.ci/run").unwrap();
        assert_eq!(listed, Listed { object: "5fd3", path: ".ci/run", executable: true });
        assert!(!Listed::parse("100644 blob 5fd3\tname with blanks").unwrap().executable);
    }

    #[test]
    fn links_are_refused_by_name() {
        let error = Listed::parse("120000 blob 5fd3\tlink").unwrap_err().to_string();
        assert!(error.starts_with("link is neither"), "{error}");
    }
}
