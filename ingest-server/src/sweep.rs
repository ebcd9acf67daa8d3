//! Use case: what is over its time is deleted, whosever it is and whether they come again or not.
//! PRIVACY.md says what that is.

use std::{convert::Infallible, time::Duration};

use crate::{
    app::App,
    files::upload,
    grant, ingest,
    store::{Over, StoreError},
    throttle,
};

/// How often.
const EVERY: Duration = Duration::from_mins(10);
/// Rows of a table that are deleted at once.
const AT_ONCE: i64 = 100;
/// Microseconds in a second.
const SECOND: i64 = 1_000_000;

/// Sweeps for as long as the server runs.
pub async fn work(app: App) -> Infallible {
    loop {
        if let Err(error) = sweep(&app).await {
            tracing::warn!(%error, "could not delete what is over its time");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Deletes all that is over its time now; gives how many rows that were.
///
/// # Errors
///
/// The database's.
pub async fn sweep(app: &App) -> Result<u64, StoreError> {
    let over = over(app);
    let mut all = 0;
    loop {
        let gone = app.store().sweep(&over, AT_ONCE).await?;
        if gone == 0 {
            return Ok(all);
        }
        all += gone;
    }
}

fn over(app: &App) -> Over {
    let now = app.clock().now().as_microsecond();
    let days = |days: u16| i64::from(days) * 24 * 3600 * SECOND;
    Over {
        now,
        grants: now - grant::FORGOTTEN * SECOND,
        tries: now - throttle::FORGOTTEN * SECOND,
        uploads: now - upload::FORGOTTEN_AFTER,
        answers: now - ingest::KEYS_KEPT,
        runs: app.settings().keep_imports_days.map(|kept| now - days(kept)),
    }
}
