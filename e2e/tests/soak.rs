//! Long stories, told by `cargo xtask soak`.

use anyhow::{Result, ensure};
use e2e::{
    browser::{Kind, Look},
    popup::Receipt,
    world::World,
};

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
