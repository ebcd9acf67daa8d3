//! Use case: an export file comes in; its titles become runs, one for each shop, and go chunk by chunk
//! through the same door as the extension's.
//!
//! The file is read on a thread of its own while chunks are stored: neither holds more than some hundred
//! titles.

mod names;
mod reader;
mod runs;
pub mod upload;

use std::fs::File;

use importers::{Export, Format, Limits, Report, Unreadable};
use serde::{Deserialize, Serialize};
use shared::{ids::Marketplace, problem::Problem, wire::v1};
use tokio::task::spawn_blocking;
use utoipa::ToSchema;

use self::{
    reader::{Problems, Reading, Row},
    runs::{Runs, Sent},
};
use crate::{
    accounts::Account,
    app::App,
    ingest::Refused,
    store::{StoreError, uploads::UploadCount},
};

/// The version of the server, which every run of a file names.
const VERSION: &str = env!("CARGO_PKG_VERSION");
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
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
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
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
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
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
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
    /// What was written here cannot be read here.
    #[error("own JSON could not be written or read")]
    Own(#[source] serde_json::Error),
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
    let FileImport { account, marketplace, dry_run, only } = ask;
    let export = opened(file).await?;
    let format = export.format();
    if only.is_some_and(|only| only != format) {
        return Err(FileRefused::OtherFormat(format));
    }
    let mut reading = Reading::start(app, account.id, export).await?;
    let mut runs = Runs::new(app, &account, format, VERSION);
    runs.dry_run = dry_run;
    let (mut receipt, mut refused) = (FileReceipt::new(format), Problems::default());
    while let Some(row) = reading.next().await {
        let row = Row { marketplace: row.marketplace.or(marketplace), ..row };
        if let Some(sent) = runs.push(row).await? {
            receipt.add(sent, &mut refused);
        }
    }
    let (report, mut problems) = reading.end().await?;
    let (runs, last) = runs.finish(report.whole).await?;
    last.into_iter().for_each(|sent| receipt.add(sent, &mut refused));
    problems.append(refused);
    Ok(receipt.finished(report, problems, runs))
}

/// Finds out what a file is, on a thread of its own.
async fn opened(file: File) -> Result<Export<File>, FileRefused> {
    let opening = spawn_blocking(move || Export::open(file, Limits::default()));
    Ok(opening.await.map_err(FileRefused::Reader)??)
}

impl FileReceipt {
    fn new(format: Format) -> Self {
        Self {
            format: format.code().to_owned(),
            format_name: format.name().to_owned(),
            whole: false,
            others: 0,
            imported: 0,
            updated: 0,
            unchanged: 0,
            ignored: 0,
            duplicate: 0,
            rejected: 0,
            runs: Vec::new(),
            problems: Vec::new(),
            problems_total: 0,
        }
    }

    /// Adds a chunk's receipt up, and names by their places what was not taken.
    fn add(&mut self, sent: Sent, problems: &mut Problems) {
        let Sent { receipt, places } = sent;
        self.imported += receipt.imported;
        self.updated += receipt.updated;
        self.unchanged += receipt.unchanged;
        self.ignored += receipt.ignored;
        self.duplicate += receipt.duplicate;
        self.rejected += receipt.rejected;
        for (item, place) in receipt.items.into_iter().zip(places) {
            if item.outcome == v1::Outcome::Rejected {
                problems.add(FileProblem::refused(item, place));
            }
        }
    }

    fn finished(mut self, report: Report, problems: Problems, runs: Vec<FileRun>) -> Self {
        self.whole = report.whole;
        self.others = report.others;
        self.rejected += problems.rejected;
        self.problems_total = problems.total;
        self.problems = problems.named;
        self.runs = runs;
        self
    }
}

impl FileReceipt {
    /// How many titles were sent.
    fn titles(&self) -> i64 {
        let counts = [self.imported, self.updated, self.unchanged, self.ignored, self.duplicate];
        counts.into_iter().map(i64::from).sum::<i64>() + i64::from(self.rejected)
    }

    /// Counts titles that were seen before importing to be none that can be imported.
    fn leave_out(&mut self, count: &UploadCount) {
        let titles = u32::try_from(count.titles - count.chosen).unwrap_or_default();
        match count.outcome.as_str() {
            "ignored" => self.ignored += titles,
            "duplicate" => self.duplicate += titles,
            "rejected" => self.rejected += titles,
            _ => {}
        }
    }

    /// What became of a file of which something was known before: that it was read, and how.
    fn after(mut self, before: Self, problems: Problems, runs: Vec<FileRun>) -> Self {
        self.whole = before.whole;
        self.others = before.others;
        self.rejected += before.rejected;
        self.problems_total = before.problems_total + problems.total;
        self.problems = before.problems;
        self.problems.extend(problems.named);
        self.problems.truncate(NAMED);
        self.runs = runs;
        self
    }
}

impl FileRefused {
    /// Its stable name.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(error) => error.code(),
            Self::OtherFormat(_) => "file_other_format",
            Self::Import(refused) => refused.name(),
            Self::Store(_) => "database",
            Self::Reader(_) | Self::Own(_) => "internal",
        }
    }
}

impl FileProblem {
    /// A title that was not taken.
    fn refused(item: v1::ItemReceipt, place: String) -> Self {
        let field = item.pointer.as_deref().and_then(|at| at.splitn(4, '/').nth(3));
        Self {
            place,
            asin: item.asin,
            field: field.unwrap_or_default().to_owned(),
            detail: item.reason.unwrap_or_default(),
        }
    }
}
