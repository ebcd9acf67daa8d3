//! Zip archives whose bytes depend on names and contents alone.

use std::{
    collections::BTreeMap,
    fs,
    io::{Cursor, Write},
    path::Path,
};

use anyhow::{Context, Result};
use walkdir::WalkDir;
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

/// One file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// What it holds.
    pub(crate) bytes: Vec<u8>,
    /// Whether it may be run.
    pub(crate) executable: bool,
}

/// Entries by name; the map keeps them sorted.
pub(crate) type Entries = BTreeMap<String, Entry>;

/// Every file below a folder, none of them executable.
pub(crate) fn folder(root: &Path) -> Result<Entries> {
    let mut entries = Entries::new();
    for found in WalkDir::new(root) {
        let found = found.with_context(|| format!("read {}", root.display()))?;
        if found.file_type().is_file() {
            let inside =
                found.path().strip_prefix(root).context("a walked file lies in its folder")?;
            let name: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
            let bytes = fs::read(found.path())
                .with_context(|| format!("read {}", found.path().display()))?;
            entries.insert(name.join("/"), Entry { bytes, executable: false });
        }
    }
    Ok(entries)
}

/// Packs in the order of the names, with the first day that zip knows as the time of every file.
pub(crate) fn zip(entries: &Entries) -> Result<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, entry) in entries {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(9))
            .last_modified_time(DateTime::default())
            .unix_permissions(if entry.executable { 0o755 } else { 0o644 });
        writer.start_file(name.as_str(), options).with_context(|| format!("pack {name}"))?;
        writer.write_all(&entry.bytes).with_context(|| format!("pack {name}"))?;
    }
    Ok(writer.finish().context("finish an archive")?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn entry(text: &str) -> Entry {
        Entry { bytes: text.as_bytes().to_vec(), executable: false }
    }

    #[test]
    fn the_same_files_give_the_same_bytes_whenever_they_were_written() {
        let pack_fresh_folder = || {
            let root = tempfile::tempdir().unwrap();
            fs::create_dir(root.path().join("wasm")).unwrap();
            for name in ["popup.js", "manifest.json", "wasm/popup.js"] {
                fs::write(root.path().join(name), name).unwrap();
            }
            zip(&folder(root.path()).unwrap()).unwrap()
        };
        assert_eq!(pack_fresh_folder(), pack_fresh_folder());
    }

    #[test]
    fn names_are_sorted_times_fixed_and_contents_whole() {
        let entries =
            Entries::from([("b".into(), entry("second")), ("a/c".into(), entry("first"))]);
        let mut archive = zip::ZipArchive::new(Cursor::new(zip(&entries).unwrap())).unwrap();
        let names: Vec<_> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
        assert_eq!(names, ["a/c", "b"]);
        let mut file = archive.by_name("b").unwrap();
        assert_eq!(file.last_modified(), Some(DateTime::default()));
        assert_eq!(file.unix_mode().unwrap() & 0o777, 0o644);
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "second");
    }
}
