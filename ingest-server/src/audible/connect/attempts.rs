//! What an attempt has to remember between two calls: sealed in the database, named by a secret of the caller.

use audible_client::{attempt::Attempt, secret::Secret, sign_in::Pending};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use shared::ids::Marketplace;

use super::{ATTEMPT_SECONDS, Connecting};
use crate::{
    audible::{ConnectionError, Whose, vault::Purpose},
    ingest::hex_hash,
    store::{StoreError, connections::AttemptRow, rows::Key},
};

/// What is remembered between two calls.
#[derive(Serialize, Deserialize)]
pub(super) struct Remembered {
    pub(super) attempt: Attempt,
    pub(super) pending: Option<Pending>,
}

impl Connecting<'_> {
    /// Keeps a sign-in that waits for a code; gives its name.
    pub(super) async fn waits(
        &self,
        attempt: Attempt,
        pending: Pending,
    ) -> Result<Secret, ConnectionError> {
        let remembered = Remembered { attempt, pending: Some(pending) };
        self.remember(&remembered).await.map(Secret::new)
    }

    pub(super) fn attempt(&self, marketplace: Marketplace) -> Attempt {
        let mut random = [0; 48];
        self.app.chance().fill(&mut random);
        Attempt::new(marketplace, &random)
    }

    /// Keeps what has to be remembered; gives its name.
    pub(super) async fn remember(
        &self,
        remembered: &Remembered,
    ) -> Result<String, ConnectionError> {
        let mut random = [0; 32];
        self.app.chance().fill(&mut random);
        let state = URL_SAFE_NO_PAD.encode(random);
        let marketplace = remembered.attempt.marketplace();
        let whose = Whose { account: self.account, marketplace };
        let text = serde_json::to_string(remembered).map_err(ConnectionError::Own)?;
        let row = AttemptRow {
            user_id: Key(self.account),
            hash: hex_hash(state.as_bytes()),
            marketplace: marketplace.code().to_owned(),
            sealed: self.audible.vault.seal(&whose, Purpose::Attempt, &text)?,
            expires_at: self.now() + ATTEMPT_SECONDS * 1_000_000,
        };
        self.app.store().add_connecting(&row).await?;
        Ok(state)
    }

    pub(super) async fn remembered(
        &self,
        state: &str,
    ) -> Result<(AttemptRow, Remembered), ConnectionError> {
        let hash = hex_hash(state.as_bytes());
        let found = self.app.store().connecting(self.account, &hash, self.now()).await?;
        let row = found.ok_or(ConnectionError::AttemptUnknown)?;
        let marketplace = Marketplace::parse(&row.marketplace).map_err(|error| {
            StoreError::row("audible_attempts", "marketplace", row.user_id, &error)
        })?;
        let whose = Whose { account: self.account, marketplace };
        let text = self.audible.vault.open(&whose, Purpose::Attempt, &row.sealed)?;
        let remembered = serde_json::from_str(&text).map_err(ConnectionError::Own)?;
        Ok((row, remembered))
    }

    /// Of two calls that come together one goes on.
    pub(super) async fn use_up(&self, row: &AttemptRow) -> Result<(), ConnectionError> {
        let used = self.app.store().use_connecting(self.account, &row.hash).await?;
        used.then_some(()).ok_or(ConnectionError::AttemptUnknown)
    }
}
