// First tick of the worker: every listener at once, then WASM. All decisions are made in Rust.
import init, * as worker from "./wasm/background.js";

const { alarms, permissions, runtime, tabs } = chrome;
let ready;
async function call(door, ...args) {
  try {
    ready ??= init({ module_or_path: runtime.getURL("wasm/background_bg.wasm") });
    await ready;
    return await worker[door](...args);
  } catch (error) {
    ready = undefined;
    broken(error);
  }
}
// A panic leaves an instance that must not be used again. The state is in storage: start afresh.
const broken = (error) => error instanceof WebAssembly.RuntimeError && runtime.reload();
self.addEventListener("error", (event) => broken(event.error));
self.addEventListener("unhandledrejection", (event) => broken(event.reason));

runtime.onMessage.addListener((message, _sender, reply) => {
  if (message?.to !== "worker") return false;
  call("request", JSON.stringify(message.request)).then((json) => reply(json && JSON.parse(json)));
  return true;
});
for (const on of [runtime.onInstalled, runtime.onStartup, alarms.onAlarm]) on.addListener(() => call("wake"));
for (const on of [permissions.onAdded, permissions.onRemoved]) on.addListener(() => call("permissions_changed"));
tabs.onUpdated.addListener((_id, change, tab) => {
  if (change.status === "complete" && tab.url) call("tab_loaded", tab.url);
});
