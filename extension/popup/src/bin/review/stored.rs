//! What the worker has stored of a reading. The page reads it from the browser's storage itself: as
//! messages, a large library would pass through the worker a second time.

use extension_popup::{review::title::Title, worker::Seen};
use js_sys::{Array, JSON, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "storage", "local"], js_name = get, catch)]
    fn get(keys: &Array) -> Result<Promise, JsValue>;
}

/// Batches that are read at once.
const AT_ONCE: u32 = 20;

/// Ranges of batches, one after the other.
pub(crate) fn parts(batches: u32) -> impl Iterator<Item = (u32, u32)> {
    (0..batches.div_ceil(AT_ONCE)).map(move |part| {
        let from = part * AT_ONCE;
        (from, batches.min(from + AT_ONCE))
    })
}

/// The titles of some batches: after a line about the batch, one a line.
pub(crate) async fn titles(run: &str, (from, to): (u32, u32)) -> Vec<Title> {
    let texts = texts((from..to).map(|batch| key("mapped/", run, batch))).await;
    let lines = texts.iter().flat_map(|text| text.lines().skip(1));
    lines.filter_map(|line| Title::read(&Seen(JSON::parse(line).ok()?))).collect()
}

/// The server's words on the parts of a reading.
pub(crate) async fn verdicts(run: &str, parts: u32) -> Vec<String> {
    texts((0..parts).map(|part| key("verdict/", run, part))).await
}

/// ASINs of the titles that are left out.
pub(crate) async fn left_out(run: &str) -> Vec<String> {
    let texts = texts(std::iter::once(["choice/", run].concat())).await;
    let list = texts.first().and_then(|text| JSON::parse(text).ok());
    let list = list.and_then(|list| list.dyn_into::<Array>().ok());
    list.map(|list| list.iter().filter_map(|asin| asin.as_string()).collect()).unwrap_or_default()
}

fn key(kind: &str, run: &str, number: u32) -> String {
    [kind, run, "/", &number.to_string()].concat()
}

/// The texts that are stored under these keys, in their order; what is not there is left out.
async fn texts(keys: impl Iterator<Item = String>) -> Vec<String> {
    let keys: Array = keys.map(JsValue::from).collect();
    let Ok(promise) = get(&keys) else { return Vec::new() };
    let Ok(found) = JsFuture::from(promise).await else { return Vec::new() };
    keys.iter().filter_map(|key| Reflect::get(&found, &key).ok()?.as_string()).collect()
}
