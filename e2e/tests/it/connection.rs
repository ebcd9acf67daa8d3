//! The server gets a connection of its own with Audible: the person signs in at Amazon, and nothing else is
//! left to do.

use anyhow::{Result, ensure};
use audible_sim::SignInVariant;
use e2e::{
    browser::{Kind, Look},
    wait::until,
    world::World,
};
use thirtyfour::By;

/// A browser that was paired as people do it, with the consent before it.
async fn paired(kind: Kind, titles: usize, marketplace: &str) -> Result<World> {
    let world = World::fresh(kind, titles, Look::default()).await?;
    world.set_up().await?;
    world.connect("allow").await?;
    let popup = world.popup();
    popup.wait_for("start").await?;
    popup.choose(marketplace).await?;
    popup.click("chip-server").await?;
    popup.click("link-open").await?;
    // A browser may bring titles in; that it connects Audible is asked for when it is needed.
    popup.wait_for("link/scope_missing").await?;
    popup.click("link-widen").await?;
    world.decide("allow").await?;
    popup.wait_for("link-consent").await?;
    until("the former token to be given up", async || {
        Ok((world.server.tokens().await? == 1).then_some(()))
    })
    .await?;
    Ok(world)
}

/// The one device that the server is now, and nothing that is still held.
async fn is_connected(world: &World) -> Result<()> {
    world.popup().wait_for("link-connected").await?;
    let devices = world.sim.control().registered();
    ensure!(devices.len() == 1 && devices[0].name == "Me Feed - Web", "{devices:?}");
    let held = world.browser.held_origins().await?;
    ensure!(held.iter().all(|origin| !origin.contains("amazon")), "{held:?}");
    Ok(())
}

pub(crate) async fn the_server_is_connected_by_signing_in_at_amazon(kind: Kind) -> Result<()> {
    let world = paired(kind, 45, "us").await?;
    let popup = world.popup();
    // Without the tick nothing happens.
    popup.click("link-agreed").await?;
    ensure!(popup.text().await?.contains("Nothing was done yet"), "{}", popup.text().await?);
    ensure!(world.sim.control().requests().is_empty(), "nothing was asked of Amazon");
    world.begin_connection("us").await?;
    popup.wait_for("link-sign-in").await?;
    world.sign_in("us").await?;
    is_connected(&world).await?;
    let text = popup.text().await?;
    ensure!(text.contains("Me Feed - Web") && text.contains("45"), "{text}");
    // The tab of the sign-in has led back to the extension; Amazon's page is gone.
    ensure!(!world.browser.shows("https://www.amazon.com").await?, "the tab stays at Amazon");
    let stored = world.browser.in_popup("chrome.storage.local.get()").await?.to_string();
    ensure!(!stored.contains("/ap/signin") && !stored.contains("authorization"), "{stored}");
    // The first sync begins by itself.
    until("the library of the first sync", async || {
        Ok((world.server.library().await?.len() == 45).then_some(()))
    })
    .await?;
    popup.click("link-back").await?;
    popup.wait_for("start").await?;
    // Whoever looks again sees how it stands.
    popup.click("chip-server").await?;
    popup.click("link-open").await?;
    popup.wait_for("link-connected").await?;
    ensure!(popup.text().await?.contains("Last sync"), "{}", popup.text().await?);
    ensure!(world.sim.control().registered().len() == 1);
    world.browser.quit().await
}

pub(crate) async fn a_sign_in_survives_a_stopped_worker_and_every_page_of_amazons(
    kind: Kind,
) -> Result<()> {
    let world = paired(kind, 5, "us").await?;
    world.sim.control().set_sign_in(SignInVariant::SecondFactor("135790".to_owned()));
    world.begin_connection("us").await?;
    world.popup().wait_for("link-sign-in").await?;
    world.browser.stop_worker().await?;
    world.sign_in("us").await?;
    let driver = &world.browser.driver;
    world.browser.switch_to_tab("https://www.amazon.com/ap/").await?;
    let field = until("the page of the second factor", async || {
        Ok(driver.find_all(By::Id("auth-mfa-otpcode")).await?.into_iter().next())
    })
    .await?;
    field.send_keys("135790").await?;
    world.browser.stop_worker().await?;
    world.browser.switch_to_tab("https://www.amazon.com/ap/").await?;
    driver.find(By::Id("continue")).await?.click().await?;
    is_connected(&world).await?;
    world.browser.quit().await
}

pub(crate) async fn a_closed_tab_and_a_shop_that_leads_on_have_their_own_ends(
    kind: Kind,
) -> Result<()> {
    let world = paired(kind, 5, "br").await?;
    let popup = world.popup();
    world.begin_connection("br").await?;
    popup.wait_for("link-sign-in").await?;
    world.browser.switch_to_tab("https://www.amazon.com.br/ap/signin").await?;
    world.browser.driver.close_window().await?;
    popup.wait_for("link/tab_closed").await?;
    let held = world.browser.held_origins().await?;
    ensure!(held.is_empty(), "{held:?}");
    // Amazon leads on at once from where this sign-in ends, so that no tab shows the code.
    popup.click("link-again").await?;
    world.agree().await?;
    popup.wait_for("link-sign-in").await?;
    world.sign_in("br").await?;
    is_connected(&world).await?;
    let watched = "chrome.permissions.contains({permissions: ['webRequest']})";
    ensure!(world.browser.in_popup(watched).await? == serde_json::Value::Bool(false));
    world.browser.quit().await
}
