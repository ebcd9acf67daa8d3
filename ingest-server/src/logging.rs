//! Log output: one line an event on standard error, for people or as JSON.

use std::{
    fs::File,
    io::{self, IsTerminal},
    path::Path,
    sync::Mutex,
};

use clap::ValueEnum;
use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

/// The form of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts logging for the whole process. `filter` is a `tracing` filter such as `info`.
///
/// The database driver's lines carry statements without their values; they stay off below warnings.
pub fn start(format: LogFormat, filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    let registry = tracing_subscriber::registry().with(filter);
    let started = match format {
        LogFormat::Text => registry.with(lines).try_init(),
        LogFormat::Json => registry.with(lines.json()).try_init(),
    };
    if let Err(error) = started {
        tracing::debug!(%error, "logging had been started before");
    }
}

/// Writes what this process logs into a file of its own in `folder`, so that the logs of all tests can be
/// looked through. Does nothing where logging has been started before.
///
/// # Errors
///
/// A file that cannot be made.
pub fn keep_in(folder: &Path, filter: &str) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let file = File::create(folder.join(format!("{}.log", std::process::id())))?;
    let lines = tracing_subscriber::fmt::layer().with_writer(Mutex::new(file)).with_ansi(false);
    let filter = EnvFilter::new(filter);
    // Where it was started before, its lines go elsewhere.
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
    Ok(())
}
