//! What the extension's worker holds in memory, by Chromium's own debugger.

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};
use thirtyfour::cdp::{CdpSession, RawEvent};
use tokio::sync::broadcast::Receiver;

use super::Browser;
use crate::wait::PATIENCE;

/// The debugger's code of a question about what is no longer there.
const CONTEXT_GONE: i64 = -32_000;

/// Bytes in the worker's heaps.
#[derive(Clone, Copy, Debug, Default)]
pub struct Heap {
    /// In use by JavaScript, what is not yet collected included.
    pub script: u64,
    /// The linear memory of WebAssembly, which never shrinks while the worker lives.
    pub linear: u64,
}

impl Heap {
    /// Both together.
    pub fn total(self) -> u64 {
        self.script + self.linear
    }
}

impl Browser {
    /// The heap of the worker that runs now; none if it is at rest. Chromium only.
    pub async fn worker_heap(&self) -> Result<Option<Heap>> {
        let page = self.driver.cdp().connect().await?;
        let targets = page.send_raw("Target.getTargets", json!({})).await?;
        let targets = targets["targetInfos"].as_array().cloned().unwrap_or_default();
        let Some(worker) = targets.iter().find(|target| {
            target["type"] == "service_worker"
                && target["url"].as_str().is_some_and(|url| url.starts_with(&self.origin))
        }) else {
            return Ok(None);
        };
        let mut worker = Worker::attach(page, &worker["targetId"]).await?;
        let heap = worker.heap().await;
        worker.detach().await?;
        heap
    }
}

/// A debugger's line to the worker, through the line to a page.
struct Worker {
    page: CdpSession,
    session: Value,
    events: Receiver<RawEvent>,
    asked: u64,
}

impl Worker {
    async fn attach(page: CdpSession, target: &Value) -> Result<Self> {
        let events = page.subscribe_connection();
        let target = json!({"targetId": target, "flatten": false});
        let session = page.send_raw("Target.attachToTarget", target).await?["sessionId"].clone();
        Ok(Self { page, session, events, asked: 0 })
    }

    /// What is in use before the question for the linear memory collects the rest; none if the worker
    /// ends meanwhile.
    async fn heap(&mut self) -> Result<Option<Heap>> {
        let Some(usage) = self.ask("Runtime.getHeapUsage", json!({})).await? else {
            return Ok(None);
        };
        let script = usage["usedSize"].as_u64().context("usedSize")?;
        let linear = self.linear().await?;
        Ok(linear.map(|linear| Heap { script, linear }))
    }

    async fn linear(&mut self) -> Result<Option<u64>> {
        let kind = json!({"expression": "WebAssembly.Memory.prototype"});
        let Some(kind) = self.ask("Runtime.evaluate", kind).await? else { return Ok(None) };
        let all = json!({"prototypeObjectId": kind["result"]["objectId"]});
        let Some(all) = self.ask("Runtime.queryObjects", all).await? else { return Ok(None) };
        let sum = json!({
            "objectId": all["objects"]["objectId"],
            "functionDeclaration":
                "function () { return this.reduce((sum, memory) => sum + memory.buffer.byteLength, 0) }",
            "returnByValue": true,
        });
        let Some(sum) = self.ask("Runtime.callFunctionOn", sum).await? else { return Ok(None) };
        sum["result"]["value"].as_u64().context("the linear memory's size").map(Some)
    }

    /// The answer; none if what was asked about has ended.
    async fn ask(&mut self, method: &str, params: Value) -> Result<Option<Value>> {
        self.asked += 1;
        let question = json!({"id": self.asked, "method": method, "params": params}).to_string();
        let question = json!({"sessionId": self.session, "message": question});
        self.page.send_raw("Target.sendMessageToTarget", question).await?;
        let answer = tokio::time::timeout(PATIENCE, self.answer()).await;
        let mut answer = answer.map_err(|_| anyhow!("no answer to {method}"))??;
        if answer["error"]["code"] == CONTEXT_GONE {
            return Ok(None);
        }
        if !answer["error"].is_null() {
            bail!("{method}: {}", answer["error"]);
        }
        Ok(Some(answer["result"].take()))
    }

    async fn answer(&mut self) -> Result<Value> {
        loop {
            let event = self.events.recv().await?;
            if event.method != "Target.receivedMessageFromTarget"
                || event.params["sessionId"] != self.session
            {
                continue;
            }
            let message = event.params["message"].as_str().context("a message")?;
            let message: Value = serde_json::from_str(message)?;
            if message["id"] == self.asked {
                return Ok(message);
            }
        }
    }

    async fn detach(self) -> Result<()> {
        let session = json!({"sessionId": self.session});
        self.page.send_raw("Target.detachFromTarget", session).await?;
        Ok(self.page.detach().await?)
    }
}
