//! Files on the server's pages: one in, looked at, chosen from; the library out.

use anyhow::{Context, Result, ensure};
use e2e::{
    browser::{Kind, Look},
    wait::until,
    world::World,
};
use thirtyfour::By;

/// The text of an element once it is there; asked in one step, as the page may change meanwhile.
async fn text_of(world: &World, what: &'static str) -> Result<String> {
    let script = format!("return document.querySelector('{what}')?.innerText ?? ''");
    until(what, async || {
        let text = world.browser.driver.execute(script.as_str(), Vec::new()).await?;
        Ok(text.json().as_str().filter(|text| !text.is_empty()).map(str::to_owned))
    })
    .await
}

pub(crate) async fn a_file_is_brought_looked_at_and_imported(kind: Kind) -> Result<()> {
    let dark = kind == Kind::Chromium;
    let world = World::fresh(kind, 4, Look { dark, ..Look::default() }).await?;
    world.set_up().await?;
    world.bring("audible_cli/wishlist/input.csv").await?;
    let told = text_of(&world, "[role=alert]").await?;
    ensure!(told.contains("wishlist"), "the form says what was wrong: {told}");
    world.browser.assert_accessible("/files, refused").await?;

    world.bring("libation/csv_american/input.csv").await?;
    let begun = text_of(&world, ".picking button").await?;
    let lead = text_of(&world, ".lead").await?;
    ensure!(lead.contains("Libation") && begun.starts_with("Import "), "{lead}: {begun}");
    world.browser.assert_accessible("a file, looked at").await?;
    let driver = &world.browser.driver;
    let ticks = driver.find_all(By::Css(".picks input:checked")).await?;
    let all = ticks.len();
    ticks.first().context("a title is chosen")?.click().await?;
    driver.find(By::Css("button[value=import]")).await?.click().await?;
    let told = text_of(&world, ".notice-ok").await?;
    ensure!(told.contains(&format!("{} new", all - 1)), "one of {all} was left out: {told}");
    world.browser.assert_accessible("a file, imported").await?;

    driver.find(By::Css(".receipt a")).await?.click().await?;
    let receipt = text_of(&world, "h1 + .lead").await?;
    ensure!(receipt.contains("The file has"), "{receipt}");
    driver.goto(format!("{}/files", world.server.url())).await?;
    let links = driver.find_all(By::Css("#out a")).await?;
    ensure!(links.len() == 5, "{} forms to take the library out", links.len());
    world.browser.assert_accessible("/files").await?;
    world.browser.quit().await
}
