//! Tells the operator's own address that a connection has stopped syncing.

use std::time::Duration;

use serde_json::json;

use crate::{app::App, store::connections::SyncRow};

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection stopped: which account and shop, and why. No name, no address, no title.
pub(super) async fn stopped(app: &App, job: &SyncRow) {
    let Some(address) = app.settings().audible.webhook.clone() else { return };
    let body = json!({
        "event": "audible_sync_stopped",
        "account_id": job.user_id.0.to_string(),
        "marketplace": job.marketplace,
        "code": job.error_code,
        "at": app.clock().now().to_string(),
    });
    let client = match reqwest::Client::builder().timeout(PATIENCE).build() {
        Ok(client) => client,
        Err(error) => {
            tracing::warn!(%error, "the webhook could not be called");
            return;
        }
    };
    let sent = client.post(address).json(&body).send().await.and_then(|a| a.error_for_status());
    if let Err(error) = sent {
        // The address may hold a secret.
        tracing::warn!(error = %error.without_url(), "the webhook could not be called");
    }
}
