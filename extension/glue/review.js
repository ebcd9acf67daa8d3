// Starts the page of the choice; the page itself is drawn by Rust.
import init from "./wasm/review.js";

init({ module_or_path: chrome.runtime.getURL("wasm/review_bg.wasm") }).catch((error) => {
  console.error("the page could not start", error);
});
