//! Requests for tokens that wait for a person, and entered codes that nobody has.

use jiff::Timestamp;

use super::Connection;
use crate::{
    accounts::Scopes,
    grant::{
        Decision, Granted, NewGrant, OPEN_OF_ALL, OPEN_OF_ONE, PAUSE, Question, Refusal, SLOWER,
        Standing, State, UserCode, Waiting,
    },
    store::{StoreError, rows::Key},
};

pub(super) async fn add(db: &mut Connection, grant: &NewGrant) -> Result<Option<i64>, StoreError> {
    let (of_all, first_of_all) = open(db, None, grant.created_at).await?;
    if of_all >= OPEN_OF_ALL {
        return Ok(Some(first_of_all));
    }
    let (of_one, first_of_one) = open(db, Some(&grant.address), grant.created_at).await?;
    if of_one >= OPEN_OF_ONE {
        return Ok(Some(first_of_one));
    }
    sqlx::query(
        "INSERT INTO grants (grant_id, device_hash, user_code, client_id, client_name, scopes, address, state,
                             pause, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(Key(grant.id))
    .bind(&grant.device_hash)
    .bind(grant.user_code.as_str())
    .bind(&grant.client_id)
    .bind(&grant.client_name)
    .bind(grant.scopes.to_string())
    .bind(&grant.address)
    .bind(State::Open.as_str())
    .bind(PAUSE)
    .bind(grant.created_at)
    .bind(grant.expires_at)
    .execute(db)
    .await?;
    Ok(None)
}

/// How many requests wait, and when the first of them ends.
async fn open(
    db: &mut Connection,
    address: Option<&str>,
    now: i64,
) -> Result<(i64, i64), StoreError> {
    let (count, first): (i64, Option<i64>) = sqlx::query_as(
        "SELECT COUNT(*), MIN(expires_at) FROM grants
         WHERE state = $1 AND expires_at > $2 AND address = COALESCE($3, address)",
    )
    .bind(State::Open.as_str())
    .bind(now)
    .bind(address)
    .fetch_one(db)
    .await?;
    Ok((count, first.unwrap_or(now)))
}

pub(super) async fn waiting(
    db: &mut Connection,
    code: &UserCode,
    now: i64,
) -> Result<Option<Waiting>, StoreError> {
    let row: Option<(Key, String, String, String, i64)> = sqlx::query_as(
        "SELECT grant_id, client_name, scopes, address, created_at FROM grants
         WHERE user_code = $1 AND state = $2 AND expires_at > $3",
    )
    .bind(code.as_str())
    .bind(State::Open.as_str())
    .bind(now)
    .fetch_optional(db)
    .await?;
    let Some((id, client_name, text, address, created)) = row else { return Ok(None) };
    let created_at = Timestamp::from_microsecond(created)
        .map_err(|error| StoreError::row("grants", "created_at", id, &error))?;
    let scopes = scopes(&text, id)?;
    let user_code = code.to_string();
    Ok(Some(Waiting { user_code, client_name, scopes, address, created_at }))
}

fn scopes(text: &str, id: Key) -> Result<Scopes, StoreError> {
    text.parse().map_err(|error| StoreError::row("grants", "scopes", id, &error))
}

pub(super) async fn decide(
    db: &mut Connection,
    decision: &Decision<'_>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE grants SET state = $2, user_id = $3, expires_at = $4
         WHERE user_code = $1 AND state = $5 AND expires_at > $6",
    )
    .bind(decision.code.as_str())
    .bind(decision.state.as_str())
    .bind(Key(decision.account))
    .bind(decision.expires_at)
    .bind(State::Open.as_str())
    .bind(decision.now)
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Answers a program. A question that comes too soon makes the pause longer.
pub(super) async fn fetch(
    db: &mut Connection,
    question: &Question,
) -> Result<Result<Granted, Refusal>, StoreError> {
    let Some(standing) = standing(db, question).await? else {
        return Ok(Err(Refusal::InvalidGrant));
    };
    match standing.answer(question.now) {
        Ok(()) => make_token(db, question).await,
        Err(refusal @ (Refusal::Pending | Refusal::SlowDown)) => {
            let slower = if refusal == Refusal::SlowDown { SLOWER } else { 0 };
            note_poll(db, question, slower).await?;
            Ok(Err(refusal))
        }
        Err(refusal) => Ok(Err(refusal)),
    }
}

async fn standing(
    db: &mut Connection,
    question: &Question,
) -> Result<Option<Standing>, StoreError> {
    let row: Option<(Key, String, i64, i64, Option<i64>)> = sqlx::query_as(
        "SELECT grant_id, state, expires_at, pause, polled_at FROM grants
         WHERE device_hash = $1 AND client_id = $2",
    )
    .bind(&question.device_hash)
    .bind(&question.client_id)
    .fetch_optional(db)
    .await?;
    let Some((id, text, expires_at, pause, polled_at)) = row else { return Ok(None) };
    let state =
        State::parse(&text).ok_or_else(|| StoreError::row("grants", "state", id, &"unknown"))?;
    Ok(Some(Standing { state, expires_at, pause, polled_at }))
}

async fn note_poll(
    db: &mut Connection,
    question: &Question,
    slower: i64,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE grants SET polled_at = $2, pause = pause + $3 WHERE device_hash = $1")
        .bind(&question.device_hash)
        .bind(question.now)
        .bind(slower)
        .execute(db)
        .await?;
    Ok(())
}

/// Of two questions that come together one gets the token.
async fn make_token(
    db: &mut Connection,
    question: &Question,
) -> Result<Result<Granted, Refusal>, StoreError> {
    let row: Option<(Key, Key, String, String)> = sqlx::query_as(
        "UPDATE grants SET state = $2 WHERE device_hash = $1 AND state = $3
         RETURNING grant_id, user_id, client_name, scopes",
    )
    .bind(&question.device_hash)
    .bind(State::Used.as_str())
    .bind(State::Allowed.as_str())
    .fetch_optional(&mut *db)
    .await?;
    let Some((id, owner, name, text)) = row else { return Ok(Err(Refusal::InvalidGrant)) };
    sqlx::query(
        "INSERT INTO tokens (user_id, token_id, name, hash, scopes, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(owner)
    .bind(Key(question.token_id))
    .bind(&name)
    .bind(&question.token_hash)
    .bind(&text)
    .bind(question.now)
    .execute(db)
    .await?;
    let scopes = scopes(&text, id)?;
    Ok(Ok(Granted { name, scopes }))
}
