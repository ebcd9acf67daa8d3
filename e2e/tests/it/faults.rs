//! What Audible does to people, and what the popup says to it.

use anyhow::{Result, ensure};
use audible_sim::{Fault, Row, Times};
use e2e::{
    browser::{Kind, Look},
    popup::Receipt,
    world::World,
};

pub(crate) async fn every_trouble_of_audible_has_its_words_and_leaves_the_data_alone(
    kind: Kind,
) -> Result<()> {
    let world = World::start_hurried(kind, 120, Look::default()).await?;
    world.read_library("us").await?;
    world.send().await?;
    let control = world.sim.control();
    for (fault, screen, word) in [
        (Fault::Captcha, "waiting/captcha", "security check"),
        (Fault::Whoops, "waiting/blocked", "Audible"),
        (Fault::TooMany { retry_after_s: Some(600) }, "waiting/throttled", "Audible"),
        (Fault::Unavailable, "waiting/unavailable", "Audible"),
        (Fault::Cut, "waiting/offline", "connection"),
        (Fault::ChangedLayout, "waiting/layout_changed", "page"),
    ] {
        control.fail(fault, Times::Always);
        world.popup().click("read").await?;
        world.popup().wait_for(screen).await?;
        let text = world.popup().text().await?;
        ensure!(text.contains(word), "{screen} says {word}: {text}");
        ensure!(world.assert_stored("us").await? == 120, "{screen} changed what is stored");
        control.heal();
        world.popup().click("try-now").await?;
        world.popup().wait_for("ready").await?;
        let receipt = world.send().await?;
        ensure!(receipt == Receipt { imported: 0, updated: 0, unchanged: 120, rejected: 0 });
    }
    world.browser.quit().await
}

pub(crate) async fn being_signed_out_is_noticed_and_its_end_too(kind: Kind) -> Result<()> {
    let world = World::start_hurried(kind, 30, Look::default()).await?;
    world.begin_reading("us").await?;
    world.popup().wait_for("waiting/signed_out").await?;
    world.popup().click("open-audible").await?;
    world.sign_in("us").await?;
    // Nobody presses anything here: the extension notices the library page by itself.
    world.popup().wait_for("ready").await?;
    ensure!(world.send().await?.imported == 30);
    world.browser.quit().await
}

pub(crate) async fn a_row_that_cannot_be_read_is_named_and_the_rest_arrives(
    kind: Kind,
) -> Result<()> {
    let world = World::start_hurried(kind, 30, Look::default()).await?;
    world.sim.control().fail(Fault::MalformedRow(Row::Index(7)), Times::Always);
    world.read_library("us").await?;
    let text = world.popup().text().await?;
    ensure!(text.contains("29"), "29 titles can be sent: {text}");
    ensure!(world.send().await?.imported == 29);
    world.browser.quit().await
}
