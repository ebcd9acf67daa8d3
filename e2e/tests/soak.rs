//! Long stories, told by `cargo xtask soak`.

use std::{io::Write, time::Duration};

use anyhow::{Result, ensure};
use audible_sim::{Fault, Times};
use e2e::{
    browser::{Kind, Look},
    popup::Receipt,
    wait::until,
    world::World,
};
use rand::{Rng, SeedableRng, rngs::StdRng};

const TITLES: usize = 5_011;

#[tokio::test(flavor = "multi_thread")]
async fn a_library_of_5011_titles_arrives_whole_in_chromium() -> Result<()> {
    large_library(Kind::Chromium).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_of_5011_titles_arrives_whole_in_firefox() -> Result<()> {
    large_library(Kind::Firefox).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_names_every_broken_connection_in_firefox() -> Result<()> {
    let _turn = e2e::turn::take_all().await;
    let world = World::start_hurried(Kind::Firefox, 5, Look::default()).await?;
    world.other_broken_ways().await?;
    world.browser.quit().await?;
    let careful = Look { careful: true, ..Look::default() };
    let world = World::start_hurried(Kind::Firefox, 5, careful).await?;
    world.self_signed().await?;
    world.browser.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_random_ends_of_the_worker_change_nothing_in_chromium() -> Result<()> {
    random_ends(Kind::Chromium).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_random_ends_of_the_worker_change_nothing_in_firefox() -> Result<()> {
    random_ends(Kind::Firefox).await
}

/// One new title in each run, four ends of the worker while it is read, one while it is sent.
async fn random_ends(kind: Kind) -> Result<()> {
    let _turn = e2e::turn::take_all().await;
    let seed = match std::env::var("MEFEED_SEED") {
        Ok(seed) => seed.parse()?,
        Err(_) => u64::from(std::process::id()),
    };
    writeln!(std::io::stdout(), "{kind}: MEFEED_SEED={seed}")?;
    let mut dice = StdRng::seed_from_u64(seed);
    let world = World::start_hurried(kind, 245, Look::default()).await?;
    world.read_library("us").await?;
    world.send().await?;
    let control = world.sim.control();
    control.fail(Fault::Slow(Duration::from_millis(60)), Times::Always);
    control.fail(Fault::CatalogSlow(Duration::from_millis(60)), Times::Always);
    for round in 1..=20_u64 {
        control.set_titles(245 + usize::try_from(round)?);
        control.forget_requests();
        world.popup().click("read").await?;
        let mut moments: [usize; 4] = std::array::from_fn(|_| dice.random_range(0..14));
        moments.sort_unstable();
        for moment in moments {
            until("the moment of an end", async || {
                let come = control.requests().len() >= moment;
                Ok((come || world.popup().screen().await? == "ready").then_some(()))
            })
            .await?;
            world.browser.stop_worker().await?;
            world.popup().open_again().await?;
        }
        world.popup().wait_for("ready").await?;
        world.popup().click("send").await?;
        world.browser.stop_worker().await?;
        world.popup().open_again().await?;
        let receipt = world.popup().receipt().await?;
        let expected = Receipt { imported: 1, updated: 0, unchanged: 244 + round, rejected: 0 };
        ensure!(receipt == expected, "seed {seed}, run {round}: {receipt:?}");
    }
    ensure!(world.assert_stored("us").await? == 265);
    world.browser.quit().await
}

/// At the usual, polite pace, twice; one browser at a time.
async fn large_library(kind: Kind) -> Result<()> {
    let _turn = e2e::turn::take_all().await;
    let world = World::start(kind, TITLES, Look::default()).await?;
    let nothing = Receipt { imported: 0, updated: 0, unchanged: 0, rejected: 0 };
    let titles = TITLES as u64;
    world.read_library("us").await?;
    ensure!(world.send().await? == Receipt { imported: titles, ..nothing });
    ensure!(world.assert_stored("us").await? == TITLES);
    ensure!(world.import_again().await? == Receipt { unchanged: titles, ..nothing });
    ensure!(world.assert_stored("us").await? == TITLES);
    world.browser.quit().await
}
