//! From a server that nobody knows yet to an import, without a secret typed or pasted.

use anyhow::{Result, ensure};
use e2e::{
    browser::{Kind, Look},
    popup::Receipt,
    world::World,
};

const NOTHING: Receipt = Receipt { imported: 0, updated: 0, unchanged: 0, rejected: 0 };

pub(crate) async fn a_fresh_server_is_set_up_by_link_connected_by_one_press_and_revoked(
    kind: Kind,
) -> Result<()> {
    let world = World::fresh(kind, 30, Look::default()).await?;
    world.set_up().await?;
    world.connect("allow").await?;
    let popup = world.popup();
    popup.wait_for("start").await?;
    let held = world.browser.held_origins().await?;
    ensure!(held.is_empty(), "pairing asks for no permission: {held:?}");
    world.read_library("us").await?;
    ensure!(world.send().await? == Receipt { imported: 30, ..NOTHING });
    ensure!(world.assert_stored("us").await? == 30);

    world.revoke().await?;
    popup.click("read").await?;
    popup.wait_for("ready").await?;
    popup.click("send").await?;
    popup.wait_for("waiting/server").await?;
    let text = popup.text().await?;
    ensure!(text.contains("revoked") && text.contains("Connect again"), "{text}");
    // What was read is kept and goes when the person has allowed it anew.
    popup.click("connect-again").await?;
    world.decide("allow").await?;
    ensure!(popup.receipt().await? == Receipt { unchanged: 30, ..NOTHING });
    world.browser.quit().await
}

pub(crate) async fn a_pairing_ends_by_itself_while_the_worker_is_stopped(kind: Kind) -> Result<()> {
    let world = World::fresh(kind, 5, Look::default()).await?;
    world.set_up().await?;
    let popup = world.popup();
    popup.connect_to(world.server.url()).await?;
    popup.code().await?;
    world.browser.stop_worker().await?;
    world.decide("allow").await?;
    popup.wait_for("start").await?;
    // Disconnecting ends the token on the server, too.
    ensure!(world.server.tokens().await? == 1);
    popup.click("chip-server").await?;
    popup.click("server-forget").await?;
    popup.wait_for("server").await?;
    ensure!(world.server.tokens().await? == 0);
    world.browser.quit().await
}

pub(crate) async fn pairing_and_import_work_through_nginx_below_a_sub_path(
    kind: Kind,
) -> Result<()> {
    // One browser has a proxy that takes the sub-path off, the other one that passes it on.
    let world = World::behind_nginx(kind, 30, kind == Kind::Chromium).await?;
    world.set_up().await?;
    world.connect("allow").await?;
    world.popup().wait_for("start").await?;
    world.read_library("us").await?;
    ensure!(world.send().await? == Receipt { imported: 30, ..NOTHING });
    ensure!(world.assert_stored("us").await? == 30);
    world.open_page(&world.server.library_url()).await?;
    let page = world.browser.driver.source().await?;
    ensure!(page.contains("/mefeed/assets/pages.css"), "links stay below the sub-path");
    world.revoke().await?;
    world.browser.quit().await
}
