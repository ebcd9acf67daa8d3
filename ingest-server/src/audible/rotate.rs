//! Use case of an operator: seal everything with another master key, and look at the start that what is
//! stored can be opened.
//!
//! Both keys are given while it lasts; the server may run meanwhile with both. Each row is replaced by
//! itself, so that a rotation that was interrupted goes on where it stood.

use uuid::Uuid;

use super::{
    ConnectionError,
    vault::{NotOpened, Purpose},
    whose,
};
use crate::{
    app::App,
    audit::{self, What},
    clock::new_id,
    store::{AuditRow, connections::AuthRow},
};

/// Rows that are looked at in one go.
const PART: i64 = 200;

/// What a rotation did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Sealed with the new key now.
    pub resealed: u32,
    /// Were so before.
    pub current: u32,
    /// Cannot be opened by either key; they stay as they are.
    pub unopened: u32,
}

/// Seals everything with the current key.
///
/// # Errors
///
/// No key, or the database's.
pub async fn rotate(app: &App) -> Result<Rotated, ConnectionError> {
    rotate_some(app, u32::MAX).await
}

/// The same for at most so many connections, as if it was interrupted then.
///
/// # Errors
///
/// No key, or the database's.
pub async fn rotate_some(app: &App, most: u32) -> Result<Rotated, ConnectionError> {
    let vault = &app.audible()?.vault;
    let mut rotated = Rotated::default();
    let mut after = (Uuid::nil(), String::new());
    loop {
        let rows = app.store().sealed((after.0, &after.1), PART).await?;
        let Some(last) = rows.last() else { break };
        after = (last.user_id.0, last.marketplace.clone());
        for row in &rows {
            if rotated.resealed >= most {
                return Ok(rotated);
            }
            if vault.is_current(&row.encrypted_token) {
                rotated.current += 1;
                continue;
            }
            let whose = whose(row)?;
            match vault.open(&whose, Purpose::Credentials, &row.encrypted_token) {
                Ok(text) => {
                    let sealed = vault.seal(&whose, Purpose::Credentials, &text)?;
                    if app.store().reseal(row, &sealed).await? {
                        rotated.resealed += 1;
                        let owner = whose.account;
                        audit::note(app, owner, What::KeyRotation, &row.marketplace, "done").await;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, account.id = %whose.account, "not opened");
                    rotated.unopened += 1;
                }
            }
        }
    }
    let now = app.clock().now();
    app.store()
        .audit(&AuditRow {
            id: new_id(now, app.chance()),
            at: now.as_microsecond(),
            what: "key_rotation",
            detail: format!("{} resealed, {} unopened", rotated.resealed, rotated.unopened),
        })
        .await?;
    Ok(rotated)
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// There are connections, and nothing opens them.
    #[error(
        "there are connections with Audible, and AUDIBLE_ENCRYPTION_KEY is not set; set the key that they \
         were sealed with"
    )]
    NoKey,
    /// There are connections that another key opens.
    #[error(
        "there are connections with Audible that were sealed with another AUDIBLE_ENCRYPTION_KEY; set that \
         one, or set it as AUDIBLE_ENCRYPTION_KEY_PREVIOUS and run `ingest-server rotate-key`"
    )]
    OtherKey,
    /// The database said no.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
}

/// Looks whether everything that is stored can be opened.
///
/// # Errors
///
/// See [`Unusable`].
pub async fn check(app: &App) -> Result<(), Unusable> {
    let Some(audible) = app.kept_audible() else {
        return if app.store().any_sealed().await? { Err(Unusable::NoKey) } else { Ok(()) };
    };
    let mut after = (Uuid::nil(), String::new());
    loop {
        let rows: Vec<AuthRow> = app.store().sealed((after.0, &after.1), PART).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        for row in &rows {
            let Ok(whose) = whose(row) else { continue };
            let opened = audible.vault.open(&whose, Purpose::Credentials, &row.encrypted_token);
            if opened == Err(NotOpened::OtherKey) {
                return Err(Unusable::OtherKey);
            }
        }
        after = (last.user_id.0, last.marketplace.clone());
    }
}
