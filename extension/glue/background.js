// First tick of the worker: every listener at once, then WASM. All decisions are made in Rust.
import { watch } from "./watch.js";
import init, * as worker from "./wasm/background.js";
const { alarms, runtime, storage } = chrome;
let ready, broken;
async function call(door, ...args) {
  try {
    await (ready ??= init({ module_or_path: runtime.getURL("wasm/background_bg.wasm") }));
    return broken ? undefined : await worker[door](...args);
  } catch (error) {
    ready = undefined;
    await mend(error);
  }
}
// After a panic nothing of this life may be used again: start afresh from storage, but at most once
// in ten minutes. Until then nobody is answered, which the popup puts into words.
async function mend(error) {
  if (broken || !(error instanceof WebAssembly.RuntimeError)) return;
  broken = true;
  const { reloaded_ms = 0 } = await storage.local.get("reloaded_ms");
  if (Math.abs(Date.now() - reloaded_ms) < 600_000) return;
  await storage.local.set({ reloaded_ms: Date.now() });
  runtime.reload();
}
for (const event of ["error", "unhandledrejection"]) self.addEventListener(event, (e) => mend(e.error ?? e.reason));
const answer = ({ request, diagnose }, reply) =>
  call(diagnose ? "diagnose" : "request", JSON.stringify(diagnose ?? request)).then((json) => reply(json && JSON.parse(json)));
runtime.onMessage.addListener((message, _sender, reply) => message?.to === "worker" && (answer(message, reply), true));
for (const on of [runtime.onInstalled, runtime.onStartup, alarms.onAlarm]) on.addListener(() => call("wake"));
watch(call);
