//! What was done for an account: who, when, which shop, with which result; never a secret.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    app::App,
    clock::new_id,
    store::{AccountId, StoreError, connections::NoteRow, rows::Key},
};

/// What is noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A connection with Audible was made, or tried.
    Connect,
    /// A library was synced, or tried to be.
    Sync,
    /// A connection was ended.
    Disconnect,
    /// Secrets were sealed with another key.
    KeyRotation,
    /// Everything about the account was taken out.
    Export,
}

impl What {
    /// Its stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Sync => "sync",
            Self::Disconnect => "disconnect",
            Self::KeyRotation => "key_rotation",
            Self::Export => "export",
        }
    }
}

/// Something that was done, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// Id of the entry.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// See [`What::as_str`].
    pub what: String,
    /// The shop; empty where it concerns none.
    pub marketplace: String,
    /// `done`, or why not, as a stable word.
    pub result: String,
}

/// Notes something. What cannot be noted has been done all the same: the log says so.
pub async fn note(app: &App, owner: AccountId, what: What, marketplace: &str, result: &str) {
    let row = row(app, what, marketplace, result);
    tracing::info!(account.id = %owner, what = row.what, marketplace, result, "noted");
    if let Err(error) = app.store().note(owner, &row).await {
        tracing::error!(%error, entry = %row.entry_id.0, "could not be noted");
    }
}

/// An entry of now, for what is noted in the same transaction.
pub(crate) fn row(app: &App, what: What, marketplace: &str, result: &str) -> NoteRow {
    let now = app.clock().now();
    NoteRow {
        entry_id: Key(new_id(now, app.chance())),
        noted_at: now.as_microsecond(),
        what: what.as_str().to_owned(),
        marketplace: marketplace.to_owned(),
        result: result.to_owned(),
    }
}

/// A page of what was done for an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Newest first.
    pub entries: Vec<Noted>,
    /// Where the next page begins, if there is one.
    pub next: Option<Place>,
}

/// A place in the list, behind one entry: `1795000000000000.019ab1c2-…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    at: i64,
    id: Uuid,
}

/// The text names no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a place is the last entry's moment and id")]
pub struct NotAPlace;

impl Place {
    /// Before the newest entry.
    const START: Self = Self { at: i64::MAX, id: Uuid::max() };
}

impl FromStr for Place {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        let (at, id) = text.split_once('.').ok_or(NotAPlace)?;
        match (at.parse(), id.parse()) {
            (Ok(at), Ok(id)) => Ok(Self { at, id }),
            _ => Err(NotAPlace),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at, self.id)
    }
}

/// What was done for an account: so many entries from a place on, or from the newest on.
///
/// # Errors
///
/// The database's.
pub async fn noted(
    app: &App,
    owner: AccountId,
    from: Option<Place>,
    limit: usize,
) -> Result<Page, StoreError> {
    let Place { at, id } = from.unwrap_or(Place::START);
    let more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut rows = app.store().noted(owner, (at, id), more).await?;
    let is_last = rows.len() <= limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| !is_last);
    let next = last.map(|row| Place { at: row.noted_at, id: row.entry_id.0 });
    let entries = rows.into_iter().map(read).collect::<Result<_, _>>()?;
    Ok(Page { entries, next })
}

fn read(row: NoteRow) -> Result<Noted, StoreError> {
    let at = Timestamp::from_microsecond(row.noted_at)
        .map_err(|error| StoreError::row("account_audit", "noted_at", row.entry_id, &error))?;
    let NoteRow { entry_id, what, marketplace, result, .. } = row;
    Ok(Noted { id: entry_id.0, at, what, marketplace, result })
}
