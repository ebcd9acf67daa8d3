//! Where all tests together are looked through for secrets, each process keeps its log.

use std::{path::Path, sync::Once};

use ingest_server::logging;

/// Ours down to the finest level.
const FILTER: &str = "debug,ingest_server=trace,audible_client=trace";

pub(crate) fn keep() {
    static KEPT: Once = Once::new();
    KEPT.call_once(|| {
        if let Some(folder) = std::env::var_os("MEFEED_TEST_LOGS") {
            logging::keep_in(Path::new(&folder), FILTER).unwrap();
        }
    });
}
