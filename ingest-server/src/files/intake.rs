//! Titles of a file, sorted by shop and cut into chunks.

use std::collections::{BTreeMap, HashMap, HashSet};

use importers::{Content, Format, Found, Ours, Report, Title};
use serde_json::Value;
use shared::{
    ids::{Marketplace, RunId},
    map,
    origin::Origins,
    problem::{Problem, Reason},
    raw::RawItem,
    wire::v1,
};

use super::{FileImport, FileProblem, FileReceipt, FileRefused, FileRun, NAMED, names::Names};
use crate::{
    app::App,
    clock::new_id,
    edits::{Edits, Patch},
    ingest::{self, Brought, Incoming},
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
    brought: HashMap<String, Brought>,
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

    async fn title(&mut self, title: Title) -> Result<(), FileRefused> {
        let Title { place, marketplace, content } = title;
        match content {
            Content::Raw(raw) => self.raw(raw, marketplace, place).await,
            Content::Ours(ours) => self.ours(ours, marketplace, place).await,
        }
    }

    async fn raw(
        &mut self,
        mut raw: RawItem,
        mut marketplace: Option<Marketplace>,
        place: String,
    ) -> Result<(), FileRefused> {
        if raw.asin.is_empty() && raw.title.is_some() {
            let Some((asin, shop)) = self.named(&raw, &place).await? else { return Ok(()) };
            raw.asin = asin;
            marketplace = shop;
        }
        let mapped = map::map(raw, &place);
        mapped.problems.into_iter().for_each(|problem| self.note(problem.into()));
        let Some(item) = mapped.item else {
            self.receipt.rejected += 1;
            return Ok(());
        };
        let marketplace = marketplace.or(self.ask.marketplace);
        self.push(v1::Item::from_item(&item, marketplace), None, marketplace, place).await
    }

    /// A title of our own export: what stands beside it is checked here, itself it is where every other is.
    async fn ours(
        &mut self,
        ours: Ours,
        marketplace: Option<Marketplace>,
        place: String,
    ) -> Result<(), FileRefused> {
        let asin = Some(ours.item.asin.clone());
        let mut wrong = |field: String, detail: String| {
            self.note(FileProblem { place: place.clone(), asin: asin.clone(), field, detail });
        };
        let mut brought = Brought::default();
        match ours.own.as_ref().map(Patch::of).transpose() {
            Ok(patch) => {
                let edits = patch.map(|patch| patch.onto(Edits::default()));
                brought.edits = edits.filter(|edits| *edits != Edits::default());
            }
            Err(problems) => problems
                .into_iter()
                .for_each(|problem| wrong(format!("own{}", problem.pointer), problem.reason)),
        }
        match ours.origins.map(origins).transpose() {
            Ok(origins) => brought.origins = origins,
            Err(detail) => wrong("origins".to_owned(), detail.to_owned()),
        }
        let marketplace = marketplace.or(self.ask.marketplace);
        self.push(ours.item, Some(brought), marketplace, place).await
    }

    async fn push(
        &mut self,
        item: v1::Item,
        brought: Option<Brought>,
        marketplace: Option<Marketplace>,
        place: String,
    ) -> Result<(), FileRefused> {
        let app = self.app;
        let shop = self.shops.entry(marketplace).or_insert_with(|| Shop::new(app));
        shop.seen.insert(item.asin.clone());
        shop.brought.extend(brought.map(|brought| (item.asin.clone(), brought)));
        shop.items.push(item);
        shop.places.push(place);
        if shop.items.len() == v1::MAX_ITEMS {
            return self.send(marketplace, None).await;
        }
        Ok(())
    }

    /// Number and shop of a title that is known by name alone, if the library has the one such.
    async fn named(
        &mut self,
        raw: &RawItem,
        place: &str,
    ) -> Result<Option<(String, Option<Marketplace>)>, FileRefused> {
        if self.names.is_none() {
            self.names = Some(Names::new(self.app.store().names(self.ask.account.id).await?));
        }
        if let Some((asin, shop)) = self.names.as_ref().and_then(|names| names.find(raw)) {
            return Ok(Some((asin, Marketplace::parse(&shop).ok())));
        }
        self.receipt.rejected += 1;
        let detail = "this file knows titles by name, and no single title of the library has this name \
                      and author; import the library first, then this file again";
        self.note(FileProblem::from(Problem {
            asin: None,
            place: place.to_owned(),
            field: "asin".to_owned(),
            reason: Reason::Missing,
            detail: detail.to_owned(),
        }));
        Ok(None)
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
        let brought = std::mem::take(&mut shop.brought);
        let incoming = Incoming { body, key, dry_run: self.ask.dry_run, brought };
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
        let (items, places) = (Vec::new(), Vec::new());
        let (brought, seen) = (HashMap::new(), HashSet::new());
        Self { run, index: 0, items, places, brought, seen }
    }
}

/// Where values of our own export were from, within bounds: names of fields and sources are short.
fn origins(value: Value) -> Result<Origins, &'static str> {
    let wrong = "it does not name the sources of the title's fields";
    let origins: Origins = serde_json::from_value(value).map_err(|_| wrong)?;
    let short = |text: &str| text.len() <= 100 && !text.chars().any(char::is_control);
    let named = origins.others.iter().all(|(field, one)| short(field) && short(one.as_str()));
    let few = origins.others.len() <= 50 && !origins.most.as_str().is_empty();
    (few && named && short(origins.most.as_str())).then_some(origins).ok_or(wrong)
}
