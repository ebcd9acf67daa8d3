//! From stored titles to stored chunks: what they hold, what the server would make of them, which are
//! left out.

use std::{collections::BTreeSet, fmt::Write};

use shared::{
    ids::{Marketplace, RunId},
    problem::Problem,
    wire::v1::{
        self, Chunk, ImportReceipt, MAX_CHUNK_BYTES, MAX_ITEMS, Outcome, Reading, SCHEMA_VERSION,
        Source,
    },
};

use super::{
    Worker, keys,
    titles::{self, Mapped, Problems},
};
use crate::{
    browser::{Browser, StorageFull},
    messages::ServerTrouble,
    plan::{Cut, Event, PART, Survey, Ticket, Wish},
    server,
};

impl<B: Browser> Worker<B> {
    /// Counts what the batches hold, and collects what could not be used.
    ///
    /// Without an answer of the storage there is no event: the next worker tries again.
    pub(super) async fn survey(
        &self,
        run: RunId,
        (batches, histories): (u32, u32),
        notes: Vec<Problem>,
    ) -> Option<Event> {
        let stored = self.browser.get(&keys::notes(run)).await.ok()?;
        let mut problems = Problems::default();
        problems.extend(notes);
        problems.absorb(keys::value(stored).unwrap_or_default());
        let mut survey = Survey::default();
        for batch in 0..batches {
            let (mapped, lines) = self.batch(run, batch).await.ok()?;
            survey.titles += u32::try_from(lines.lines().count()).unwrap_or(u32::MAX);
            survey.not_enriched += mapped.not_enriched;
            problems.absorb(mapped.problems);
        }
        problems.absorb(self.history_problems(run, histories).await.ok()?);
        survey.problem_count = problems.count;
        survey.problems = problems.first;
        Some(Event::Surveyed { run, survey })
    }

    /// Stores which titles are left out.
    pub(super) async fn choose(&self, run: RunId, left_out: Vec<String>) -> Option<Event> {
        let left_out: BTreeSet<String> = left_out.into_iter().collect();
        self.browser.set(&keys::choice(run), &keys::text(&left_out)).await.ok()?;
        let left_out = u32::try_from(left_out.len()).unwrap_or(u32::MAX);
        Some(Event::Chosen { run, left_out })
    }

    /// Asks the server what it would make of a part, and stores its word on each title: a line with
    /// ASIN, outcome, and the fields that would change.
    pub(super) async fn compare(
        &self,
        ticket: Ticket,
        marketplace: Marketplace,
        address: &str,
        token: &str,
    ) -> Result<Box<ImportReceipt>, ServerTrouble> {
        let lost = |_: StorageFull| ServerTrouble::Busy;
        let mut items = Vec::new();
        for batch in ticket.unit * PART..(ticket.unit + 1) * PART {
            let (_, lines) = self.batch(ticket.run, batch).await.map_err(lost)?;
            items.extend(lines.lines().map(str::to_owned));
        }
        let run = v1::Run { marketplace: Some(marketplace), ..self.nothing().run };
        let key = format!("{}:0", run.id);
        let body = chunk(&run, &items);
        let answer = server::import_request(address, token, &key, body, true);
        let answer = self.ask_server(answer).await?;
        server::taken(&answer)?;
        let receipt: ImportReceipt =
            serde_json::from_str(&answer.body).map_err(|_| ServerTrouble::NotMeFeed)?;
        let key = keys::verdict(ticket.run, ticket.unit);
        self.browser.set(&key, &verdicts(&receipt)).await.map_err(lost)?;
        Ok(Box::new(receipt))
    }

    /// Tells the server which titles it is never to import, or to import again, and writes the
    /// verdicts anew: what is wanted again has none until the server is asked again.
    pub(super) async fn ignore(
        &self,
        (address, token): (&str, &str),
        verdicts: Option<(RunId, u32)>,
        wish: Wish,
    ) -> Result<(), ServerTrouble> {
        for asins in wish.asins.chunks(server::MOST_IGNORED) {
            let request =
                server::ignore_request(address, token, wish.marketplace, asins, wish.wanted);
            let answer = self.ask_server(request).await?;
            server::taken(&answer)?;
        }
        let asins: BTreeSet<&str> = wish.asins.iter().map(String::as_str).collect();
        let parts =
            verdicts.into_iter().flat_map(|(run, parts)| (0..parts).map(move |at| (run, at)));
        for (run, part) in parts {
            let key = keys::verdict(run, part);
            let lost = |_: StorageFull| ServerTrouble::Busy;
            let Some(lines) = self.browser.get(&key).await.map_err(lost)? else { continue };
            if let Some(lines) = rewritten(&lines, &asins, wish.wanted) {
                self.browser.set(&key, &lines).await.map_err(lost)?;
            }
        }
        Ok(())
    }

    /// Cuts chunks of at most 500 titles and 4 MiB, and stores them.
    pub(super) async fn cut(&self, cut: Cut) -> Option<Event> {
        let choice = self.browser.get(&keys::choice(cut.run)).await.ok()?;
        let left_out: BTreeSet<String> = keys::value(choice).unwrap_or_default();
        let mut cutter = Cutter::new(self.client.clone(), &cut);
        for batch in 0..cut.batches {
            let (_, lines) = self.batch(cut.run, batch).await.ok()?;
            for item in lines.lines() {
                if let Some((asin, _)) =
                    titles::split(item).filter(|(asin, _)| left_out.contains(*asin))
                {
                    cutter.run.not_sent.push(asin.to_owned());
                    continue;
                }
                if let Some((index, bytes)) = cutter.add(item.to_owned()) {
                    self.browser.set(&keys::chunk(cut.run, index), &bytes).await.ok()?;
                }
            }
        }
        let (index, bytes) = cutter.cut(true);
        self.browser.set(&keys::chunk(cut.run, index), &bytes).await.ok()?;
        Some(Event::Cut { run: cut.run, chunks: cutter.sizes })
    }

    /// A batch: what is known of it, and its titles, one a line.
    async fn batch(&self, run: RunId, batch: u32) -> Result<(Mapped, String), StorageFull> {
        let stored = self.browser.get(&keys::mapped(run, batch)).await?.unwrap_or_default();
        let (head, lines) = stored.split_once('\n').unwrap_or((&stored, ""));
        Ok((keys::value(Some(head.to_owned())).unwrap_or_default(), lines.to_owned()))
    }
}

fn chunk(run: &v1::Run, items: &[String]) -> String {
    let (run, items) = (keys::text(run), items.join(","));
    format!("{{\"schema_version\":{SCHEMA_VERSION},\"run\":{run},\"items\":[{items}]}}")
}

fn verdicts(receipt: &ImportReceipt) -> String {
    let mut lines = String::new();
    for item in &receipt.items {
        let outcome = match item.outcome {
            Outcome::Imported => "imported",
            Outcome::Updated => "updated",
            Outcome::Unchanged => "unchanged",
            Outcome::Ignored => "ignored",
            Outcome::Duplicate => continue,
            Outcome::Rejected => "rejected",
        };
        let asin = item.asin.as_deref().unwrap_or_default();
        let _ = match item.changed.as_slice() {
            [] => writeln!(lines, "{asin} {outcome}"),
            changed => writeln!(lines, "{asin} {outcome} {}", changed.join(",")),
        };
    }
    lines
}

/// Verdicts without those of these titles, which are ignored now or not known yet; none if no line
/// changes.
fn rewritten(lines: &str, asins: &BTreeSet<&str>, wanted: bool) -> Option<String> {
    let of = |line: &str| line.split(' ').next().filter(|asin| asins.contains(asin)).is_some();
    lines.lines().any(of).then(|| {
        let mut all = String::new();
        for line in lines.lines() {
            let asin = line.split(' ').next().unwrap_or_default();
            let _ = match (of(line), wanted) {
                (false, _) => writeln!(all, "{line}"),
                (true, false) => writeln!(all, "{asin} ignored"),
                (true, true) => Ok(()),
            };
        }
        all
    })
}

/// Collects titles until a chunk is full.
struct Cutter {
    run: v1::Run,
    items: Vec<String>,
    bytes: usize,
    sizes: Vec<u32>,
}

impl Cutter {
    fn new(client: v1::Client, cut: &Cut) -> Self {
        let run = v1::Run {
            id: cut.run,
            source: Source::Extension,
            marketplace: Some(cut.marketplace),
            client,
            library: cut.library.clone(),
            source_total: Some(cut.source_total),
            reading: Some(Reading { complete: cut.complete, seen: cut.seen }),
            chunk: Chunk { index: 0, last: false },
            not_sent: Vec::new(),
        };
        Self { run, items: Vec::new(), bytes: 0, sizes: Vec::new() }
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
        // Only the last chunk says what was left out of all.
        let not_sent = if last { Vec::new() } else { std::mem::take(&mut self.run.not_sent) };
        let bytes = chunk(&self.run, &self.items);
        self.run.not_sent.extend(not_sent);
        self.sizes.push(u32::try_from(self.items.len()).unwrap_or(u32::MAX));
        self.items.clear();
        self.bytes = 0;
        (index, bytes)
    }
}
