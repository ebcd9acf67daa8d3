//! WASM budgets: a ceiling for good, and below it a recorded size that may grow by 5 % unasked.

use std::{collections::BTreeMap, fs, io::Write, path::Path};

use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};
use serde::{Deserialize, Serialize};

use super::Browser;
use crate::{say, workspace::Workspace};

/// Modules and their ceilings in bytes, gzip -9.
const CEILINGS: [(&str, u64); 3] =
    [("background", 400_000), ("popup", 130_000), ("review", 130_000)];

/// Growth in per cent that needs no reason.
const SLACK_PERCENT: u64 = 5;

/// Where the agreed sizes are kept.
const RECORD: &str = "xtask/wasm-sizes.json";

/// The agreed sizes and why they are what they are.
#[derive(Debug, Deserialize, Serialize)]
struct Record {
    reason: String,
    gzip_bytes: BTreeMap<String, u64>,
}

/// Compares the built modules with ceilings and record.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let path = workspace.root.join(RECORD);
    let record: Record = match fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).with_context(|| format!("read {RECORD}"))?,
        Err(_) => bail!(
            "{RECORD} is missing; record today's sizes: \
             cargo xtask build-extension --accept-sizes \"why they are so\""
        ),
    };
    for (module, ceiling) in CEILINGS {
        let size = measure(workspace, module)?;
        judge(module, size, ceiling, record.gzip_bytes.get(module).copied())?;
        say::note(&format!("{module}_bg.wasm: {size} bytes gzip, at most {ceiling}"));
    }
    Ok(())
}

/// Records today's sizes; a size above the ceiling is not for recording.
pub(crate) fn accept(workspace: &Workspace, reason: &str) -> Result<()> {
    if reason.trim().is_empty() {
        bail!("say why the sizes changed: --accept-sizes \"the reason\"");
    }
    let mut gzip_bytes = BTreeMap::new();
    for (module, ceiling) in CEILINGS {
        let size = measure(workspace, module)?;
        judge(module, size, ceiling, Some(size))?;
        gzip_bytes.insert(module.to_owned(), size);
    }
    let record = Record { reason: reason.trim().to_owned(), gzip_bytes };
    let text = serde_json::to_string_pretty(&record).context("write the sizes")?;
    fs::write(workspace.root.join(RECORD), text + "\n")
        .with_context(|| format!("write {RECORD}"))?;
    say::note(&format!("recorded {:?} in {RECORD}; commit it", record.gzip_bytes));
    Ok(())
}

fn judge(module: &str, size: u64, ceiling: u64, recorded: Option<u64>) -> Result<()> {
    if size > ceiling {
        bail!(
            "{module}_bg.wasm is {size} bytes gzip and must stay within {ceiling}: \
             look for a new dependency, or for one that brings `regex` or formatting of floats"
        );
    }
    let Some(recorded) = recorded else {
        bail!(
            "{RECORD} does not know {module}; record it: cargo xtask build-extension --accept-sizes \"why\""
        );
    };
    if size * 100 > recorded * (100 + SLACK_PERCENT) {
        bail!(
            "{module}_bg.wasm grew from {recorded} to {size} bytes gzip, more than {SLACK_PERCENT} %. \
             If that is worth it: cargo xtask build-extension --accept-sizes \"the reason\", \
             and commit {RECORD}"
        );
    }
    Ok(())
}

/// Both browsers get the same module, so one of them is measured.
fn measure(workspace: &Workspace, module: &str) -> Result<u64> {
    let folder = workspace.dist().join(Browser::Chrome.to_string());
    gzip_size(&folder.join("wasm").join(format!("{module}_bg.wasm")))
}

fn gzip_size(path: &Path) -> Result<u64> {
    let bytes = fs::read(path).with_context(|| format!("read {}", path.display()))?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&bytes).context("measure a module")?;
    Ok(encoder.finish().context("measure a module")?.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_may_grow_by_five_per_cent_and_no_further() {
        assert!(judge("popup", 105_000, 130_000, Some(100_000)).is_ok());
        let error = judge("popup", 105_001, 130_000, Some(100_000)).unwrap_err().to_string();
        assert!(error.contains("--accept-sizes"), "{error}");
    }

    #[test]
    fn the_ceiling_holds_whatever_was_recorded() {
        assert!(judge("popup", 130_001, 130_000, Some(130_001)).is_err());
        assert!(judge("popup", 130_000, 130_000, Some(130_000)).is_ok());
    }

    #[test]
    fn a_module_without_a_record_is_refused() {
        assert!(judge("options", 1, 130_000, None).is_err());
    }
}
