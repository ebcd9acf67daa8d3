//! From stored pages to stored chunks: put in order, complete, map, validate, cut.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::{
    ids::{Marketplace, RunId},
    map,
    problem::Problem,
    raw::RawItem,
    wire::v1,
};

use super::{
    Worker, keys,
    library::{StoredPage, no_answer, refused},
};
use crate::{
    browser::{Browser, HttpRequest, StorageFull},
    catalog,
    plan::{Event, Failure, Ticket},
};

/// Most problems that are shown.
const SHOWN: usize = 100;

/// What is known of a batch completed and mapped; it is stored as one line, and every title as one
/// more, so that cutting chunks only puts lines together.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Mapped {
    pub(super) not_enriched: u32,
    pub(super) problems: Problems,
}

/// All problems counted, the first hundred kept.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Problems {
    pub(super) count: u32,
    pub(super) first: Vec<Problem>,
}

impl Problems {
    pub(super) fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        for problem in problems {
            self.count += 1;
            if self.first.len() < SHOWN {
                self.first.push(problem);
            }
        }
    }

    pub(super) fn absorb(&mut self, other: Self) {
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

    async fn keep<T: Serialize>(&self, key: &str, value: &T) -> Result<(), StorageFull> {
        self.browser.set(key, &keys::text(value)).await
    }
}

/// A title as we write it: its ASIN, which is always its first field, and what follows it.
pub(super) fn split(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("{\"asin\":\"")?.split_once('"')
}
