//! Connections on the server's pages: by a pasted address, by a password, and what Amazon's pages come to.

use anyhow::{Context, Result, ensure};
use audible_sim::SignInVariant;
use e2e::{
    browser::{Kind, Look},
    wait::until,
    world::World,
};
use thirtyfour::By;

const SECOND_FACTOR: &str = "246813";

/// The first text that an element has; asked in one step, as the page may change meanwhile.
async fn text_of(world: &World, what: &str) -> Result<String> {
    let script = format!("return document.querySelector('{what}')?.innerText ?? ''");
    until(what, async || {
        let text = world.browser.driver.execute(script.as_str(), Vec::new()).await?;
        Ok(text.json().as_str().filter(|text| !text.is_empty()).map(str::to_owned))
    })
    .await
}

async fn press(world: &World, what: &str) -> Result<()> {
    let driver = &world.browser.driver;
    let found = until(what, async || Ok(driver.find_all(By::Css(what)).await?.into_iter().next()));
    found.await?.click().await?;
    Ok(())
}

async fn fill(world: &World, what: &str, text: &str) -> Result<()> {
    let field = world.browser.driver.find(By::Css(what)).await?;
    field.clear().await?;
    field.send_keys(text).await?;
    Ok(())
}

/// Opens the page of connections, agrees, chooses the marketplace and goes one way.
async fn goes(world: &World, marketplace: &str, way: &str) -> Result<()> {
    world.browser.driver.goto(format!("{}/audible", world.server.url())).await?;
    if way != "page" {
        press(world, "form[action$=connect] .folded summary").await?;
    }
    press(world, "input[name=consent]").await?;
    press(world, &format!("select[name=marketplace] option[value={marketplace}]")).await?;
    press(world, &format!("button[name=way][value={way}]")).await
}

/// Waits until the card says so.
async fn card_says(world: &World, state: &str) -> Result<()> {
    until(&format!("a connection that is {state}"), async || {
        Ok((text_of(world, ".connection .doing").await? == state).then_some(()))
    })
    .await
}

pub(crate) async fn a_pasted_address_connects_and_the_library_comes_by_itself(
    kind: Kind,
) -> Result<()> {
    let look = Look { dark: kind == Kind::Firefox, ..Look::default() };
    let world = World::fresh(kind, 60, look).await?;
    world.set_up().await?;
    let (driver, control) = (&world.browser.driver, world.sim.control());
    driver.goto(format!("{}/audible", world.server.url())).await?;
    world.browser.assert_accessible("/audible, nothing connected").await?;
    goes(&world, "de", "page").await?;
    world.browser.assert_accessible("/audible, a step").await?;

    let own = driver.window().await?;
    fill(&world, "textarea", "https://www.amazon.de/gp/help").await?;
    press(&world, "form[action$=finish] button").await?;
    let told = text_of(&world, "[role=alert]").await?;
    ensure!(told.contains("/ap/maplanding"), "what was pasted wrongly is named: {told}");
    press(&world, ".steps a[href*=signin]").await?;
    let landed = world.lands_at_amazon("de", own).await?;
    fill(&world, "textarea", &landed).await?;
    press(&world, "form[action$=finish] button").await?;

    let told = text_of(&world, ".notice-ok").await?;
    ensure!(told.contains("Me Feed - Web"), "{told}");
    let address = driver.current_url().await?;
    ensure!(!address.as_str().contains("code"), "no code stands in the address: {address}");
    card_says(&world, "Connected").await?;
    let titles = control.api_truth().len();
    until("the first sync, which begins by itself", async || {
        let facts = text_of(&world, ".connection .facts").await?;
        Ok(facts.contains(&format!("{titles} new")).then_some(()))
    })
    .await?;
    ensure!(world.server.library().await?.len() == titles);
    world.browser.assert_accessible("/audible, connected").await?;

    control.buy(2);
    press(&world, "form[action$=sync] button").await?;
    until("the two titles that were bought", async || {
        let facts = text_of(&world, ".connection .facts").await?;
        Ok(facts.contains("2 new, 0 changed").then_some(()))
    })
    .await?;

    press(&world, ".confirm summary").await?;
    press(&world, ".confirm button").await?;
    let told = text_of(&world, "#ended + p").await?;
    ensure!(told.contains("taken “Me Feed - Web” off"), "{told}");
    let devices = control.registered();
    ensure!(devices.len() == 1 && devices.iter().all(|device| !device.registered));
    driver.goto(format!("{}/activity", world.server.url())).await?;
    let noted = driver.find_all(By::Css(".noted li")).await?.len();
    ensure!(noted >= 4, "connected, synced twice, disconnected: {noted}");
    world.browser.assert_accessible("/activity").await?;
    world.browser.quit().await
}

pub(crate) async fn a_sign_in_by_password_ends_on_each_page_in_its_own_words(
    kind: Kind,
) -> Result<()> {
    let world = World::fresh(kind, 8, Look::default()).await?;
    world.set_up().await?;
    let mut said: Vec<String> = Vec::new();
    for page in [
        SignInVariant::Captcha,
        SignInVariant::Approval,
        SignInVariant::AntiAutomation,
        SignInVariant::WrongPassword,
        SignInVariant::Unknown,
    ] {
        world.sim.control().set_sign_in(page.clone());
        goes(&world, "us", "password").await?;
        by_password(&world).await?;
        let told = text_of(&world, "[role=alert]").await?;
        ensure!(!said.contains(&told), "{page:?} has words of its own: {told}");
        said.push(told);
        // Three attempts an hour.
        world.later(3_600);
        if world.browser.driver.current_url().await?.path() == "/sign-in" {
            world.sign_in_at_server().await?;
        }
    }
    world.browser.assert_accessible("/audible, a sign-in by password that failed").await?;

    let control = world.sim.control();
    control.set_sign_in(SignInVariant::SecondFactor(SECOND_FACTOR.to_owned()));
    goes(&world, "us", "password").await?;
    by_password(&world).await?;
    until("the field for the code", async || {
        Ok(world.browser.driver.find_all(By::Name("otp")).await?.into_iter().next())
    })
    .await?;
    world.browser.assert_accessible("/audible, the code of a second factor").await?;
    fill(&world, "[name=otp]", "000000").await?;
    press(&world, "form[action$=code] button").await?;
    let told = text_of(&world, "[role=alert]").await?;
    ensure!(told.contains("the code") && !said.contains(&told), "{told}");
    fill(&world, "[name=otp]", SECOND_FACTOR).await?;
    press(&world, "form[action$=code] button").await?;
    card_says(&world, "Connected").await?;
    let library = world.server.library().await?.len();
    ensure!(library == control.api_truth().len(), "{library}");
    let source = world.browser.driver.source().await?;
    let shown = control.secrets().into_iter().find(|secret| source.contains(secret.as_str()));
    ensure!(shown.is_none(), "a secret stands on the page");
    control.registered().first().context("there is a device")?;
    world.browser.quit().await
}

async fn by_password(world: &World) -> Result<()> {
    until("the form for a password", async || {
        Ok(world.browser.driver.find_all(By::Name("password")).await?.into_iter().next())
    })
    .await?;
    fill(world, "[name=email]", "reader@example.org").await?;
    fill(world, "[name=password]", "not a real password").await?;
    press(world, "form[action$=password] button").await
}
