//! The work on a file, beside the requests: reading it, looking at it again, importing it.

use std::{collections::BTreeMap, fs::File};

use importers::Export;
use shared::{ids::Marketplace, wire::v1};
use tokio::{sync::OwnedSemaphorePermit, time::timeout};

use super::{
    super::{
        FileReceipt, FileRefused, VERSION,
        reader::{Problems, Reading, Row},
        runs::{Runs, preview},
    },
    State, Upload, now,
};
use crate::{
    accounts::Account,
    app::App,
    store::{
        StoreError,
        rows::{UploadItemRow, UploadRow},
        uploads::{CHOOSABLE, UploadQuery},
    },
};

/// What is to be done with a file.
pub(super) enum Task {
    Read(Export<File>),
    LookAgain,
    Import,
}

/// Work on a file, beside the requests.
pub(super) struct Work {
    pub(super) app: App,
    pub(super) account: Account,
    pub(super) upload: Upload,
}

/// Why work ended before its end.
#[derive(Debug)]
enum Stopped {
    /// Its owner does not want the file any more, or somebody else works on it by now.
    Elsewhere,
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
    pub(super) async fn run(mut self, task: Task) {
        let Some(_turn) = self.turn().await else { return };
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

    /// Waits for its turn, and says meanwhile that it is there; none where it is not wanted any more.
    async fn turn(&mut self) -> Option<OwnedSemaphorePermit> {
        let turn = self.app.imports().acquire_owned();
        tokio::pin!(turn);
        let beat = self.app.settings().beat;
        loop {
            let waited = timeout(beat, &mut turn).await;
            // A database that is away for a moment may be back at the next beat.
            if let Err(Stopped::Elsewhere) = self.save(self.upload.state).await {
                return None;
            }
            if let Ok(turn) = waited {
                return turn.ok();
            }
        }
    }

    /// Notes how far it has come, if the file is still as this work left it.
    async fn save(&mut self, state: State) -> Result<(), Stopped> {
        let report = serde_json::to_string(&self.upload.report).map_err(FileRefused::Own)?;
        let titles = self.upload.titles;
        let row = UploadRow { report, titles, ..self.upload.step(state, now(&self.app)) };
        let from = (self.upload.row.state.as_str(), self.upload.row.updated_at);
        if !self.app.store().step_upload(self.account.id, &row, from).await? {
            return Err(Stopped::Elsewhere);
        }
        self.upload.row = row;
        self.upload.state = state;
        Ok(())
    }

    async fn read(&mut self, export: Export<File>) -> Result<(), Stopped> {
        let mut reading = Reading::start(&self.app, self.account.id, export).await?;
        let mut rows = Vec::with_capacity(v1::MAX_ITEMS);
        while let Some(row) = reading.next().await {
            rows.push((row, None));
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

    /// Puts rows away with what an import would make of them; beside each stands what was chosen before.
    async fn stage(&mut self, rows: Vec<(Row, Option<bool>)>) -> Result<(), Stopped> {
        if rows.is_empty() {
            return Ok(());
        }
        let before = self.upload.titles;
        let (rows, choices): (Vec<Row>, Vec<Option<bool>>) = rows.into_iter().unzip();
        let said: Vec<bool> = rows.iter().map(|row| row.marketplace.is_some()).collect();
        let asked = self.upload.marketplace;
        let rows: Vec<Row> = rows
            .into_iter()
            .map(|row| Row { marketplace: row.marketplace.or(asked), ..row })
            .collect();
        let told = preview(&self.app, &self.account, self.upload.format, &rows).await?;
        let items = (before..).zip(rows).zip(said).zip(told).zip(choices);
        let items: Vec<UploadItemRow> = items
            .map(|((((position, row), shop_is_said), told), choice)| {
                let item = staged(position, row, shop_is_said, told)?;
                Ok(UploadItemRow { chosen: item.chosen && choice.unwrap_or(true), ..item })
            })
            .collect::<Result<_, _>>()
            .map_err(FileRefused::Own)?;
        self.upload.titles += i64::try_from(items.len()).unwrap_or_default();
        self.save(State::Reading).await?;
        Ok(self.app.store().write_upload_items(self.account.id, self.upload.id, &items).await?)
    }

    /// The same titles once more, those whose shop the file does not say as from the one that was named.
    /// What was chosen stays chosen, and what was left out stays left out.
    async fn look_again(&mut self) -> Result<(), Stopped> {
        let total = self.upload.titles;
        self.upload.titles = 0;
        while self.upload.titles < total {
            let items = self.part(self.upload.titles - 1, false).await?;
            if items.is_empty() {
                break;
            }
            let rows = items.into_iter().map(|item| {
                let (said, chosen) = (item.shop_is_said, item.chosen);
                // Nobody chose among those that nothing could be done with.
                let choice = choosable(&item.outcome).then_some(chosen);
                let row = row(item)?;
                Ok((Row { marketplace: row.marketplace.filter(|_| said), ..row }, choice))
            });
            self.stage(rows.collect::<Result<_, _>>().map_err(FileRefused::Own)?).await?;
        }
        self.save(State::Ready).await
    }

    async fn import(&mut self) -> Result<(), Stopped> {
        let (app, account, format) = (self.app.clone(), self.account.clone(), self.upload.format);
        let version = self.version();
        let mut runs = Runs::new(&app, &account, format, &version);
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
        for count in app.store().upload_counts(account.id, self.upload.id).await? {
            receipt.leave_out(&count);
        }
        self.upload.report.receipt = receipt.after(before, problems, done);
        self.upload.report.failure = None;
        self.save(State::Done).await?;
        Ok(app.store().drop_upload_items(account.id, self.upload.id).await?)
    }

    /// The version that the runs of this file name.
    fn version(&self) -> String {
        let known = Some(self.upload.report.version.as_str()).filter(|known| !known.is_empty());
        known.unwrap_or(VERSION).to_owned()
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
        chosen: choosable(told.outcome.as_str()),
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

/// Importing a title of this outcome is something that can be chosen.
fn choosable(outcome: &str) -> bool {
    CHOOSABLE.contains(&outcome)
}

#[cfg(test)]
impl Work {
    /// Sends the first chunk as an import does, and no more.
    pub(super) async fn one_chunk(&self) {
        let version = self.version();
        let mut runs = Runs::new(&self.app, &self.account, self.upload.format, &version);
        for (shop, run) in self.upload.runs().unwrap() {
            runs.plan(Marketplace::parse(&shop).ok(), run, Vec::new());
        }
        for item in self.part(-1, true).await.unwrap() {
            runs.push(row(item).unwrap()).await.unwrap();
        }
    }
}
