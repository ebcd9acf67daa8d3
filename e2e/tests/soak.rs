//! Long stories, told by `cargo xtask soak`.

use std::{io::Write, time::Duration};

use anyhow::{Result, ensure};
use audible_sim::{Fault, Times};
use e2e::{
    browser::{Heap, Kind, Look},
    popup::Receipt,
    wait::until,
    world::World,
};
use rand::{Rng, SeedableRng, rngs::StdRng};

/// How long one step of 25,000 titles may take: a thousand requests, three a second.
const LONG: Duration = Duration::from_secs(900);

/// How many bytes the worker may hold at 25,000 titles.
const WORKER_HEAP: u64 = 120_000_000;

/// One story for each size and browser.
macro_rules! large_libraries {
    ($($name:ident: $titles:literal in $kind:expr,)*) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $name() -> Result<()> {
            large_library($kind, $titles).await
        })*
    };
}

large_libraries! {
    a_library_of_5011_titles_arrives_whole_in_chromium: 5_011 in Kind::Chromium,
    a_library_of_5011_titles_arrives_whole_in_firefox: 5_011 in Kind::Firefox,
    a_library_of_10001_titles_arrives_whole_in_chromium: 10_001 in Kind::Chromium,
    a_library_of_10001_titles_arrives_whole_in_firefox: 10_001 in Kind::Firefox,
    a_library_of_25000_titles_arrives_whole_in_chromium: 25_000 in Kind::Chromium,
    a_library_of_25000_titles_arrives_whole_in_firefox: 25_000 in Kind::Firefox,
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

#[tokio::test(flavor = "multi_thread")]
async fn no_click_is_lost_when_the_worker_ends_over_it_in_chromium() -> Result<()> {
    clicks(Kind::Chromium).await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_click_is_lost_when_the_worker_ends_over_it_in_firefox() -> Result<()> {
    clicks(Kind::Firefox).await
}

/// Each click has to start a worker, which is ended at once or a little later.
async fn clicks(kind: Kind) -> Result<()> {
    let _turn = e2e::turn::take_all().await;
    let world = World::start_hurried(kind, 5, Look::default()).await?;
    world.prepare_read("us").await?;
    let (popup, browser) = (world.popup(), &world.browser);
    for round in 0..100_u32 {
        let (code, site) = if round % 2 == 0 { ("de", "de") } else { ("us", "com") };
        popup.click("chip-marketplace").await?;
        popup.wait_for("marketplace").await?;
        popup.choose(code).await?;
        browser.stop_worker().await?;
        popup.click("marketplace-save").await?;
        for _look in 0..round % 7 {
            popup.screen().await?;
        }
        browser.stop_worker().await?;
        until(&format!("click {round} to be taken"), async || {
            let chip = "document.getElementById('chip-marketplace')?.innerText ?? ''";
            let chip = browser.in_popup(chip).await?;
            let chosen = chip.as_str().is_some_and(|chip| chip.ends_with(&format!(".{site}")));
            Ok(chosen.then_some(()))
        })
        .await?;
    }
    world.browser.quit().await
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
        world.popup().until_taken("done").await?;
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
        world.popup().until_taken("ready").await?;
        world.popup().open_again().await?;
        let receipt = world.popup().receipt().await?;
        let expected = Receipt { imported: 1, updated: 0, unchanged: 244 + round, rejected: 0 };
        ensure!(receipt == expected, "seed {seed}, run {round}: {receipt:?}");
    }
    ensure!(world.assert_stored("us").await? == 265);
    world.browser.quit().await
}

/// What the worker holds once a screen has come, in Chromium. It is asked then and not in between: a
/// debugger that asks every few seconds ends the worker, and now and then the browser.
async fn held(world: &World, screen: &str) -> Result<Heap> {
    world.popup().wait_within(LONG, screen).await?;
    if world.browser.kind() == Kind::Firefox {
        return Ok(Heap::default());
    }
    world.popup().open_again().await?;
    until("the worker to be asked", async || world.browser.worker_heap().await).await
}

/// At the usual, polite pace; small ones a second time, when nothing may change. One browser at a time.
async fn large_library(kind: Kind, titles: usize) -> Result<()> {
    let _turn = e2e::turn::take_all().await;
    let world = World::start(kind, titles, Look::default()).await?;
    let nothing = Receipt { imported: 0, updated: 0, unchanged: 0, rejected: 0 };
    let all = titles as u64;
    let popup = world.popup();
    world.sign_in_first("us").await?;
    world.begin_reading("us").await?;
    // The linear memory never shrinks, so that it still shows the most that was ever held.
    let reading = held(&world, "ready").await?;
    popup.click("send").await?;
    let sending = held(&world, "done").await?;
    if kind == Kind::Chromium {
        let most = if reading.total() > sending.total() { reading } else { sending };
        writeln!(std::io::stdout(), "{titles} titles: the worker held at most {most:?}")?;
        ensure!(most.total() > 0 && most.total() <= WORKER_HEAP, "the worker held {most:?}");
    }
    ensure!(popup.receipt().await? == Receipt { imported: all, ..nothing });
    ensure!(world.assert_stored("us").await? == titles);
    let kept = "chrome.storage.local.get(null).then(all => Object.keys(all).sort().join())";
    let kept = world.browser.in_popup(kept).await?;
    ensure!(kept == "state", "nothing of a run stays in storage but {kept}");
    if titles < 6_000 {
        ensure!(world.import_again().await? == Receipt { unchanged: all, ..nothing });
        ensure!(world.assert_stored("us").await? == titles);
    }
    world.browser.quit().await
}
