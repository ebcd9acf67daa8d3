//! From stored pages to stored chunks: put in order, complete, map, validate, cut.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::{
    ids::{Marketplace, RunId},
    map,
    problem::Problem,
    raw::RawItem,
    wire::v1::{self, Chunk, MAX_CHUNK_BYTES, MAX_ITEMS, Reading, SCHEMA_VERSION, Source},
};

use super::{
    Worker, keys,
    library::{StoredPage, no_answer, refused},
};
use crate::{
    browser::{Browser, HttpRequest, StorageFull},
    catalog,
    plan::{Cut, Event, Failure, Gathered, Ticket},
};

/// Most problems that are shown.
const SHOWN: usize = 100;

/// What is known of a batch completed and mapped; it is stored as one line, and every title as one
/// more, so that cutting chunks only puts lines together.
#[derive(Default, Serialize, Deserialize)]
struct Mapped {
    not_enriched: u32,
    problems: Problems,
}

/// All problems counted, the first hundred kept.
#[derive(Default, Serialize, Deserialize)]
struct Problems {
    count: u32,
    first: Vec<Problem>,
}

impl Problems {
    fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        for problem in problems {
            self.count += 1;
            if self.first.len() < SHOWN {
                self.first.push(problem);
            }
        }
    }

    fn absorb(&mut self, other: Self) {
        let unseen = other.count - u32::try_from(other.first.len()).unwrap_or(other.count);
        self.extend(other.first);
        self.count += unseen;
    }
}

impl<B: Browser> Worker<B> {
    /// Puts all pages in order: each title once, at its first place, with its rank, fifty a batch.
    ///
    /// Without an answer of the storage there is no event: the next worker tries again.
    pub(super) async fn compose(&self, run: RunId, pages: u32) -> Option<Event> {
        let mut seen = BTreeSet::new();
        let mut batch: Vec<RawItem> = Vec::new();
        let mut batches = 0;
        let mut notes = Problems::default();
        for number in 1..=pages {
            let stored = self.browser.get(&keys::page(run, number)).await.ok()?;
            let page: StoredPage = keys::value(stored).unwrap_or_default();
            notes.extend(page.problems.into_iter().map(|problem| Problem {
                place: format!("page {number}, {}", problem.place),
                ..problem
            }));
            for mut item in page.items {
                if !seen.insert(item.asin.clone()) {
                    continue;
                }
                item.rank = u32::try_from(seen.len()).ok();
                batch.push(item);
                if batch.len() == catalog::BATCH {
                    self.keep(&keys::batch(run, batches), &batch).await.ok()?;
                    batches += 1;
                    batch.clear();
                }
            }
        }
        if !batch.is_empty() {
            self.keep(&keys::batch(run, batches), &batch).await.ok()?;
            batches += 1;
        }
        self.keep(&keys::notes(run), &notes).await.ok()?;
        Some(Event::Composed {
            run,
            titles: u32::try_from(seen.len()).unwrap_or(u32::MAX),
            batches,
        })
    }

    /// Completes one batch by the catalog and maps it.
    pub(super) async fn enrich(
        &self,
        ticket: Ticket,
        marketplace: Marketplace,
        ask: bool,
    ) -> Result<u32, Failure> {
        let stored = self.browser.get(&keys::batch(ticket.run, ticket.unit)).await;
        let stored = stored.map_err(|_| Failure::Unavailable(None))?;
        let mut items: Vec<RawItem> = keys::value(stored).unwrap_or_default();
        let missing = if ask {
            let answer = self.ask_catalog(marketplace, &items).await?;
            catalog::apply(&answer, &mut items)
        } else {
            items.iter().map(catalog::not_enriched).collect()
        };
        let mut mapped = Mapped {
            not_enriched: u32::try_from(missing.len()).unwrap_or(u32::MAX),
            ..Mapped::default()
        };
        mapped.problems.extend(missing);
        let titles = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let mut lines = Vec::new();
        for raw in items {
            let place = format!("title {}", raw.rank.unwrap_or_default());
            let one = map::map(raw, &place);
            mapped.problems.extend(one.problems);
            let wire = one.item.map(|item| v1::Item::from_item(&item, Some(marketplace)));
            lines.extend(wire.as_ref().map(keys::text));
        }
        lines.insert(0, keys::text(&mapped));
        let key = keys::mapped(ticket.run, ticket.unit);
        let kept = self.browser.set(&key, &lines.join("\n")).await;
        kept.map(|()| titles).map_err(|_| Failure::Unavailable(None))
    }

    async fn ask_catalog(
        &self,
        marketplace: Marketplace,
        items: &[RawItem],
    ) -> Result<Value, Failure> {
        let request = HttpRequest::get(catalog::request_url(marketplace, items));
        let answer = self.browser.send(request).await.map_err(no_answer)?;
        refused(&answer)?;
        let json: Option<Value> = serde_json::from_str(&answer.body).ok();
        json.filter(|_| answer.status == 200).ok_or(Failure::Unavailable(None))
    }

    /// Cuts chunks of at most 500 titles and 4 MiB, stores them.
    pub(super) async fn gather(&self, cut: Cut) -> Option<Event> {
        let notes = self.browser.get(&keys::notes(cut.run)).await.ok()?;
        let mut cutter = Cutter::new(self.client.clone(), &cut);
        cutter.problems.extend(cut.notes.clone());
        cutter.problems.absorb(keys::value(notes).unwrap_or_default());
        let mut not_enriched = 0;
        for batch in 0..cut.batches {
            let stored = self.browser.get(&keys::mapped(cut.run, batch)).await.ok()?;
            let stored = stored.unwrap_or_default();
            let mut lines = stored.lines();
            let head = lines.next().map(str::to_owned);
            let mapped: Mapped = keys::value(head).unwrap_or_default();
            not_enriched += mapped.not_enriched;
            cutter.problems.absorb(mapped.problems);
            for item in lines {
                if let Some((index, bytes)) = cutter.add(item.to_owned()) {
                    self.browser.set(&keys::chunk(cut.run, index), &bytes).await.ok()?;
                }
            }
        }
        let (index, bytes) = cutter.cut(true);
        self.browser.set(&keys::chunk(cut.run, index), &bytes).await.ok()?;
        let gathered = Gathered {
            chunks: cutter.sizes,
            not_enriched,
            problem_count: cutter.problems.count,
            problems: cutter.problems.first,
        };
        Some(Event::Gathered { run: cut.run, gathered })
    }

    async fn keep<T: Serialize>(&self, key: &str, value: &T) -> Result<(), StorageFull> {
        self.browser.set(key, &keys::text(value)).await
    }
}

/// Collects titles until a chunk is full.
struct Cutter {
    run: v1::Run,
    items: Vec<String>,
    bytes: usize,
    sizes: Vec<u32>,
    problems: Problems,
}

impl Cutter {
    fn new(client: v1::Client, cut: &Cut) -> Self {
        let run = v1::Run {
            id: cut.run,
            source: Source::Extension,
            marketplace: Some(cut.marketplace),
            client,
            library: "main".to_owned(),
            source_total: Some(cut.source_total),
            reading: Some(Reading { complete: cut.complete, seen: cut.seen }),
            chunk: Chunk { index: 0, last: false },
            not_sent: Vec::new(),
        };
        Self { run, items: Vec::new(), bytes: 0, sizes: Vec::new(), problems: Problems::default() }
    }

    /// Adds a title; gives the chunk that was full before it.
    fn add(&mut self, item: String) -> Option<(u32, String)> {
        // The envelope is below this even with the longest names.
        const ENVELOPE: usize = 4_096;
        let too_large = self.bytes + item.len() + 1 + ENVELOPE > MAX_CHUNK_BYTES;
        let full = self.items.len() == MAX_ITEMS || (too_large && !self.items.is_empty());
        let chunk = full.then(|| self.cut(false));
        self.bytes += item.len() + 1;
        self.items.push(item);
        chunk
    }

    /// The chunk of all titles collected: its index and bytes.
    fn cut(&mut self, last: bool) -> (u32, String) {
        let index = u32::try_from(self.sizes.len()).unwrap_or(u32::MAX);
        self.run.chunk = Chunk { index, last };
        let run = keys::text(&self.run);
        let items = self.items.join(",");
        let bytes =
            format!("{{\"schema_version\":{SCHEMA_VERSION},\"run\":{run},\"items\":[{items}]}}");
        self.sizes.push(u32::try_from(self.items.len()).unwrap_or(u32::MAX));
        self.items.clear();
        self.bytes = 0;
        (index, bytes)
    }
}
