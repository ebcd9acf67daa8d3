//! The popup as a person uses it: by its buttons, its fields, and the screens it shows.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;
use thirtyfour::{By, WebElement, extensions::query::ElementWaitable, prelude::ElementQueryable};

use crate::{
    browser::Browser,
    wait::{PATIENCE, until, until_within},
};

/// The popup page of a browser, opened in a tab.
pub struct Popup<'a> {
    browser: &'a Browser,
}

/// The numbers of the receipt screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// New titles.
    pub imported: u64,
    /// Changed titles.
    pub updated: u64,
    /// Titles that were the same.
    pub unchanged: u64,
    /// Refused titles.
    pub rejected: u64,
}

impl<'a> Popup<'a> {
    /// Of this browser.
    pub fn of(browser: &'a Browser) -> Self {
        Self { browser }
    }

    /// The screen shown now, and the trouble it shows, as `waiting/captcha`.
    pub async fn screen(&self) -> Result<String> {
        let script = "(() => { const root = document.querySelector('[data-screen]'); \
            if (!root) return 'none'; \
            const trouble = root.dataset.trouble \
            ?? document.querySelector('[data-server-trouble]')?.dataset.serverTrouble; \
            return root.dataset.screen + (trouble ? '/' + trouble : ''); })()";
        let screen = self.browser.in_popup(script).await?;
        Ok(screen.as_str().unwrap_or("none").to_owned())
    }

    /// The screen shown once the worker has said how things stand.
    pub async fn settled(&self) -> Result<String> {
        until("the popup to have heard from the worker", async || {
            let screen = self.screen().await?;
            Ok((!["none", "loading"].contains(&screen.as_str())).then_some(screen))
        })
        .await
    }

    /// Waits until `screen` is shown; names the screen shown instead if it does not come.
    pub async fn wait_for(&self, screen: &str) -> Result<()> {
        self.wait_within(PATIENCE, screen).await
    }

    /// Like [`Popup::wait_for`] with an own bound.
    pub async fn wait_within(&self, patience: Duration, screen: &str) -> Result<()> {
        let shown = until_within(patience, &format!("the screen {screen}"), async || {
            Ok((self.screen().await? == screen).then_some(()))
        })
        .await;
        if shown.is_err() {
            let instead = self.screen().await?;
            let text = self.text().await?;
            return shown.with_context(|| format!("the popup shows {instead}: {text}"));
        }
        Ok(())
    }

    /// Waits until a worker has taken a click on the screen `before`, also where one ended over it.
    pub async fn until_taken(&self, before: &str) -> Result<()> {
        until(&format!("the click on {before} to be taken"), async || {
            let screen = self.screen().await?;
            Ok((![before, "no-worker"].contains(&screen.as_str())).then_some(()))
        })
        .await
    }

    /// Closes and opens it: its first question starts a worker that was stopped.
    pub async fn open_again(&self) -> Result<()> {
        // The reload may take the script away before it has answered.
        let _ = self.browser.in_popup("location.reload()").await;
        self.settled().await.map(|_| ())
    }

    /// All visible text.
    pub async fn text(&self) -> Result<String> {
        let text = self.browser.in_popup("document.body.innerText").await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Enters an address and presses Connect.
    pub async fn connect_to(&self, address: &str) -> Result<()> {
        self.wait_for("server").await?;
        self.connect_to_instead(address).await
    }

    /// The same where the server screen says what was wrong with the address before.
    pub async fn connect_to_instead(&self, address: &str) -> Result<()> {
        self.browser.show_popup().await?;
        self.fill("server-address", address).await?;
        self.click("server-connect").await
    }

    /// The code of a pairing, once it is shown.
    pub async fn code(&self) -> Result<String> {
        self.wait_for("pairing").await?;
        self.browser.show_popup().await?;
        Ok(self.find("#pair-code").await?.text().await?)
    }

    /// Enters address and token and waits until the server has taken both.
    pub async fn connect(&self, address: &str, token: &str) -> Result<()> {
        self.wait_for("server").await?;
        self.enter_server(address, token).await?;
        self.wait_for("start").await
    }

    /// Enters address and token and presses the button, whatever comes of it.
    pub async fn enter_server(&self, address: &str, token: &str) -> Result<()> {
        self.browser.show_popup().await?;
        self.fill("server-address", address).await?;
        let by_token = "!!document.getElementById('server-token')";
        if self.browser.in_popup(by_token).await? == Value::Bool(false) {
            self.click("server-by-token").await?;
        }
        self.fill("server-token", token).await?;
        self.click("server-save").await
    }

    /// Chooses a marketplace by its code.
    pub async fn choose(&self, marketplace: &str) -> Result<()> {
        self.browser.show_popup().await?;
        let option = format!("#marketplace option[value='{marketplace}']");
        self.find(&option).await?.click().await?;
        Ok(())
    }

    /// Presses the button with this id once it can be pressed.
    pub async fn click(&self, id: &str) -> Result<()> {
        self.browser.show_popup().await?;
        let button = self.find(&format!("#{id}")).await?;
        button.wait_until().wait(PATIENCE, BETWEEN_LOOKS).clickable().await?;
        Ok(button.click().await?)
    }

    /// How many titles can be sent, as the question says.
    pub async fn found(&self) -> Result<u64> {
        self.wait_for("ready").await?;
        let heading = self.browser.in_popup("document.getElementById('heading').innerText").await?;
        let heading = heading.as_str().unwrap_or_default();
        let digits: String = heading.chars().filter(char::is_ascii_digit).collect();
        digits.parse().with_context(|| format!("the heading names no number: {heading}"))
    }

    /// The numbers of the receipt, once it is shown.
    pub async fn receipt(&self) -> Result<Receipt> {
        self.wait_for("done").await?;
        Ok(Receipt {
            imported: self.count("receipt-imported").await?,
            updated: self.count("receipt-updated").await?,
            unchanged: self.count("receipt-unchanged").await?,
            rejected: self.count("receipt-rejected").await?,
        })
    }

    /// Overwrites values of the extension's stored settings, such as the pace.
    pub async fn change_settings(&self, changes: &Value) -> Result<()> {
        let script = format!(
            "chrome.storage.local.get('settings').then(({{settings}}) => {{ \
             const merge = (a, b) => {{ for (const k in b) a[k] = (b[k] && typeof b[k] === 'object' \
             && a[k]) ? merge(a[k], b[k]) : b[k]; return a; }}; \
             return chrome.storage.local.set({{settings: merge(settings ?? {{}}, {changes})}}); }})"
        );
        self.browser.in_popup(&script).await.map(|_| ())
    }

    async fn count(&self, id: &str) -> Result<u64> {
        let element = self.find(&format!("#{id}")).await?;
        let count = element.attr("data-count").await?;
        let count = count.with_context(|| format!("#{id} carries no data-count"))?;
        count.parse().with_context(|| format!("#{id} counts {count}"))
    }

    /// What an expression in the popup's page gives.
    pub(crate) async fn in_page(&self, expression: &str) -> Result<Value> {
        self.browser.in_popup(expression).await
    }

    /// Overwrites a field.
    pub(crate) async fn fill(&self, id: &str, text: &str) -> Result<()> {
        self.browser.show_popup().await?;
        let field = self.find(&format!("#{id}")).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    async fn find(&self, selector: &str) -> Result<WebElement> {
        let query = self.browser.driver.query(By::Css(selector)).wait(PATIENCE, BETWEEN_LOOKS);
        query.first().await.with_context(|| format!("{selector} is not on the page"))
    }
}

const BETWEEN_LOOKS: Duration = Duration::from_millis(100);
