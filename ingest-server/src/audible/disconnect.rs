//! Use case: a connection ends. The device is taken off Amazon's list first; if that cannot be done, the
//! secrets are deleted all the same, and the person is told where to remove the device.

use serde::Serialize;
use shared::ids::Marketplace;
use utoipa::ToSchema;

use super::{ConnectionError, connection};
use crate::{
    app::App,
    audit::{self, What},
    store::{AccountId, StoreError, connections::AuthRow},
};

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
    /// Where to remove the device, where Amazon has not.
    pub remove_at: Option<String>,
}

/// Ends a connection.
///
/// # Errors
///
/// There is none, several and none named, or the database's.
pub async fn disconnect(
    app: &App,
    owner: AccountId,
    marketplace: Option<Marketplace>,
) -> Result<Disconnected, ConnectionError> {
    let (auth, _) = connection(app, owner, marketplace).await?;
    let ended = deregistered(app, &auth).await;
    app.store().drop_connection(owner, &auth.marketplace).await?;
    let told = if ended.device_removed { "done" } else { "device_not_removed" };
    audit::note(app, owner, What::Disconnect, &auth.marketplace, told).await;
    Ok(ended)
}

/// Takes every device of an account off Amazon's list; what is stored is about to be deleted with all else.
///
/// # Errors
///
/// The database's.
pub(crate) async fn deregister_all(
    app: &App,
    owner: AccountId,
) -> Result<Vec<Disconnected>, StoreError> {
    let mut ended = Vec::new();
    for (auth, _) in app.store().connections(owner).await? {
        ended.push(deregistered(app, &auth).await);
    }
    Ok(ended)
}

async fn deregistered(app: &App, auth: &AuthRow) -> Disconnected {
    let removed = deregister(app, auth).await;
    if let Err(error) = &removed {
        tracing::warn!(code = error.code(), "a device could not be taken off Amazon's list");
    }
    let device_removed = removed.is_ok();
    let tld = Marketplace::parse(&auth.marketplace).map_or("com", Marketplace::tld);
    Disconnected {
        success: true,
        marketplace: auth.marketplace.clone(),
        device_name: auth.device_name.clone(),
        device_removed,
        remove_at: (!device_removed).then(|| devices_page(tld)),
    }
}

async fn deregister(app: &App, auth: &AuthRow) -> Result<(), ConnectionError> {
    let audible = app.audible()?;
    let device = audible.client.account(audible.credentials(auth)?);
    Ok(device.deregister().await?)
}

/// Where Amazon lists a person's devices.
pub(crate) fn devices_page(tld: &str) -> String {
    format!("https://www.amazon.{tld}/hz/mycd/digital-console/alldevices")
}
