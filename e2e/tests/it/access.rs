//! Every screen of the popup and every page of the server, held against the rules of accessibility.

use anyhow::Result;
use e2e::{
    broken,
    browser::{Kind, Look},
    choice::ChoicePage,
    world::World,
};
use thirtyfour::By;

pub(crate) async fn no_screen_and_no_page_breaks_a_rule_of_accessibility(kind: Kind) -> Result<()> {
    let dark = kind == Kind::Firefox;
    let world = World::fresh(kind, 25, Look { dark, ..Look::default() }).await?;
    screens(&world).await?;
    pages(&world).await?;
    world.browser.quit().await
}

async fn screens(world: &World) -> Result<()> {
    let popup = world.popup();
    let shown = async |name: &str| {
        world.browser.show_popup().await?;
        world.browser.assert_accessible(name).await
    };
    shown("server").await?;
    popup.connect_to("not an address").await?;
    popup.wait_for("server/bad_address").await?;
    shown("server/bad_address").await?;
    popup.connect_to_instead(&format!("http://{}", broken::closed_port().await?)).await?;
    popup.wait_for("server/not_reachable").await?;
    popup.click("doctor-open").await?;
    popup.cause().await?;
    shown("doctor/not_reachable").await?;
    popup.click("doctor-back").await?;
    popup.click("server-headers").await?;
    shown("the headers for a proxy").await?;
    popup.click("back").await?;
    world.set_up().await?;
    world.browser.assert_accessible("the library, empty").await?;
    world.browser.show_popup().await?;
    popup.connect_to_instead(world.server.url()).await?;
    popup.code().await?;
    shown("pairing").await?;
    let code = popup.code().await?;
    world.browser.switch_to_tab(&format!("{}/pair?user_code={code}", world.server.url())).await?;
    world.browser.assert_accessible("/pair").await?;
    world.decide("allow").await?;
    popup.wait_for("start").await?;
    shown("start").await?;
    popup.click("chip-server").await?;
    shown("the server's settings").await?;
    popup.click("link-open").await?;
    popup.wait_for("link/scope_missing").await?;
    shown("link/scope_missing").await?;
    popup.click("link-widen").await?;
    world.decide("allow").await?;
    popup.wait_for("link-consent").await?;
    shown("link-consent").await?;
    popup.click("link-agreed").await?;
    shown("link-consent without the tick").await?;
    world.begin_connection("us").await?;
    popup.wait_for("link-sign-in").await?;
    shown("link-sign-in").await?;
    world.sign_in("us").await?;
    popup.wait_for("link-connected").await?;
    shown("link-connected").await?;
    popup.click("link-back").await?;
    world.begin_reading("us").await?;
    popup.wait_for("waiting/signed_out").await?;
    shown("waiting/signed_out").await?;
    world.sign_in_if_asked("us").await?;
    popup.wait_for("ready").await?;
    shown("ready").await?;
    ChoicePage::open(world).await?;
    world.browser.assert_accessible("the page of the choice").await?;
    world.browser.show_popup().await?;
    world.send().await?;
    shown("done").await
}

async fn pages(world: &World) -> Result<()> {
    let url = world.server.url();
    for path in [
        "/",
        "/?view=list",
        "/?q=zzzz",
        "/imports",
        "/files",
        "/tokens",
        "/settings",
        "/pair",
        "/pair?user_code=BCDFBCDF",
        "/api/docs",
        "/nowhere",
    ] {
        world.open_page(&format!("{url}{path}")).await?;
        world.browser.assert_accessible(path).await?;
    }
    world.open_page(&format!("{url}/tokens")).await?;
    let driver = &world.browser.driver;
    for summary in driver.find_all(By::Css("summary")).await? {
        summary.click().await?;
    }
    world.browser.assert_accessible("/tokens, opened").await?;
    driver.find(By::Css(".out button")).await?.click().await?;
    for path in ["/sign-in", "/setup", "/setup#secret"] {
        world.open_page(&format!("{url}{path}")).await?;
        world.browser.assert_accessible(path).await?;
    }
    Ok(())
}
