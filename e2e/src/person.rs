//! A person at the server's pages: makes the account, allows the extension, revokes it.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use thirtyfour::{By, WindowHandle};

use crate::{server::EMAIL, wait::until, world::World};

/// What the person chooses when the account is made.
const PASSWORD: &str = "lantern orchard seven";

impl World {
    /// Opens a page in a tab of its own and goes there.
    pub async fn open_page(&self, url: &str) -> Result<WindowHandle> {
        let driver = &self.browser.driver;
        let tab = driver.new_tab().await?;
        driver.switch_to_window(tab.clone()).await?;
        driver.goto(url).await?;
        Ok(tab)
    }

    /// Puts a sample of an export file into the form of the server's page and presses its button.
    pub async fn bring(&self, sample: &str) -> Result<()> {
        let driver = &self.browser.driver;
        driver.goto(format!("{}/files", self.server.url())).await?;
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../importers/testdata");
        let path = samples.join(sample).canonicalize();
        let path = path.with_context(|| format!("the sample {sample}"))?;
        let input = driver.find(By::Css(".drop input[type=file]")).await?;
        input.send_keys(path.to_string_lossy()).await?;
        driver.find(By::Css(".drop button")).await?.click().await?;
        Ok(())
    }

    /// Opens the link of the first start and makes the owner's account.
    pub async fn set_up(&self) -> Result<()> {
        let link = self.server.owner_link().await?;
        self.open_page(&link).await?;
        let driver = &self.browser.driver;
        let address = driver.current_url().await?;
        ensure!(address.fragment().is_none(), "the secret stays in the address: {address}");
        for (name, text) in [("email", EMAIL), ("name", "Reader"), ("password", PASSWORD)] {
            driver.find(By::Css(format!("input[name={name}]"))).await?.send_keys(text).await?;
        }
        driver.find(By::Id("create")).await?.click().await?;
        let library = self.server.library_url();
        until("the library of the new account", async || {
            Ok((driver.current_url().await?.as_str() == library).then_some(()))
        })
        .await
    }

    /// Signs in in the tab that Amazon's page opened in, and goes back to `own`; gives the address where
    /// that ended.
    pub async fn lands_at_amazon(&self, marketplace: &str, own: WindowHandle) -> Result<String> {
        let driver = &self.browser.driver;
        self.sign_in(marketplace).await?;
        let landed = until("the page that Amazon does not find", async || {
            let address = driver.current_url().await?;
            Ok(address.path().contains("/ap/maplanding").then(|| address.to_string()))
        })
        .await?;
        driver.close_window().await?;
        driver.switch_to_window(own).await?;
        Ok(landed)
    }

    /// Signs in at the server by a link.
    pub async fn sign_in_at_server(&self) -> Result<()> {
        let link = self.server.sign_in_link().await?;
        self.open_page(&link).await?;
        let (driver, library) = (&self.browser.driver, self.server.library_url());
        until("the library of the account", async || {
            Ok((driver.current_url().await?.as_str() == library).then_some(()))
        })
        .await
    }

    /// Enters the server's address in the popup, presses Connect, compares the code on the server's
    /// page, and presses `button` there: `allow` or `refuse`.
    pub async fn connect(&self, button: &str) -> Result<()> {
        self.popup().connect_to(self.server.url()).await?;
        self.decide(button).await
    }

    /// Compares the code of the popup with the one on the server's page and presses `button` there.
    pub async fn decide(&self, button: &str) -> Result<()> {
        let code = self.popup().code().await?;
        let page = format!("{}/pair?user_code={code}", self.server.url());
        self.browser.switch_to_tab(&page).await?;
        let driver = &self.browser.driver;
        let shown = driver.find(By::Css(".user-code")).await?.text().await?;
        ensure!(shown == code, "the page shows {shown}, the extension {code}");
        let text = driver.find(By::Tag("body")).await?.text().await?;
        let browser = match self.browser.kind() {
            crate::browser::Kind::Chromium => "Chrom",
            crate::browser::Kind::Firefox => "Firefox",
        };
        ensure!(text.contains(browser) && text.contains("Linux"), "which browser asks: {text}");
        driver.find(By::Id(button)).await?.click().await?;
        Ok(())
    }

    /// Revokes the only token on the server's page.
    pub async fn revoke(&self) -> Result<()> {
        self.open_page(&format!("{}/tokens", self.server.url())).await?;
        let driver = &self.browser.driver;
        driver.find(By::Css(".confirm summary")).await?.click().await?;
        driver.find(By::Css(".confirm button")).await?.click().await?;
        until("the list to be empty", async || {
            let rows = driver.find_all(By::Css(".row")).await?;
            Ok(rows.is_empty().then_some(()))
        })
        .await
    }
}
