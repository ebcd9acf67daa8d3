//! The permission to notify, asked for and given back by the person.

use js_sys::{Array, JsString, Object, Promise, Reflect};
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "permissions"], js_name = contains, catch)]
    fn contains(wanted: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "permissions"], js_name = request, catch)]
    fn request(wanted: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "permissions"], js_name = remove, catch)]
    fn remove(wanted: &JsValue) -> Result<Promise, JsValue>;
}

fn wanted() -> JsValue {
    let wanted = Object::new();
    let names: Array = [JsString::from("notifications")].iter().collect();
    // A fresh object takes any property.
    let _set = Reflect::set(&wanted, &"permissions".into(), &names);
    wanted.into()
}

/// Whether notifications are permitted now.
pub(crate) fn may_notify(then: impl FnOnce(bool) + 'static) {
    answer(contains(&wanted()), then);
}

/// Asks for notifications, or gives them up; whether they are permitted afterwards. The browser is
/// asked in the same turn as the click.
pub(crate) fn notify(on: bool, then: impl FnOnce(bool) + 'static) {
    let asked = if on { request(&wanted()) } else { remove(&wanted()) };
    answer(asked, |_| may_notify(then));
}

fn answer(asked: Result<Promise, JsValue>, then: impl FnOnce(bool) + 'static) {
    spawn_local(async move {
        let answer = match asked {
            Ok(promise) => JsFuture::from(promise).await,
            Err(error) => Err(error),
        };
        then(answer.is_ok_and(|yes| yes.is_truthy()));
    });
}
