//! Starting other programs: in the foreground, for their answer, or beside us until we end.

use std::{
    env, io,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use anyhow::{Context, Result, bail};

/// Runs to the end; its output is ours. Fails with the command line when it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("start `{}`", shown(command)))?;
    if !status.success() {
        bail!("`{}` ended with {status}", shown(command));
    }
    Ok(())
}

/// Like [`run`], but what it prints goes to stderr, so that our stdout stays an answer.
pub(crate) fn run_aside(command: &mut Command) -> Result<()> {
    run(command.stdout(io::stderr()))
}

/// Runs to the end and gives what it printed, trimmed.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let bytes = read_bytes(command)?;
    let text = String::from_utf8(bytes).with_context(|| format!("read `{}`", shown(command)))?;
    Ok(text.trim().to_owned())
}

/// Runs to the end and gives the bytes that it printed.
pub(crate) fn read_bytes(command: &mut Command) -> Result<Vec<u8>> {
    let Output { status, stdout, stderr } =
        command.output().with_context(|| format!("start `{}`", shown(command)))?;
    if !status.success() {
        let why = String::from_utf8_lossy(&stderr);
        bail!("`{}` ended with {status}: {}", shown(command), why.trim());
    }
    Ok(stdout)
}

/// The command line as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut line =
        program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

/// The first program of that name on PATH.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Whether we run as the administrator, who may install packages and must not run databases.
pub(crate) fn is_root() -> bool {
    read(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

/// A program that runs beside us and ends with us.
pub(crate) struct Beside {
    child: Child,
    signal: &'static str,
}

/// Who a program runs as, and how it is asked to end.
#[derive(Clone, Copy)]
pub(crate) struct Manner<'a> {
    /// Another account; `None` keeps ours.
    pub(crate) user: Option<&'a str>,
    /// Signal that asks for the end, such as `TERM`.
    pub(crate) signal: &'static str,
}

/// A command that runs `program` in that manner. With `setpriv` at hand (every Debian has it) the
/// kernel ends the program even when we are killed.
pub(crate) fn in_manner(manner: Manner<'_>, program: &Path) -> Command {
    let Some(setpriv) = on_path("setpriv") else {
        return match manner.user {
            None => Command::new(program),
            Some(user) => {
                let mut command = Command::new("runuser");
                command.args(["-u", user, "--"]).arg(program);
                command
            }
        };
    };
    let mut command = Command::new(setpriv);
    if let Some(user) = manner.user {
        command.args(["--reuid", user, "--regid", user, "--init-groups"]);
    }
    command.args(["--pdeathsig", manner.signal, "--"]).arg(program);
    command
}

impl Beside {
    /// Starts it; stdin is closed.
    pub(crate) fn start(command: &mut Command, manner: Manner<'_>) -> Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("start `{}`", shown(command)))?;
        Ok(Self { child, signal: manner.signal })
    }

    /// The running program, to take its output.
    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-s", self.signal, &id]).status();
        if !asked.is_ok_and(|status| status.success()) {
            // It may have ended by itself; then this fails and is of no interest.
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_failing_program_is_named_with_its_arguments() {
        let error = run(Command::new("sh").args(["-c", "exit 3"])).unwrap_err();
        assert_eq!(error.to_string(), "`sh -c exit 3` ended with exit status: 3");
    }

    #[test]
    fn a_program_beside_us_ends_when_it_is_dropped() {
        let manner = Manner { user: None, signal: "TERM" };
        let mut command = in_manner(manner, Path::new("cat"));
        let (mut reader, writer) = io::pipe().unwrap();
        let mut beside = Beside::start(command.stdout(writer), manner).unwrap();
        assert!(beside.child().try_wait().is_ok());
        drop(beside);
        drop(command);
        // Only a dead writer ends the pipe.
        assert_eq!(reader.read(&mut [0]).unwrap(), 0);
    }
}
