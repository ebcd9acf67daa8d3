//! Rule: the browser is touched in the named places alone, and exports stand in one file.

use super::{
    Finding,
    source::{Source, Token},
};

/// Where `web_sys` and `js_sys` may be named: the rim of the worker, its root, and the popup.
const RIM: [&str; 3] =
    ["extension/src/browser/chrome.rs", "extension/src/bin/", "extension/popup/"];

/// Exports of a library would be carried into every binary that links it: they stand in binaries.
const EXPORTS: [&str; 2] = ["extension/src/bin/background.rs", "bench/src/bin/extract.rs"];

/// `web_sys` and `js_sys` outside the rim.
pub(crate) fn places(source: &Source) -> Vec<Finding> {
    if RIM.iter().any(|place| source.path.starts_with(place)) {
        return Vec::new();
    }
    let named =
        source.tokens.iter().filter(|token| token.is_word("web_sys") || token.is_word("js_sys"));
    named
        .map(|token| {
            source.finding(token.line, "browser rim", "use a trait of extension/src/browser.rs; only browser/chrome.rs, bin/ and popup/ touch the browser")
        })
        .collect()
}

/// `#[wasm_bindgen]` on anything but an `extern` block, outside the one file for exports.
pub(crate) fn exports(source: &Source) -> Vec<Finding> {
    if EXPORTS.contains(&source.path.as_str()) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut index = 0;
    while index < source.tokens.len() {
        let Some((end, line)) = binding_at(source, index) else {
            index += 1;
            continue;
        };
        index = item_after(source, end);
        match source.tokens.get(index) {
            Some(token) if token.is_word("extern") => index = past_block(source, index),
            _ => findings.push(source.finding(
                line,
                "one place for exports",
                format!("move this export to {}", EXPORTS[0]),
            )),
        }
    }
    findings
}

/// The end and the line of an attribute `#[wasm_bindgen…]` whose bracket is this token.
fn binding_at(source: &Source, index: usize) -> Option<(usize, usize)> {
    let [open, name, after] = source.tokens.get(index..index + 3)? else { return None };
    let binding = open.is_sign('[') && name.is_word("wasm_bindgen");
    // An array of `wasm_bindgen::JsValue` goes on with a colon.
    (binding && !after.is_sign(':')).then(|| (source.closing(index) + 1, name.line))
}

/// Skips further attributes and what stands before the keyword of an item.
fn item_after(source: &Source, mut index: usize) -> usize {
    while let Some(token) = source.tokens.get(index) {
        if token.is_sign('[') || token.is_sign('(') {
            index = source.closing(index) + 1;
        } else if ["pub", "unsafe", "async"].iter().any(|word| token.is_word(word)) {
            index += 1;
        } else {
            break;
        }
    }
    index
}

/// The token after the block of an `extern "C" { … }`.
fn past_block(source: &Source, index: usize) -> usize {
    let open = source.tokens.iter().skip(index).position(|token: &Token| token.is_sign('{'));
    open.map_or(source.tokens.len(), |offset| source.closing(index + offset) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::sample;

    #[test]
    fn the_browser_is_for_the_rim() {
        let text = "use web_sys::Window;";
        assert_eq!(places(&sample("extension/src/plan.rs", text)).len(), 1);
        assert!(places(&sample("extension/src/browser/chrome.rs", text)).is_empty());
        assert!(places(&sample("extension/popup/src/worker.rs", text)).is_empty());
    }

    #[test]
    fn an_export_in_the_library_is_found_and_an_import_is_not() {
        let import = "//! x\n#[wasm_bindgen] extern \"C\" { #[wasm_bindgen(js_name = a)] fn a(); }";
        assert!(exports(&sample("extension/src/browser/chrome.rs", import)).is_empty());
        let export =
            format!("{import}\n#[wasm_bindgen]\n#[must_use]\npub async fn on_message() {{}}");
        let findings = exports(&sample("extension/src/browser/chrome.rs", &export));
        assert_eq!(findings.iter().map(|finding| finding.line).collect::<Vec<_>>(), [3]);
        assert!(exports(&sample(EXPORTS[0], &export)).is_empty());
    }
}
