//! Signing in by e-mail address and password, making accounts, and changing passwords.

use std::fmt;

use axum_login::{AuthUser, AuthnBackend};
use uuid::Uuid;

use super::{
    Account, AccountError, checked_account,
    passwords::{Checked, HashFailed, Passwords},
    random_secret,
};
use crate::{
    app::App,
    ingest::hex_hash,
    store::{AccountId, StoreError},
    throttle::{self, Limit, Throttled},
};

/// Wrong passwords of one account, and of one network address, in a quarter of an hour.
const OF_ACCOUNT: i64 = 10;
const OF_ADDRESS: i64 = 50;
const WINDOW: i64 = 15 * 60;
/// Accounts that one network address may register in an hour.
const REGISTRATIONS: i64 = 10;
const HOUR: i64 = 60 * 60;
/// Whether anybody may make an account.
const REGISTRATION: &str = "registration";

/// A person who is signed in. The key is part of every session, so that changing it ends them all.
#[derive(Clone)]
pub struct Person {
    /// Whose account it is.
    pub account: Account,
    pub(crate) session_key: Vec<u8>,
}

/// What somebody signs in with.
pub struct Credentials {
    /// E-mail address, in any case.
    pub email: String,
    /// Password.
    pub password: String,
    /// Network address, as tries are counted against it.
    pub address: String,
}

/// Why nobody was signed in or no account was made.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Something about the account.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The link was used or has expired.
    #[error("the link was used or has expired")]
    LinkUsed,
    /// Nobody may make an account without a link.
    #[error("registration is closed")]
    Closed,
    /// The password before is not the right one.
    #[error("the current password is wrong")]
    WrongPassword,
    /// Too many tries; so many seconds to wait.
    #[error("too many tries")]
    TooMany(i64),
    /// A password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashFailed),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Throttled> for SignInError {
    fn from(throttled: Throttled) -> Self {
        match throttled {
            Throttled::TooMany(seconds) => Self::TooMany(seconds),
            Throttled::Store(error) => Self::Store(error),
        }
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("id", &self.account.id).finish_non_exhaustive()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials")
    }
}

impl AuthUser for Person {
    type Id = Uuid;

    fn id(&self) -> Uuid {
        self.account.id
    }

    fn session_auth_hash(&self) -> &[u8] {
        &self.session_key
    }
}

/// Finds people for the session layer.
#[derive(Clone, Debug)]
pub struct People(pub App);

impl AuthnBackend for People {
    type User = Person;
    type Credentials = Credentials;
    type Error = SignInError;

    /// Checks a password. Names nobody knows cost as much as wrong passwords, in work and in tries.
    async fn authenticate(&self, creds: Credentials) -> Result<Option<Person>, SignInError> {
        let app = &self.0;
        let email = creds.email.trim().to_lowercase();
        let limits =
            [limit_of(&email), Limit::new("sign_in_address", &creds.address, OF_ADDRESS, WINDOW)];
        let made = throttle::count(app, &limits).await?;
        let found = app.store().person_by_email(&email).await?;
        let stored = found.as_ref().and_then(|(_, hash)| hash.clone());
        let checked = app.passwords().check(creds.password, stored.clone(), app.chance()).await?;
        let Some((person, _)) = found else { return Ok(None) };
        match (checked, stored) {
            (Checked::Wrong, _) | (_, None) => return Ok(None),
            (Checked::RightOutdated(new), Some(old)) => {
                app.store().replace_hash(person.account.id, &old, &new).await?;
            }
            (Checked::Right, Some(_)) => {}
        }
        throttle::take_back(app, made).await?;
        Ok(Some(person))
    }

    async fn get_user(&self, id: &Uuid) -> Result<Option<Person>, SignInError> {
        Ok(self.0.store().person(*id).await?.map(|(person, _)| person))
    }
}

/// What somebody writes to get an account.
pub struct NewPerson<'a> {
    /// E-mail address.
    pub email: &'a str,
    /// What pages call the person; may be empty.
    pub name: &'a str,
    /// The password.
    pub password: &'a str,
}

/// Makes an account by a link, or without one where registration is open. The link is used up only if
/// the account is made.
///
/// # Errors
///
/// A weak password, an address that is taken, a link that was used.
pub async fn sign_up(
    app: &App,
    secret: Option<&str>,
    new: &NewPerson<'_>,
    address: &str,
) -> Result<Person, SignInError> {
    let link = secret.map(|secret| hex_hash(secret.as_bytes()));
    let now = app.clock().now().as_microsecond();
    match &link {
        // Strangers learn nothing from what follows, and cause no work.
        Some(link) if !app.store().link_opens(link, now).await? => {
            return Err(SignInError::LinkUsed);
        }
        Some(_) => {}
        None => may_register(app, address).await?,
    }
    let account = checked_account(app, new.email, new.name)?;
    judge(new.password, &account)?;
    let hash = app.passwords().hash(new.password.to_owned(), app.chance()).await?;
    let session_key = new_session_key(app);
    let made = app.store().sign_up(&account, &hash, &session_key, link.as_deref(), now).await;
    match made {
        Ok(true) => {}
        Ok(false) => return Err(SignInError::LinkUsed),
        Err(StoreError::Exists) => return Err(AccountError::Exists.into()),
        Err(error) => return Err(error.into()),
    }
    let found = app.store().person(account.id).await?;
    found.map(|(person, _)| person).ok_or(SignInError::Account(AccountError::Unknown))
}

async fn may_register(app: &App, address: &str) -> Result<(), SignInError> {
    if !registration_is_open(app).await? {
        return Err(SignInError::Closed);
    }
    let limit = Limit::new("register_address", address, REGISTRATIONS, HOUR);
    throttle::count(app, &[limit]).await?;
    Ok(())
}

/// Gives an account another password and ends all its sessions. The one before has to be right, unless
/// a link has just shown who the person is.
///
/// # Errors
///
/// A weak or wrong password, too many wrong ones.
pub async fn change_password(
    app: &App,
    id: AccountId,
    current: Option<&str>,
    new: &str,
) -> Result<Person, SignInError> {
    let (person, stored) =
        app.store().person(id).await?.ok_or(SignInError::Account(AccountError::Unknown))?;
    if let Some(current) = current {
        is_right(app, &person.account, current, stored).await?;
    }
    judge(new, &person.account)?;
    let hash = app.passwords().hash(new.to_owned(), app.chance()).await?;
    let key = new_session_key(app);
    app.store().set_password(id, &hash, &key).await?;
    Ok(Person { session_key: key.into_bytes(), ..person })
}

/// Asks for the password once more, before something that a stolen session or token must not do.
///
/// # Errors
///
/// It is wrong, the account has none, or too many were.
pub async fn prove(app: &App, id: AccountId, password: &str) -> Result<(), SignInError> {
    let found = app.store().person(id).await?;
    let (person, stored) = found.ok_or(SignInError::Account(AccountError::Unknown))?;
    is_right(app, &person.account, password, stored).await
}

async fn is_right(
    app: &App,
    account: &Account,
    password: &str,
    stored: Option<String>,
) -> Result<(), SignInError> {
    let made = throttle::count(app, &[limit_of(&account.email)]).await?;
    let checked = app.passwords().check(password.to_owned(), stored, app.chance()).await?;
    if checked == Checked::Wrong {
        return Err(SignInError::WrongPassword);
    }
    Ok(throttle::take_back(app, made).await?)
}

fn limit_of(email: &str) -> Limit {
    Limit::new("sign_in_account", &email.to_lowercase(), OF_ACCOUNT, WINDOW)
}

/// The key under which tries at an account's password are counted.
pub fn attempts_of(email: &str) -> String {
    limit_of(email).into_key()
}

/// Ends every session of an account; gives the person with the key of new ones.
///
/// # Errors
///
/// The database's.
pub async fn end_all_sessions(app: &App, person: &Person) -> Result<Person, StoreError> {
    let key = new_session_key(app);
    app.store().end_all_sessions(person.account.id, &key).await?;
    Ok(Person { session_key: key.into_bytes(), account: person.account.clone() })
}

/// Whether anybody may make an account.
///
/// # Errors
///
/// The database's.
pub async fn registration_is_open(app: &App) -> Result<bool, StoreError> {
    Ok(app.store().setting(REGISTRATION).await?.as_deref() == Some("open"))
}

/// Opens or closes registration.
///
/// # Errors
///
/// The database's, or that only the owner may.
pub async fn open_registration(app: &App, by: &Account, open: bool) -> Result<(), AccountError> {
    if !by.is_owner {
        return Err(AccountError::NotOwner);
    }
    let value = if open { "open" } else { "closed" };
    Ok(app.store().set_setting(REGISTRATION, value).await?)
}

fn judge(password: &str, account: &Account) -> Result<(), SignInError> {
    Passwords::judge(password, &[&account.email, &account.name])
        .map_err(|weak| AccountError::Weak(weak).into())
}

fn new_session_key(app: &App) -> String {
    random_secret(app)
}
