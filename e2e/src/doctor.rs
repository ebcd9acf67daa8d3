//! The connection doctor as a person uses it, and the states of a broken connection.

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::{
    broken::{self, Broken},
    browser::Kind,
    popup::Popup,
    tls,
    wait::until,
    world::World,
};

const HTML: &str = "content-type: text/html\r\n";
const JSON: &str = "content-type: application/json\r\n";
/// A name that no machine has (RFC 6761).
const NOWHERE: &str = "http://nowhere.invalid";

/// What the doctor is to find: the cause, a part of its words and of its remedy.
type Words = [&'static str; 3];

impl Popup<'_> {
    /// Enters an address that does not work and has the connection doctor look at it.
    pub async fn check_connection(&self, address: &str) -> Result<()> {
        self.settled().await?;
        let offered = "!!document.getElementById('doctor-open')";
        if self.in_page(offered).await? == Value::Bool(false) {
            // It is offered once an address was tried.
            self.enter_server(address, "mf_unknown").await?;
            until("the doctor to be offered", async || {
                Ok((self.in_page(offered).await? == Value::Bool(true)).then_some(()))
            })
            .await?;
        }
        self.fill("server-address", address).await?;
        self.click("doctor-open").await
    }

    /// What the doctor has found.
    pub async fn cause(&self) -> Result<String> {
        until("the doctor to have looked", async || {
            let found = self.state().await?;
            Ok((!["none", "checking"].contains(&&*found)).then_some(found))
        })
        .await
    }

    async fn tells_more(&self, before: &str) -> Result<bool> {
        Ok(![before, "none", "checking"].contains(&&*self.state().await?))
    }

    async fn has_focus(&self) -> Result<bool> {
        Ok(self.in_page("document.hasFocus()").await? == Value::Bool(true))
    }

    async fn state(&self) -> Result<String> {
        let script = "document.querySelector('[data-doctor]')?.dataset.doctor ?? 'none'";
        Ok(self.in_page(script).await?.as_str().unwrap_or("none").to_owned())
    }

    async fn says(&self, [cause, words, remedy]: Words) -> Result<()> {
        let found = self.cause().await?;
        let text = self.text().await?;
        ensure!(found == cause, "the doctor finds {found}, not {cause}: {text}");
        ensure!(text.contains(words), "{cause} says {words:?}: {text}");
        ensure!(text.contains(remedy), "{cause} advises {remedy:?}: {text}");
        Ok(())
    }
}

impl World {
    /// What the doctor finds at an address that was entered.
    async fn finds(&self, address: &str, words: Words) -> Result<()> {
        let popup = self.popup();
        popup.check_connection(address).await?;
        popup.says(words).await?;
        popup.click("doctor-back").await
    }

    /// What it finds once the person has lent it the permissions, which it gives back.
    async fn finds_out(&self, address: &str, before: &str, words: Words) -> Result<()> {
        let popup = self.popup();
        popup.check_connection(address).await?;
        let found = popup.cause().await?;
        ensure!(found == before, "without permission the doctor finds {found}, not {before}");
        popup.click("doctor-why").await?;
        let asked = until("the dialog or an answer", async || {
            // Chromium does not ask again for what it granted before.
            let (dialog, answer) = (!popup.has_focus().await?, popup.tells_more(before).await?);
            Ok((dialog || answer).then_some(dialog))
        })
        .await?;
        if asked {
            // The permissions are gone again so soon that only the dialog's end is sure to be seen.
            let gone = async || Ok(popup.has_focus().await?.then_some(()));
            self.browser.press_allow("the dialog to be gone", gone).await?;
        }
        until("the doctor to have looked again", async || {
            Ok(popup.tells_more(before).await?.then_some(()))
        })
        .await?;
        popup.says(words).await?;
        self.holds_nothing().await?;
        popup.click("doctor-back").await
    }

    /// Those that both browsers are asked about in the long form only; a careful Firefox is asked
    /// about [`World::self_signed`] alone.
    pub async fn other_broken_ways(&self) -> Result<()> {
        self.https_on_http().await?;
        self.http_on_https().await?;
        self.sub_path().await?;
        self.cors_off().await?;
        self.wrong_clock().await?;
        self.unknown_name().await?;
        if self.browser.kind() == Kind::Chromium {
            self.self_signed().await?;
        }
        self.revoked_token().await?;
        self.refused_and_expired_codes().await
    }

    async fn holds_nothing(&self) -> Result<()> {
        let all = self.browser.in_popup("chrome.permissions.getAll()").await?;
        ensure!(all["origins"] == serde_json::json!([]), "origins were given back: {all}");
        let names = all["permissions"].to_string();
        ensure!(!names.contains("webRequest"), "webRequest was given back: {names}");
        Ok(())
    }

    /// Nobody listens at the port.
    pub async fn wrong_port(&self) -> Result<()> {
        let nobody = format!("http://{}", broken::closed_port().await?);
        let words = ["wrong_port", "nobody listens", "correct the port"];
        self.finds_out(&nobody, "not_reachable", words).await
    }

    /// No machine has the name.
    async fn unknown_name(&self) -> Result<()> {
        let words = ["name_unknown", "no machine named nowhere.invalid", "slip in the name"];
        self.finds_out(NOWHERE, "not_reachable", words).await
    }

    /// https is asked of a port that speaks http.
    async fn https_on_http(&self) -> Result<()> {
        let address = self.server.url().replace("http://", "https://");
        self.finds(&address, ["https_on_http", "this port speaks http", "change https://"]).await
    }

    /// http is asked of a port that speaks https.
    async fn http_on_https(&self) -> Result<()> {
        let server = Broken::encrypted(tls::acceptor(true)?, |_| {
            broken::answer("200 OK", JSON, &broken::me_feed(1))
        });
        let address = server.await?;
        let words = ["http_on_https", "this port speaks https", "Change http://"];
        self.finds(&address.url("http"), words).await
    }

    /// The certificate is nobody's but the server's own.
    pub async fn self_signed(&self) -> Result<()> {
        let server = Broken::encrypted(tls::acceptor(false)?, |_| {
            broken::answer("200 OK", JSON, &broken::me_feed(1))
        })
        .await?;
        let words = ["self_signed", "The certificate is self-signed", "trusted"];
        self.finds_out(&server.url("https"), "not_reachable", words).await
    }

    /// The path of the address is missing.
    async fn sub_path(&self) -> Result<()> {
        let moved = Broken::start(|path| match path {
            "/mefeed/api/version" => broken::answer("200 OK", JSON, &broken::me_feed(1)),
            _ => broken::answer("404 Not Found", HTML, "<h1>Nothing here</h1>"),
        })
        .await?;
        self.finds(&moved.url("http"), ["sub_path", "under another path", "/mefeed"]).await
    }

    /// A proxy sends everybody to its sign-in page.
    pub async fn login_page(&self) -> Result<()> {
        let login = Broken::start(|_| {
            broken::answer("302 Found", "location: https://login.example/\r\n", "")
        })
        .await?;
        let words = ["login_page", "sign-in page", "pass requests to /api/"];
        self.finds(&login.url("http"), words).await
    }

    /// Another program answers.
    pub async fn other_server(&self) -> Result<()> {
        let other = Broken::start(|_| broken::answer("200 OK", HTML, "<h1>Router</h1>")).await?;
        let words = ["other_server", "Another web server", "Open Me Feed in a tab"];
        self.finds(&other.url("http"), words).await
    }

    /// A proxy takes the headers away that let the extension in.
    async fn cors_off(&self) -> Result<()> {
        let deaf =
            Broken::start(|_| broken::unreadable("200 OK", JSON, &broken::me_feed(1))).await?;
        let words = ["cors_off", "without the headers", "Access-Control-"];
        self.finds_out(&deaf.url("http"), "unreadable", words).await
    }

    /// The server speaks an older or a newer language.
    pub async fn versions(&self) -> Result<()> {
        for (wire, words) in [
            (0, ["server_too_old", "server is too old", "Update Me Feed on the server"]),
            (9, ["server_too_new", "newer than this extension", "Update the extension"]),
        ] {
            let server =
                Broken::start(move |_| broken::answer("200 OK", JSON, &broken::me_feed(wire)));
            self.finds(&server.await?.url("http"), words).await?;
        }
        Ok(())
    }

    /// The server's clock is an hour ahead.
    async fn wrong_clock(&self) -> Result<()> {
        self.server.later(3_600);
        let words = ["clock", "60 minutes apart", "network time"];
        let found = self.finds(self.server.url(), words).await;
        self.server.later(-3_600);
        found
    }

    /// The token was revoked on the server.
    async fn revoked_token(&self) -> Result<()> {
        let popup = self.popup();
        popup.enter_server(self.server.url(), self.server.token()).await?;
        popup.wait_for("start").await?;
        self.server.revoke_all().await?;
        popup.click("chip-server").await?;
        popup.click("doctor-open").await?;
        popup.says(["token_revoked", "The token was revoked", "Connect again"]).await?;
        popup.click("doctor-back").await?;
        popup.click("server-forget").await?;
        popup.wait_for("server").await
    }

    /// The person refuses, and then lets the time run out.
    async fn refused_and_expired_codes(&self) -> Result<()> {
        self.sign_in_at_server().await?;
        let popup = self.popup();
        popup.connect_to_instead(self.server.url()).await?;
        self.decide("refuse").await?;
        popup.wait_for("pairing/access_denied").await?;
        let text = popup.text().await?;
        ensure!(text.contains("The request was refused") && text.contains("Ask again"), "{text}");
        popup.click("pair-again").await?;
        popup.code().await?;
        self.server.later(601);
        popup.wait_for("pairing/expired_token").await?;
        let text = popup.text().await?;
        ensure!(text.contains("The code is over") && text.contains("Ask again"), "{text}");
        self.server.later(-601);
        popup.click("pair-cancel").await?;
        popup.wait_for("server").await
    }
}
