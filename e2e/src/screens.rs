//! Pictures of every state of the popup, for people to look at: `cargo xtask demo --screens FOLDER`.

mod audible;
mod files;
mod linking;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Result;
use audible_sim::{Fault, Row, Times};

use crate::{
    broken::{self, Broken},
    browser::{Browser, Kind, Look},
    choice::ChoicePage,
    world::World,
};

const MARKETPLACE: &str = "us";

/// The page as a popup and as a tab: name, width, height.
const FORMS: [(&str, u32, u32); 2] = [("popup", 380, 600), ("tab", 1280, 800)];

/// Walks through all states in each browser and look and saves a picture of each in `folder`.
pub async fn save(folder: &Path) -> Result<()> {
    for (kind, dark, german) in [
        (Kind::Chromium, false, false),
        (Kind::Chromium, true, true),
        (Kind::Firefox, false, false),
        (Kind::Firefox, true, false),
    ] {
        let shade = if dark { "dark" } else { "light" };
        let language = if german { "de" } else { "en" };
        let folder = folder.join(format!("{kind}-{shade}-{language}"));
        std::fs::create_dir_all(&folder)?;
        let world =
            World::start_hurried(kind, 245, Look { dark, german, ..Look::default() }).await?;
        Walk { world, folder }.all().await?;
    }
    Ok(())
}

struct Walk {
    world: World,
    folder: PathBuf,
}

impl Walk {
    async fn all(mut self) -> Result<()> {
        self.connecting().await?;
        self.server().await?;
        self.reading().await?;
        self.troubles().await?;
        self.sending().await?;
        self.settings().await?;
        self.linking().await?;
        // From here on the popup's tab shows pages of the server.
        self.library().await?;
        self.files().await?;
        self.connections().await?;
        self.world.browser.quit().await
    }

    /// The connection doctor, a proxy's headers, and the ways a pairing goes.
    async fn connecting(&self) -> Result<()> {
        let (popup, world) = (self.world.popup(), &self.world);
        self.shoot("server").await?;
        let nobody = format!("http://{}", broken::closed_port().await?);
        popup.check_connection(&nobody).await?;
        popup.cause().await?;
        self.shoot("doctor-not-reachable").await?;
        popup.click("doctor-back").await?;
        let proxy =
            Broken::start(|_| broken::answer("302 Found", "location: /login\r\n", "")).await?;
        popup.check_connection(&proxy.url("http")).await?;
        popup.cause().await?;
        self.shoot("doctor-login-page").await?;
        popup.click("doctor-back").await?;
        popup.click("server-by-pairing").await?;
        popup.click("server-headers").await?;
        self.shoot("headers").await?;
        popup.click("back").await?;
        world.sign_in_at_server().await?;
        popup.connect_to_instead(world.server.url()).await?;
        popup.code().await?;
        self.shoot("pairing").await?;
        let code = popup.code().await?;
        world
            .browser
            .switch_to_tab(&format!("{}/pair?user_code={code}", world.server.url()))
            .await?;
        self.shoot_page("pair").await?;
        world.decide("refuse").await?;
        self.shoot_page("pair-refused").await?;
        popup.wait_for("pairing/access_denied").await?;
        self.shoot("pairing-refused").await?;
        popup.click("pair-cancel").await?;
        popup.click("server-forget").await?;
        popup.wait_for("server").await
    }

    async fn server(&self) -> Result<()> {
        let popup = self.world.popup();
        let nobody = format!("http://{}", broken::closed_port().await?);
        let (url, token) = (self.world.server.url(), self.world.server.token());
        for (address, token, trouble) in [
            ("not an address", token, "bad_address"),
            (nobody.as_str(), token, "not_reachable"),
            (url, "mf_unknown", "token_refused"),
        ] {
            popup.enter_server(address, token).await?;
            popup.wait_for(&format!("server/{trouble}")).await?;
            self.shoot(&format!("server-{trouble}")).await?;
        }
        popup.enter_server(url, token).await?;
        popup.wait_for("start").await?;
        self.shoot("start").await
    }

    async fn reading(&self) -> Result<()> {
        let (popup, control) = (self.world.popup(), self.world.sim.control());
        popup.choose(MARKETPLACE).await?;
        popup.click("read").await?;
        if self.world.browser.kind() == Kind::Chromium {
            popup.wait_for("awaiting-permission").await?;
            self.shoot("awaiting-permission").await?;
        }
        self.world.allow(MARKETPLACE).await?;
        popup.wait_for("waiting/signed_out").await?;
        self.shoot("waiting-signed-out").await?;
        control.fail(Fault::MalformedRow(Row::Index(7)), Times::Always);
        control.fail(Fault::Slow(Duration::from_secs(3)), Times::Next(5));
        popup.click("open-audible").await?;
        self.world.sign_in(MARKETPLACE).await?;
        popup.wait_for("reading").await?;
        crate::wait::until("the first titles", async || {
            Ok((!popup.text().await?.contains("\n0\n")).then_some(()))
        })
        .await?;
        self.shoot("reading").await?;
        popup.click("stop").await?;
        popup.wait_for("stopped").await?;
        self.shoot("stopped").await?;
        control.fail(Fault::CatalogSlow(Duration::from_secs(8)), Times::Next(3));
        popup.click("read").await?;
        popup.wait_for("enriching").await?;
        self.shoot("enriching").await?;
        popup.wait_for("ready").await?;
        self.shoot("ready-with-problems").await?;
        self.open_details().await?;
        self.shoot("ready-with-problems-open").await?;
        control.heal();
        popup.click("fetch-missing").await?;
        crate::wait::until("a reading that lacks nothing", async || {
            let again = popup.in_page("!!document.getElementById('read')").await?;
            Ok((again == serde_json::Value::Bool(true)).then_some(()))
        })
        .await
    }

    async fn troubles(&self) -> Result<()> {
        let (popup, control) = (self.world.popup(), self.world.sim.control());
        for (fault, trouble) in [
            (Fault::Captcha, "captcha"),
            (Fault::Whoops, "blocked"),
            (Fault::TooMany { retry_after_s: Some(600) }, "throttled"),
            (Fault::Unavailable, "unavailable"),
            (Fault::Cut, "offline"),
            (Fault::ChangedLayout, "layout_changed"),
        ] {
            control.fail(fault, Times::Always);
            popup.click("read").await?;
            popup.wait_for(&format!("waiting/{trouble}")).await?;
            self.shoot(&format!("waiting-{trouble}")).await?;
            control.heal();
            popup.click("try-now").await?;
            popup.wait_for("ready").await?;
        }
        self.shoot("ready").await?;
        self.history().await?;
        self.choice().await
    }

    /// Days of purchase: the way to them, and what comes of it.
    async fn history(&self) -> Result<()> {
        let (popup, control) = (self.world.popup(), self.world.sim.control());
        control.fail(Fault::HistorySignIn, Times::Always);
        popup.click("history").await?;
        popup.wait_for("waiting/signed_out").await?;
        self.shoot("history-signed-out").await?;
        control.heal();
        control.fail(Fault::HistorySlow(Duration::from_secs(2)), Times::Next(4));
        popup.click("try-now").await?;
        popup.wait_for("history").await?;
        crate::wait::until("the first days", async || {
            Ok((!popup.text().await?.contains("\n0\n")).then_some(()))
        })
        .await?;
        self.shoot("history").await?;
        popup.wait_for("ready").await?;
        self.shoot("ready-with-dates").await
    }

    /// The page of the choice, narrow and wide, before and after something was left out.
    async fn choice(&self) -> Result<()> {
        let page = ChoicePage::open(&self.world).await?;
        self.shoot_page("choice").await?;
        page.show("podcasts").await?;
        page.click("drop-shown").await?;
        page.run("document.querySelector('details.never').open = true").await?;
        self.shoot_page("choice-podcasts").await?;
        page.show("all").await?;
        page.click("pick-all").await
    }

    async fn sending(&self) -> Result<()> {
        self.world.send().await?;
        self.shoot("done").await?;
        self.world.import_again().await?;
        self.shoot("done-unchanged").await
    }

    async fn settings(&self) -> Result<()> {
        let popup = self.world.popup();
        for panel in ["chip-marketplace", "chip-server"] {
            popup.click(panel).await?;
            self.shoot(panel).await?;
            popup.click("back").await?;
        }
        Ok(())
    }

    /// The server's page, narrow and wide.
    async fn library(&self) -> Result<()> {
        let browser = &self.world.browser;
        let link = self.world.server.sign_in_link().await?;
        let driver = &browser.driver;
        driver.goto(link).await?;
        // An earlier tab may show the library from before the import.
        let library = self.world.server.library_url();
        crate::wait::until("the library", async || {
            Ok((driver.current_url().await?.as_str() == library).then_some(()))
        })
        .await?;
        self.covers().await?;
        self.shoot_page("library").await?;
        for page in ["imports", "tokens", "settings", "api/docs"] {
            driver.goto(format!("{}/{page}", self.world.server.url())).await?;
            self.shoot_page(&page.replace('/', "-")).await?;
        }
        Ok(())
    }

    /// Waits until the covers of a page are there.
    async fn covers(&self) -> Result<()> {
        crate::wait::until("the covers", async || {
            let script = "return [...document.images].slice(0, 12).every(image => image.complete)";
            let loaded = self.world.browser.driver.execute(script, Vec::new()).await?;
            Ok((loaded.json() == &serde_json::json!(true)).then_some(()))
        })
        .await
    }

    /// A page of the server in the present tab.
    async fn shoot_page(&self, name: &str) -> Result<()> {
        let browser = &self.world.browser;
        for (form, width, height) in [("narrow", 390, 844), ("wide", 1280, 900)] {
            browser.resize(width, height).await?;
            browser.screenshot(&self.folder.join(format!("{name}-{form}.png"))).await?;
        }
        Ok(())
    }

    async fn open_details(&self) -> Result<()> {
        let script = "document.querySelectorAll('details').forEach(each => each.open = true)";
        self.world.browser.in_popup(script).await.map(|_| ())
    }

    /// Both forms of the page as it is now.
    async fn shoot(&self, name: &str) -> Result<()> {
        let browser: &Browser = &self.world.browser;
        for (form, width, height) in FORMS {
            browser.show_popup().await?;
            browser.resize(width, height).await?;
            let place = format!(
                "new Promise(done => {{ document.documentElement.dataset.place = '{form}'; \
                 scrollTo(0, 0); requestAnimationFrame(() => requestAnimationFrame(done)); }})"
            );
            browser.in_popup(&place).await?;
            browser.screenshot(&self.folder.join(format!("{name}-{form}.png"))).await?;
        }
        Ok(())
    }
}
