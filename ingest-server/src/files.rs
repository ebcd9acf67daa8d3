//! Use case: an export file comes in; its titles become runs, one for each shop, and go chunk by chunk
//! through the same door as the extension's.
//!
//! The file is read on a thread of its own while chunks are stored: neither holds more than some hundred
//! titles.

mod intake;
mod names;

use std::fs::File;

use importers::{Export, Format, Found, Limits, Unreadable};
use serde::Serialize;
use shared::{ids::Marketplace, problem::Problem};
use tokio::{sync::mpsc, task::spawn_blocking};
use utoipa::ToSchema;

use self::intake::Intake;
use crate::{accounts::Account, app::App, ingest::Refused, store::StoreError};

/// Titles between reader and writer.
const BETWEEN: usize = 500;
/// Problems that are named one by one; of more, the number is told.
const NAMED: usize = 1_000;

/// A file with what its sender says of it.
#[derive(Debug)]
pub struct FileImport {
    /// Whose library.
    pub account: Account,
    /// The shop of titles of which the file does not say it.
    pub marketplace: Option<Marketplace>,
    /// Answer without writing.
    pub dry_run: bool,
    /// The only format that is taken, if there is one.
    pub only: Option<Format>,
}

/// What became of a file.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FileReceipt {
    /// The program that wrote it: `libation`.
    pub format: String,
    /// Its name for people.
    pub format_name: String,
    /// The file was read to its end.
    pub whole: bool,
    /// Rows that are no audiobooks and were left out.
    pub others: u32,
    /// New titles.
    pub imported: u32,
    /// Titles with a changed value.
    pub updated: u32,
    /// Titles that were the same.
    pub unchanged: u32,
    /// Titles on the account's ignore list.
    pub ignored: u32,
    /// Titles that stood again later.
    pub duplicate: u32,
    /// Rows that were not valid; each is among the problems.
    pub rejected: u32,
    /// One run for each shop.
    pub runs: Vec<FileRun>,
    /// What could not be used, at most 1,000.
    pub problems: Vec<FileProblem>,
    /// How many problems there are.
    pub problems_total: u32,
}

/// One run of a file.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FileRun {
    /// The shop; none where nobody said it.
    pub marketplace: Option<String>,
    /// The run in the history; none in a dry run.
    pub run: Option<String>,
    /// How many different titles.
    pub titles: u32,
    /// Everything of it was read and has arrived.
    pub complete: bool,
}

/// Something of a file that could not be used.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FileProblem {
    /// Where: `line 17`, `entry 3`.
    pub place: String,
    /// The title concerned, where one is known.
    pub asin: Option<String>,
    /// Which field; empty when the whole row is meant.
    pub field: String,
    /// Why, for people.
    pub detail: String,
}

/// Why nothing of a file was taken, or not all.
#[derive(Debug, thiserror::Error)]
pub enum FileRefused {
    /// It is none that can be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// It is of another program than the address is for.
    #[error("the file is of another format")]
    OtherFormat(Format),
    /// Reading broke off.
    #[error("reading the file broke off")]
    Reader(#[source] tokio::task::JoinError),
    /// A chunk was not taken; those before it were.
    #[error(transparent)]
    Import(#[from] Refused),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Problem> for FileProblem {
    fn from(problem: Problem) -> Self {
        let Problem { place, asin, field, detail, .. } = problem;
        Self { place, asin, field, detail }
    }
}

/// Takes a file in.
///
/// # Errors
///
/// See [`FileRefused`].
pub async fn import(app: &App, ask: FileImport, file: File) -> Result<FileReceipt, FileRefused> {
    let opening = spawn_blocking(move || Export::open(file, Limits::default()));
    let export = opening.await.map_err(FileRefused::Reader)??;
    let format = export.format();
    if ask.only.is_some_and(|only| only != format) {
        return Err(FileRefused::OtherFormat(format));
    }
    let (sender, mut found) = mpsc::channel(BETWEEN);
    let reading = spawn_blocking(move || {
        export.read(&mut |one: Found| {
            // Nobody listens any more once a chunk was refused; the rest is read for nothing.
            let _ = sender.blocking_send(one);
        })
    });
    let mut intake = Intake::new(app, &ask, format);
    while let Some(one) = found.recv().await {
        intake.take(one).await?;
    }
    let report = reading.await.map_err(FileRefused::Reader)??;
    intake.finish(report).await
}
