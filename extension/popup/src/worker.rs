//! The door to the worker: asks, and hears what it tells.

use extension::messages::{Request, Snapshot};
use js_sys::{Function, JSON, Object, Promise, Reflect};
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = sendMessage, catch)]
    fn send_message(message: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_namespace = ["chrome", "runtime", "onMessage"], js_name = addListener)]
    fn add_listener(listener: &Function);
}

/// The worker did not answer, or not in a way that this popup understands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Silence;

/// Sends a request at once, in the same turn of the event loop, and gives the answer to `then`.
pub(crate) fn ask(request: &Request, then: impl FnOnce(Result<Snapshot, Silence>) + 'static) {
    let sent = message(request).and_then(|message| send_message(&message).map_err(|_| Silence));
    spawn_local(async move {
        let answer = match sent {
            Ok(promise) => JsFuture::from(promise).await.map_err(|_| Silence),
            Err(silence) => Err(silence),
        };
        then(answer.and_then(|answer| snapshot(&answer)));
    });
}

/// Calls `heard` for every snapshot that the worker sends of its own accord.
pub(crate) fn listen(heard: impl Fn(Snapshot) + 'static) {
    let listener = Closure::<dyn Fn(JsValue)>::new(move |message: JsValue| {
        let to = Reflect::get(&message, &"to".into()).ok().and_then(|to| to.as_string());
        if to.as_deref() == Some("popup")
            && let Ok(snapshot) = snapshot(&message)
        {
            heard(snapshot);
        }
    });
    // The listener lives as long as the page.
    add_listener(listener.into_js_value().unchecked_ref());
}

fn message(request: &Request) -> Result<JsValue, Silence> {
    let request = serde_json::to_string(request).map_err(|_| Silence)?;
    let request = JSON::parse(&request).map_err(|_| Silence)?;
    let message = Object::new();
    for (name, value) in [("to", &"worker".into()), ("request", &request)] {
        Reflect::set(&message, &name.into(), value).map_err(|_| Silence)?;
    }
    Ok(message.into())
}

/// Reads the part `snapshot` of a message. It goes through JSON text, because numbers inside tagged
/// enums do not survive a direct conversion: JavaScript knows no whole numbers.
fn snapshot(message: &JsValue) -> Result<Snapshot, Silence> {
    let part = Reflect::get(message, &"snapshot".into()).map_err(|_| Silence)?;
    let text = JSON::stringify(&part).map_err(|_| Silence)?;
    // What is not there has no text either.
    let text = text.as_string().ok_or(Silence)?;
    serde_json::from_str(&text).map_err(|_| Silence)
}
