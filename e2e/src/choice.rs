//! The page of the choice as a person uses it.

use anyhow::{Context, Result};
use serde_json::Value;
use thirtyfour::By;

use crate::{browser::Browser, wait::until, world::World};

/// The page in its tab.
pub struct ChoicePage<'a> {
    browser: &'a Browser,
}

impl<'a> ChoicePage<'a> {
    /// Opens what the popup's button leads to, and waits until the server has said what is new to it.
    ///
    /// chromedriver does not show the tab that the button itself opens.
    pub async fn open(world: &'a World) -> Result<Self> {
        let page = Self { browser: &world.browser };
        let link = world.popup().in_page("document.getElementById('review').href").await?;
        let link = link.as_str().and_then(|link| link.rsplit('/').next().map(str::to_owned));
        let tab = page.browser.open_extension_page(&link.context("the button is a link")?).await?;
        page.browser.driver.switch_to_window(tab).await?;
        until("the server's word on the titles", async || {
            let compared = "const at = document.querySelector('.says .soft'); \
                return !!at && /\\d/.test(at.innerText) && !!document.querySelector('.row .tag')";
            Ok((page.run(compared).await? == Value::Bool(true)).then_some(()))
        })
        .await?;
        Ok(page)
    }

    /// Runs a script in the page.
    pub async fn run(&self, script: &str) -> Result<Value> {
        Ok(self.browser.driver.execute(script, Vec::new()).await?.json().clone())
    }

    /// Presses the element with this id.
    pub async fn click(&self, id: &str) -> Result<()> {
        Ok(self.browser.driver.find(By::Id(id)).await?.click().await?)
    }

    /// Types into the search field.
    pub async fn search(&self, text: &str) -> Result<()> {
        let field = self.browser.driver.find(By::Id("search")).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    /// Shows one kind of titles.
    pub async fn show(&self, kind: &str) -> Result<()> {
        let radio = format!("input[name=show][value={kind}]");
        Ok(self.browser.driver.find(By::Css(&radio)).await?.click().await?)
    }

    /// How many titles there are of a kind, as its filter says; none if the filter is not there.
    pub async fn count(&self, kind: &str) -> Result<Option<u64>> {
        let script = format!(
            "return document.querySelector('input[name=show][value={kind}]')?.closest('label')\
             .querySelector('b').innerText.replace(/\\D/g, '')"
        );
        Ok(self.run(&script).await?.as_str().and_then(|digits| digits.parse().ok()))
    }

    /// Waits until a kind has this many titles.
    pub async fn until_count(&self, kind: &str, count: u64) -> Result<()> {
        until(&format!("{count} titles that are {kind}"), async || {
            Ok((self.count(kind).await?.unwrap_or_default() == count).then_some(()))
        })
        .await
    }

    /// How many titles are listed, and how many rows there are for them on the page.
    pub async fn listed(&self) -> Result<(u64, u64)> {
        let script = "const rows = document.querySelectorAll('.row'); \
            return [Number(rows[0]?.getAttribute('aria-setsize') ?? 0), rows.length]";
        let both = self.run(script).await?;
        let number = |at: usize| both[at].as_u64().context("a number");
        Ok((number(0)?, number(1)?))
    }

    /// Product numbers of the rows on the page, in order.
    pub async fn rows(&self) -> Result<Vec<String>> {
        let script = "return [...document.querySelectorAll('.row')].map(row => row.dataset.asin)";
        let rows = self.run(script).await?;
        let rows = rows.as_array().cloned().unwrap_or_default();
        Ok(rows.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }
}
