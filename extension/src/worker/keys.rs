//! Names of the worker's storage keys, and how stored text is read back.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use shared::ids::RunId;

use crate::plan::{PART, State, Stored};

/// The state of the plan.
pub(super) const STATE: &str = "state";
/// Tuning; see [`crate::pace::Settings`].
pub(super) const SETTINGS: &str = "settings";
/// A connection's failure as the browser named it last.
pub(super) const NAMED: &str = "named";

/// Titles and problems of a page, from 1.
pub(super) fn page(run: RunId, page: u32) -> String {
    format!("page/{run}/{page}")
}

/// Distinct titles in order, fifty a batch, as found; from 0.
pub(super) fn batch(run: RunId, batch: u32) -> String {
    format!("batch/{run}/{batch}")
}

/// The same titles completed and mapped.
pub(super) fn mapped(run: RunId, batch: u32) -> String {
    format!("mapped/{run}/{batch}")
}

/// Problems found while pages were put in order.
pub(super) fn notes(run: RunId) -> String {
    format!("notes/{run}")
}

/// Days of purchase of a page of the history, from 0.
pub(super) fn history(run: RunId, unit: u32) -> String {
    format!("history/{run}/{unit}")
}

/// ASINs of the titles that are left out.
pub(super) fn choice(run: RunId) -> String {
    format!("choice/{run}")
}

/// What the server would make of a part of the titles, from 0.
pub(super) fn verdict(run: RunId, part: u32) -> String {
    format!("verdict/{run}/{part}")
}

/// A chunk's bytes, from 0.
pub(super) fn chunk(run: RunId, chunk: u32) -> String {
    format!("chunk/{run}/{chunk}")
}

/// All keys that `stored` stands for.
pub(super) fn of(stored: Stored) -> Vec<String> {
    let run = stored.run;
    let pages = (1..=stored.pages).map(|n| page(run, n));
    let batches = (0..stored.batches).flat_map(|n| [batch(run, n), mapped(run, n)]);
    let few = [notes(run), choice(run)].into_iter().filter(|_| stored.batches > 0);
    let verdicts = (0..stored.batches.div_ceil(PART)).map(|n| verdict(run, n));
    let chunks = (0..stored.chunks).map(|n| chunk(run, n));
    let histories = (0..stored.histories).map(|n| history(run, n));
    pages.chain(batches).chain(few).chain(verdicts).chain(chunks).chain(histories).collect()
}

/// A value as text; our own types always can be written.
pub(super) fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// A stored value, unless it is absent or of another form.
pub(super) fn value<T: DeserializeOwned>(text: Option<String>) -> Option<T> {
    serde_json::from_str(&text?).ok()
}

/// The stored state; parts that cannot be read are left out, the others stay.
pub(super) fn parse_state(text: &str) -> State {
    if let Ok(state) = serde_json::from_str(text) {
        return state;
    }
    // Without the run; the whole is read once more as text, as a second way to read would double
    // the code that knows these types.
    let mut parts: Value = serde_json::from_str(text).unwrap_or_default();
    if let Some(parts) = parts.as_object_mut() {
        parts.remove("run");
    }
    serde_json::from_str(&parts.to_string()).unwrap_or_default()
}
