//! Use case: a person puts a file here, looks at what it is and what an import would make of it, chooses,
//! and imports it.
//!
//! What was read lies in the database until then, so that nothing depends on the browser or on which
//! server answers. The work is done beside the requests; a file says in which state it is. Importing goes
//! through runs whose ids are fixed before the first chunk, so that one that was interrupted goes on where
//! it stood.

mod work;

use std::{collections::BTreeMap, fs::File};

use importers::Format;
use serde::{Deserialize, Serialize};
use shared::{
    ids::{Marketplace, RunId},
    text,
};
use uuid::Uuid;

use self::work::{Task, Work};
use super::{FileReceipt, FileRefused, VERSION, opened};
use crate::{
    accounts::Account,
    app::App,
    clock::new_id,
    store::{
        AccountId, StoreError,
        rows::{Key, UploadItemRow, UploadRow},
        uploads::{Choice, UploadCount, UploadQuery},
    },
};

/// A file is forgotten after a week without a word, in microseconds.
pub(crate) const FORGOTTEN_AFTER: i64 = 7 * 24 * 3600 * 1_000_000;
/// Work that nothing was heard of for this long has ended with its server, in microseconds.
const STALLED_AFTER: i64 = 120 * 1_000_000;
/// Longest name of a file that is kept, in characters.
const LONGEST_NAME: usize = 200;

/// How far a file has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is being read, or looked at again.
    Reading,
    /// It waits for a person's word.
    Ready,
    /// It is being imported.
    Importing,
    /// It is imported.
    Done,
    /// Reading or importing broke off.
    Failed,
}

impl State {
    const ALL: [Self; 5] = [Self::Reading, Self::Ready, Self::Importing, Self::Done, Self::Failed];

    /// Its name in the database and in texts.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Ready => "ready",
            Self::Importing => "importing",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// A file as pages show it.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Id.
    pub id: Uuid,
    /// As its owner called it.
    pub name: String,
    /// The program that wrote it.
    pub format: Format,
    /// The shop that a person named for titles of which the file does not say it.
    pub marketplace: Option<Marketplace>,
    /// How far it has come.
    pub state: State,
    /// Nothing was heard of its work for two minutes.
    pub stalled: bool,
    /// How many titles were read, or imported, so far.
    pub titles: i64,
    /// What is known of it; with `Done` what became of it.
    pub report: Report,
    row: UploadRow,
}

/// What is known of a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Problems, and once it is imported what became of its titles.
    pub receipt: FileReceipt,
    /// Why it broke off, as a stable word.
    pub failure: Option<String>,
    /// The version of the server that began importing: its runs name it to their end, also where another
    /// version goes on with them. Empty before.
    #[serde(default)]
    version: String,
}

impl Upload {
    fn read(row: UploadRow, now: i64) -> Result<Self, StoreError> {
        let unread = |column, reason: &dyn std::fmt::Display| {
            StoreError::row("uploads", column, row.upload_id, reason)
        };
        let format = Format::ALL.into_iter().find(|format| format.code() == row.format);
        let state = State::ALL.into_iter().find(|state| state.code() == row.state);
        let state = state.ok_or_else(|| unread("state", &"it is none of the five"))?;
        let at_work = matches!(state, State::Reading | State::Importing);
        Ok(Self {
            id: row.upload_id.0,
            name: row.name.clone(),
            format: format.ok_or_else(|| unread("format", &"no such program"))?,
            marketplace: Marketplace::parse(&row.marketplace).ok(),
            state,
            stalled: at_work && row.updated_at + STALLED_AFTER < now,
            titles: row.titles,
            report: serde_json::from_str(&row.report).map_err(|e| unread("report", &e))?,
            row,
        })
    }

    /// Importing has begun once.
    pub fn has_runs(&self) -> bool {
        self.row.runs != "{}"
    }

    /// The run of each shop, once it is being imported.
    fn runs(&self) -> Result<BTreeMap<String, RunId>, StoreError> {
        serde_json::from_str(&self.row.runs)
            .map_err(|error| StoreError::row("uploads", "runs", self.row.upload_id, &error))
    }

    /// Its row in another state, from now on. No two of its states have the same moment: by it whoever
    /// works on the file sees that somebody else does by now.
    fn step(&self, state: State, now: i64) -> UploadRow {
        let updated_at = now.max(self.row.updated_at + 1);
        UploadRow { state: state.code().to_owned(), updated_at, ..self.row.clone() }
    }
}

/// Takes a file; what it is, is known at once, its titles are read beside.
///
/// # Errors
///
/// It is no file that is known, or the database's.
pub async fn begin(
    app: &App,
    account: Account,
    name: &str,
    marketplace: Option<Marketplace>,
    file: File,
) -> Result<Uuid, FileRefused> {
    let export = opened(file).await?;
    let format = export.format();
    let now = now(app);
    let id = new_id(app.clock().now(), app.chance());
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let report =
        Report { receipt: FileReceipt::new(format), failure: None, version: String::new() };
    let row = UploadRow {
        upload_id: Key(id),
        name: text::bounded(&text::clean(name), LONGEST_NAME).0,
        format: format.code().to_owned(),
        marketplace: marketplace.map_or("", Marketplace::code).to_owned(),
        state: State::Reading.code().to_owned(),
        titles: 0,
        report: serde_json::to_string(&report).map_err(FileRefused::Own)?,
        runs: "{}".to_owned(),
        created_at: now,
        updated_at: now,
    };
    app.store().add_upload(account.id, &row).await?;
    let work = Work { app: app.clone(), account, upload: Upload::read(row, now)? };
    tokio::spawn(work.run(Task::Read(export)));
    Ok(id)
}

/// One file; none if the account has no such file.
///
/// # Errors
///
/// The database's, or a row that cannot be read.
pub async fn find(app: &App, owner: AccountId, id: Uuid) -> Result<Option<Upload>, StoreError> {
    let row = app.store().upload(owner, id).await?;
    row.map(|row| Upload::read(row, now(app))).transpose()
}

/// The account's files, newest first.
///
/// # Errors
///
/// The database's, or a row that cannot be read.
pub async fn all(app: &App, owner: AccountId) -> Result<Vec<Upload>, StoreError> {
    let rows = app.store().uploads(owner).await?;
    rows.into_iter().map(|row| Upload::read(row, now(app))).collect()
}

/// Titles of a file as pages show them, and how many there are of which kind.
///
/// # Errors
///
/// The database's.
pub async fn titles(
    app: &App,
    owner: AccountId,
    id: Uuid,
    query: UploadQuery<'_>,
) -> Result<(Vec<UploadItemRow>, Vec<UploadCount>), StoreError> {
    let items = app.store().upload_items(owner, id, query).await?;
    Ok((items, app.store().upload_counts(owner, id).await?))
}

/// Keeps a choice, while the file waits for one.
///
/// # Errors
///
/// The database's.
pub async fn choose(
    app: &App,
    owner: AccountId,
    upload: &Upload,
    choice: &Choice<'_>,
) -> Result<(), StoreError> {
    if upload.state != State::Ready {
        return Ok(());
    }
    app.store().choose(owner, upload.id, choice).await
}

/// Looks at a file again, as from another shop where the file does not say it.
///
/// # Errors
///
/// The database's.
pub async fn from_shop(
    app: &App,
    account: Account,
    upload: Upload,
    marketplace: Option<Marketplace>,
) -> Result<(), StoreError> {
    if upload.state != State::Ready {
        return Ok(());
    }
    let code = marketplace.map_or("", Marketplace::code).to_owned();
    let next = UploadRow { marketplace: code, ..upload.step(State::Reading, now(app)) };
    begun(app, account, &upload, next, Task::LookAgain).await
}

/// Imports what is chosen; one that was interrupted goes on.
///
/// # Errors
///
/// The database's.
pub async fn import(app: &App, account: Account, mut upload: Upload) -> Result<(), StoreError> {
    let interrupted = upload.state == State::Importing && upload.stalled;
    let broken = upload.state == State::Failed && upload.has_runs();
    if !(upload.state == State::Ready || interrupted || broken) {
        return Ok(());
    }
    let mut runs = upload.runs()?;
    if runs.is_empty() {
        let counts = app.store().upload_counts(account.id, upload.id).await?;
        for count in counts {
            let new = || RunId::from_uuid(new_id(app.clock().now(), app.chance()));
            runs.entry(count.marketplace).or_insert_with(new);
        }
    }
    if upload.report.version.is_empty() {
        VERSION.clone_into(&mut upload.report.version);
    }
    let report = serde_json::to_string(&upload.report)
        .map_err(|error| StoreError::row("uploads", "report", upload.row.upload_id, &error))?;
    let runs = serde_json::to_string(&runs).unwrap_or_default();
    let next = UploadRow { report, runs, titles: 0, ..upload.step(State::Importing, now(app)) };
    begun(app, account, &upload, next, Task::Import).await
}

/// Forgets a file.
///
/// # Errors
///
/// The database's.
pub async fn discard(app: &App, owner: AccountId, id: Uuid) -> Result<(), StoreError> {
    app.store().drop_upload(owner, id).await
}

/// Begins work if the file is still as it was seen: of two that press at the same time one begins.
async fn begun(
    app: &App,
    account: Account,
    upload: &Upload,
    next: UploadRow,
    task: Task,
) -> Result<(), StoreError> {
    let from = (upload.row.state.as_str(), upload.row.updated_at);
    if app.store().step_upload(account.id, &next, from).await? {
        let upload = Upload::read(next, now(app))?;
        tokio::spawn(Work { app: app.clone(), account, upload }.run(task));
    }
    Ok(())
}

fn now(app: &App) -> i64 {
    app.clock().now().as_microsecond()
}

#[cfg(test)]
impl Upload {
    /// As if a server of another version had begun to import it, sent one chunk, and ended long ago.
    pub(crate) async fn begun_by(&mut self, app: &App, account: Account, version: &str) {
        version.clone_into(&mut self.report.version);
        let from = (self.row.state.clone(), self.row.updated_at);
        self.row.report = serde_json::to_string(&self.report).unwrap();
        self.row.updated_at = now(app) - 2 * STALLED_AFTER;
        let row = &self.row;
        assert!(app.store().step_upload(account.id, row, (&from.0, from.1)).await.unwrap());
        let work = Work { app: app.clone(), account, upload: self.clone() };
        work.one_chunk().await;
    }
}
