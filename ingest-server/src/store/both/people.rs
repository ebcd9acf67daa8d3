//! People: passwords, one-time links, and what the owner has set.

use jiff::Timestamp;

use super::{
    Connection,
    accounts::{self, AccountRow},
};
use crate::{
    accounts::{Account, Link, Person, Purpose},
    store::{AccountId, PersonRow, StoreError, rows::Key},
};

#[derive(sqlx::FromRow)]
struct Found {
    #[sqlx(flatten)]
    account: AccountRow,
    password_hash: Option<String>,
    session_key: String,
}

impl Found {
    fn read(self) -> Result<(Person, Option<String>), StoreError> {
        let person =
            Person { account: self.account.read()?, session_key: self.session_key.into_bytes() };
        Ok((person, self.password_hash))
    }
}

pub(super) async fn by_id(
    db: &mut Connection,
    id: AccountId,
) -> Result<Option<(Person, Option<String>)>, StoreError> {
    let found: Option<Found> = sqlx::query_as(
        "SELECT user_id, email, name, finished_from, is_owner, password_hash, session_key
         FROM users WHERE user_id = $1",
    )
    .bind(Key(id))
    .fetch_optional(db)
    .await?;
    found.map(Found::read).transpose()
}

pub(super) async fn by_email(
    db: &mut Connection,
    email_key: &str,
) -> Result<Option<(Person, Option<String>)>, StoreError> {
    let found: Option<Found> = sqlx::query_as(
        "SELECT user_id, email, name, finished_from, is_owner, password_hash, session_key
         FROM users WHERE email_key = $1",
    )
    .bind(email_key)
    .fetch_optional(db)
    .await?;
    found.map(Found::read).transpose()
}

pub(super) async fn link_opens(
    db: &mut Connection,
    hash: &str,
    now: i64,
) -> Result<bool, StoreError> {
    let purpose: Option<String> = sqlx::query_scalar(
        "SELECT purpose FROM one_time_links
         WHERE hash = $1 AND used_at IS NULL AND expires_at > $2 AND user_id IS NULL",
    )
    .bind(hash)
    .bind(now)
    .fetch_optional(db)
    .await?;
    Ok(purpose.is_some())
}

/// The link and the account go together: neither is there without the other.
pub(super) async fn sign_up(
    db: &mut Connection,
    account: &Account,
    hash: &str,
    session_key: &str,
    link: Option<&str>,
    now: i64,
) -> Result<bool, StoreError> {
    if let Some(link) = link {
        let purpose = use_up(db, link, now).await?;
        let works = match purpose {
            Some(Purpose::Owner) => !accounts::any(db).await?,
            Some(Purpose::Invitation) => true,
            _ => false,
        };
        if !works {
            return Ok(false);
        }
    }
    accounts::add(db, account, now).await?;
    set_password(db, account.id, hash, session_key).await?;
    Ok(true)
}

/// Compare and set: of two that come with the same link, one finds it used.
async fn use_up(db: &mut Connection, hash: &str, now: i64) -> Result<Option<Purpose>, StoreError> {
    let purpose: Option<String> = sqlx::query_scalar(
        "UPDATE one_time_links SET used_at = $2
         WHERE hash = $1 AND used_at IS NULL AND expires_at > $2 AND user_id IS NULL
         RETURNING purpose",
    )
    .bind(hash)
    .bind(now)
    .fetch_optional(db)
    .await?;
    Ok(purpose.and_then(|purpose| Purpose::parse(&purpose)))
}

pub(super) async fn use_link(
    db: &mut Connection,
    hash: &str,
    now: i64,
) -> Result<Option<(AccountId, Purpose)>, StoreError> {
    let used: Option<(Key, String)> = sqlx::query_as(
        "UPDATE one_time_links SET used_at = $2
         WHERE hash = $1 AND used_at IS NULL AND expires_at > $2 AND user_id IS NOT NULL
         RETURNING user_id, purpose",
    )
    .bind(hash)
    .bind(now)
    .fetch_optional(db)
    .await?;
    Ok(used.and_then(|(account, purpose)| Some((account.0, Purpose::parse(&purpose)?))))
}

/// A new link for the owner voids those before.
pub(super) async fn add_link(db: &mut Connection, link: &Link) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM one_time_links WHERE expires_at <= $1")
        .bind(link.created_at)
        .execute(&mut *db)
        .await?;
    if link.purpose == Purpose::Owner {
        sqlx::query("DELETE FROM one_time_links WHERE purpose = $1")
            .bind(link.purpose.as_str())
            .execute(&mut *db)
            .await?;
    }
    sqlx::query(
        "INSERT INTO one_time_links (hash, user_id, purpose, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&link.hash)
    .bind(link.account.map(Key))
    .bind(link.purpose.as_str())
    .bind(link.created_at)
    .bind(link.expires_at)
    .execute(db)
    .await?;
    Ok(())
}

/// The sessions end with the password; links that would set another one, too.
pub(super) async fn set_password(
    db: &mut Connection,
    id: AccountId,
    hash: &str,
    session_key: &str,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE users SET password_hash = $2 WHERE user_id = $1")
        .bind(Key(id))
        .bind(hash)
        .execute(&mut *db)
        .await?;
    sqlx::query("DELETE FROM one_time_links WHERE user_id = $1")
        .bind(Key(id))
        .execute(&mut *db)
        .await?;
    end_all_sessions(db, id, session_key).await
}

pub(super) async fn end_all_sessions(
    db: &mut Connection,
    id: AccountId,
    session_key: &str,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE users SET session_key = $2 WHERE user_id = $1")
        .bind(Key(id))
        .bind(session_key)
        .execute(&mut *db)
        .await?;
    sqlx::query("DELETE FROM sessions WHERE user_id = $1").bind(Key(id)).execute(db).await?;
    Ok(())
}

pub(super) async fn replace_hash(
    db: &mut Connection,
    id: AccountId,
    old: &str,
    new: &str,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE users SET password_hash = $3 WHERE user_id = $1 AND password_hash = $2")
        .bind(Key(id))
        .bind(old)
        .bind(new)
        .execute(db)
        .await?;
    Ok(())
}

pub(super) async fn rename(
    db: &mut Connection,
    id: AccountId,
    name: &str,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE users SET name = $2 WHERE user_id = $1")
        .bind(Key(id))
        .bind(name)
        .execute(db)
        .await?;
    Ok(())
}

pub(super) async fn all(db: &mut Connection) -> Result<Vec<PersonRow>, StoreError> {
    let rows: Vec<(Key, String, String, i64, i64)> = sqlx::query_as(
        "SELECT user_id, email, name, is_owner, created_at FROM users ORDER BY created_at, user_id",
    )
    .fetch_all(db)
    .await?;
    let person = |(id, email, name, owner, created): (Key, String, String, i64, i64)| {
        let created_at = Timestamp::from_microsecond(created)
            .map_err(|error| StoreError::row("users", "created_at", id, &error))?;
        Ok(PersonRow { email, name, is_owner: owner != 0, created_at })
    };
    rows.into_iter().map(person).collect()
}

pub(super) async fn setting(db: &mut Connection, name: &str) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT value FROM server_settings WHERE name = $1")
        .bind(name)
        .fetch_optional(db)
        .await?)
}

pub(super) async fn set_setting(
    db: &mut Connection,
    name: &str,
    value: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO server_settings (name, value) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(name)
    .bind(value)
    .execute(db)
    .await?;
    Ok(())
}
