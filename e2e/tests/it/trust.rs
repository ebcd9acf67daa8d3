//! Complete and exact, whatever happens while a library is read.

use std::time::Duration;

use anyhow::{Result, ensure};
use audible_sim::{Config, Fault, Library, Times};
use e2e::{
    browser::{Kind, Look},
    popup::Receipt,
    world::World,
};
use serde_json::json;

/// The library without the title at this place.
fn without(library: &Library, place: usize) -> Library {
    let kept = library.titles().iter().enumerate().filter(|(at, _)| *at != place);
    Library::from_newest(kept.map(|(_, title)| title.clone()).collect())
}

/// Sends what was read: the server gets exactly what Audible lists now.
async fn exact(world: &World, imported: u64, unchanged: u64) -> Result<()> {
    let receipt = world.send().await?;
    let expected = Receipt { imported, updated: 0, unchanged, rejected: 0 };
    ensure!(receipt == expected, "{receipt:?} instead of {expected:?}");
    let text = world.popup().text().await?;
    let listed = imported + unchanged;
    let chain = format!("Audible lists {listed}, read {listed}, sent {listed}, stored {listed}.");
    ensure!(text.contains(&chain), "{chain} is not in: {text}");
    Ok(())
}

/// Purchases shift all titles down over the borders of pages, returns shift some up.
pub(crate) async fn titles_bought_and_returned_between_two_pages_leave_nothing_out(
    kind: Kind,
) -> Result<()> {
    let world = World::start_hurried(kind, 245, Look::default()).await?;
    world.sign_in_first("us").await?;
    let control = world.sim.control();
    let seed = Config::default().seed;
    control.set_library_after(3, Library::generate(seed, 246));
    world.begin_reading("us").await?;
    world.popup().wait_for("ready").await?;
    exact(&world, 246, 0).await?;
    ensure!(world.assert_stored("us").await? == 246);
    control.set_library_after(3, without(&control.library(), 70));
    world.popup().click("read").await?;
    world.popup().wait_for("ready").await?;
    exact(&world, 0, 245).await?;
    ensure!(world.server.library().await?.len() == 246, "nothing is removed, only not seen");
    world.browser.quit().await
}

pub(crate) async fn a_page_that_fails_and_a_security_check_in_the_middle_leave_nothing_out(
    kind: Kind,
) -> Result<()> {
    let world = World::start_hurried(kind, 245, Look::default()).await?;
    world.popup().change_settings(&json!({"back_off_first_ms": 50})).await?;
    world.sign_in_first("us").await?;
    let control = world.sim.control();
    control.fail(Fault::PageUnavailable(4), Times::Next(3));
    control.forget_requests();
    world.begin_reading("us").await?;
    world.popup().wait_for("ready").await?;
    exact(&world, 245, 0).await?;
    ensure!(world.assert_stored("us").await? == 245);
    let answers: Vec<Option<u16>> =
        asked_for(&world, 4).into_iter().map(|record| record.status).collect();
    ensure!(answers == [Some(503), Some(503), Some(503), Some(200)], "{answers:?}");

    control.fail(Fault::CaptchaFrom(4), Times::Next(1));
    control.forget_requests();
    world.popup().click("read").await?;
    world.popup().wait_for("waiting/captcha").await?;
    world.popup().click("open-audible").await?;
    world.pass_captcha().await?;
    // Nobody presses anything here: the extension notices by itself.
    world.popup().wait_for("ready").await?;
    exact(&world, 0, 245).await?;
    // What was read stays; the last page is looked at once more at the end. The first stands in the
    // person's tab, too.
    let shown = [2, 3, 4, 5].map(|page| control.times_shown(page));
    ensure!(shown == [1, 1, 1, 2], "pages 2 to 5 were shown {shown:?} times");
    world.browser.quit().await
}

/// The browser ends the worker whenever it likes: here once in each phase of one run.
pub(crate) async fn the_worker_may_be_stopped_in_each_of_seven_phases(kind: Kind) -> Result<()> {
    const TITLES: usize = 1_001;
    let world = World::start_hurried(kind, TITLES, Look::default()).await?;
    world.sign_in_first("us").await?;
    let (control, popup, browser) = (world.sim.control(), world.popup(), &world.browser);
    // Slow enough that every phase can be met.
    control.fail(Fault::Slow(Duration::from_millis(100)), Times::Always);
    control.fail(Fault::CatalogSlow(Duration::from_millis(100)), Times::Always);
    control.forget_requests();

    world.prepare_read("us").await?;
    browser.stop_worker().await?; // so that the click has to start it
    popup.click("read").await?;
    browser.stop_worker().await?; // 1: before it has taken the click
    popup.until_taken("start").await?;
    browser.stop_worker().await?; // 2: while the browser asks for the permission
    world.allow("us").await?;
    popup.open_again().await?;
    world.until_asked("page=5&", 1).await?;
    browser.stop_worker().await?; // 3: among the pages; nobody looks, so the alarm wakes it
    world.until_asked("page=1&", 2).await?;
    browser.stop_worker().await?; // 4: while the first page is looked at again
    popup.open_again().await?;
    world.until_asked("/catalog/products", 6).await?;
    browser.stop_worker().await?; // 5: among the catalog's answers
    popup.open_again().await?;
    popup.wait_for("ready").await?;
    browser.stop_worker().await?; // 6: before the person has decided
    popup.click("send").await?;
    world.server.until_received(1).await?;
    browser.stop_worker().await?; // 7: among the chunks
    popup.open_again().await?;

    let receipt = popup.receipt().await?;
    let expected = Receipt { imported: TITLES as u64, updated: 0, unchanged: 0, rejected: 0 };
    ensure!(receipt == expected, "{receipt:?}");
    ensure!(world.assert_stored("us").await? == TITLES);
    let pages = world.asked("/library/titles");
    let catalog = world.asked("/catalog/products");
    // Three questions may have been under way at each end.
    ensure!((23..=32).contains(&pages) && (21..=24).contains(&catalog), "{pages}, {catalog}");
    world.browser.quit().await
}

fn asked_for(world: &World, page: u32) -> Vec<audible_sim::RequestRecord> {
    let mut requests = world.sim.control().requests();
    requests.retain(|record| record.query.contains(&format!("page={page}&")));
    requests
}
