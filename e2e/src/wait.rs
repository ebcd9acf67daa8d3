//! Waiting for a condition, with a bound and a name for what did not happen.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long anything may take before the test says that it did not happen.
pub const PATIENCE: Duration = Duration::from_secs(90);
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// Looks again and again until `look` gives something; fails with `what` after [`PATIENCE`].
pub async fn until<T>(what: &str, look: impl AsyncFn() -> Result<Option<T>>) -> Result<T> {
    until_within(PATIENCE, what, look).await
}

/// Like [`until`] with an own bound.
pub async fn until_within<T>(
    patience: Duration,
    what: &str,
    look: impl AsyncFn() -> Result<Option<T>>,
) -> Result<T> {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        if begun.elapsed() > patience {
            bail!("waited {} s for {what}, in vain", patience.as_secs());
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}
