//! Two browsers at a time: more would only wait for each other.

use tokio::sync::{Semaphore, SemaphorePermit};

static TURNS: Semaphore = Semaphore::const_new(2);

/// Waits for a turn and holds it until the answer is dropped.
pub async fn take() -> Option<SemaphorePermit<'static>> {
    TURNS.acquire().await.ok()
}

/// Waits until nobody else has a turn and holds all of them.
pub async fn take_all() -> Option<SemaphorePermit<'static>> {
    TURNS.acquire_many(2).await.ok()
}
