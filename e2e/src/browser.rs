//! A real browser with the packaged extension, behind the simulator's proxy.

pub mod chromium;
pub mod firefox;
mod heap;

use std::{fmt, path::Path, time::Duration};

use anyhow::{Context, Result, bail};
use audible_sim::Sim;
use serde_json::Value;
use tempfile::TempDir;
use thirtyfour::{WebDriver, WindowHandle};

pub use heap::Heap;

use crate::{
    process::Owned,
    tools::Tools,
    wait::{until, until_within},
};

/// Which browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Chromium, headed on a virtual display, because only there its permission dialog can be answered.
    Chromium,
    /// Firefox, headless.
    Firefox,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
        })
    }
}

/// How the browser presents itself to pages, and what it thinks of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// `prefers-color-scheme: dark`
    pub dark: bool,
    /// German instead of English; Chromium only (Firefox would need a language pack).
    pub german: bool,
    /// Firefox trusts no certificate of the stories, the imitation of Audible's among them. Chromium
    /// is always so careful: it knows the trusted keys one by one.
    pub careful: bool,
}

/// A running browser; everything ends when it is dropped.
pub struct Browser {
    /// WebDriver session, for what this type does not offer.
    pub driver: WebDriver,
    kind: Kind,
    look: Look,
    origin: String,
    popup: WindowHandle,
    display: Option<chromium::Display>,
    _driver_process: Owned,
    _profile: TempDir,
}

impl Browser {
    /// Starts the browser with the extension of `tools.dist` and opens the popup page in a tab.
    /// All of its traffic but loopback goes through the simulator's proxy.
    pub async fn start(kind: Kind, tools: &Tools, sim: &Sim, look: Look) -> Result<Self> {
        match kind {
            Kind::Chromium => chromium::start(tools, sim, look).await,
            Kind::Firefox => firefox::start(tools, sim.proxy(), look).await,
        }
        .with_context(|| format!("start {kind}"))
    }

    /// Which browser this is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Brings the tab with the popup page to the front.
    pub async fn show_popup(&self) -> Result<()> {
        Ok(self.driver.switch_to_window(self.popup.clone()).await?)
    }

    /// Opens the popup page in a new tab, where its former one has gone elsewhere.
    pub async fn open_popup_anew(&mut self) -> Result<()> {
        self.popup = self.open_extension_page("popup.html?tab=1").await?;
        Ok(())
    }

    /// Opens a page of the extension in a new tab and goes there.
    pub async fn open_extension_page(&self, path: &str) -> Result<WindowHandle> {
        let url = format!("{}/{path}", self.origin);
        match self.kind {
            Kind::Chromium => chromium::open(&self.driver, &url, self.look).await,
            Kind::Firefox => firefox::open(&self.driver, &url).await,
        }
    }

    /// Runs an expression that gives a promise in the popup page and returns what it resolves to.
    pub async fn in_popup(&self, expression: &str) -> Result<Value> {
        self.show_popup().await?;
        let script = format!(
            "const done = arguments[arguments.length - 1]; \
             Promise.resolve({expression}).then(value => done({{value}}), \
             error => done({{error: String(error)}}));"
        );
        let answer = self.driver.execute_async(script, Vec::new()).await?;
        if let Some(error) = answer.json().get("error") {
            bail!("{expression}: {error}");
        }
        Ok(answer.json().get("value").cloned().unwrap_or(Value::Null))
    }

    /// Presses Allow in the browser's own permission dialog and waits until the origin is held.
    /// Firefox is set to accept, because WebDriver cannot reach its dialog.
    pub async fn allow_permission(&self, origin: &str) -> Result<()> {
        let held = format!("chrome.permissions.contains({{origins: ['{origin}/*']}})");
        self.press_allow(&format!("the permission for {origin}"), async || {
            Ok((self.in_popup(&held).await? == Value::Bool(true)).then_some(()))
        })
        .await
    }

    /// Presses Allow in the browser's own permission dialog and waits for what comes of it.
    pub async fn press_allow(
        &self,
        what: &str,
        done: impl AsyncFn() -> Result<Option<()>>,
    ) -> Result<()> {
        if let Some(display) = &self.display {
            until("the permission dialog", async || {
                let page_has_focus = self.in_popup("document.hasFocus()").await?;
                Ok((page_has_focus == Value::Bool(false)).then_some(()))
            })
            .await?;
            // The dialog fades in and loses keys meanwhile: wait until the picture stands still.
            display.stands_still().await?;
            let before = display.picture()?;
            display.press("Tab")?; // from Deny to Allow
            until("Allow to have the keyboard", async || {
                Ok((display.picture()? != before).then_some(()))
            })
            .await?;
            until("the dialog to take the key", async || {
                display.press("Return")?;
                Ok(until_within(Duration::from_secs(1), what, &done).await.ok())
            })
            .await?;
        }
        until(what, done).await
    }

    /// The origins that the extension holds now, sorted.
    pub async fn held_origins(&self) -> Result<Vec<String>> {
        let all = self.in_popup("chrome.permissions.getAll()").await?;
        let origins = all.get("origins").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut origins: Vec<String> =
            origins.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        origins.sort();
        Ok(origins)
    }

    /// Gives the present tab's page this size, in CSS pixels. Firefox does not go below 450 in width.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        match self.kind {
            Kind::Chromium => chromium::resize(&self.driver, width, height).await,
            Kind::Firefox => firefox::resize(&self.driver, width, height).await,
        }
    }

    /// Saves what the present tab shows as PNG.
    pub async fn screenshot(&self, file: &Path) -> Result<()> {
        Ok(self.driver.screenshot(file).await?)
    }

    /// Goes to the first tab whose address begins with `prefix`, once there is one that is loaded.
    pub async fn switch_to_tab(&self, prefix: &str) -> Result<()> {
        until(&format!("a tab at {prefix}"), async || {
            for handle in self.driver.windows().await? {
                self.driver.switch_to_window(handle).await?;
                if self.driver.current_url().await?.as_str().starts_with(prefix) {
                    let state =
                        self.driver.execute("return document.readyState", Vec::new()).await?;
                    return Ok((state.json() == "complete").then_some(()));
                }
            }
            Ok(None)
        })
        .await
    }

    /// Whether a tab's address begins with `prefix`.
    pub async fn shows(&self, prefix: &str) -> Result<bool> {
        for handle in self.driver.windows().await? {
            self.driver.switch_to_window(handle).await?;
            if self.driver.current_url().await?.as_str().starts_with(prefix) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Ends the background worker, as the browser does by itself after half an idle minute.
    pub async fn stop_worker(&self) -> Result<()> {
        self.show_popup().await?;
        match self.kind {
            Kind::Chromium => chromium::stop_worker(&self.driver).await,
            Kind::Firefox => firefox::stop_worker(&self.driver).await,
        }
    }

    /// Ends the session; the processes end with `self`.
    pub async fn quit(self) -> Result<()> {
        Ok(self.driver.clone().quit().await?)
    }
}
