//! The popup while the server gets a connection of its own with Audible.

use anyhow::Result;

use super::{MARKETPLACE, Walk};
use crate::browser::Kind;

impl Walk {
    /// From the settings of the server to a connection, with a closed tab on the way.
    pub(super) async fn linking(&mut self) -> Result<()> {
        self.world.browser.open_popup_anew().await?;
        let (popup, world) = (self.world.popup(), &self.world);
        world.sim.control().heal();
        // Attempts are counted by the hour.
        world.later(3_600);
        popup.click("chip-server").await?;
        popup.click("link-open").await?;
        popup.wait_for("link/scope_missing").await?;
        self.shoot("link-scope-missing").await?;
        popup.click("link-widen").await?;
        world.decide("allow").await?;
        popup.wait_for("link-consent").await?;
        self.shoot("link-consent").await?;
        popup.click("link-agreed").await?;
        self.shoot("link-consent-without-tick").await?;
        world.agree().await?;
        if world.browser.kind() == Kind::Chromium {
            popup.wait_for("link-permission").await?;
            self.shoot("link-permission").await?;
        }
        world.allow_amazon(MARKETPLACE).await?;
        popup.wait_for("link-sign-in").await?;
        self.shoot("link-sign-in").await?;
        world.browser.switch_to_tab("https://www.amazon.com/ap/signin").await?;
        world.browser.driver.close_window().await?;
        popup.wait_for("link/tab_closed").await?;
        self.shoot("link-tab-closed").await?;
        popup.click("link-again").await?;
        world.agree().await?;
        popup.wait_for("link-sign-in").await?;
        world.sign_in(MARKETPLACE).await?;
        popup.wait_for("link-connected").await?;
        self.shoot("link-connected").await
    }
}
