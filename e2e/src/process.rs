//! Child processes that end with their owner, whole process group and all.

use std::{
    net::{Ipv4Addr, Ipv6Addr, TcpListener},
    process::{Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
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

/// A port for a program that cannot choose one well by itself: free on IPv4 and IPv6, given out once, and
/// below those that systems hand to connections, so that nothing takes it in between.
pub fn port() -> Result<u16> {
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 10_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = std::process::id() % u32::from(COUNT);
    for _ in 0..COUNT {
        let step = u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = FIRST + u16::try_from((start + step) % u32::from(COUNT))?;
        // A machine without IPv6 has nothing there that could be in the way.
        let v6 = TcpListener::bind((Ipv6Addr::LOCALHOST, port));
        let taken = v6.is_err_and(|error| error.kind() == std::io::ErrorKind::AddrInUse);
        if !taken && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port from {FIRST} on is free");
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
