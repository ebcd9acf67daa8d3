//! Composition root of the worker: the real browser, the worker, and the doors that the glue calls.

#[cfg(not(target_arch = "wasm32"))]
fn main() {}

#[cfg(target_arch = "wasm32")]
fn main() {
    console_error_panic_hook::set_once();
}

#[cfg(target_arch = "wasm32")]
#[expect(unreachable_pub, reason = "exports to JavaScript must be public")]
mod doors {
    use std::rc::Rc;

    use extension::{
        browser::chrome::{self, Chrome},
        doctor::{Diagnose, Told},
        messages::{Request, Snapshot},
        worker::Worker,
    };
    use serde::Serialize;
    use wasm_bindgen::prelude::*;

    thread_local! {
        static WORKER: Rc<Worker<Chrome>> = Worker::new(Chrome, chrome::client());
    }

    fn worker() -> Rc<Worker<Chrome>> {
        WORKER.with(Rc::clone)
    }

    #[derive(Serialize)]
    struct Reply {
        snapshot: Snapshot,
    }

    /// A request of the popup as JSON text; the reply is JSON text too.
    #[wasm_bindgen]
    pub async fn request(json: String) -> Result<String, JsError> {
        let request: Request = serde_json::from_str(&json)?;
        let reply = Reply { snapshot: worker().request(request).await };
        Ok(serde_json::to_string(&reply)?)
    }

    #[derive(Serialize)]
    struct Finding {
        report: Told,
    }

    /// Looks what is wrong with the way to a server; question and answer are JSON text.
    #[wasm_bindgen]
    pub async fn diagnose(json: String) -> Result<String, JsError> {
        let ask: Diagnose = serde_json::from_str(&json)?;
        Ok(serde_json::to_string(&Finding { report: worker().consult(ask).await })?)
    }

    /// An alarm, a start of the browser, an installation or update.
    #[wasm_bindgen]
    pub async fn wake() {
        worker().wake().await;
    }

    /// Permissions were granted or taken away.
    #[wasm_bindgen]
    pub async fn permissions_changed() {
        worker().permissions_changed().await;
    }

    /// A tab is at another address that we may see, or about to be; without one it was closed.
    #[wasm_bindgen]
    pub async fn tab_moved(tab: f64, address: Option<String>) {
        worker().tab_moved(chrome::tab_id(tab), address.as_deref()).await;
    }

    /// A tab has finished loading an address that we may see.
    #[wasm_bindgen]
    pub async fn tab_loaded(address: String) {
        worker().tab_loaded(&address).await;
    }
}
