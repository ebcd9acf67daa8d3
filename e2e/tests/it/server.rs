//! What goes wrong between extension and server, and what the popup says to it.

use anyhow::{Result, ensure};
use e2e::{
    browser::{Kind, Look},
    world::World,
};
use tokio::net::TcpListener;

pub(crate) async fn every_trouble_with_the_server_has_its_words(kind: Kind) -> Result<()> {
    let world = World::start_hurried(kind, 5, Look::default()).await?;
    let popup = world.popup();
    let token = world.server.token().to_owned();
    let nobody = {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        format!("http://{}", listener.local_addr()?)
    };
    for (address, token, trouble) in [
        ("not an address".to_owned(), token.as_str(), "bad_address"),
        (nobody, token.as_str(), "not_reachable"),
        (world.server.url().to_owned(), "mf_unknown", "token_refused"),
    ] {
        popup.enter_server(&address, token).await?;
        popup.wait_for(&format!("server/{trouble}")).await?;
    }
    popup.enter_server(world.server.url(), &token).await?;
    popup.wait_for("start").await?;
    ensure!(popup.screen().await? == "start");
    world.browser.quit().await
}
