//! A throw-away PostgreSQL: made, started, and removed again, on a port of its own.

use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::Path,
    process::{ChildStderr, Command, Stdio},
    sync::mpsc,
    thread,
};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::{
    process::{self, Beside, Manner},
    setup,
    workspace::Workspace,
};

/// Variable that tells tests and benchmarks where the server is.
const VARIABLE: &str = "MEFEED_TEST_POSTGRES";

/// What the log says when connections are welcome (with `LC_ALL=C`).
const READY: &str = "database system is ready to accept connections";

/// A running server. Dropping it stops the server, then removes its folder: the order of the
/// fields is the order of the two.
pub(crate) struct Postgres {
    _server: Beside,
    _folder: TempDir,
    url: String,
}

impl Postgres {
    /// Installs PostgreSQL when it is missing, makes a cluster and waits until it is ready.
    pub(crate) fn start(workspace: &Workspace) -> Result<Self> {
        let programs = setup::postgres(workspace)?;
        let user = process::is_root().then_some("postgres");
        let folder = scratch(workspace, user)?;
        let data = folder.path().join("data");
        make_cluster(&programs, &data, user)?;
        let port = free_port()?;
        let manner = Manner { user, signal: "INT" };
        let mut command = process::in_manner(manner, &programs.join("postgres"));
        command
            .args(server_arguments(&data, port))
            .current_dir(folder.path())
            .env("LC_ALL", "C")
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut server = Beside::start(&mut command, manner)?;
        let log = server.child().stderr.take().context("PostgreSQL has no log")?;
        wait_until_ready(log, &workspace.target.join("postgres.log"))?;
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        Ok(Self { _server: server, _folder: folder, url })
    }

    /// Tells a program where the server is.
    pub(crate) fn name_to(&self, command: &mut Command) {
        command.env(VARIABLE, &self.url);
    }
}

/// The administrator's server runs as `postgres`, who can often not enter our target folder; then
/// the system's folder for temporary files is used.
fn scratch(workspace: &Workspace, user: Option<&str>) -> Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("mefeed-postgres-");
    match user {
        None => builder.tempdir_in(&workspace.target),
        Some(_) => builder.tempdir(),
    }
    .context("make a folder for PostgreSQL")
    .and_then(|folder| match user {
        None => Ok(folder),
        Some(user) => {
            process::run(Command::new("chown").arg(user).arg(folder.path())).map(|()| folder)
        }
    })
}

fn make_cluster(programs: &Path, data: &Path, user: Option<&str>) -> Result<()> {
    let initdb = programs.join("initdb");
    let mut command = process::in_manner(Manner { user, signal: "INT" }, &initdb);
    command
        .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"])
        // A linguistic order, as most servers have it: a query that forgets COLLATE "C" then sorts
        // unlike SQLite, and a test sees it.
        .args(["--locale=C", "--locale-provider=icu", "--icu-locale=en"])
        .arg("--pgdata")
        .arg(data)
        .current_dir(data.parent().context("the data folder has a parent")?);
    process::read(&mut command).map(drop)
}

fn server_arguments(data: &Path, port: u16) -> Vec<String> {
    let mut arguments =
        vec!["-D".to_owned(), data.display().to_string(), "-p".to_owned(), port.to_string()];
    for setting in [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=200",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "log_min_messages=warning",
        "log_checkpoints=off",
        "timezone=UTC",
    ] {
        arguments.extend(["-c".to_owned(), setting.to_owned()]);
    }
    arguments
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("find a free port")?;
    Ok(listener.local_addr().context("find a free port")?.port())
}

/// Reads the log until the server is ready; a thread keeps on copying it to a file afterwards,
/// because a full pipe would stop the server.
fn wait_until_ready(log: ChildStderr, copy: &Path) -> Result<()> {
    let mut file = File::create(copy).with_context(|| format!("create {}", copy.display()))?;
    let (tell, ready) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            // The copy is a help for reading failures; losing it must not stop the server.
            let _ = writeln!(file, "{line}");
            if line.contains(READY) {
                let _ = tell.send(());
            }
        }
    });
    ready.recv().with_context(|| format!("PostgreSQL did not start; see {}", copy.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_listens_on_loopback_alone() {
        let arguments = server_arguments(Path::new("/data"), 5433);
        assert_eq!(&arguments[..4], ["-D", "/data", "-p", "5433"]);
        assert!(arguments.contains(&"listen_addresses=127.0.0.1".to_owned()));
        assert!(arguments.contains(&"unix_socket_directories=".to_owned()));
    }
}
