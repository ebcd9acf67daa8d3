//! What the extension holds in memory, as the system counts it.

use std::fs;

use anyhow::{Context, Result};

use super::Browser;

impl Browser {
    /// Bytes of memory of its own that the process of the extension holds: heaps of JavaScript and
    /// WebAssembly of worker and popup together, and the engine's. Chromium only, which has one such
    /// process.
    pub fn extension_memory(&self) -> Result<u64> {
        let mut bytes = 0;
        for entry in fs::read_dir("/proc")? {
            let process = entry?.path();
            // A process may end between two looks.
            let Ok(command) = fs::read_to_string(process.join("cmdline")) else { continue };
            let is_ours = command.contains("--extension-process")
                && fs::read_to_string(process.join("stat"))
                    .is_ok_and(|stat| group(&stat) == Some(self.driver_process.group()));
            if is_ours && let Ok(status) = fs::read_to_string(process.join("status")) {
                bytes += own_memory(&status).context("RssAnon of the extension's process")?;
            }
        }
        Ok(bytes)
    }
}

/// The process group in `/proc/{id}/stat`; the name before it may hold anything.
fn group(stat: &str) -> Option<u32> {
    stat.rsplit_once(") ")?.1.split(' ').nth(2)?.parse().ok()
}

/// Bytes of memory that no file backs, of `/proc/{id}/status`.
fn own_memory(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}
