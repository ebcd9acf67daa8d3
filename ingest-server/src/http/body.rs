//! Bodies of imports: their kind, their turn, their size.

use std::{fs::File, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, header},
};
use futures::{Stream, StreamExt};
use tokio::{
    io::AsyncWriteExt,
    sync::OwnedSemaphorePermit,
    time::{Instant, timeout, timeout_at},
};

use super::error::Failure;
use crate::app::App;

/// What is read and thrown away of a body that is refused, so that the sender gets to see the answer
/// before the connection ends.
const THROWN_AWAY: usize = 32 * 1024 * 1024;
/// What a form has around its file, and at most in one of its other fields.
const FORM: usize = 8 * 1024;
/// For at most this long.
const THROWING_AWAY: Duration = Duration::from_secs(10);

/// Only JSON is taken.
pub(super) fn is_json(headers: &HeaderMap) -> Result<(), Failure> {
    is_one_of(headers, &["application/json"])
}

/// Only a JSON merge patch is taken, also under the name of plain JSON.
pub(super) fn is_patch(headers: &HeaderMap) -> Result<(), Failure> {
    is_one_of(headers, &["application/merge-patch+json", "application/json"])
}

fn is_one_of(headers: &HeaderMap, kinds: &[&str]) -> Result<(), Failure> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    let right = kinds.iter().any(|kind| essence.eq_ignore_ascii_case(kind));
    if right { Ok(()) } else { Err(Failure::NotJson) }
}

/// Waits for a turn: only those who hold one have a body in memory.
pub(super) async fn turn(app: &App) -> Result<OwnedSemaphorePermit, Failure> {
    let waited = timeout(app.settings().patience, app.imports().acquire_owned()).await;
    waited.ok().and_then(Result::ok).ok_or(Failure::Busy)
}

/// Reads a whole body up to the limit.
pub(super) async fn read(app: &App, headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Failure> {
    let limit = app.settings().body_limit;
    let announced = announced(headers);
    if announced.is_some_and(|length| length > limit) {
        throw_away(body).await;
        return Err(Failure::TooLarge(limit));
    }
    let mut bytes = Vec::with_capacity(announced.unwrap_or_default());
    let mut parts = body.into_data_stream();
    let until = Instant::now() + app.settings().patience;
    loop {
        match timeout_at(until, parts.next()).await {
            Ok(None) => return Ok(bytes),
            Ok(Some(Ok(part))) if bytes.len() + part.len() <= limit => {
                bytes.extend_from_slice(&part);
            }
            Ok(Some(Ok(_))) => {
                throw_away(Body::from_stream(parts)).await;
                return Err(Failure::TooLarge(limit));
            }
            Ok(Some(Err(_))) => return Err(Failure::BodyBroken),
            Err(_) => return Err(Failure::BodyTooSlow),
        }
    }
}

/// Puts a file of any kind away, up to the limit of files, where nobody else finds it: it has no name, and
/// is gone with whoever holds it. Only standing still is too slow.
pub(super) async fn spool<E>(
    app: &App,
    headers: &HeaderMap,
    mut parts: impl Stream<Item = Result<Bytes, E>> + Unpin,
) -> Result<File, Failure> {
    let limit = app.settings().file_limit;
    let mut too_large = announced(headers).is_some_and(|length| length > limit + FORM);
    let file = tempfile::tempfile_in(&app.settings().data_dir).map_err(Failure::Spool)?;
    let (mut file, mut left) = (tokio::fs::File::from_std(file), limit);
    while !too_large {
        match timeout(app.settings().patience, parts.next()).await {
            Ok(None) => break,
            Ok(Some(Ok(part))) => match left.checked_sub(part.len()) {
                Some(rest) => {
                    left = rest;
                    file.write_all(&part).await.map_err(Failure::Spool)?;
                }
                None => too_large = true,
            },
            Ok(Some(Err(_))) => return Err(Failure::BodyBroken),
            Err(_) => return Err(Failure::BodyTooSlow),
        }
    }
    if too_large {
        throw_away_parts(parts).await;
        return Err(Failure::FileTooLarge(limit));
    }
    file.flush().await.map_err(Failure::Spool)?;
    Ok(file.into_std().await)
}

/// Most of a form that brings a file, in bytes: what is over it is read to be thrown away, for at most as
/// long as any refused body.
pub(super) const fn form_limit(file_limit: usize) -> usize {
    file_limit.saturating_add(FORM + THROWN_AWAY)
}

/// Reads a short field of a form.
pub(super) async fn short<E>(
    app: &App,
    mut parts: impl Stream<Item = Result<Bytes, E>> + Unpin,
) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let until = Instant::now() + app.settings().patience;
    loop {
        match timeout_at(until, parts.next()).await {
            Ok(None) => return Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Ok(Some(Ok(part))) if bytes.len() + part.len() <= FORM => {
                bytes.extend_from_slice(&part);
            }
            Ok(Some(Ok(_))) => return Err(Failure::Query("a field of the form is too long")),
            Ok(Some(Err(_))) => return Err(Failure::BodyBroken),
            Err(_) => return Err(Failure::BodyTooSlow),
        }
    }
}

/// How long the sender says the body is.
fn announced(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads on without keeping anything: a connection that ends in the middle of sending shows the
/// sender an error of the network instead of the answer.
pub(super) async fn throw_away(body: Body) {
    throw_away_parts(body.into_data_stream()).await;
}

async fn throw_away_parts<E>(mut parts: impl Stream<Item = Result<Bytes, E>> + Unpin) {
    let until = Instant::now() + THROWING_AWAY;
    let mut left = THROWN_AWAY;
    while let Ok(Some(Ok(part))) = timeout_at(until, parts.next()).await {
        match left.checked_sub(part.len()) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}
