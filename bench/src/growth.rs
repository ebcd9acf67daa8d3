//! Whether a title costs the same in a large library as in a small one.

use std::time::Duration;

use anyhow::Result;
use shared::samples;

use crate::{
    child::Child,
    chunks,
    databases::{Fresh, Kind},
    table::Table,
};

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

/// Imports libraries of three sizes. The small ones are imported several times, into fresh databases,
/// so that each size is measured for about as long.
pub(crate) async fn run(table: &mut Table, kind: Kind) -> Result<()> {
    let mut each = Vec::new();
    let mut peak: f64 = 0.0;
    for size in SIZES {
        let rounds = u32::try_from((20_000 / size).clamp(1, 5))?;
        let mut time = Duration::ZERO;
        for _ in 0..rounds {
            let library = Fresh::make(kind, "growth").await?;
            let child = Child::start(&library.url, 1).await?;
            let run = samples::run_id(1);
            time += chunks::send_run(&child, &child.tokens[0], run, size, "imported").await?;
            peak = peak.max(child.end().await?);
        }
        each.push(time / rounds / u32::try_from(size)?);
    }
    let [small, middle, large] = each.as_slice() else { return Ok(()) };
    let name = kind.name();
    table.told(&format!("{name}: a title among 10,000, beside one among 1,000"), *middle, *small);
    table.ratio(
        &format!("{name}: a title among 100,000, beside one among 1,000"),
        *large,
        *small,
        1.3,
    );
    table.value(&format!("{name}: server's memory meanwhile"), peak, "MB", 150.0);
    Ok(())
}
