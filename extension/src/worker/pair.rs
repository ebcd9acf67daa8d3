//! Talks to the person's server about tokens: codes for pairing, the token itself, giving it up.

use super::Worker;
use crate::{
    browser::Browser,
    grant::{self, Grant, Poll},
    messages::ServerTrouble,
    server,
};

impl<B: Browser> Worker<B> {
    /// Asks what answers there first, so that a server that is none is named as such.
    pub(super) async fn ask_code(&self, address: &str, wide: bool) -> Result<Grant, ServerTrouble> {
        let answer = self.ask_server(server::version_request(address)).await?;
        let version = server::version(&answer)?;
        let system = self.browser.system().await;
        let name = grant::client_name(self.client.browser.as_deref(), &system);
        let answer = self.ask_server(grant::code_request(address, &name, wide)).await?;
        grant::codes(&answer, address, version)
    }

    /// Asks whether the person has decided.
    pub(super) async fn poll(&self, address: &str, device_code: &str) -> Poll {
        match self.ask_server(grant::token_request(address, device_code)).await {
            Ok(answer) => grant::polled(&answer),
            Err(trouble) => Poll::Trouble(trouble),
        }
    }

    /// Gives a token up; whether the server has taken note.
    pub(super) async fn revoke(&self, address: &str, token: &str) -> bool {
        let answer = self.ask_server(grant::revoke_request(address, token)).await;
        answer.is_ok_and(|answer| server::taken(&answer).is_ok())
    }
}
