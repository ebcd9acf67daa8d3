//! Looking at what was read, leaving titles out, and never importing some of them again.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use audible_sim::{Fault, Times};
use e2e::{
    browser::{Kind, Look},
    choice::ChoicePage,
    popup::Receipt,
    world::World,
};

/// The person leaves titles out by search, by hand and for good; the rest arrives, and the run is
/// complete. The second time the server knows what is new.
pub(crate) async fn titles_are_looked_at_left_out_and_never_imported(kind: Kind) -> Result<()> {
    let world = World::start_hurried(kind, 245, Look::default()).await?;
    world.sign_in_first("us").await?;
    world.begin_reading("us").await?;
    world.popup().wait_for("ready").await?;
    let page = ChoicePage::open(&world).await?;
    page.until_count("new", 245).await?;
    let (listed, rows) = page.listed().await?;
    ensure!(listed == 245 && rows < 40, "{listed} titles in {rows} rows");

    // To the end and back: the last title is there, and still only some rows.
    page.run("document.querySelector('.list').scrollTop = 1e9").await?;
    let end = "return document.querySelector('.row:last-child').getAttribute('aria-posinset')";
    e2e::wait::until("the last row", async || {
        Ok((page.run(end).await? == serde_json::json!("245")).then_some(()))
    })
    .await?;
    ensure!(page.listed().await?.1 < 40);
    page.run("document.querySelector('.list').scrollTop = 0").await?;

    // Podcasts are left out together, one title by hand.
    let podcasts = page.count("podcasts").await?.unwrap_or_default();
    ensure!(podcasts > 0, "the library has podcasts");
    page.show("podcasts").await?;
    e2e::wait::until("the podcasts", async || {
        Ok((page.listed().await?.0 == podcasts).then_some(()))
    })
    .await?;
    page.click("drop-shown").await?;
    page.until_count("left-out", podcasts).await?;
    page.show("finished").await?;
    e2e::wait::until("finished titles", async || {
        Ok((page.listed().await?.0 != podcasts).then_some(()))
    })
    .await?;
    let by_hand = page.rows().await?.remove(0);
    page.click(&format!("pick-{by_hand}")).await?;
    page.until_count("left-out", podcasts + 1).await?;

    // One is never imported again: the server is told at once.
    page.show("all").await?;
    let wanted = async |asin: &String| -> Result<bool> {
        let chosen = format!("return document.getElementById('pick-{asin}').checked");
        Ok(page.run(&chosen).await? == serde_json::json!(true))
    };
    let mut rows = page.rows().await?.into_iter();
    let never = loop {
        let asin = rows.next().context("a title that is chosen")?;
        if wanted(&asin).await? {
            break asin;
        }
    };
    page.run(&format!("document.querySelector('[data-asin={never}] .never-one').click()")).await?;
    page.until_count("ignored", 1).await?;

    // The page is closed and opened again: the choice is kept.
    page.run("location.reload()").await?;
    page.until_count("left-out", podcasts + 1).await?;
    page.until_count("ignored", 1).await?;

    page.click("send").await?;
    let receipt = world.popup().receipt().await?;
    let left_out = podcasts + 1;
    let expected = Receipt { imported: 245 - left_out - 1, updated: 0, unchanged: 0, rejected: 0 };
    ensure!(receipt == expected, "{receipt:?}, {left_out} left out");
    let stored: Vec<String> = world
        .server
        .library()
        .await?
        .iter()
        .filter_map(|title| title["asin"].as_str().map(str::to_owned))
        .collect();
    ensure!(stored.len() as u64 == expected.imported);
    ensure!(!stored.contains(&never) && !stored.contains(&by_hand));

    // The second time only what was left out is new; and without asking, it arrives by itself.
    world.popup().click("read").await?;
    world.popup().wait_for("ready").await?;
    let page = ChoicePage::open(&world).await?;
    page.until_count("new", left_out).await?;
    page.until_count("unchanged", expected.imported).await?;
    page.click("without-asking").await?;
    page.click("send").await?;
    let receipt = world.popup().receipt().await?;
    ensure!(receipt.imported == left_out && receipt.unchanged == expected.imported, "{receipt:?}");
    world.popup().click("read").await?;
    e2e::wait::until("a receipt without a question", async || {
        let receipt = world.popup().receipt().await?;
        Ok((receipt.unchanged == 244).then_some(()))
    })
    .await?;
    world.browser.quit().await
}

/// The person asks for days of purchase; Audible wants a fresh sign-in first, and every title that was
/// ordered arrives with its day.
pub(crate) async fn days_of_purchase_come_from_the_history_after_a_fresh_sign_in(
    kind: Kind,
) -> Result<()> {
    let world = World::start_hurried(kind, 245, Look::default()).await?;
    world.sign_in_first("de").await?;
    let control = world.sim.control();
    control.fail(Fault::HistorySignIn, Times::Always);
    world.begin_reading("de").await?;
    let popup = world.popup();
    popup.wait_for("ready").await?;
    ensure!(world.asked("/account/purchase-history") == 0, "only for those who ask for it");
    popup.click("history").await?;
    popup.wait_for("waiting/signed_out").await?;
    popup.click("open-audible").await?;
    world.sign_in("de").await?;
    // Nobody presses anything here: the extension notices by itself.
    popup.wait_for("ready").await?;
    let days = audible_sim::order::days(&control.library());
    let text = popup.text().await?;
    let found = format!("{} of 245", days.len());
    ensure!(text.contains(&found), "{found} is not in: {text}");
    ensure!(world.send().await?.imported == 245);
    let stored = world.server.library().await?.into_iter();
    let stored: BTreeMap<String, String> = stored
        .filter_map(|title| {
            let day = title["user_media"]["acquired_at"].as_str()?;
            Some((title["asin"].as_str()?.to_owned(), day.to_owned()))
        })
        .collect();
    ensure!(stored == days, "{} days instead of {}", stored.len(), days.len());
    world.browser.quit().await
}
