// Part of the worker's first tick: what happens to tabs and permissions.
const { permissions, tabs } = chrome;
// Where amazon.com.br leads on from the end of a sign-in, no tab ever shows it; the request alone does.
const brazil = { urls: ["https://www.amazon.com.br/ap/maplanding*"], types: ["main_frame"] };
export function watch(call) {
  for (const on of [permissions.onAdded, permissions.onRemoved]) on.addListener(() => call("permissions_changed"));
  tabs.onUpdated.addListener((id, { status, url: moved }, { url }) => {
    if (moved) call("tab_moved", id, moved);
    if (status === "complete" && url) call("tab_loaded", url);
  });
  tabs.onRemoved.addListener((id) => call("tab_moved", id));
  const landed = ({ tabId, url }) => call("tab_moved", tabId, url);
  const look = () => chrome.webRequest?.onBeforeRequest.addListener(landed, brazil);
  look();
  permissions.onAdded.addListener(look);
}
