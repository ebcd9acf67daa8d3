//! Everything that is logged while a test has its turn.

use std::{
    io::{self, Write},
    sync::{Mutex, OnceLock},
};

use tokio::sync::MutexGuard;

static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
static STARTED: OnceLock<()> = OnceLock::new();
static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Writer;

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Waits for the turn and starts with no lines.
pub(crate) async fn turn() -> MutexGuard<'static, ()> {
    let turn = TURN.lock().await;
    keep();
    take();
    turn
}

/// From now on lines are kept.
pub(crate) fn keep() {
    STARTED.get_or_init(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(|| Writer)
            .with_ansi(false)
            .init();
    });
}

/// The lines since the last call.
pub(crate) fn take() -> String {
    String::from_utf8(std::mem::take(&mut *LINES.lock().unwrap())).unwrap()
}
