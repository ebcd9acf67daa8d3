//! Firefox through geckodriver, headless.

use std::{net::SocketAddr, process::Command};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tempfile::TempDir;
use thirtyfour::{
    DesiredCapabilities, RequestData, SessionId, WebDriver, WindowHandle,
    common::{
        capabilities::{desiredcapabilities::CapabilitiesHelper, firefox::FirefoxPreferences},
        command::FormatRequestData,
    },
    extensions::addons::firefox::FirefoxTools,
};

use super::{Browser, Kind, Look};
use crate::{process::Owned, tools::Tools, wait::until};

/// The add-on's id, as the Firefox manifest states it.
const ADD_ON: &str = "audible-connector@mefeed.example";
/// The address that Firefox is told to give it; otherwise it would draw one.
const UUID: &str = "5f0c1d2e-3b4a-4958-8776-a5b4c3d2e1f0";

pub(super) async fn start(tools: &Tools, proxy: SocketAddr, look: Look) -> Result<Browser> {
    let profile = TempDir::new()?;
    let mut command = Command::new(&tools.geckodriver);
    command.args(["--port", "0", "--allow-system-access", "--profile-root"]).arg(profile.path());
    command.arg("--binary").arg(&tools.firefox).env("MOZ_HEADLESS", "1");
    let (process, port) = Owned::start(command, |line| {
        line.rsplit_once("Listening on 127.0.0.1:")?.1.parse::<u16>().ok()
    })
    .await?;
    let driver = session(port, proxy, look).await?;
    let package = tools.dist.join("firefox");
    FirefoxTools::new(driver.handle().clone())
        .install_addon(&package.to_string_lossy(), Some(true))
        .await
        .context("install the add-on")?;
    let origin = format!("moz-extension://{UUID}");
    let popup = open(&driver, &format!("{origin}/popup.html?tab=1")).await?;
    Ok(Browser {
        driver,
        kind: Kind::Firefox,
        look,
        origin,
        popup,
        display: None,
        _driver_process: process,
        _profile: profile,
    })
}

async fn session(port: u16, proxy: SocketAddr, look: Look) -> Result<WebDriver> {
    let mut preferences = FirefoxPreferences::new();
    preferences.set("extensions.webextensions.uuids", json!({ADD_ON: UUID}).to_string())?;
    preferences.set("extensions.webextOptionalPermissionPrompts", false)?;
    preferences.set("layout.css.prefers-color-scheme.content-override", i64::from(!look.dark))?;
    preferences.set("network.proxy.type", 1)?;
    preferences.set("network.proxy.ssl", proxy.ip().to_string())?;
    preferences.set("network.proxy.ssl_port", i64::from(proxy.port()))?;
    preferences.set("network.proxy.http", proxy.ip().to_string())?;
    preferences.set("network.proxy.http_port", i64::from(proxy.port()))?;
    preferences.set("network.proxy.no_proxies_on", "nowhere.invalid")?;
    preferences.set("datareporting.policy.dataSubmissionEnabled", false)?;
    preferences.set("app.normandy.enabled", false)?;
    let mut wanted = DesiredCapabilities::firefox();
    wanted.accept_insecure_certs(!look.careful)?;
    wanted.set_preferences(preferences)?;
    wanted.add_arg("-headless")?;
    wanted.add_arg("--width=1280")?;
    wanted.add_arg("--height=900")?;
    Ok(WebDriver::new(format!("http://127.0.0.1:{port}"), wanted).await?)
}

/// WebDriver does not go to `moz-extension:` addresses; the browser itself does.
pub(super) async fn open(driver: &WebDriver, url: &str) -> Result<WindowHandle> {
    let before = driver.windows().await?;
    set_context(driver, "chrome").await?;
    let script = "gBrowser.selectedTab = gBrowser.addTab(arguments[0], \
        {triggeringPrincipal: Services.scriptSecurityManager.getSystemPrincipal()});";
    let opened = driver.execute(script, vec![json!(url)]).await;
    set_context(driver, "content").await?;
    opened?;
    let tab = until("the new tab", async || {
        Ok(driver.windows().await?.into_iter().find(|handle| !before.contains(handle)))
    })
    .await?;
    driver.switch_to_window(tab.clone()).await?;
    until(&format!("{url} to load"), async || {
        let here = driver.current_url().await?;
        Ok((here.as_str() == url).then_some(()))
    })
    .await?;
    Ok(tab)
}

pub(super) async fn stop_worker(driver: &WebDriver) -> Result<()> {
    set_context(driver, "chrome").await?;
    let script = "const done = arguments[arguments.length - 1]; \
        WebExtensionPolicy.getByID(arguments[0]).extension.terminateBackground() \
        .then(() => done(true), error => done(String(error)));";
    let stopped = driver.execute_async(script, vec![json!(ADD_ON)]).await;
    set_context(driver, "content").await?;
    let stopped = stopped?;
    ensure!(stopped.json() == &json!(true), "the background did not stop: {}", stopped.json());
    Ok(())
}

pub(super) async fn resize(driver: &WebDriver, width: u32, height: u32) -> Result<()> {
    // The window is larger than the page by tabs and tool bars.
    let outer =
        driver.execute("return [outerWidth - innerWidth, outerHeight - innerHeight]", vec![]);
    let (wider, higher): (u32, u32) = serde_json::from_value(outer.await?.json().clone())?;
    driver.set_window_rect(0, 0, width + wider, height + higher).await?;
    Ok(())
}

async fn set_context(driver: &WebDriver, context: &'static str) -> Result<()> {
    driver.handle().cmd(SetContext(context)).await?;
    Ok(())
}

/// geckodriver's own command: run scripts in the page (`content`) or in the browser (`chrome`).
#[derive(Debug)]
struct SetContext(&'static str);

impl FormatRequestData for SetContext {
    fn format_request(&self, session: &SessionId) -> RequestData {
        RequestData::new(
            "POST".parse().unwrap_or_default(),
            format!("/session/{session}/moz/context"),
        )
        .add_body(json!({"context": self.0}))
    }
}
