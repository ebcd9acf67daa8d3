// Starts the popup; the page itself is drawn by Rust.
import init from "./wasm/popup.js";

init({ module_or_path: chrome.runtime.getURL("wasm/popup_bg.wasm") }).catch((error) => {
  console.error("the popup could not start", error);
});
