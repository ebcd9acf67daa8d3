//! A virtual screen for browsers: started on a free display, ended with its owner.

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use anyhow::{Context, Result};

use crate::process::{self, Beside, Manner};

/// Width, height and depth of the virtual screen.
const SCREEN: &str = "1400x1000x24";

/// A running virtual screen.
pub(crate) struct Xvfb {
    _server: Beside,
    display: String,
}

impl Xvfb {
    /// Starts one and waits until it has chosen its display.
    pub(crate) fn start() -> Result<Self> {
        let program = process::on_path("Xvfb").context("Xvfb is not on PATH")?;
        let manner = Manner { user: None, signal: "TERM" };
        let mut command = process::in_manner(manner, &program);
        command
            .args(["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut server = Beside::start(&mut command, manner)?;
        let stdout = server.child().stdout.take().context("Xvfb has no output")?;
        let mut number = String::new();
        BufReader::new(stdout).read_line(&mut number).context("read the display of Xvfb")?;
        let number: u32 = number.trim().parse().context("Xvfb ended before it had a display")?;
        Ok(Self { _server: server, display: format!(":{number}") })
    }

    /// One is needed only where there is no screen.
    pub(crate) fn start_when_headless() -> Result<Option<Self>> {
        if env::var_os("DISPLAY").is_some_and(|display| !display.is_empty()) {
            return Ok(None);
        }
        Self::start().map(Some)
    }

    /// Tells a program to draw there.
    pub(crate) fn name_to(&self, command: &mut Command) {
        command.env("DISPLAY", &self.display).env_remove("WAYLAND_DISPLAY");
    }
}
