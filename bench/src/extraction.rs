//! Reading a library page in WASM, beside the browser's own parser with the same selectors.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, Result, ensure};
use audible_sim::{Language, Library, Marketplace, page::library_page};
use axum::{Router, http::header, routing::get};
use e2e::{
    browser::{Kind, Look},
    wait::until,
    world::World,
};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::table::{Table, median};

/// The folder with the extractor as WASM; `cargo xtask bench` builds it.
const BUILT: &str = "MEFEED_BENCH_EXTRACTOR";
const ROWS: usize = 50;

/// Measures in both browsers.
pub(crate) async fn run(table: &mut Table) -> Result<()> {
    let folder: PathBuf = std::env::var_os(BUILT)
        .with_context(|| format!("{BUILT} is not set; run this through `cargo xtask bench`"))?
        .into();
    let library = Library::generate(1, ROWS);
    let page = library_page(&library, Marketplace::US, Language::English, 1, ROWS);
    let size = page.len();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}/", listener.local_addr()?);
    let site = site(page, &folder)?;
    tokio::spawn(async move { axum::serve(listener, site).await });
    for kind in [Kind::Chromium, Kind::Firefox] {
        let world = World::start(kind, 1, Look::default()).await?;
        let driver = &world.browser.driver;
        let tab = driver.new_tab().await?;
        driver.switch_to_window(tab).await?;
        driver.goto(&address).await?;
        let measured = until("the measurement", async || {
            let value = driver.execute("return globalThis.measured ?? null", Vec::new()).await?;
            Ok(Some(value.json().clone()).filter(|value| !value.is_null()))
        })
        .await?;
        world.browser.quit().await?;
        ensure!(measured["error"].is_null(), "{measured}");
        ensure!(measured["titles"] == serde_json::json!([ROWS, ROWS]), "{}", measured["titles"]);
        let what = format!(
            "{kind}: a page of {ROWS} rows ({:.1} MB) read, beside its own DOMParser",
            size as f64 / 1e6
        );
        table.ratio(&what, times(&measured["ours"]), times(&measured["theirs"]), 4.0);
    }
    Ok(())
}

fn times(list: &Value) -> Duration {
    let list = list.as_array().cloned().unwrap_or_default();
    median(
        list.iter().filter_map(Value::as_f64).map(|ms| Duration::from_secs_f64(ms / 1e3)).collect(),
    )
}

/// The page to be read, and the one that measures.
fn site(page: String, folder: &std::path::Path) -> Result<Router> {
    let selectors = serde_json::to_string(&extension::extract::selectors())?;
    let glue = std::fs::read_to_string(folder.join("extract.js"))?;
    let module = std::fs::read(folder.join("extract_bg.wasm"))?;
    let file = |kind: &'static str, body: Vec<u8>| {
        get(async move || ([(header::CONTENT_TYPE, kind)], body))
    };
    Ok(Router::new()
        .route("/", file("text/html", include_bytes!("../page/index.html").to_vec()))
        .route(
            "/measure.js",
            file("text/javascript", include_bytes!("../page/measure.js").to_vec()),
        )
        .route("/selectors.json", file("application/json", selectors.into_bytes()))
        .route("/page.html", file("text/plain", page.into_bytes()))
        .route("/extract.js", file("text/javascript", glue.into_bytes()))
        .route("/extract_bg.wasm", file("application/wasm", module)))
}
