//! The pages of connections with Audible: every way to one, and the card in every state.

use anyhow::Result;
use audible_sim::{Fault, SignInVariant, Times};
use thirtyfour::{By, WebElement};

use super::Walk;
use crate::{nginx::Nginx, server::Server, wait::until};

/// So many that their first sync can be looked at.
const TITLES: usize = 4_000;

impl Walk {
    pub(super) async fn connections(&self) -> Result<()> {
        let control = self.world.sim.control();
        control.set_titles(TITLES);
        control.set_wishlist(7);
        self.ends("audible-ended").await?;
        self.world.later(3_600);
        self.open("audible").await?;
        self.shoot_page("audible").await?;
        self.ways().await?;
        self.pasted().await?;
        self.states().await?;
        for page in ["wishlist", "activity", "settings"] {
            self.open(page).await?;
            self.covers().await?;
            self.shoot_page(&format!("connected-{page}")).await?;
        }
        control.fail(Fault::DeregisterDown, Times::Always);
        self.ends("audible-ended-left").await?;
        control.heal();
        self.closed_doors().await
    }

    /// Servers that nothing can be connected to: one without a key, and one that is reached by plain http.
    async fn closed_doors(&self) -> Result<()> {
        let driver = &self.world.browser.driver;
        let mut nginx = Nginx::prepare()?;
        let open_line = Server::behind(&self.world.sim, &mut nginx, false).await?;
        for (name, server) in [
            ("audible-off", Server::without_key().await?),
            ("audible-open-line", open_line.with_account().await?),
        ] {
            driver.goto(server.sign_in_link().await?).await?;
            until("the library", async || {
                let there = driver.current_url().await?.as_str() == server.library_url();
                Ok(there.then_some(()))
            })
            .await?;
            driver.goto(format!("{}/audible", server.url())).await?;
            self.press("section.empty h2").await?;
            self.shoot_page(name).await?;
        }
        Ok(())
    }

    pub(super) async fn open(&self, page: &str) -> Result<()> {
        Ok(self.world.browser.driver.goto(format!("{}/{page}", self.world.server.url())).await?)
    }

    pub(super) async fn press(&self, what: &str) -> Result<()> {
        Ok(self.shows(what).await?.click().await?)
    }

    /// Waits until this is on the page.
    pub(super) async fn shows(&self, what: &str) -> Result<WebElement> {
        let driver = &self.world.browser.driver;
        until(what, async || Ok(driver.find_all(By::Css(what)).await?.into_iter().next())).await
    }

    async fn fill(&self, what: &str, text: &str) -> Result<()> {
        Ok(self.shows(what).await?.send_keys(text).await?)
    }

    async fn goes(&self, way: &str) -> Result<()> {
        self.open("audible").await?;
        if way != "page" {
            self.press("form[action$=connect] .folded summary").await?;
        }
        self.press("input[name=consent]").await?;
        self.press("select[name=marketplace] option[value=de]").await?;
        self.press(&format!("button[name=way][value={way}]")).await?;
        until("the next step", async || {
            let driver = &self.world.browser.driver;
            Ok(driver.find_all(By::Css("h1 ~ .paging")).await?.into_iter().next())
        })
        .await
        .map(drop)
    }

    /// By a file and by a password, as far as they go here.
    async fn ways(&self) -> Result<()> {
        self.goes("file").await?;
        self.shoot_page("audible-file").await?;
        self.goes("password").await?;
        self.shoot_page("audible-password").await?;
        for (name, page) in [
            ("captcha", SignInVariant::Captcha),
            ("code", SignInVariant::SecondFactor("246813".to_owned())),
        ] {
            self.world.sim.control().set_sign_in(page);
            self.goes("password").await?;
            self.fill("[name=email]", "reader@example.org").await?;
            self.fill("[name=password]", "not a real password").await?;
            self.press("form[action$=password] button").await?;
            self.shoot_page(&format!("audible-{name}")).await?;
        }
        self.world.sim.control().set_sign_in(SignInVariant::Plain);
        self.world.later(3_600);
        Ok(())
    }

    async fn pasted(&self) -> Result<()> {
        let driver = &self.world.browser.driver;
        self.goes("page").await?;
        self.shoot_page("audible-paste").await?;
        self.fill("textarea", "https://www.amazon.de/gp/help").await?;
        self.press("form[action$=finish] button").await?;
        self.shoot_page("audible-paste-refused").await?;
        let own = driver.window().await?;
        self.press(".steps a[href*=signin]").await?;
        let landed = self.world.lands_at_amazon("de", own).await?;
        self.fill("textarea", &landed).await?;
        self.press("form[action$=finish] button").await?;
        self.press(".connection .doing").await?;
        self.shoot_page("audible-connected").await?;
        self.press("progress").await?;
        self.shoot_page("audible-syncing").await?;
        self.card_is("idle").await?;
        self.shoot_page("audible-idle").await
    }

    async fn card_is(&self, state: &str) -> Result<()> {
        let script = format!("return !!document.querySelector('.doing-{state}')");
        until(&format!("a connection that is {state}"), async || {
            let is = self.world.browser.driver.execute(script.as_str(), Vec::new()).await?;
            Ok((is.json() == &serde_json::json!(true)).then_some(()))
        })
        .await
    }

    async fn states(&self) -> Result<()> {
        let control = self.world.sim.control();
        control.fail(Fault::ApiDown, Times::Always);
        self.syncs_and_is("failing").await?;
        self.press("select[name=every] option[value=off]").await?;
        self.press("form[action$=schedule] button").await?;
        self.press(".told").await?;
        self.shoot_page("audible-failing-by-hand").await?;
        for _ in 2..5 {
            self.syncs().await?;
            self.card_is("failing").await?;
        }
        self.syncs_and_is("stopped").await?;
        control.heal();
        self.syncs().await?;
        self.card_is("idle").await?;
        self.world.later(86_400);
        control.remove_devices();
        self.syncs().await?;
        self.card_is("stopped").await?;
        self.shoot_page("audible-gone").await?;
        self.open("audible").await?;
        let script = "document.querySelectorAll('.connection details').forEach(e => e.open = true)";
        self.world.browser.driver.execute(script, Vec::new()).await?;
        self.shoot_page("audible-unfolded").await
    }

    /// Presses the button, and waits until that has come to an end.
    async fn syncs(&self) -> Result<()> {
        self.open("audible").await?;
        let driver = &self.world.browser.driver;
        driver.execute("window.former = true", Vec::new()).await?;
        self.press("form[action$=sync] button:not([disabled])").await?;
        until("the sync to end", async || {
            let script = "return !window.former && !!document.querySelector('.connection') \
                && !document.querySelector('.doing-syncing')";
            let over = driver.execute(script, Vec::new()).await?;
            Ok((over.json() == &serde_json::json!(true)).then_some(()))
        })
        .await
    }

    async fn syncs_and_is(&self, state: &str) -> Result<()> {
        self.syncs().await?;
        self.card_is(state).await?;
        self.shoot_page(&format!("audible-{state}")).await
    }

    /// Disconnects, and shows what comes of it.
    async fn ends(&self, name: &str) -> Result<()> {
        self.open("audible").await?;
        self.press(".connection .confirm summary").await?;
        self.press(".connection .confirm button").await?;
        self.press("#ended").await?;
        self.shoot_page(name).await
    }
}
