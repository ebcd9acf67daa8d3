//! Titles of a file, sorted by shop and cut into chunks.

use std::collections::{BTreeMap, HashSet};

use importers::{Format, Found, Report, Title};
use serde_json::Value;
use shared::{
    ids::{Marketplace, RunId},
    map,
    problem::{Problem, Reason},
    wire::v1,
};

use super::{FileImport, FileProblem, FileReceipt, FileRefused, FileRun, NAMED, names::Names};
use crate::{
    app::App,
    clock::new_id,
    ingest::{self, Incoming},
};

/// What has come of a file so far.
pub(super) struct Intake<'a> {
    app: &'a App,
    ask: &'a FileImport,
    names: Option<Names>,
    shops: BTreeMap<Option<Marketplace>, Shop>,
    receipt: FileReceipt,
    format: Format,
}

/// The run of one shop.
struct Shop {
    run: RunId,
    index: u32,
    items: Vec<v1::Item>,
    places: Vec<String>,
    seen: HashSet<String>,
}

impl<'a> Intake<'a> {
    pub(super) fn new(app: &'a App, ask: &'a FileImport, format: Format) -> Self {
        let receipt = FileReceipt {
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
        };
        Self { app, ask, names: None, shops: BTreeMap::new(), receipt, format }
    }

    /// Takes what comes next.
    pub(super) async fn take(&mut self, found: Found) -> Result<(), FileRefused> {
        match found {
            Found::Title(title) => self.title(*title).await,
            Found::Refused(problem) => {
                self.receipt.rejected += 1;
                self.note(problem.into());
                Ok(())
            }
            Found::Problem(problem) => {
                self.note(problem.into());
                Ok(())
            }
        }
    }

    async fn title(&mut self, mut title: Title) -> Result<(), FileRefused> {
        if title.raw.asin.is_empty() && title.raw.title.is_some() && !self.named(&mut title).await?
        {
            return Ok(());
        }
        let mapped = map::map(title.raw, &title.place);
        mapped.problems.into_iter().for_each(|problem| self.note(problem.into()));
        let Some(item) = mapped.item else {
            self.receipt.rejected += 1;
            return Ok(());
        };
        let marketplace = title.marketplace.or(self.ask.marketplace);
        let app = self.app;
        let shop = self.shops.entry(marketplace).or_insert_with(|| Shop::new(app));
        shop.seen.insert(item.asin.to_string());
        shop.items.push(v1::Item::from_item(&item, marketplace));
        shop.places.push(title.place);
        if shop.items.len() == v1::MAX_ITEMS {
            return self.send(marketplace, None).await;
        }
        Ok(())
    }

    /// Gives a title that is known by name alone its number; false if the library has none such.
    async fn named(&mut self, title: &mut Title) -> Result<bool, FileRefused> {
        if self.names.is_none() {
            self.names = Some(Names::new(self.app.store().names(self.ask.account.id).await?));
        }
        let found = self.names.as_ref().and_then(|names| names.find(&title.raw));
        if let Some((asin, marketplace)) = found {
            title.raw.asin = asin;
            title.marketplace = Marketplace::parse(&marketplace).ok();
            return Ok(true);
        }
        self.receipt.rejected += 1;
        let detail = "this file knows titles by name, and no single title of the library has this name \
                      and author; import the library first, then this file again";
        self.note(FileProblem::from(Problem {
            asin: None,
            place: std::mem::take(&mut title.place),
            field: "asin".to_owned(),
            reason: Reason::Missing,
            detail: detail.to_owned(),
        }));
        Ok(false)
    }

    /// Sends what is left, with what is now known of the whole.
    pub(super) async fn finish(mut self, report: Report) -> Result<FileReceipt, FileRefused> {
        let shops: Vec<_> = self.shops.keys().copied().collect();
        for marketplace in shops {
            self.send(marketplace, Some(report)).await?;
        }
        self.receipt.whole = report.whole;
        self.receipt.others = report.others;
        Ok(self.receipt)
    }

    /// Sends one chunk; the last one says how much there was.
    async fn send(
        &mut self,
        marketplace: Option<Marketplace>,
        end: Option<Report>,
    ) -> Result<(), FileRefused> {
        let Some(shop) = self.shops.get_mut(&marketplace) else { return Ok(()) };
        let titles = u32::try_from(shop.seen.len()).unwrap_or(u32::MAX);
        let request = v1::ImportRequest {
            schema_version: v1::SCHEMA_VERSION,
            run: v1::Run {
                id: shop.run,
                source: v1::Source::File,
                marketplace,
                client: v1::Client {
                    name: self.format.code().to_owned(),
                    version: env!("CARGO_PKG_VERSION").to_owned(),
                    browser: None,
                },
                library: "main".to_owned(),
                source_total: end.map(|_| titles),
                reading: end.map(|end| v1::Reading { complete: end.whole, seen: titles }),
                chunk: v1::Chunk { index: shop.index, last: end.is_some() },
                not_sent: Vec::new(),
            },
            items: std::mem::take(&mut shop.items),
        };
        let places = std::mem::take(&mut shop.places);
        let key = Some(format!("{}:{}", shop.run, shop.index));
        shop.index += 1;
        let body = serde_json::to_vec(&request).unwrap_or_default();
        let incoming = Incoming { body, key, dry_run: self.ask.dry_run };
        let answer = ingest::take(self.app, self.ask.account.clone(), incoming).await?;
        self.count(&answer, &places);
        if end.is_some() {
            let run = (!self.ask.dry_run).then(|| request.run.id.to_string());
            let complete = serde_json::from_str::<Value>(&answer)
                .is_ok_and(|answer| answer["run"]["complete"] == true);
            let marketplace = marketplace.map(|shop| shop.code().to_owned());
            self.receipt.runs.push(FileRun { marketplace, run, titles, complete });
        }
        Ok(())
    }

    /// Adds a chunk's receipt up, and names by their places what was not taken.
    fn count(&mut self, answer: &str, places: &[String]) {
        // Our own answer is what it says it is; anything else counts nothing.
        let Ok(chunk) = serde_json::from_str::<v1::ImportReceipt>(answer) else { return };
        self.receipt.imported += chunk.imported;
        self.receipt.updated += chunk.updated;
        self.receipt.unchanged += chunk.unchanged;
        self.receipt.ignored += chunk.ignored;
        self.receipt.duplicate += chunk.duplicate;
        self.receipt.rejected += chunk.rejected;
        for (item, place) in chunk.items.into_iter().zip(places) {
            if item.outcome == v1::Outcome::Rejected {
                let detail = item.reason.unwrap_or_default();
                let field = item.pointer.as_deref().and_then(|at| at.splitn(4, '/').nth(3));
                let field = field.unwrap_or_default().to_owned();
                self.note(FileProblem { place: place.clone(), asin: item.asin, field, detail });
            }
        }
    }

    fn note(&mut self, problem: FileProblem) {
        self.receipt.problems_total += 1;
        if self.receipt.problems.len() < NAMED {
            self.receipt.problems.push(problem);
        }
    }
}

impl Shop {
    fn new(app: &App) -> Self {
        let run = RunId::from_uuid(new_id(app.clock().now(), app.chance()));
        let (items, places, seen) = (Vec::new(), Vec::new(), HashSet::new());
        Self { run, index: 0, items, places, seen }
    }
}
