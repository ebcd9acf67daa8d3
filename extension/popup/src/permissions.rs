//! The door to the browser's permission dialog.

use extension::link;
use js_sys::{Array, JSON, Promise};
use leptos::task::spawn_local;
use shared::ids::Marketplace;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "permissions"], js_name = request, catch)]
    fn request(what: &JsValue) -> Result<Promise, JsValue>;
}

/// Asks for exactly these origins. Must be the first thing in a click handler:
/// Firefox takes it only there, and not after a single turn of the event loop. `then` hears whether
/// they are granted; in a popup the dialog may close the window before that, so nothing that
/// matters may hang on it.
pub(crate) fn ask_for(origins: &[String], then: impl FnOnce(bool) + 'static) {
    ask("{}", origins, Box::new(then));
}

/// Asks for one origin and to watch its requests, under the same rules.
pub(crate) fn ask_to_watch(origin: &str, then: impl FnOnce(bool) + 'static) {
    ask("{\"permissions\":[\"webRequest\"]}", &[origin.to_owned()], Box::new(then));
}

/// Asks for what seeing the end of a sign-in at a marketplace's Amazon host takes, under the same rules.
pub(crate) fn ask_for_sign_in(marketplace: Marketplace, then: impl FnOnce(bool) + 'static) {
    let origin = link::pattern(marketplace);
    if link::leads_on(marketplace) {
        ask_to_watch(&origin, then);
    } else {
        ask_for(&[origin], then);
    }
}

fn ask(what: &str, origins: &[String], then: Box<dyn FnOnce(bool)>) {
    let asked = wanted(what, origins).and_then(|what| request(&what));
    spawn_local(async move {
        let granted = match asked {
            Ok(promise) => JsFuture::from(promise).await,
            Err(refusal) => Err(refusal),
        };
        then(granted.is_ok_and(|granted| granted.is_truthy()));
    });
}

/// The two hosts of a marketplace.
pub(crate) fn origins(marketplace: Marketplace) -> [String; 2] {
    [marketplace.www(), marketplace.api()].map(|origin| format!("{origin}/*"))
}

fn wanted(what: &str, origins: &[String]) -> Result<JsValue, JsValue> {
    let what = JSON::parse(what)?;
    let origins: Array = origins.iter().map(JsValue::from).collect();
    js_sys::Reflect::set(&what, &"origins".into(), &origins)?;
    Ok(what)
}
