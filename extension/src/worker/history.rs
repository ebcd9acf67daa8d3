//! The purchase history: reads its pages, and writes days of purchase to their titles.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::{
    ids::{Marketplace, RunId},
    problem::Problem,
};

use super::{
    Worker, keys,
    library::{refused, unusable},
    titles::{self, Problems},
};
use crate::{
    browser::{Browser, StorageFull},
    extract::history,
    plan::{Event, Failure, HistoryFacts, HistoryPage, Ticket},
};

/// Orders on a page: the most that Audible shows.
const ORDERS: u32 = 40;

/// A page as it is stored.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct StoredHistory {
    /// ASIN and day: `2024-05-21`.
    days: Vec<(String, String)>,
    problems: Vec<Problem>,
}

impl<B: Browser> Worker<B> {
    /// Reads one page and stores it.
    pub(super) async fn read_history(
        &self,
        ticket: Ticket,
        marketplace: Marketplace,
        HistoryPage { year, page }: HistoryPage,
    ) -> Result<HistoryFacts, Failure> {
        let filter = year.map_or_else(|| "last_90_days".to_owned(), |year| year.to_string());
        let url = format!(
            "{}/account/purchase-history?tf=orders&df={filter}&pn={page}&ps={ORDERS}",
            marketplace.www(),
        );
        let (answer, _) = self.fetch_page(url, false).await?;
        refused(&answer)?;
        let read = history(&answer.body, marketplace, year);
        let read = read.map_err(|kind| unusable(kind, answer.status))?;
        let place = format!("purchase history {filter}, page {page}");
        let stored = StoredHistory {
            days: read.orders.into_iter().map(|(asin, day)| (asin, day.to_string())).collect(),
            problems: read
                .problems
                .into_iter()
                .map(|problem| Problem { place: format!("{place}, {}", problem.place), ..problem })
                .collect(),
        };
        let kept =
            self.browser.set(&keys::history(ticket.run, ticket.unit), &keys::text(&stored)).await;
        kept.map_err(|_| Failure::Unavailable(None))?;
        let dates = u32::try_from(stored.days.len()).unwrap_or(u32::MAX);
        Ok(HistoryFacts { years: read.years, pages: read.pages, dates })
    }

    /// Writes to each title the day on which it was bought, the last one if there are several: that is
    /// the purchase by which it stands in the library.
    ///
    /// Without an answer of the storage there is no event: the next worker tries again.
    pub(super) async fn date(&self, run: RunId, histories: u32, batches: u32) -> Option<Event> {
        let mut days: BTreeMap<String, String> = BTreeMap::new();
        for unit in 0..histories {
            for (asin, day) in self.history(run, unit).await.ok()?.days {
                let known = days.entry(asin).or_default();
                if *known < day {
                    *known = day;
                }
            }
        }
        let mut count = 0;
        for batch in 0..batches {
            let key = keys::mapped(run, batch);
            let Some(stored) = self.browser.get(&key).await.ok()? else { continue };
            let mut lines: Vec<String> = stored.lines().map(str::to_owned).collect();
            for line in lines.iter_mut().skip(1) {
                let Some((asin, rest)) = titles::split(line) else { continue };
                if let Some(day) = days.get(asin) {
                    *line = dated(asin, day, rest);
                    count += 1;
                }
            }
            self.browser.set(&key, &lines.join("\n")).await.ok()?;
        }
        Some(Event::Dated { run, titles: count })
    }

    /// What could not be read.
    pub(super) async fn history_problems(
        &self,
        run: RunId,
        histories: u32,
    ) -> Result<Problems, StorageFull> {
        let mut problems = Problems::default();
        for unit in 0..histories {
            problems.extend(self.history(run, unit).await?.problems);
        }
        Ok(problems)
    }

    async fn history(&self, run: RunId, unit: u32) -> Result<StoredHistory, StorageFull> {
        let stored = self.browser.get(&keys::history(run, unit)).await?;
        Ok(keys::value(stored).unwrap_or_default())
    }
}

/// A title with its day; a worker that ended in the middle may have written it before. Library pages
/// give no day, and to read and write the whole title by its type would cost 20 KB.
fn dated(asin: &str, day: &str, rest: &str) -> String {
    let rest = match rest.strip_prefix(DAY) {
        Some(old) => old.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-'),
        None => return format!("{{\"asin\":\"{asin}\"{DAY}{day}\"{rest}"),
    };
    format!("{{\"asin\":\"{asin}\"{DAY}{day}{rest}")
}

const DAY: &str = ",\"purchase_date\":\"";
