//! How long a person waits: a library read at the usual pace from an Audible that takes its time.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use audible_sim::{Fault, Times};
use e2e::{
    browser::{Kind, Look},
    world::World,
};

use crate::table::Table;

const TITLES: usize = 1_000;
const ANSWER: Duration = Duration::from_millis(300);
const LIMIT_S: f64 = 20.0;

/// Reads once in each browser, nothing hurried.
pub(crate) async fn run(table: &mut Table) -> Result<()> {
    for kind in [Kind::Chromium, Kind::Firefox] {
        let world = World::start(kind, TITLES, Look::default()).await?;
        world.sign_in_first("us").await?;
        let control = world.sim.control();
        control.fail(Fault::Slow(ANSWER), Times::Always);
        control.fail(Fault::CatalogSlow(ANSWER), Times::Always);
        control.forget_requests();
        world.press_read("us").await?;
        world.allow("us").await?;
        let begun = Instant::now();
        world.popup().wait_for("ready").await?;
        let time = begun.elapsed();
        let asked = world.asked("/library/titles") + world.asked("/catalog/products");
        ensure!(world.popup().found().await? == TITLES as u64, "all are read");
        world.browser.quit().await?;
        let what = format!(
            "{kind}: 1,000 titles read at the usual pace, answers after 300 ms ({asked} requests)"
        );
        table.value(&what, time.as_secs_f64(), "s", LIMIT_S);
    }
    Ok(())
}
