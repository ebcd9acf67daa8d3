//! Accounts and their tokens.

use jiff::Timestamp;
use uuid::Uuid;

use super::Connection;
use crate::{
    accounts::{Account, Scopes, Token},
    store::{AccountId, Bearer, StoreError, TokenRow, rows::Key},
};

#[derive(sqlx::FromRow)]
pub(super) struct AccountRow {
    pub(super) user_id: Key,
    email: String,
    name: String,
    finished_from: i64,
    is_owner: i64,
}

impl AccountRow {
    pub(super) fn read(self) -> Result<Account, StoreError> {
        let finished_from = u8::try_from(self.finished_from)
            .map_err(|error| StoreError::row("users", "finished_from", self.user_id, &error))?;
        Ok(Account {
            id: self.user_id.0,
            email: self.email,
            name: self.name,
            finished_from,
            is_owner: self.is_owner != 0,
        })
    }
}

#[derive(sqlx::FromRow)]
struct BearerRow {
    token_id: Key,
    scopes: String,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
    #[sqlx(flatten)]
    account: AccountRow,
}

pub(super) async fn add(db: &mut Connection, account: &Account, at: i64) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO users (user_id, email, email_key, name, finished_from, created_at, is_owner)
         VALUES ($1, $2, $3, $4, $5, $6,
                 CASE WHEN EXISTS (SELECT 1 FROM users) THEN 0 ELSE 1 END)",
    )
    .bind(Key(account.id))
    .bind(&account.email)
    .bind(account.email.to_lowercase())
    .bind(&account.name)
    .bind(i64::from(account.finished_from))
    .bind(at)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn by_email(
    db: &mut Connection,
    email_key: &str,
) -> Result<Option<Account>, StoreError> {
    let row: Option<AccountRow> = sqlx::query_as(
        "SELECT user_id, email, name, finished_from, is_owner FROM users WHERE email_key = $1",
    )
    .bind(email_key)
    .fetch_optional(db)
    .await?;
    row.map(AccountRow::read).transpose()
}

pub(super) async fn by_id(
    db: &mut Connection,
    id: AccountId,
) -> Result<Option<Account>, StoreError> {
    let row: Option<AccountRow> = sqlx::query_as(
        "SELECT user_id, email, name, finished_from, is_owner FROM users WHERE user_id = $1",
    )
    .bind(Key(id))
    .fetch_optional(db)
    .await?;
    row.map(AccountRow::read).transpose()
}

pub(super) async fn any(db: &mut Connection) -> Result<bool, StoreError> {
    let one: Option<i64> =
        sqlx::query_scalar("SELECT created_at FROM users LIMIT 1").fetch_optional(db).await?;
    Ok(one.is_some())
}

pub(super) async fn add_token(db: &mut Connection, token: &Token) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO tokens (user_id, token_id, name, hash, scopes, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(Key(token.owner))
    .bind(Key(token.id))
    .bind(&token.name)
    .bind(&token.hash)
    .bind(token.scopes.to_string())
    .bind(token.created_at)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn bearer(db: &mut Connection, hash: &str) -> Result<Option<Bearer>, StoreError> {
    let row: Option<BearerRow> = sqlx::query_as(
        "SELECT t.token_id, t.scopes, t.last_used_at, t.revoked_at,
                u.user_id, u.email, u.name, u.finished_from, u.is_owner
         FROM tokens t JOIN users u ON u.user_id = t.user_id
         WHERE t.hash = $1",
    )
    .bind(hash)
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Bearer {
        token_id: row.token_id.0,
        account: row.account.read()?,
        scopes: scopes(&row.scopes, row.token_id)?,
        last_used_at: row.last_used_at,
        revoked: row.revoked_at.is_some(),
    }))
}

fn scopes(text: &str, token: Key) -> Result<Scopes, StoreError> {
    text.parse().map_err(|error| StoreError::row("tokens", "scopes", token, &error))
}

pub(super) async fn tokens(
    db: &mut Connection,
    owner: AccountId,
) -> Result<Vec<TokenRow>, StoreError> {
    let rows: Vec<(Key, String, String, i64, Option<i64>)> = sqlx::query_as(
        "SELECT token_id, name, scopes, created_at, last_used_at FROM tokens
         WHERE user_id = $1 AND revoked_at IS NULL ORDER BY created_at DESC, token_id DESC",
    )
    .bind(Key(owner))
    .fetch_all(db)
    .await?;
    let token = |(id, name, text, created, used): (Key, String, String, i64, Option<i64>)| {
        let time = |column, at| {
            Timestamp::from_microsecond(at)
                .map_err(|error| StoreError::row("tokens", column, id, &error))
        };
        Ok(TokenRow {
            id: id.0,
            name,
            scopes: scopes(&text, id)?,
            created_at: time("created_at", created)?,
            last_used_at: used.map(|at| time("last_used_at", at)).transpose()?,
        })
    };
    rows.into_iter().map(token).collect()
}

pub(super) async fn revoke_token(
    db: &mut Connection,
    owner: AccountId,
    id: Uuid,
    at: i64,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE tokens SET revoked_at = $3
         WHERE user_id = $1 AND token_id = $2 AND revoked_at IS NULL",
    )
    .bind(Key(owner))
    .bind(Key(id))
    .bind(at)
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn revoke_hash(
    db: &mut Connection,
    hash: &str,
    at: i64,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE tokens SET revoked_at = $2 WHERE hash = $1 AND revoked_at IS NULL")
        .bind(hash)
        .bind(at)
        .execute(db)
        .await?;
    Ok(())
}

pub(super) async fn touch_token(
    db: &mut Connection,
    owner: AccountId,
    token: Uuid,
    at: i64,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE tokens SET last_used_at = $3 WHERE user_id = $1 AND token_id = $2")
        .bind(Key(owner))
        .bind(Key(token))
        .bind(at)
        .execute(db)
        .await?;
    Ok(())
}
