//! Use case: a person puts a file here, looks at what it is and what an import would make of it, chooses,
//! and imports it.
//!
//! What was read lies in the database until then, so that nothing depends on the browser or on which
//! server answers. The work is done beside the requests; a file says in which state it is. Importing goes
//! through runs whose ids are fixed before the first chunk, so that one that was interrupted goes on where
//! it stood.

use std::{collections::BTreeMap, fs::File};

use importers::{Export, Format};
use serde::{Deserialize, Serialize};
use shared::{
    ids::{Marketplace, RunId},
    text,
    wire::v1,
};
use uuid::Uuid;

use super::{
    FileReceipt, FileRefused, opened,
    reader::{Problems, Reading, Row},
    runs::{Runs, preview},
};
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
const FORGOTTEN_AFTER: i64 = 7 * 24 * 3600 * 1_000_000;
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

    /// Its row in another state, from now on.
    fn step(&self, state: State, now: i64) -> UploadRow {
        UploadRow { state: state.code().to_owned(), updated_at: now, ..self.row.clone() }
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
    let report = Report { receipt: FileReceipt::new(format), failure: None };
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
    app.store().add_upload(account.id, &row, now - FORGOTTEN_AFTER).await?;
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
pub async fn import(app: &App, account: Account, upload: Upload) -> Result<(), StoreError> {
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
    let runs = serde_json::to_string(&runs).unwrap_or_default();
    let next = UploadRow { runs, titles: 0, ..upload.step(State::Importing, now(app)) };
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

/// What is to be done with a file.
enum Task {
    Read(Export<File>),
    LookAgain,
    Import,
}

/// Work on a file, beside the requests.
struct Work {
    app: App,
    account: Account,
    upload: Upload,
}

/// Why work ended before its end.
#[derive(Debug)]
enum Stopped {
    /// Its owner does not want the file any more.
    Discarded,
    /// It broke off.
    Failed(FileRefused),
}

impl<E: Into<FileRefused>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Work {
    /// Does the work when it is its turn, and notes if it breaks off.
    async fn run(mut self, task: Task) {
        let Ok(_turn) = self.app.imports().acquire_owned().await else { return };
        let ended = match task {
            Task::Read(export) => self.read(export).await,
            Task::LookAgain => self.look_again().await,
            Task::Import => self.import().await,
        };
        let Err(Stopped::Failed(error)) = ended else { return };
        tracing::warn!(upload = %self.upload.id, error = &error as &dyn std::error::Error, "a file broke off");
        self.upload.report.failure = Some(error.code().to_owned());
        // What cannot be noted is seen as stalled.
        let _noted = self.save(State::Failed).await;
    }

    /// Notes how far it has come.
    async fn save(&mut self, state: State) -> Result<(), Stopped> {
        let report = serde_json::to_string(&self.upload.report).map_err(FileRefused::Own)?;
        let titles = self.upload.titles;
        let row = UploadRow { report, titles, ..self.upload.step(state, now(&self.app)) };
        let there = self.app.store().save_upload(self.account.id, &row).await?;
        if there { Ok(()) } else { Err(Stopped::Discarded) }
    }

    async fn read(&mut self, export: Export<File>) -> Result<(), Stopped> {
        let mut reading = Reading::start(&self.app, self.account.id, export).await?;
        let mut rows = Vec::with_capacity(v1::MAX_ITEMS);
        while let Some(row) = reading.next().await {
            rows.push(row);
            if rows.len() == v1::MAX_ITEMS {
                self.stage(std::mem::take(&mut rows)).await?;
            }
        }
        self.stage(rows).await?;
        let (report, problems) = reading.end().await?;
        let receipt = FileReceipt::new(self.upload.format);
        self.upload.report.receipt = receipt.finished(report, problems, Vec::new());
        self.save(State::Ready).await
    }

    /// Puts rows away with what an import would make of them.
    async fn stage(&mut self, rows: Vec<Row>) -> Result<(), Stopped> {
        if rows.is_empty() {
            return Ok(());
        }
        let before = self.upload.titles;
        let said: Vec<bool> = rows.iter().map(|row| row.marketplace.is_some()).collect();
        let asked = self.upload.marketplace;
        let rows: Vec<Row> = rows
            .into_iter()
            .map(|row| Row { marketplace: row.marketplace.or(asked), ..row })
            .collect();
        let told = preview(&self.app, &self.account, self.upload.format, &rows).await?;
        let items = (before..).zip(rows).zip(said).zip(told);
        let items: Vec<UploadItemRow> = items
            .map(|(((position, row), shop_is_said), told)| {
                staged(position, row, shop_is_said, told)
            })
            .collect::<Result<_, _>>()
            .map_err(FileRefused::Own)?;
        self.upload.titles += i64::try_from(items.len()).unwrap_or_default();
        self.save(State::Reading).await?;
        Ok(self.app.store().write_upload_items(self.account.id, self.upload.id, &items).await?)
    }

    /// The same titles once more, those whose shop the file does not say as from the one that was named.
    async fn look_again(&mut self) -> Result<(), Stopped> {
        let total = self.upload.titles;
        self.upload.titles = 0;
        while self.upload.titles < total {
            let items = self.part(self.upload.titles - 1, false).await?;
            if items.is_empty() {
                break;
            }
            let rows = items.into_iter().map(|item| {
                let said = item.shop_is_said;
                let row = row(item)?;
                Ok(Row { marketplace: row.marketplace.filter(|_| said), ..row })
            });
            self.stage(rows.collect::<Result<_, _>>().map_err(FileRefused::Own)?).await?;
        }
        self.save(State::Ready).await
    }

    async fn import(&mut self) -> Result<(), Stopped> {
        let app = self.app.clone();
        let (account, format) = (self.account.clone(), self.upload.format);
        let mut runs = Runs::new(&app, &account, format, false);
        let mut left_out: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (shop, asin) in app.store().upload_left_out(account.id, self.upload.id).await? {
            left_out.entry(shop).or_default().push(asin);
        }
        for (shop, run) in self.upload.runs()? {
            let not_sent = left_out.remove(&shop).unwrap_or_default();
            runs.plan(Marketplace::parse(&shop).ok(), run, not_sent);
        }
        let before = self.upload.report.receipt.clone();
        let (mut receipt, mut problems) = (FileReceipt::new(format), Problems::default());
        let mut after = -1;
        loop {
            let items = self.part(after, true).await?;
            let Some(last) = items.last() else { break };
            after = last.position;
            for item in items {
                let sent = runs.push(row(item).map_err(FileRefused::Own)?).await?;
                if let Some(sent) = sent {
                    self.upload.titles += i64::from(sent.receipt.total);
                    receipt.add(sent, &mut problems);
                    self.save(State::Importing).await?;
                }
            }
        }
        let (done, last) = runs.finish(before.whole).await?;
        last.into_iter().for_each(|sent| receipt.add(sent, &mut problems));
        self.upload.titles = receipt.titles();
        self.upload.report.receipt = receipt.after(before, problems, done);
        self.upload.report.failure = None;
        self.save(State::Done).await?;
        Ok(app.store().drop_upload_items(account.id, self.upload.id).await?)
    }

    async fn part(&self, after: i64, chosen: bool) -> Result<Vec<UploadItemRow>, StoreError> {
        let limit = i64::try_from(v1::MAX_ITEMS).unwrap_or(i64::MAX);
        let query = UploadQuery { after, outcome: "", chosen, limit };
        self.app.store().upload_items(self.account.id, self.upload.id, query).await
    }
}

/// A row as it is put away.
fn staged(
    position: i64,
    row: Row,
    shop_is_said: bool,
    told: v1::ItemReceipt,
) -> Result<UploadItemRow, serde_json::Error> {
    use v1::Outcome::{Imported, Unchanged, Updated};
    let brought = row.brought.as_ref().map(serde_json::to_string).transpose()?;
    Ok(UploadItemRow {
        position,
        marketplace: row.marketplace.map_or("", Marketplace::code).to_owned(),
        shop_is_said,
        asin: row.item.asin.clone(),
        place: row.place,
        item: serde_json::to_string(&row.item)?,
        brought: brought.unwrap_or_default(),
        outcome: told.outcome.as_str().to_owned(),
        chosen: matches!(told.outcome, Imported | Updated | Unchanged),
        detail: told.reason.unwrap_or_else(|| told.changed.join(" ")),
    })
}

/// What was put away as a row again.
fn row(item: UploadItemRow) -> Result<Row, serde_json::Error> {
    let brought = Some(item.brought).filter(|text| !text.is_empty());
    Ok(Row {
        marketplace: Marketplace::parse(&item.marketplace).ok(),
        item: serde_json::from_str(&item.item)?,
        brought: brought.map(|text| serde_json::from_str(&text)).transpose()?,
        place: item.place,
    })
}
