//! The whole way for people who want to see it first: `cargo xtask demo [--once]`.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use e2e::{
    browser::{Kind, Look},
    world::World,
};
use serde_json::json;

const MARKETPLACE: &str = "us";
const TITLES: usize = 245;

#[tokio::main]
async fn main() -> Result<()> {
    if let Some(folder) = screens()? {
        return e2e::screens::save(&folder).await;
    }
    let once = std::env::args().any(|argument| argument == "--once");
    let kind = if std::env::args().any(|argument| argument == "--firefox") {
        Kind::Firefox
    } else {
        Kind::Chromium
    };
    eprintln!("Starting {kind}, a server, and an imitation of Audible with {TITLES} titles.");
    let world = World::unhurried(kind, TITLES, Look::default()).await?;
    eprintln!("Opening the server's first link, making the account, connecting the extension.");
    world.set_up().await?;
    world.connect("allow").await?;
    eprintln!("Reading the library through the extension.");
    world.read_library(MARKETPLACE).await?;
    let read = world.popup().found().await?;
    eprintln!("{read} titles were read; sending them.");
    let first = world.send().await?;
    let stored = world.assert_stored(MARKETPLACE).await?;
    eprintln!("{stored} titles are stored as they should be; importing once more.");
    let second = world.import_again().await?;
    ensure!(first.imported == read, "{read} titles were read, but {} imported", first.imported);
    let library_url = world.server.library_url();
    if !once {
        eprintln!("\nThe library: {}", world.server.sign_in_link().await?);
        eprintln!("The link signs you in once. The browser with the extension stays open on");
        eprintln!("your display, if there is one. Press Ctrl-C to end everything.");
        tokio::signal::ctrl_c().await?;
    }
    world.browser.quit().await?;
    let result = json!({
        "marketplace": MARKETPLACE,
        "source_total": TITLES,
        "read": read,
        "stored": stored,
        "second_run": {"unchanged": second.unchanged},
        "library_url": library_url,
    });
    #[expect(clippy::print_stdout, reason = "the result of the command")]
    {
        println!("{result}");
    }
    Ok(())
}

/// The folder of `--screens FOLDER`.
fn screens() -> Result<Option<PathBuf>> {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--screens");
    match arguments.next() {
        Some(_) => Ok(Some(arguments.next().context("--screens needs a folder")?.into())),
        None => Ok(None),
    }
}
