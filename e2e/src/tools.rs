//! Where the programs and the packaged extension are; `cargo xtask` says so by environment variables.

use std::{env, path::PathBuf};

use anyhow::{Context, Result, bail};

/// Absolute paths of everything that a test starts.
#[derive(Clone, Debug)]
pub struct Tools {
    /// Folder with `chrome/` and `firefox/`.
    pub dist: PathBuf,
    /// chromedriver
    pub chromedriver: PathBuf,
    /// Chromium
    pub chromium: PathBuf,
    /// geckodriver
    pub geckodriver: PathBuf,
    /// Firefox
    pub firefox: PathBuf,
}

impl Tools {
    /// Reads the variables that `cargo xtask test` and `cargo xtask demo` set.
    pub fn from_env() -> Result<Self> {
        Ok(Self {
            dist: path("MEFEED_DIST")?,
            chromedriver: path("MEFEED_CHROMEDRIVER")?,
            chromium: path("MEFEED_CHROMIUM")?,
            geckodriver: path("MEFEED_GECKODRIVER")?,
            firefox: path("MEFEED_FIREFOX")?,
        })
    }
}

/// A file that a variable names.
pub(crate) fn path(variable: &str) -> Result<PathBuf> {
    let value = env::var_os(variable)
        .with_context(|| format!("{variable} is not set; run this through `cargo xtask test`"))?;
    let path = PathBuf::from(value);
    if !path.exists() {
        bail!("{variable} names {}, which is not there", path.display());
    }
    Ok(path)
}
