//! Pure: what is known of a run after another of its chunks has arrived.

use std::collections::HashSet;

use shared::{
    ids::{Asin, Marketplace, RunId},
    validate::Entry,
    wire::v1::{ImportReceipt, RunReceipt, Source},
};

use super::{
    Import,
    decide::{Counts, Decision},
};

/// Characters of an ASIN, which is what makes a list of them need no separators.
const ASIN: usize = 10;

/// A row of `runs`.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct RunRow {
    pub(crate) source: String,
    pub(crate) marketplace: String,
    pub(crate) library: String,
    pub(crate) client_name: String,
    pub(crate) client_version: String,
    pub(crate) client_browser: String,
    pub(crate) source_total: Option<i64>,
    pub(crate) reading_complete: bool,
    pub(crate) seen: Option<i64>,
    pub(crate) last_chunk: Option<i64>,
    pub(crate) received: i64,
    pub(crate) not_sent: i64,
    pub(crate) complete: bool,
    pub(crate) started_at: i64,
    pub(crate) updated_at: i64,
}

/// What a chunk carried: both lists are ASINs of ten characters each, one after the other.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct ChunkRow {
    pub(crate) chunk_index: i64,
    pub(crate) asins: String,
    pub(crate) not_sent: String,
}

/// The chunk that is being taken in.
pub(crate) fn chunk(import: &Import) -> ChunkRow {
    let arrived = import.batch.entries().iter().filter_map(|entry| match entry {
        Entry::Keep(item) => Some(item.asin.as_str()),
        Entry::Duplicate { asin, .. } => Some(asin.as_str()),
        Entry::Rejected { asin, .. } => asin.as_deref().filter(|text| Asin::parse(text).is_ok()),
    });
    ChunkRow {
        chunk_index: i64::from(import.run().chunk.index),
        asins: arrived.collect(),
        not_sent: import.run().not_sent.concat(),
    }
}

/// The run with this chunk in it. What the last chunk claims holds, in whatever order they arrive.
pub(crate) fn after(
    import: &Import,
    stored: Option<&RunRow>,
    earlier: &[ChunkRow],
    this: &ChunkRow,
) -> RunRow {
    let run = import.run();
    let last_known = stored.is_some_and(|row| row.last_chunk.is_some());
    let claims_hold = run.chunk.last || !last_known;
    let claimed_total = run.source_total.map(i64::from).filter(|_| claims_hold);
    let claimed = run.reading.filter(|_| claims_hold);
    let others: Vec<&ChunkRow> =
        earlier.iter().filter(|chunk| chunk.chunk_index != this.chunk_index).collect();
    let last_chunk =
        if run.chunk.last { Some(this.chunk_index) } else { stored.and_then(|row| row.last_chunk) };
    let (received, not_sent) = counted(&others, this);
    let mut row = RunRow {
        source: source_name(run.source).to_owned(),
        marketplace: run.marketplace.map_or("", Marketplace::code).to_owned(),
        library: run.library.clone(),
        client_name: run.client.name.clone(),
        client_version: run.client.version.clone(),
        client_browser: run.client.browser.clone().unwrap_or_default(),
        source_total: claimed_total.or_else(|| stored.and_then(|row| row.source_total)),
        reading_complete: claimed
            .map_or(stored.is_some_and(|row| row.reading_complete), |reading| reading.complete),
        seen: claimed
            .map(|reading| i64::from(reading.seen))
            .or_else(|| stored.and_then(|row| row.seen)),
        last_chunk,
        received,
        not_sent,
        complete: false,
        started_at: stored.map_or(import.micros(), |row| row.started_at),
        updated_at: import.micros(),
    };
    row.complete = is_complete(&row, &others, this);
    row
}

/// Different titles that arrived, and different titles that were left out and did not arrive.
fn counted(others: &[&ChunkRow], this: &ChunkRow) -> (i64, i64) {
    let all = || others.iter().copied().chain([this]);
    let received: HashSet<&[u8]> =
        all().flat_map(|chunk| chunk.asins.as_bytes().chunks_exact(ASIN)).collect();
    let not_sent: HashSet<&[u8]> = all()
        .flat_map(|chunk| chunk.not_sent.as_bytes().chunks_exact(ASIN))
        .filter(|asin| !received.contains(asin))
        .collect();
    (count(received.len()), count(not_sent.len()))
}

/// Every chunk up to the last has arrived, the reading was complete, and the numbers agree.
fn is_complete(row: &RunRow, others: &[&ChunkRow], this: &ChunkRow) -> bool {
    let Some(last) = row.last_chunk else { return false };
    let arrived: HashSet<i64> =
        others.iter().copied().chain([this]).map(|chunk| chunk.chunk_index).collect();
    (0..=last).all(|index| arrived.contains(&index))
        && row.reading_complete
        && row.seen == Some(row.received + row.not_sent)
}

/// The whole answer.
pub(crate) fn receipt(id: RunId, row: &RunRow, decision: Decision) -> ImportReceipt {
    let Counts { imported, updated, unchanged, ignored, duplicate, rejected } = decision.counts;
    ImportReceipt {
        run: RunReceipt {
            id,
            source_total: row.source_total.map(number),
            seen: row.seen.map(number),
            received: number(row.received),
            not_sent: number(row.not_sent),
            complete: row.complete,
        },
        imported,
        updated,
        unchanged,
        ignored,
        duplicate,
        rejected,
        total: decision.counts.total(),
        items: decision.receipts,
    }
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

fn number(value: i64) -> u32 {
    u32::try_from(value).unwrap_or_default()
}

const fn source_name(source: Source) -> &'static str {
    match source {
        Source::Extension => "extension",
        Source::Api => "api",
        Source::File => "file",
    }
}
