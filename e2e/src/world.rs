//! Simulator, server and browser together: all that one story needs.

use anyhow::Result;
use audible_sim::{Config, Sim};
use serde_json::{Value, json};
use thirtyfour::By;

use crate::{
    browser::{Browser, Kind, Look},
    nginx::Nginx,
    popup::{Popup, Receipt},
    server::Server,
    tools::Tools,
    wait::until,
};

/// One person's browser, the server they host, and an imitation of Audible.
pub struct World {
    /// Imitates Audible.
    pub sim: Sim,
    /// Takes imports in.
    pub server: Server,
    /// Has the extension.
    pub browser: Browser,
    /// Stands in front of the server, in some stories.
    _nginx: Option<Nginx>,
}

impl World {
    /// Starts everything: `titles` in the library, nothing imported, nobody signed in.
    pub async fn start(kind: Kind, titles: usize, look: Look) -> Result<Self> {
        let tools = Tools::from_env()?;
        let sim = Sim::start(Config { titles, ..Config::default() }).await?;
        let server = Server::start(&sim).await?;
        let browser = Browser::start(kind, &tools, &sim, look).await?;
        Ok(Self { sim, server, browser, _nginx: None })
    }

    /// Like [`World::start`], without the pace that is polite to the real Audible.
    pub async fn start_hurried(kind: Kind, titles: usize, look: Look) -> Result<Self> {
        Self::start(kind, titles, look).await?.hurried().await
    }

    /// Like [`World::start`], with a server that has just been installed.
    pub async fn unhurried(kind: Kind, titles: usize, look: Look) -> Result<Self> {
        let tools = Tools::from_env()?;
        let sim = Sim::start(Config { titles, ..Config::default() }).await?;
        let server = Server::fresh(&sim).await?;
        let browser = Browser::start(kind, &tools, &sim, look).await?;
        Ok(Self { sim, server, browser, _nginx: None })
    }

    /// Like [`World::start_hurried`], with a server that has just been installed.
    pub async fn fresh(kind: Kind, titles: usize, look: Look) -> Result<Self> {
        let world = Self::unhurried(kind, titles, look).await?;
        world.hurried().await
    }

    /// The same behind nginx below a sub-path, which takes the sub-path off or passes it on.
    pub async fn behind_nginx(kind: Kind, titles: usize, strip: bool) -> Result<Self> {
        let tools = Tools::from_env()?;
        let sim = Sim::start(Config { titles, ..Config::default() }).await?;
        let mut nginx = Nginx::prepare()?;
        let server = Server::behind(&sim, &mut nginx, strip).await?;
        let browser = Browser::start(kind, &tools, &sim, Look::default()).await?;
        Self { sim, server, browser, _nginx: Some(nginx) }.hurried().await
    }

    /// Without the pace that is polite to the real Audible.
    async fn hurried(self) -> Result<Self> {
        self.popup().wait_for("server").await?;
        self.popup().change_settings(&fast_pace()).await?;
        Ok(self)
    }

    /// Sets the clocks of server and Audible so many seconds ahead.
    pub fn later(&self, seconds: i64) {
        self.server.later(seconds);
        self.sim.control().set_now_ms(self.server.now_ms());
    }

    /// The popup.
    pub fn popup(&self) -> Popup<'_> {
        Popup::of(&self.browser)
    }

    /// Begins to read, signs in where Audible asks for it, and waits for the question to send.
    pub async fn read_library(&self, marketplace: &str) -> Result<()> {
        self.begin_reading(marketplace).await?;
        self.sign_in_if_asked(marketplace).await?;
        self.popup().wait_for("ready").await
    }

    /// Enters server and token if none are known, chooses the marketplace, asks to read, and allows
    /// what the browser asks.
    pub async fn begin_reading(&self, marketplace: &str) -> Result<()> {
        self.press_read(marketplace).await?;
        self.allow(marketplace).await
    }

    /// Enters server and token if none are known, chooses the marketplace, and asks to read.
    pub async fn press_read(&self, marketplace: &str) -> Result<()> {
        self.prepare_read(marketplace).await?;
        self.popup().click("read").await
    }

    /// Enters server and token if none are known and chooses the marketplace.
    pub async fn prepare_read(&self, marketplace: &str) -> Result<()> {
        let popup = self.popup();
        let mut screen = popup.settled().await?;
        if screen == "server" {
            popup.connect(self.server.url(), self.server.token()).await?;
            screen = popup.settled().await?;
        }
        if screen == "start" {
            return popup.choose(marketplace).await;
        }
        popup.click("chip-marketplace").await?;
        popup.wait_for("marketplace").await?;
        popup.choose(marketplace).await?;
        popup.click("marketplace-save").await
    }

    /// Signs in before anything is read, as most people are when they press the button.
    pub async fn sign_in_first(&self, marketplace: &str) -> Result<()> {
        let page = format!("https://www.audible.{}/library/titles", tld(marketplace)?);
        let driver = &self.browser.driver;
        let tab = driver.new_tab().await?;
        driver.switch_to_window(tab).await?;
        driver.goto(&page).await?;
        self.sign_in(marketplace).await?;
        self.browser.switch_to_tab(&page).await
    }

    /// Waits until the simulator was asked this often for something whose path or query contains `part`.
    pub async fn until_asked(&self, part: &str, times: usize) -> Result<()> {
        until(&format!("{times} requests for {part}"), async || {
            Ok((self.asked(part) >= times).then_some(()))
        })
        .await
    }

    /// How often the simulator was asked for something whose path or query contains `part`.
    pub fn asked(&self, part: &str) -> usize {
        let has = |text: &String| text.contains(part);
        let requests = self.sim.control().requests();
        requests.iter().filter(|record| has(&record.path) || has(&record.query)).count()
    }

    /// Allows the marketplace's two origins.
    pub async fn allow(&self, marketplace: &str) -> Result<()> {
        let tld = tld(marketplace)?;
        self.browser.allow_permission(&format!("https://www.audible.{tld}")).await
    }

    /// Signs in on the page that the extension opens, if the library is found signed out.
    pub async fn sign_in_if_asked(&self, marketplace: &str) -> Result<()> {
        let popup = self.popup();
        let screen = until("the library or the sign-in", async || {
            let screen = popup.screen().await?;
            let settled = ["ready", "waiting/signed_out"].contains(&screen.as_str());
            Ok(settled.then_some(screen))
        })
        .await?;
        if screen == "ready" {
            return Ok(());
        }
        popup.click("open-audible").await?;
        self.sign_in(marketplace).await
    }

    /// Signs in on the imitated page of Amazon, in the tab that shows it.
    pub async fn sign_in(&self, marketplace: &str) -> Result<()> {
        let tld = tld(marketplace)?;
        self.browser.switch_to_tab(&format!("https://www.amazon.{tld}/ap/signin")).await?;
        let driver = &self.browser.driver;
        driver.find(By::Id("ap_email")).await?.send_keys("reader@example.org").await?;
        driver.find(By::Id("ap_password")).await?.send_keys("not a real password").await?;
        driver.find(By::Css("form[name=signIn] [type=submit]")).await?.click().await?;
        Ok(())
    }

    /// Agrees that the server becomes a device, and allows what the browser asks.
    pub async fn begin_connection(&self, marketplace: &str) -> Result<()> {
        self.agree().await?;
        self.allow_amazon(marketplace).await
    }

    /// Agrees that the server becomes a device. Chromium does not ask a second time for what was allowed
    /// and given back.
    pub async fn agree(&self) -> Result<()> {
        let popup = self.popup();
        popup.wait_for("link-consent").await?;
        popup.click("link-agree").await?;
        popup.click("link-agreed").await
    }

    /// Allows what seeing the end of a sign-in at Amazon takes, until it is begun.
    pub async fn allow_amazon(&self, marketplace: &str) -> Result<()> {
        let page = format!("https://www.amazon.{}/ap/signin", tld(marketplace)?);
        self.browser
            .press_allow("the sign-in page to be opened", async || {
                let opened = self.browser.shows(&page).await?;
                Ok(opened.then_some(()))
            })
            .await
    }

    /// Answers the imitated security check, in the tab that shows it.
    pub async fn pass_captcha(&self) -> Result<()> {
        let driver = &self.browser.driver;
        let field = until("a tab with the security check", async || {
            for handle in driver.windows().await? {
                driver.switch_to_window(handle).await?;
                let found = driver.find_all(By::Id("captchacharacters")).await?;
                if let Some(field) = found.into_iter().next() {
                    return Ok(Some(field));
                }
            }
            Ok(None)
        })
        .await?;
        field.send_keys("WNDRFL").await?;
        driver.find(By::Css("[type=submit]")).await?.click().await?;
        Ok(())
    }

    /// Sends what was read and returns the receipt.
    pub async fn send(&self) -> Result<Receipt> {
        let popup = self.popup();
        popup.click("send").await?;
        popup.receipt().await
    }

    /// Reads the same marketplace and sends once more.
    pub async fn import_again(&self) -> Result<Receipt> {
        self.popup().click("read").await?;
        self.popup().wait_for("ready").await?;
        self.send().await
    }

    /// Compares every stored field with what the simulator knows to be true.
    pub async fn assert_stored(&self, marketplace: &str) -> Result<usize> {
        let mut stored = self.server.library().await?;
        stored.retain(|title| title["marketplace"] == marketplace);
        crate::truth::check(&self.sim.control().truth(marketplace), marketplace, &stored)?;
        Ok(stored.len())
    }
}

/// A pace for loopback: the usual one would only test patience. Rests after a refusal are long, so
/// that a story can look at them and end them by "Try now".
fn fast_pace() -> Value {
    json!({
        "requests_per_second": 500,
        "jitter": 0,
        "back_off_first_ms": 300_000,
        "cool_down_ms": 300_000,
        "tab_rest_ms": 200,
    })
}

/// What follows `audible.` in a marketplace's host names.
pub fn tld(marketplace: &str) -> Result<&'static str> {
    let marketplace = shared::ids::Marketplace::parse(marketplace)?;
    Ok(marketplace.tld())
}
