//! Chromium through chromedriver, headed on a virtual display of its own.

use std::{cell::RefCell, path::Path, process::Command};

use anyhow::{Context, Result, bail};
use audible_sim::Sim;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities, WebDriver, WindowHandle};

use super::{Browser, Kind, Look};
use crate::{
    process::{self, Owned},
    tls,
    tools::Tools,
    wait::until,
};

/// A virtual display with nothing on it but this browser.
pub struct Display {
    number: u32,
    /// Xvfb keeps the picture in a file of this folder.
    folder: TempDir,
    _xvfb: Owned,
}

impl Display {
    async fn start() -> Result<Self> {
        let folder = TempDir::new()?;
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]);
        xvfb.arg("-fbdir").arg(folder.path());
        let (process, number) = Owned::start(xvfb, |line| line.parse().ok()).await?;
        Ok(Self { number, folder, _xvfb: process })
    }

    /// A fingerprint of what the display shows now.
    pub fn picture(&self) -> Result<Vec<u8>> {
        let pixels = std::fs::read(self.folder.path().join("Xvfb_screen0"))?;
        Ok(Sha256::digest(pixels).to_vec())
    }

    /// Waits until the display has shown the same picture for eight looks.
    pub async fn stands_still(&self) -> Result<()> {
        let seen = RefCell::new((Vec::new(), 0));
        until("the display to stand still", async || {
            let picture = self.picture()?;
            let mut seen = seen.borrow_mut();
            *seen = if seen.0 == picture { (picture, seen.1 + 1) } else { (picture, 0) };
            Ok((seen.1 >= 8).then_some(()))
        })
        .await
    }

    fn name(&self) -> String {
        format!(":{}", self.number)
    }

    /// Presses a key in the window that has the keyboard.
    pub fn press(&self, key: &str) -> Result<()> {
        let done = Command::new("xdotool")
            .env("DISPLAY", self.name())
            .args(["key", "--clearmodifiers", key])
            .status()
            .context("start xdotool")?;
        if !done.success() {
            bail!("xdotool could not press a key");
        }
        Ok(())
    }
}

pub(super) async fn start(tools: &Tools, sim: &Sim, look: Look) -> Result<Browser> {
    let display = Display::start().await?;
    let profile = TempDir::new()?;
    let mut command = Command::new(&tools.chromedriver);
    let port = process::port()?;
    command.arg(format!("--port={port}")).env("DISPLAY", display.name());
    command.env("LANGUAGE", if look.german { "de" } else { "en" });
    let ready = |line: &str| line.contains("started successfully").then_some(());
    let (process, ()) = Owned::start(command, ready).await?;
    let extension = tools.dist.join("chrome");
    let driver = session(tools, port, profile.path(), &extension, sim, look).await?;
    wear(&driver, look).await?;
    let origin = format!("chrome-extension://{}", extension_id(&extension)?);
    loaded(&driver, &origin).await?;
    driver.goto(format!("{origin}/popup.html?tab=1")).await?;
    let popup = driver.window().await?;
    Ok(Browser {
        driver,
        kind: Kind::Chromium,
        look,
        origin,
        popup,
        display: Some(display),
        _driver_process: process,
        _profile: profile,
    })
}

/// Waits until the extension is loaded, which its worker shows.
async fn loaded(driver: &WebDriver, origin: &str) -> Result<()> {
    until("the extension's worker", async || {
        let seen = driver.cdp().send_raw("Target.getTargets", json!({})).await?;
        let targets = seen["targetInfos"].as_array().cloned().unwrap_or_default();
        let ours = |target: &Value| {
            target["type"] == "service_worker"
                && target["url"].as_str().is_some_and(|url| url.starts_with(origin))
        };
        Ok(targets.iter().any(ours).then_some(()))
    })
    .await
}

async fn session(
    tools: &Tools,
    port: u16,
    profile: &Path,
    extension: &Path,
    sim: &Sim,
    look: Look,
) -> Result<WebDriver> {
    let mut wanted = DesiredCapabilities::chrome();
    wanted.set_binary(&tools.chromium.to_string_lossy())?;
    for argument in [
        "--no-sandbox", // Chromium refuses to run as root with it; tests see loopback only.
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--window-size=1280,900",
    ] {
        wanted.add_arg(argument)?;
    }
    wanted.add_arg(&format!("--lang={}", if look.german { "de" } else { "en-US" }))?;
    wanted.add_arg(&format!("--user-data-dir={}", profile.display()))?;
    wanted.add_arg(&format!("--load-extension={}", extension.display()))?;
    wanted.add_arg(&format!("--proxy-server=http://{}", sim.proxy()))?;
    wanted.add_arg("--proxy-bypass-list=*.invalid")?;
    wanted.add_arg("--host-resolver-rules=MAP *.invalid ~NOTFOUND")?;
    // The page that Chromium opens by itself needs the network, which is taken down and put up again when
    // an extension that may watch requests is loaded: opened in that moment, it never ends to load.
    let blank = json!({"restore_on_startup": 4, "startup_urls": ["about:blank"]});
    // What pages are asked for in, which the browser's own language does not change.
    let asks = json!({"accept_languages": if look.german { "de-DE,de" } else { "en-US,en" }});
    wanted.add_experimental_option("prefs", json!({"session": blank, "intl": asks}))?;
    // Two keys are trusted, whatever host they speak for: the simulator's and the one of the stories.
    let keys = format!("{},{}", tls::fingerprint(sim.authority_key()), tls::trusted()?);
    wanted.add_arg(&format!("--ignore-certificate-errors-spki-list={keys}"))?;
    Ok(WebDriver::new(format!("http://127.0.0.1:{port}"), wanted).await?)
}

/// Gives the present tab the colours that are asked for: Chromium knows them tab by tab.
async fn wear(driver: &WebDriver, look: Look) -> Result<()> {
    if look.dark {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": "dark"}]});
        driver.cdp().send_raw("Emulation.setEmulatedMedia", features).await?;
    }
    Ok(())
}

pub(super) async fn open(driver: &WebDriver, url: &str, look: Look) -> Result<WindowHandle> {
    let tab = driver.new_tab().await?;
    driver.switch_to_window(tab.clone()).await?;
    wear(driver, look).await?;
    driver.goto(url).await?;
    Ok(tab)
}

/// The id of an unpacked extension: the first 16 bytes of its path's SHA-256, written in `a` to `p`.
fn extension_id(folder: &Path) -> Result<String> {
    let path = folder.canonicalize().with_context(|| format!("{}", folder.display()))?;
    let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
    Ok(digest[..16]
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|half| char::from(b'a' + half))
        .collect())
}

pub(super) async fn stop_worker(driver: &WebDriver) -> Result<()> {
    driver.cdp().send_raw("ServiceWorker.enable", json!({})).await?;
    driver.cdp().send_raw("ServiceWorker.stopAllWorkers", json!({})).await?;
    Ok(())
}

pub(super) async fn resize(driver: &WebDriver, width: u32, height: u32) -> Result<()> {
    let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
    driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", size).await?;
    Ok(())
}
