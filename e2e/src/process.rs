//! Child processes that end with their owner, whole process group and all.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStdout},
    time::timeout,
};

/// A child process in a process group of its own; dropping it ends the group by its id.
pub struct Owned {
    child: Child,
    group: u32,
    /// Kept open, because some programs end when nobody reads them.
    _stdout: Option<tokio::task::JoinHandle<()>>,
}

impl Owned {
    /// Starts `command`, which says nothing.
    pub fn spawn(mut command: Command) -> Result<Self> {
        use std::os::unix::process::CommandExt;
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let (child, group) = spawned(command)?;
        Ok(Self { child, group, _stdout: None })
    }

    /// Starts `command` and waits for the first line of its output that `ready` understands.
    pub async fn start<T>(
        mut command: Command,
        ready: impl Fn(&str) -> Option<T>,
    ) -> Result<(Self, T)> {
        use std::os::unix::process::CommandExt;
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let (mut child, group) = spawned(command)?;
        let stdout = child.stdout.take().with_context(|| format!("{name} has no output"))?;
        let mut lines = BufReader::new(stdout);
        let found = timeout(Duration::from_secs(30), first(&mut lines, ready))
            .await
            .with_context(|| format!("{name} did not say that it is ready within 30 s"))?
            .with_context(|| format!("{name} ended before it was ready"))?;
        let drain = tokio::spawn(async move {
            let mut rest = String::new();
            while lines.read_line(&mut rest).await.is_ok_and(|read| read > 0) {
                rest.clear();
            }
        });
        Ok((Self { child, group, _stdout: Some(drain) }, found))
    }
}

fn spawned(command: Command) -> Result<(Child, u32)> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut command = tokio::process::Command::from(command);
    let child = command.kill_on_drop(true).spawn().with_context(|| format!("start {name}"))?;
    let group = child.id().with_context(|| format!("{name} ended at once"))?;
    Ok((child, group))
}

async fn first<T>(
    lines: &mut BufReader<ChildStdout>,
    ready: impl Fn(&str) -> Option<T>,
) -> Result<T> {
    let mut line = String::new();
    loop {
        line.clear();
        if lines.read_line(&mut line).await? == 0 {
            bail!("no more output");
        }
        if let Some(found) = ready(line.trim()) {
            return Ok(found);
        }
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_some()) {
            return;
        }
        // The group is ours alone: it was made for this child.
        let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", self.group)]).status();
        if let Some(stdout) = &self._stdout {
            stdout.abort();
        }
    }
}
