//! Importing a library and importing it again, beside what the database alone needs for the same rows.

use anyhow::Result;
use shared::samples;

use crate::{
    bare,
    child::Child,
    chunks,
    databases::{Fresh, Kind},
    table::{Table, median},
};

const TITLES: usize = 10_000;
const ROUNDS: u8 = 3;

/// Measures three times in turn and takes the middle one of each.
pub(crate) async fn run(table: &mut Table, kind: Kind) -> Result<()> {
    let (mut first, mut again, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    let mut peak: f64 = 0.0;
    for _ in 0..ROUNDS {
        let library = Fresh::make(kind, "library").await?;
        let child = Child::start(&library.url, 1).await?;
        let send = async |seed, outcome| {
            chunks::send_run(&child, &child.tokens[0], samples::run_id(seed), TITLES, outcome).await
        };
        first.push(send(1, "imported").await?);
        again.push(send(2, "unchanged").await?);
        peak = peak.max(child.end().await?);
        bare.push(bare::insert(kind, &library.url, chunks::CHUNK).await?);
    }
    let (first, again, bare) = (median(first), median(again), median(bare));
    let name = kind.name();
    table.ratio(
        &format!("{name}: first import of 10,000 titles, beside the bare insert of the same rows"),
        first,
        bare,
        2.5,
    );
    table.ratio(&format!("{name}: the same again, unchanged, beside the first"), again, first, 0.6);
    table.value(&format!("{name}: server's memory meanwhile"), peak, "MB", 150.0);
    Ok(())
}
