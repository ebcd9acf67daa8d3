//! Use case: a connection ends. The device is taken off Amazon's list first; if that cannot be done in time,
//! the secrets are deleted all the same, and the person is told where to remove the device.

use std::time::Duration;

use audible_client::credentials::Credentials;
use serde::Serialize;
use shared::ids::Marketplace;
use tokio::{task::JoinSet, time::timeout};
use utoipa::ToSchema;

use super::{ConnectionError, connection};
use crate::{
    app::App,
    audit::{self, What},
    store::{AccountId, StoreError, connections::AuthRow},
};

/// How long Amazon may take; nobody waits longer for what is deleted in any case.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection that has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Disconnected {
    /// Always; nothing is stored here any more.
    pub success: bool,
    /// The shop.
    pub marketplace: String,
    /// As Amazon's list of devices shows it.
    pub device_name: String,
    /// Amazon has taken the device off its list.
    pub device_removed: bool,
    /// Another connection of the account uses the same device, so that it stays.
    pub device_in_use: bool,
    /// Where to remove the device, where it should be gone and Amazon has not removed it.
    pub remove_at: Option<String>,
}

/// Ends a connection. It goes on when the caller goes away.
///
/// # Errors
///
/// There is none, several and none named, or the database's.
pub async fn disconnect(
    app: &App,
    owner: AccountId,
    marketplace: Option<Marketplace>,
) -> Result<Disconnected, ConnectionError> {
    let app = app.clone();
    tokio::spawn(async move { end(&app, owner, marketplace).await })
        .await
        .map_err(ConnectionError::Broken)?
}

async fn end(
    app: &App,
    owner: AccountId,
    marketplace: Option<Marketplace>,
) -> Result<Disconnected, ConnectionError> {
    let (auth, _) = connection(app, owner, marketplace).await?;
    let others = others(app, &auth).await?;
    let ended = taken_off(app, &auth, &others).await;
    app.store().drop_connection(owner, &auth.marketplace, auth.id.0).await?;
    let told = if ended.remove_at.is_none() { "done" } else { "device_not_removed" };
    audit::note(app, owner, What::Disconnect, &auth.marketplace, told).await;
    Ok(ended)
}

/// What the account's other connections speak with, as far as it opens.
pub(super) async fn others(app: &App, auth: &AuthRow) -> Result<Vec<Credentials>, ConnectionError> {
    let audible = app.audible()?;
    let all = app.store().connections(auth.user_id.0).await?;
    let others = all.iter().filter(|(other, _)| other.marketplace != auth.marketplace);
    Ok(others.filter_map(|(other, _)| audible.credentials(other).ok()).collect())
}

/// Takes every device of an account off Amazon's list, all at once; what is stored is about to be deleted
/// with all else.
///
/// # Errors
///
/// The database's.
pub(crate) async fn deregister_all(
    app: &App,
    owner: AccountId,
) -> Result<Vec<Disconnected>, StoreError> {
    let mut tasks = JoinSet::new();
    for (auth, _) in app.store().connections(owner).await? {
        let app = app.clone();
        tasks.spawn(async move { taken_off(&app, &auth, &[]).await });
    }
    let mut ended = tasks.join_all().await;
    ended.sort_by(|one, other| one.marketplace.cmp(&other.marketplace));
    Ok(ended)
}

/// Takes a device off Amazon's list, unless one of `others` is the same.
pub(super) async fn taken_off(app: &App, auth: &AuthRow, others: &[Credentials]) -> Disconnected {
    let (device_removed, device_in_use) = match timeout(PATIENCE, deregister(app, auth, others))
        .await
    {
        Ok(Ok(removed)) => (removed, !removed),
        Ok(Err(error)) => {
            tracing::warn!(code = error.code(), "a device could not be taken off Amazon's list");
            (false, false)
        }
        Err(_) => {
            tracing::warn!("Amazon took too long to take a device off its list");
            (false, false)
        }
    };
    let tld = Marketplace::parse(&auth.marketplace).map_or("com", Marketplace::tld);
    let left = !device_removed && !device_in_use;
    Disconnected {
        success: true,
        marketplace: auth.marketplace.clone(),
        device_name: auth.device_name.clone(),
        device_removed,
        device_in_use,
        remove_at: left.then(|| devices_page(tld)),
    }
}

/// False if the device is needed.
async fn deregister(
    app: &App,
    auth: &AuthRow,
    others: &[Credentials],
) -> Result<bool, ConnectionError> {
    let audible = app.audible()?;
    let credentials = audible.credentials(auth)?;
    if others.iter().any(|other| other.adp_token == credentials.adp_token) {
        return Ok(false);
    }
    audible.client.account(credentials).deregister().await?;
    Ok(true)
}

/// Where Amazon lists a person's devices.
pub(crate) fn devices_page(tld: &str) -> String {
    format!("https://www.amazon.{tld}/hz/mycd/digital-console/alldevices")
}
