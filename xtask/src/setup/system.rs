//! Programs that the operating system brings: where to look, and which Debian package has them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail};

use crate::{process, say};

/// One thing that the system has or lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    /// Runs web-ext and binaryen.
    Node,
    /// Installs them.
    Npm,
    /// One of the two browsers.
    Chromium,
    /// Drives Chromium.
    Chromedriver,
    /// The other browser.
    Firefox,
    /// A screen for machines that have none.
    Xvfb,
    /// Presses keys in dialogs that belong to the browser and not to a page.
    Xdotool,
    /// `initdb` and `postgres`.
    Postgres,
    /// The proxy that many people put in front of their server.
    Nginx,
    /// Letters for screenshots.
    Fonts,
}

impl Tool {
    /// All of them.
    pub(crate) const ALL: [Self; 10] = [
        Self::Node,
        Self::Npm,
        Self::Chromium,
        Self::Chromedriver,
        Self::Firefox,
        Self::Xvfb,
        Self::Xdotool,
        Self::Postgres,
        Self::Nginx,
        Self::Fonts,
    ];

    /// Where it is on this machine.
    pub(crate) fn find(self) -> Option<PathBuf> {
        match self {
            Self::Postgres => newest_postgres(Path::new("/usr/lib/postgresql"))
                .or_else(|| process::on_path("initdb").and_then(|_| process::on_path("postgres"))),
            Self::Fonts => readable_font(),
            // Only the administrator's path has it on Debian.
            Self::Nginx => process::on_path("nginx")
                .or_else(|| Some(PathBuf::from("/usr/sbin/nginx")).filter(|path| path.is_file())),
            _ => self.programs().iter().find_map(|name| process::on_path(name)),
        }
    }

    fn programs(self) -> &'static [&'static str] {
        match self {
            Self::Node => &["node", "nodejs"],
            Self::Npm => &["npm"],
            Self::Chromium => &["chromium", "chromium-browser"],
            Self::Chromedriver => &["chromedriver"],
            Self::Firefox => &["firefox-esr", "firefox"],
            Self::Xvfb => &["Xvfb"],
            Self::Xdotool => &["xdotool"],
            Self::Postgres | Self::Nginx | Self::Fonts => &[],
        }
    }

    fn debian_package(self) -> &'static str {
        match self {
            Self::Node => "nodejs",
            Self::Npm => "npm",
            Self::Chromium => "chromium",
            Self::Chromedriver => "chromium-driver",
            Self::Firefox => "firefox-esr",
            Self::Xvfb => "xvfb",
            Self::Xdotool => "xdotool",
            Self::Postgres => "postgresql",
            Self::Nginx => "nginx-light",
            Self::Fonts => "fonts-dejavu",
        }
    }
}

/// Installs what is missing, where that is ours to do: on Debian, as the administrator.
pub(crate) fn ensure(tools: &[Tool]) -> Result<()> {
    let missing = missing(tools);
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|tool| tool.debian_package()).collect();
    if process::on_path("apt-get").is_none() || !process::is_root() {
        bail!("{}", advice(&missing, &packages));
    }
    say::note(&format!("installing {}", packages.join(", ")));
    apt_get(&["update"])?;
    apt_get(&[&["install", "--yes", "--no-install-recommends"], packages.as_slice()].concat())?;
    let still = self::missing(tools);
    if !still.is_empty() {
        bail!("still missing after the installation of {}: {still:?}", packages.join(", "));
    }
    Ok(())
}

fn missing(tools: &[Tool]) -> Vec<Tool> {
    tools.iter().copied().filter(|tool| tool.find().is_none()).collect()
}

fn advice(missing: &[Tool], packages: &[&str]) -> String {
    format!(
        "missing on this machine: {missing:?}. On Debian: \
         sudo apt-get install --no-install-recommends {}; elsewhere install the same programs \
         and put them on PATH",
        packages.join(" ")
    )
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    process::run_aside(
        Command::new("apt-get")
            .arg("--quiet")
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
}

/// Debian keeps each major version in a folder of its own and puts none of them on PATH.
fn newest_postgres(versions: &Path) -> Option<PathBuf> {
    fs::read_dir(versions)
        .ok()?
        .filter_map(|entry| {
            let folder = entry.ok()?.path();
            let version: u32 = folder.file_name()?.to_str()?.parse().ok()?;
            let bin = folder.join("bin");
            let complete = bin.join("initdb").is_file() && bin.join("postgres").is_file();
            complete.then(|| (version, bin.join("postgres")))
        })
        .max()
        .map(|(_, postgres)| postgres)
}

/// Fonts are a matter of packages on Linux alone.
fn readable_font() -> Option<PathBuf> {
    if !cfg!(target_os = "linux") {
        return Some(PathBuf::new());
    }
    ["/usr/share/fonts", "/usr/local/share/fonts"].iter().find_map(|folder| {
        walkdir::WalkDir::new(folder)
            .into_iter()
            .flatten()
            .map(walkdir::DirEntry::into_path)
            .find(|file| file.extension().is_some_and(|kind| kind == "ttf" || kind == "otf"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_complete_postgres_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        for (version, programs) in [
            ("9", vec!["initdb", "postgres"]),
            ("17", vec!["initdb", "postgres"]),
            ("18", vec!["psql"]),
        ] {
            let bin = folder.path().join(version).join("bin");
            fs::create_dir_all(&bin).unwrap();
            programs.iter().for_each(|program| fs::write(bin.join(program), "").unwrap());
        }
        assert_eq!(newest_postgres(folder.path()), Some(folder.path().join("17/bin/postgres")));
    }

    #[test]
    fn the_advice_names_every_missing_program_and_one_command() {
        let text = advice(&[Tool::Xvfb, Tool::Postgres], &["xvfb", "postgresql"]);
        assert!(text.contains("[Xvfb, Postgres]"), "{text}");
        assert!(
            text.contains("sudo apt-get install --no-install-recommends xvfb postgresql"),
            "{text}"
        );
    }
}
