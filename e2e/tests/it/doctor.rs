//! Fifteen ways in which a connection can be broken, each with its own words and remedy. Firefox is asked
//! about five of them here, and about all in `cargo xtask soak`.

use anyhow::Result;
use e2e::{
    browser::{Kind, Look},
    world::World,
};

pub(crate) async fn the_doctor_names_what_breaks_a_connection(kind: Kind) -> Result<()> {
    let world = World::start_hurried(kind, 5, Look::default()).await?;
    world.wrong_port().await?;
    world.login_page().await?;
    world.other_server().await?;
    world.versions().await?;
    if kind == Kind::Chromium {
        world.other_broken_ways().await?;
    }
    world.browser.quit().await
}
