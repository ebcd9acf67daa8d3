//! Use cases: accounts and API tokens. Secrets leave here once; their hashes are kept.

mod links;
pub mod passwords;
mod scopes;
pub(crate) mod sessions;
mod sign_in;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

pub use self::{
    links::{Link, Purpose, invitation, one_time_link, owner_link, password_link, use_link},
    passwords::Weak,
    scopes::{Scope, Scopes, UnknownScope},
    sign_in::{
        Credentials, NewPerson, People, Person, SignInError, attempts_of, change_password,
        end_all_sessions, open_registration, prove, registration_is_open, sign_up,
    },
};
use crate::{
    app::App,
    clock::new_id,
    ingest::hex_hash,
    store::{AccountId, Bearer, StoreError},
};

/// What every API token begins with, so that secret scanners know one.
const PREFIX: &str = "mf_";
/// Random bytes of a secret.
const SECRET: usize = 32;
/// A token's last use is noted at most this often, in microseconds.
const TOUCH_EVERY: i64 = 60 * 1_000_000;
/// Longest address that mail programs take.
const LONGEST_EMAIL: usize = 254;
/// Longest name of a person or token, in characters.
const LONGEST_NAME: usize = 100;

/// A person who has a library here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Id.
    pub id: AccountId,
    /// E-mail address as given.
    pub email: String,
    /// What pages call the person; may be empty.
    pub name: String,
    /// From this percent on a title counts as finished.
    pub finished_from: u8,
    /// The one who may invite others and open registration.
    pub is_owner: bool,
}

/// An API token as it is stored: without its secret.
#[derive(Clone, Debug)]
pub struct Token {
    pub(crate) id: Uuid,
    pub(crate) owner: AccountId,
    pub(crate) name: String,
    pub(crate) hash: String,
    pub(crate) scopes: Scopes,
    pub(crate) created_at: i64,
}

/// Why an account or token was not made.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Not an e-mail address.
    #[error("that is not an e-mail address: write one such as reader@home.example")]
    Email,
    /// Too long.
    #[error("a name has at most 100 characters")]
    Name,
    /// There is one.
    #[error("there is an account with this e-mail address already")]
    Exists,
    /// The password is too weak.
    #[error(transparent)]
    Weak(#[from] Weak),
    /// Only the owner may.
    #[error("only the owner of this server may do this")]
    NotOwner,
    /// There is none.
    #[error("there is no account with this e-mail address; add it with `ingest-server user add`")]
    Unknown,
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a request may not do what it asks for.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// It names no token.
    #[error("no token")]
    NoToken,
    /// The server does not know the token.
    #[error("unknown token")]
    UnknownToken,
    /// The token was revoked.
    #[error("revoked token")]
    RevokedToken,
    /// The token may do other things only.
    #[error("the token lacks the scope {0}")]
    Scope(Scope),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Adds an account without a password. The first one is the owner's.
///
/// # Errors
///
/// Not an e-mail address, or one that has an account.
pub async fn add_account(app: &App, email: &str, name: &str) -> Result<Account, AccountError> {
    let account = checked_account(app, email, name)?;
    let at = app.clock().now().as_microsecond();
    app.store().add_account(&account, at).await.map_err(|error| match error {
        StoreError::Exists => AccountError::Exists,
        other => other.into(),
    })?;
    app.store().account(account.id).await?.ok_or(AccountError::Unknown)
}

/// An account as somebody writes it down; whether it is the owner's is known when it is stored.
fn checked_account(app: &App, email: &str, name: &str) -> Result<Account, AccountError> {
    let email = email.trim();
    if !is_email(email) {
        return Err(AccountError::Email);
    }
    Ok(Account {
        id: new_id(app.clock().now(), app.chance()),
        email: email.to_owned(),
        name: bounded_name(name)?,
        finished_from: shared::media::FINISHED_FROM,
        is_owner: false,
    })
}

/// Gives an account another name.
///
/// # Errors
///
/// A name that is too long.
pub async fn rename(app: &App, account: AccountId, name: &str) -> Result<(), AccountError> {
    Ok(app.store().rename_account(account, &bounded_name(name)?).await?)
}

/// Finds an account by its e-mail address, in any case.
///
/// # Errors
///
/// [`AccountError::Unknown`].
pub async fn find_account(app: &App, email: &str) -> Result<Account, AccountError> {
    let key = email.trim().to_lowercase();
    app.store().account_by_email(&key).await?.ok_or(AccountError::Unknown)
}

/// Makes a token and gives its secret, which is not kept: `mf_…`.
///
/// # Errors
///
/// A name that is too long.
pub async fn create_token(
    app: &App,
    owner: AccountId,
    name: &str,
    scopes: Scopes,
) -> Result<String, AccountError> {
    let secret = new_token_secret(app);
    let now = app.clock().now();
    let token = Token {
        id: new_id(now, app.chance()),
        owner,
        name: bounded_name(name)?,
        hash: hex_hash(secret.as_bytes()),
        scopes,
        created_at: now.as_microsecond(),
    };
    app.store().add_token(&token).await?;
    Ok(secret)
}

/// The account that a token belongs to, if the token has the scope.
///
/// # Errors
///
/// See [`Denied`].
pub async fn authorize(app: &App, secret: Option<&str>, scope: Scope) -> Result<Account, Denied> {
    let bearer = known(app, secret).await?;
    if !bearer.scopes.contains(scope) {
        return Err(Denied::Scope(scope));
    }
    note_use(app, &bearer).await?;
    Ok(bearer.account)
}

/// The token itself, whatever it may do.
async fn known(app: &App, secret: Option<&str>) -> Result<Bearer, Denied> {
    let secret = secret.ok_or(Denied::NoToken)?;
    let hash = hex_hash(secret.as_bytes());
    let bearer = app.store().bearer(&hash).await?.ok_or(Denied::UnknownToken)?;
    if bearer.revoked { Err(Denied::RevokedToken) } else { Ok(bearer) }
}

/// Revokes a token of the account by its id; false if there is none to revoke.
///
/// # Errors
///
/// The database's.
pub async fn revoke_token(app: &App, owner: AccountId, id: Uuid) -> Result<bool, StoreError> {
    app.store().revoke_token(owner, id, app.clock().now().as_microsecond()).await
}

/// Revokes a token for a program that has one: its own always, another of the same account only with
/// the scope `library:write`. False if there is none to revoke.
///
/// # Errors
///
/// See [`Denied`].
pub async fn revoke_as(app: &App, secret: Option<&str>, id: Uuid) -> Result<bool, Denied> {
    let bearer = known(app, secret).await?;
    if bearer.token_id != id && !bearer.scopes.contains(Scope::LibraryWrite) {
        return Err(Denied::Scope(Scope::LibraryWrite));
    }
    Ok(revoke_token(app, bearer.account.id, id).await?)
}

/// Revokes the token with this secret, if there is one.
///
/// # Errors
///
/// The database's.
pub async fn give_up(app: &App, secret: &str) -> Result<(), StoreError> {
    let hash = hex_hash(secret.as_bytes());
    app.store().revoke_hash(&hash, app.clock().now().as_microsecond()).await
}

async fn note_use(app: &App, bearer: &Bearer) -> Result<(), StoreError> {
    let now = app.clock().now().as_microsecond();
    if bearer.last_used_at.is_none_or(|last| last + TOUCH_EVERY <= now) {
        app.store().touch_token(bearer.account.id, bearer.token_id, now).await?;
    }
    Ok(())
}

/// A token's secret that nobody has yet.
pub(crate) fn new_token_secret(app: &App) -> String {
    format!("{PREFIX}{}", random_secret(app))
}

fn random_secret(app: &App) -> String {
    let mut bytes = [0; SECRET];
    app.chance().fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
        && text.len() <= LONGEST_EMAIL
        && !text.chars().any(|letter| letter.is_whitespace() || letter.is_control())
}

fn bounded_name(name: &str) -> Result<String, AccountError> {
    let name = shared::text::clean(name);
    if name.chars().count() > LONGEST_NAME { Err(AccountError::Name) } else { Ok(name) }
}
