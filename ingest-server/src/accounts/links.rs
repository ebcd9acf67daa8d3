//! One-time links: the secret stands in the fragment, which browsers send to nobody, and is used up by
//! POST, once, within 30 minutes.

use super::{AccountError, random_secret};
use crate::{
    app::App,
    ingest::hex_hash,
    store::{AccountId, StoreError},
};

/// How long a one-time link works, in microseconds.
const WORKS: i64 = 30 * 60 * 1_000_000;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Makes the first account.
    Owner,
    /// Makes another account.
    Invitation,
    /// Signs in.
    SignIn,
    /// Signs in and lets the person choose a password.
    Password,
}

impl Purpose {
    /// Name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Invitation => "invitation",
            Self::SignIn => "sign_in",
            Self::Password => "password",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Owner, Self::Invitation, Self::SignIn, Self::Password]
            .into_iter()
            .find(|purpose| purpose.as_str() == text)
    }

    /// The page that uses it up.
    const fn page(self) -> &'static str {
        match self {
            Self::Owner | Self::Invitation => "setup",
            Self::SignIn | Self::Password => "sign-in",
        }
    }
}

/// A one-time link as it is stored: without its secret.
#[derive(Clone, Debug)]
pub struct Link {
    pub(crate) hash: String,
    pub(crate) purpose: Purpose,
    /// Whom it signs in; nobody if it makes an account.
    pub(crate) account: Option<AccountId>,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
}

/// Makes a link that signs in once.
///
/// # Errors
///
/// The database's.
pub async fn one_time_link(app: &App, account: AccountId) -> Result<String, StoreError> {
    make(app, Purpose::SignIn, Some(account)).await
}

/// Makes a link that signs in once and lets the person choose a password.
///
/// # Errors
///
/// The database's.
pub async fn password_link(app: &App, account: AccountId) -> Result<String, StoreError> {
    make(app, Purpose::Password, Some(account)).await
}

/// Makes the link that makes the owner, and voids those before; none if there is an account already.
///
/// # Errors
///
/// The database's.
pub async fn owner_link(app: &App) -> Result<Option<String>, StoreError> {
    if app.store().has_accounts().await? {
        return Ok(None);
    }
    make(app, Purpose::Owner, None).await.map(Some)
}

/// Makes a link that makes another account.
///
/// # Errors
///
/// The database's, or that only the owner invites.
pub async fn invitation(app: &App, by: &super::Account) -> Result<String, AccountError> {
    if !by.is_owner {
        return Err(AccountError::NotOwner);
    }
    Ok(make(app, Purpose::Invitation, None).await?)
}

async fn make(
    app: &App,
    purpose: Purpose,
    account: Option<AccountId>,
) -> Result<String, StoreError> {
    let secret = random_secret(app);
    let now = app.clock().now().as_microsecond();
    let hash = hex_hash(secret.as_bytes());
    let link = Link { hash, purpose, account, created_at: now, expires_at: now + WORKS };
    app.store().add_link(&link).await?;
    let base = app.settings().public_url.as_str().trim_end_matches('/');
    Ok(format!("{base}/{}#{secret}", purpose.page()))
}

/// Uses a link up that signs in; gives its account and purpose the first time, before it expires.
///
/// # Errors
///
/// The database's.
pub async fn use_link(app: &App, secret: &str) -> Result<Option<(AccountId, Purpose)>, StoreError> {
    let now = app.clock().now().as_microsecond();
    app.store().use_link(&hex_hash(secret.as_bytes()), now).await
}
