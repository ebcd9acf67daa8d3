//! Use case: how the connections of an account are.

use jiff::Timestamp;
use serde::Serialize;
use shared::ids::Marketplace;
use utoipa::ToSchema;

use super::{ConnectionError, schedule::Schedule, sync::Progress};
use crate::{
    app::App,
    store::{
        AccountId, StoreError,
        connections::{AuthRow, SyncRow},
    },
};

/// How a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing is under way.
    Idle,
    /// It is being synced.
    Syncing,
    /// The last sync failed; where there is a schedule, it is tried again by itself.
    Failing,
    /// Too many syncs failed, or Audible does not know the device any more; nothing happens by itself.
    Stopped,
}

impl State {
    /// Its stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Syncing => "syncing",
            Self::Failing => "failing",
            Self::Stopped => "stopped",
        }
    }
}

/// One connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The shop.
    pub marketplace: Marketplace,
    /// As Amazon's list of devices shows it.
    pub device_name: String,
    /// Since when.
    pub connected_at: Timestamp,
    /// When the last sync that went well ended.
    pub last_sync: Option<Timestamp>,
    /// When the next one is due.
    pub next_sync: Option<Timestamp>,
    /// How many titles Audible listed last.
    pub books_count: Option<i64>,
    /// How often it is synced by itself.
    pub schedule: Schedule,
    /// How it is doing.
    pub state: State,
    /// Why the last sync failed, as a stable word.
    pub error_code: Option<String>,
    /// Syncs that failed in a row.
    pub failures: i64,
    /// How far the present sync is.
    pub progress: Option<Progress>,
    /// The run of the last sync.
    pub run: Option<uuid::Uuid>,
}

/// All connections of an account, by shop.
///
/// # Errors
///
/// The database's, or a row that cannot be read.
pub async fn connections(app: &App, owner: AccountId) -> Result<Vec<Connection>, StoreError> {
    let now = app.clock().now().as_microsecond();
    let rows = app.store().connections(owner).await?;
    rows.iter().map(|(auth, sync)| read(auth, sync, now)).collect()
}

/// Whether the operator has set a key.
pub fn is_available(app: &App) -> bool {
    app.kept_audible().is_some()
}

/// Why a reading of a status fails where a shop has to be named.
pub(crate) fn chosen(
    all: Vec<Connection>,
    marketplace: Option<Marketplace>,
) -> Result<Option<Connection>, ConnectionError> {
    let mut all = all;
    if let Some(marketplace) = marketplace {
        all.retain(|one| one.marketplace == marketplace);
    }
    if all.len() > 1 {
        return Err(ConnectionError::MarketplaceRequired);
    }
    Ok(all.pop())
}

fn read(auth: &AuthRow, sync: &SyncRow, now: i64) -> Result<Connection, StoreError> {
    let unread = |column, reason: &dyn std::fmt::Display| {
        StoreError::row("audible_auth", column, auth.id, reason)
    };
    let moment = |column, micros: i64| {
        Timestamp::from_microsecond(micros).map_err(|error| unread(column, &error))
    };
    let syncing = sync.lease_until > now;
    let state = match sync {
        _ if syncing => State::Syncing,
        SyncRow { stopped: true, .. } => State::Stopped,
        SyncRow { failures: 1.., .. } => State::Failing,
        _ => State::Idle,
    };
    Ok(Connection {
        marketplace: Marketplace::parse(&auth.marketplace)
            .map_err(|error| unread("marketplace", &error))?,
        device_name: auth.device_name.clone(),
        connected_at: moment("created_at", auth.created_at)?,
        last_sync: auth.last_sync_at.map(|at| moment("last_sync_at", at)).transpose()?,
        next_sync: sync.due_at.map(|at| moment("due_at", at)).transpose()?,
        books_count: sync.books_count,
        schedule: Schedule::parse(&sync.schedule).map_err(|error| unread("schedule", &error))?,
        state,
        error_code: Some(sync.error_code.clone()).filter(|code| !code.is_empty()),
        failures: sync.failures,
        progress: serde_json::from_str(&sync.progress).ok().filter(|_| syncing),
        run: sync.run_id.map(|run| run.0),
    })
}
