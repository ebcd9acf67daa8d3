//! The main job: from the click to the stored library.

use anyhow::{Result, ensure};
use audible_sim::Language;
use e2e::{
    browser::{Kind, Look},
    popup::Receipt,
    world::World,
};

const NOTHING: Receipt = Receipt { imported: 0, updated: 0, unchanged: 0, rejected: 0 };

pub(crate) async fn a_library_of_245_titles_arrives_whole_and_is_unchanged_the_second_time(
    kind: Kind,
) -> Result<()> {
    let world = World::start_hurried(kind, 245, Look::default()).await?;
    world.read_library("us").await?;
    let text = world.popup().text().await?;
    ensure!(text.contains("245"), "the question names the number of titles: {text}");
    ensure!(world.send().await? == Receipt { imported: 245, ..NOTHING });
    ensure!(world.assert_stored("us").await? == 245);

    let held = world.browser.held_origins().await?;
    ensure!(
        held == ["https://api.audible.com/*", "https://www.audible.com/*"],
        "exactly the marketplace's two origins are held: {held:?}"
    );
    ensure!(world.import_again().await? == Receipt { unchanged: 245, ..NOTHING });
    ensure!(world.assert_stored("us").await? == 245);
    world.browser.quit().await
}

pub(crate) async fn libraries_of_0_1_20_50_51_and_1001_titles_arrive_whole(
    kind: Kind,
) -> Result<()> {
    let world = World::start_hurried(kind, 0, Look::default()).await?;
    world.read_library("us").await?;
    ensure!(world.send().await? == NOTHING);
    let mut stored = 0;
    for titles in [1, 20, 50, 51, 1_001] {
        world.sim.control().set_titles(titles);
        world.sim.control().forget_requests();
        let receipt = world.import_again().await?;
        let expected = Receipt { imported: titles as u64 - stored, unchanged: stored, ..NOTHING };
        ensure!(receipt == expected, "{titles} titles gave {receipt:?}");
        ensure!(world.assert_stored("us").await? == titles);
        stored = titles as u64;
    }
    let requests = world.sim.control().requests().len();
    ensure!(requests <= 45, "1,001 titles took {requests} requests");
    world.browser.quit().await
}

pub(crate) async fn the_words_of_a_marketplace_change_nothing(kind: Kind) -> Result<()> {
    let world = World::start_hurried(kind, 60, Look::default()).await?;
    world.sim.control().set_language("fr", Language::Invented);
    for marketplace in ["de", "fr"] {
        world.read_library(marketplace).await?;
        ensure!(world.send().await? == Receipt { imported: 60, ..NOTHING }, "{marketplace}");
        ensure!(world.assert_stored(marketplace).await? == 60, "{marketplace}");
        let held = world.browser.held_origins().await?;
        ensure!(held.len() == 2, "the former marketplace was given back: {held:?}");
    }
    world.browser.quit().await
}
