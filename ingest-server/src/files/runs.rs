//! Rows become runs: one for each shop, cut into chunks that go through the door of every import.

use std::collections::{BTreeMap, HashMap, HashSet};

use importers::Format;
use shared::{
    ids::{Marketplace, RunId},
    wire::v1,
};

use super::{FileRefused, FileRun, VERSION, reader::Row};
use crate::{
    accounts::Account,
    app::App,
    clock::new_id,
    ingest::{self, Brought, Incoming},
};

/// The shops of a file with their runs.
pub(super) struct Runs<'a> {
    app: &'a App,
    account: &'a Account,
    format: Format,
    /// The version that the runs name: that of the server which began them.
    version: &'a str,
    /// Answer without writing.
    pub(super) dry_run: bool,
    shops: BTreeMap<Option<Marketplace>, Shop>,
}

/// One run.
struct Shop {
    run: RunId,
    index: u32,
    items: Vec<v1::Item>,
    places: Vec<String>,
    brought: HashMap<String, Brought>,
    seen: HashSet<String>,
    not_sent: Vec<String>,
}

/// What became of one chunk, with the place of each of its titles.
pub(super) struct Sent {
    pub(super) receipt: v1::ImportReceipt,
    pub(super) places: Vec<String>,
}

impl<'a> Runs<'a> {
    pub(super) fn new(
        app: &'a App,
        account: &'a Account,
        format: Format,
        version: &'a str,
    ) -> Self {
        Self { app, account, format, version, dry_run: false, shops: BTreeMap::new() }
    }

    /// Gives the run of a shop its id, and what of that shop is left out.
    pub(super) fn plan(&mut self, shop: Option<Marketplace>, run: RunId, not_sent: Vec<String>) {
        self.shops.insert(shop, Shop { not_sent, ..Shop::new(run) });
    }

    /// Takes a row; gives what became of a chunk when one is full.
    pub(super) async fn push(&mut self, row: Row) -> Result<Option<Sent>, FileRefused> {
        let Row { marketplace, item, brought, place } = row;
        let app = self.app;
        let shop = self.shops.entry(marketplace).or_insert_with(|| Shop::begun(app));
        shop.seen.insert(item.asin.clone());
        shop.brought.extend(brought.map(|brought| (item.asin.clone(), brought)));
        shop.items.push(item);
        shop.places.push(place);
        if shop.items.len() < v1::MAX_ITEMS {
            return Ok(None);
        }
        self.send(marketplace, None).await.map(Some)
    }

    /// Sends what is left, now that it is known how much there was and whether it was all.
    pub(super) async fn finish(
        mut self,
        whole: bool,
    ) -> Result<(Vec<FileRun>, Vec<Sent>), FileRefused> {
        let (mut runs, mut all) = (Vec::new(), Vec::new());
        for marketplace in self.shops.keys().copied().collect::<Vec<_>>() {
            let sent = self.send(marketplace, Some(whole)).await?;
            let run = &sent.receipt.run;
            runs.push(FileRun {
                marketplace: marketplace.map(|shop| shop.code().to_owned()),
                run: (!self.dry_run).then(|| run.id.to_string()),
                titles: run.seen.unwrap_or_default(),
                complete: run.complete,
            });
            all.push(sent);
        }
        Ok((runs, all))
    }

    /// Sends one chunk; the last one says how much there was.
    async fn send(
        &mut self,
        marketplace: Option<Marketplace>,
        end: Option<bool>,
    ) -> Result<Sent, FileRefused> {
        let (app, dry_run) = (self.app, self.dry_run);
        let shop = self.shops.entry(marketplace).or_insert_with(|| Shop::begun(app));
        let mut not_sent = Vec::new();
        if end.is_some() {
            not_sent = std::mem::take(&mut shop.not_sent);
            not_sent.sort();
            not_sent.dedup();
            not_sent.retain(|asin| !shop.seen.contains(asin));
        }
        let titles = u32::try_from(shop.seen.len() + not_sent.len()).unwrap_or(u32::MAX);
        let run = v1::Run {
            source_total: end.map(|_| titles),
            reading: end.map(|complete| v1::Reading { complete, seen: titles }),
            chunk: v1::Chunk { index: shop.index, last: end.is_some() },
            not_sent,
            ..run(shop.run, self.format, self.version, marketplace)
        };
        let items = std::mem::take(&mut shop.items);
        let request = v1::ImportRequest { schema_version: v1::SCHEMA_VERSION, run, items };
        let places = std::mem::take(&mut shop.places);
        let brought = std::mem::take(&mut shop.brought);
        let key = Some(format!("{}:{}", shop.run, shop.index));
        shop.index += 1;
        let body = serde_json::to_vec(&request).map_err(FileRefused::Own)?;
        let incoming = Incoming { body, key, dry_run, brought };
        let answer = ingest::take(app, self.account.clone(), incoming).await?;
        let receipt = serde_json::from_str(&answer).map_err(FileRefused::Own)?;
        Ok(Sent { receipt, places })
    }
}

impl Shop {
    fn begun(app: &App) -> Self {
        Self::new(RunId::from_uuid(new_id(app.clock().now(), app.chance())))
    }

    fn new(run: RunId) -> Self {
        Self {
            run,
            index: 0,
            items: Vec::new(),
            places: Vec::new(),
            brought: HashMap::new(),
            seen: HashSet::new(),
            not_sent: Vec::new(),
        }
    }
}

fn run(id: RunId, format: Format, version: &str, marketplace: Option<Marketplace>) -> v1::Run {
    v1::Run {
        id,
        source: v1::Source::File,
        marketplace,
        client: v1::Client {
            name: format.code().to_owned(),
            version: version.to_owned(),
            browser: None,
        },
        library: v1::MAIN_LIBRARY.to_owned(),
        source_total: None,
        reading: None,
        chunk: v1::Chunk { index: 0, last: false },
        not_sent: Vec::new(),
    }
}

/// What an import would make of at most [`v1::MAX_ITEMS`] rows, in their order; nothing is written.
pub(super) async fn preview(
    app: &App,
    account: &Account,
    format: Format,
    rows: &[Row],
) -> Result<Vec<v1::ItemReceipt>, FileRefused> {
    let mut shops: BTreeMap<Option<Marketplace>, Vec<usize>> = BTreeMap::new();
    for (position, row) in rows.iter().enumerate() {
        shops.entry(row.marketplace).or_default().push(position);
    }
    let mut told = BTreeMap::new();
    for (marketplace, positions) in shops {
        let of = |position: &usize| rows.get(*position);
        let these: Vec<&Row> = positions.iter().filter_map(of).collect();
        let id = RunId::from_uuid(new_id(app.clock().now(), app.chance()));
        let request = v1::ImportRequest {
            schema_version: v1::SCHEMA_VERSION,
            run: run(id, format, VERSION, marketplace),
            items: these.iter().map(|row| row.item.clone()).collect(),
        };
        let brought =
            these.iter().filter_map(|row| Some((row.item.asin.clone(), row.brought.clone()?)));
        let body = serde_json::to_vec(&request).map_err(FileRefused::Own)?;
        let incoming = Incoming { body, key: None, dry_run: true, brought: brought.collect() };
        let answer = ingest::take(app, account.clone(), incoming).await?;
        let receipt: v1::ImportReceipt = serde_json::from_str(&answer).map_err(FileRefused::Own)?;
        told.extend(positions.into_iter().zip(receipt.items));
    }
    Ok(told.into_values().collect())
}
