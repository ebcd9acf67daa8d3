//! Titles become a run: mapped, cut into chunks, and sent through the door of every import.

use std::collections::{HashMap, HashSet};

use shared::{
    ids::{Asin, Marketplace, RunId},
    map,
    raw::RawItem,
    wire::v1,
};

use super::ConnectionError;
use crate::{
    accounts::Account,
    app::App,
    clock::new_id,
    ingest::{self, Incoming},
};

/// Most bytes of a chunk's titles; the rest of its 4 MiB is for what stands around them.
const MOST_BYTES: usize = 4 * 1024 * 1024 - 64 * 1024;

/// What a run did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// New titles.
    pub imported: u32,
    /// Titles with a changed value.
    pub updated: u32,
    /// Titles that are the same.
    pub unchanged: u32,
    /// Titles that the account does not want.
    pub ignored: u32,
    /// Titles that were not taken.
    pub rejected: u32,
}

/// A run that is being sent.
pub(super) struct Sender<'a> {
    app: &'a App,
    account: &'a Account,
    marketplace: Marketplace,
    run: RunId,
    index: u32,
    items: Vec<v1::Item>,
    bytes: usize,
    /// Everything that was read, by ASIN.
    seen: HashSet<String>,
    /// What of it cannot be sent.
    not_sent: Vec<String>,
    sent: Sent,
}

impl<'a> Sender<'a> {
    pub(super) fn new(app: &'a App, account: &'a Account, marketplace: Marketplace) -> Self {
        Self {
            app,
            account,
            marketplace,
            run: RunId::from_uuid(new_id(app.clock().now(), app.chance())),
            index: 0,
            items: Vec::new(),
            bytes: 0,
            seen: HashSet::new(),
            not_sent: Vec::new(),
            sent: Sent::default(),
        }
    }

    /// The run's id.
    pub(super) const fn run(&self) -> RunId {
        self.run
    }

    /// Takes a title; one that stands there already is left out, and one that cannot be mapped is named as
    /// not sent.
    pub(super) async fn push(&mut self, raw: RawItem) -> Result<(), ConnectionError> {
        if !self.seen.insert(raw.asin.clone()) {
            return Ok(());
        }
        let asin = raw.asin.clone();
        let mapped = map::map(raw, &asin);
        let Some(item) = mapped.item else {
            self.sent.rejected += 1;
            if Asin::parse(&asin).is_ok() {
                self.not_sent.push(asin);
            } else {
                self.seen.remove(&asin);
            }
            return Ok(());
        };
        let item = v1::Item::from_item(&item, Some(self.marketplace));
        let size = serde_json::to_vec(&item).map_err(ConnectionError::Own)?.len() + 1;
        if self.items.len() == v1::MAX_ITEMS || self.bytes + size > MOST_BYTES {
            self.send(None).await?;
        }
        self.bytes += size;
        self.items.push(item);
        Ok(())
    }

    /// Sends what is left. `whole` says whether everything that Audible lists was read, `total` how much it
    /// lists.
    pub(super) async fn finish(
        mut self,
        whole: bool,
        total: Option<u32>,
    ) -> Result<Sent, ConnectionError> {
        self.send(Some((whole, total))).await?;
        Ok(self.sent)
    }

    async fn send(&mut self, end: Option<(bool, Option<u32>)>) -> Result<(), ConnectionError> {
        let seen = u32::try_from(self.seen.len()).unwrap_or(u32::MAX);
        let run = v1::Run {
            id: self.run,
            source: v1::Source::Api,
            marketplace: Some(self.marketplace),
            client: v1::Client {
                name: "me-feed".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                browser: None,
            },
            library: v1::MAIN_LIBRARY.to_owned(),
            source_total: end.and_then(|(_, total)| total),
            reading: end.map(|(complete, _)| v1::Reading { complete, seen }),
            chunk: v1::Chunk { index: self.index, last: end.is_some() },
            not_sent: if end.is_some() { std::mem::take(&mut self.not_sent) } else { Vec::new() },
        };
        let key = Some(format!("{}:{}", self.run, self.index));
        let items = std::mem::take(&mut self.items);
        let request = v1::ImportRequest { schema_version: v1::SCHEMA_VERSION, run, items };
        let body = serde_json::to_vec(&request).map_err(ConnectionError::Own)?;
        let incoming = Incoming { body, key, dry_run: false, brought: HashMap::new() };
        let answer = ingest::take(self.app, self.account.clone(), incoming).await?;
        let receipt: v1::ImportReceipt =
            serde_json::from_str(&answer).map_err(ConnectionError::Own)?;
        self.sent.imported += receipt.imported;
        self.sent.updated += receipt.updated;
        self.sent.unchanged += receipt.unchanged;
        self.sent.ignored += receipt.ignored;
        self.sent.rejected += receipt.rejected;
        self.index += 1;
        self.bytes = 0;
        Ok(())
    }
}
