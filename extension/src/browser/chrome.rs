//! The real browser: `chrome.*` with promises (the same in both browsers), `fetch`, timers.
//!
//! The only file of the worker that touches JavaScript. It asks nothing of the page's cookies: the
//! browser attaches its session where `credentials` says so, and only for Audible's web host.

use std::{cell::RefCell, rc::Rc};

use futures::{
    future::{Either, LocalBoxFuture, select},
    pin_mut,
};
use gloo_net::http::{Request, RequestBuilder, Response};
use js_sys::{Array, Date, JSON, Math, Object, Promise, Reflect, Uint8Array};
use serde::{Deserialize, Serialize};
use shared::{ids::Marketplace, wire::v1::Client};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortController, ReadableStreamDefaultReader, ReferrerPolicy, RequestCache, RequestCredentials,
    RequestMode, RequestRedirect, ResponseType, TextDecoder,
};

use super::{
    Alarms, Clock, Http, HttpError, HttpRequest, HttpResponse, Marks, Permissions, Platform, Popup,
    Storage, StorageFull, Tabs, Tasks, Watch,
};
use crate::{
    link,
    messages::{Mark, Snapshot},
    pace::retry_after_ms,
};

/// A worker whose request takes longer is ended by the browser after 30 seconds.
const TIMEOUT_MS: i64 = 25_000;
/// Ten times the largest page seen.
const CEILING_BYTES: usize = 16 * 1024 * 1024;
/// The one alarm.
const ALARM: &str = "go-on";

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "storage", "local"], js_name = get, catch)]
    async fn storage_get(key: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "storage", "local"], js_name = set, catch)]
    async fn storage_set(items: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "storage", "local"], js_name = remove, catch)]
    async fn storage_remove(keys: &Array) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "alarms"], js_name = create, catch)]
    async fn alarm_create(name: &str, info: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "alarms"], js_name = clear, catch)]
    async fn alarm_clear(name: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "tabs"], js_name = create, catch)]
    async fn tab_create(properties: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "tabs"], js_name = update, catch)]
    async fn tab_update(id: f64, properties: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "tabs"], js_name = query, catch)]
    async fn tab_query(wanted: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "tabs"], js_name = get, catch)]
    async fn tab_get(id: f64) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "tabs"], js_name = remove, catch)]
    async fn tab_remove(id: f64) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "permissions"], js_name = contains, catch)]
    async fn permissions_contain(permissions: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "permissions"], js_name = getAll, catch)]
    async fn permissions_all() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "permissions"], js_name = remove, catch)]
    async fn permissions_remove(permissions: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "webRequest", "onErrorOccurred"], js_name = addListener, catch)]
    fn watch_failures(hear: &JsValue, filter: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "webRequest", "onErrorOccurred"], js_name = removeListener, catch)]
    fn unwatch_failures(hear: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "action"], js_name = setBadgeText, catch)]
    async fn set_badge(details: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "notifications"], js_name = create, catch)]
    async fn notify(id: &str, options: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "i18n"], js_name = getMessage)]
    fn message(name: &str) -> String;
    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = sendMessage, catch)]
    async fn send_message(message: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = getPlatformInfo, catch)]
    async fn platform_info() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = getManifest)]
    fn manifest() -> JsValue;
    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = getURL)]
    fn own_address(path: &str) -> String;
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(then: &js_sys::Function, ms: i32);
    #[wasm_bindgen(js_namespace = ["chrome", "i18n"], js_name = getUILanguage)]
    fn ui_language() -> String;
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues, catch)]
    fn random_values(into: &Uint8Array) -> Result<JsValue, JsValue>;
}

/// The browser that this runs in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chrome;

/// This program, as it names itself to the server.
pub fn client() -> Client {
    let version = text_of(&manifest(), "version");
    let firefox = own_address("").starts_with("moz-extension:");
    Client {
        name: "audible-connector".to_owned(),
        version: version.unwrap_or_else(|| env!("CARGO_PKG_VERSION").to_owned()),
        browser: Some(if firefox { "firefox" } else { "chrome" }.to_owned()),
    }
}

impl Storage for Chrome {
    async fn get(&self, key: &str) -> Result<Option<String>, StorageFull> {
        let items = storage_get(key).await.map_err(|_| StorageFull)?;
        let value = Reflect::get(&items, &key.into()).unwrap_or_default();
        if value.is_undefined() {
            return Ok(None);
        }
        // Our own values are text; settings may also have been put there as an object.
        Ok(value.as_string().or_else(|| JSON::stringify(&value).ok().map(String::from)))
    }

    async fn set(&self, key: &str, value: &str) -> Result<(), StorageFull> {
        let items = Object::new();
        Reflect::set(&items, &key.into(), &value.into()).map_err(|_| StorageFull)?;
        storage_set(&items).await.map(drop).map_err(|_| StorageFull)
    }

    async fn remove(&self, keys: &[String]) -> Result<(), StorageFull> {
        let keys: Array = keys.iter().map(JsValue::from).collect();
        storage_remove(&keys).await.map(drop).map_err(|_| StorageFull)
    }
}

impl Http for Chrome {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let controller = AbortController::new().map_err(|_| HttpError::NoAnswer)?;
        let exchange = exchange(request, &controller);
        let timeout = pause(TIMEOUT_MS);
        pin_mut!(exchange, timeout);
        match select(exchange, timeout).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => {
                controller.abort();
                Err(HttpError::TimedOut)
            }
        }
    }
}

async fn exchange(
    request: HttpRequest,
    controller: &AbortController,
) -> Result<HttpResponse, HttpError> {
    let builder = builder(&request, controller);
    let built = match request.body {
        Some(body) => builder.body(body),
        None => builder.build(),
    };
    let answer = built.map_err(|_| HttpError::NoAnswer)?.send().await;
    let answer = answer.map_err(|_| HttpError::NoAnswer)?;
    let redirected = answer.type_() == ResponseType::Opaqueredirect;
    let body = if redirected { String::new() } else { body(&answer, controller).await? };
    let header = answer.headers().get("retry-after");
    let retry_after_ms = header.and_then(|header| retry_after_ms(&header, Chrome.now_ms(), date));
    Ok(HttpResponse { status: answer.status(), redirected, retry_after_ms, body })
}

fn builder(request: &HttpRequest, controller: &AbortController) -> RequestBuilder {
    let post = request.body.is_some();
    let builder = if post { Request::post(&request.url) } else { Request::get(&request.url) };
    let credentials =
        if request.session { RequestCredentials::Include } else { RequestCredentials::Omit };
    let redirect = if request.follow { RequestRedirect::Follow } else { RequestRedirect::Manual };
    let builder = builder
        .credentials(credentials)
        .redirect(redirect)
        .cache(RequestCache::NoStore)
        .referrer_policy(ReferrerPolicy::NoReferrer)
        .abort_signal(Some(&controller.signal()));
    let builder = if request.opaque { builder.mode(RequestMode::NoCors) } else { builder };
    let own = request.headers.iter().map(|(name, value)| (*name, value));
    let extra = request.extra.iter().map(|(name, value)| (name.as_str(), value));
    own.chain(extra).fold(builder, |builder, (name, value)| builder.header(name, value))
}

/// The body as text, read piece by piece so that an endless one ends at the ceiling.
async fn body(answer: &Response, controller: &AbortController) -> Result<String, HttpError> {
    let Some(stream) = answer.body() else { return Ok(String::new()) };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let decoder = TextDecoder::new().map_err(|_| HttpError::NoAnswer)?;
    let mut bytes: Vec<u8> = Vec::new();
    loop {
        let piece = JsFuture::from(reader.read()).await.map_err(|_| HttpError::NoAnswer)?;
        let value = Reflect::get(&piece, &"value".into()).unwrap_or_default();
        if value.is_undefined() {
            break;
        }
        let piece = Uint8Array::new(&value);
        let room = CEILING_BYTES.saturating_sub(bytes.len());
        if usize::try_from(piece.length()).map_or(true, |length| length > room) {
            controller.abort();
            return Err(HttpError::TooLarge);
        }
        bytes.extend(piece.to_vec());
    }
    decoder.decode_with_u8_array(&bytes).map_err(|_| HttpError::NoAnswer)
}

impl Alarms for Chrome {
    async fn wake_at(&self, when_ms: i64) {
        #[derive(Serialize)]
        struct Info {
            when: i64,
        }
        let _ = alarm_create(ALARM, &object(&Info { when: when_ms })).await;
    }

    async fn no_wake(&self) {
        let _ = alarm_clear(ALARM).await;
    }

    fn pause(&self, ms: i64) -> impl Future<Output = ()> + 'static {
        pause(ms)
    }
}

/// A date as HTTP writes it, in milliseconds since 1970.
fn date(text: &str) -> Option<i64> {
    let ms = Date::parse(text);
    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
    let whole = ms as i64;
    (!ms.is_nan()).then_some(whole)
}

async fn pause(ms: i64) {
    let ms = i32::try_from(ms).unwrap_or(i32::MAX);
    let promise = Promise::new(&mut |resolve, _| set_timeout(&resolve, ms));
    let _ = JsFuture::from(promise).await;
}

/// A tab's id as JavaScript has it.
#[expect(clippy::cast_possible_truncation, reason = "tab ids are small whole numbers")]
pub const fn tab_id(id: f64) -> i64 {
    id as i64
}

#[expect(clippy::cast_precision_loss, reason = "tab ids are small whole numbers")]
const fn of_tab(id: i64) -> f64 {
    id as f64
}

/// The id that a tab object names.
fn id_of(tab: &JsValue) -> Option<i64> {
    Reflect::get(tab, &"id".into()).ok()?.as_f64().map(tab_id)
}

#[derive(Serialize)]
struct Addressed<'a> {
    url: &'a str,
}

impl Tabs for Chrome {
    async fn show(&self, known: Option<i64>, url: &str) -> Option<i64> {
        if let Some(id) = known
            && self.front(id).await
        {
            return known;
        }
        id_of(&tab_create(&object(&Addressed { url })).await.ok()?)
    }

    async fn find(&self, url: &str) -> Option<i64> {
        // A question mark of a pattern stands for itself, but what comes behind is compared here.
        let pattern = format!("{}*", url.split('?').next().unwrap_or_default());
        let tabs: Array = tab_query(&object(&Addressed { url: &pattern })).await.ok()?.into();
        let found = tabs.iter().find(|tab| text_of(tab, "url").as_deref() == Some(url));
        id_of(&found?)
    }

    async fn address(&self, tab: i64) -> Option<String> {
        let tab = tab_get(of_tab(tab)).await.ok()?;
        Some(text_of(&tab, "url").unwrap_or_default())
    }

    async fn front(&self, tab: i64) -> bool {
        #[derive(Serialize)]
        struct Front {
            active: bool,
        }
        tab_update(of_tab(tab), &object(&Front { active: true })).await.is_ok()
    }

    async fn close(&self, tab: i64) {
        // One that the person has closed meanwhile is as good.
        let _ = tab_remove(of_tab(tab)).await;
    }

    async fn lead_back(&self, tab: i64) {
        let page = own_address("popup.html?tab=1");
        let _ = tab_update(of_tab(tab), &object(&Addressed { url: &page })).await;
    }
}

impl Platform for Chrome {
    async fn system(&self) -> String {
        let info = platform_info().await.unwrap_or_default();
        text_of(&info, "os").unwrap_or_default()
    }

    fn language(&self) -> String {
        ui_language()
    }
}

/// Origins as the permission calls take and give them.
#[derive(Default, Serialize, Deserialize)]
struct Origins {
    #[serde(default)]
    origins: Vec<String>,
}

/// Permissions to watch requests, and the origin to watch.
#[derive(Serialize)]
struct Watching<'a> {
    permissions: [&'static str; 1],
    origins: &'a [&'a str],
}

fn watching(origins: &[&str]) -> JsValue {
    object(&Watching { permissions: ["webRequest"], origins })
}

fn origins_of(marketplace: Marketplace) -> Vec<String> {
    vec![format!("{}/*", marketplace.www()), format!("{}/*", marketplace.api())]
}

impl Permissions for Chrome {
    async fn held(&self, marketplace: Marketplace) -> bool {
        let wanted = object(&Origins { origins: origins_of(marketplace) });
        permissions_contain(&wanted).await.is_ok_and(|held| held.is_truthy())
    }

    async fn release_others(&self, marketplace: Marketplace) {
        let wanted = origins_of(marketplace);
        release(|origin| is_audible(origin) && !wanted.contains(origin)).await;
    }

    async fn release_servers(&self, kept: Option<String>) {
        let gone = |origin: &String| {
            !is_audible(origin) && !is_amazon(origin) && Some(origin) != kept.as_ref()
        };
        release(gone).await;
    }

    async fn amazon_held(&self, marketplace: Marketplace) -> bool {
        let origin = link::pattern(marketplace);
        if link::leads_on(marketplace) {
            self.may_watch(&origin).await
        } else {
            self.origin_held(&origin).await
        }
    }

    async fn release_amazon(&self) {
        // Where requests were watched, that is given back with the host.
        if let Some(leading) = Marketplace::ALL.into_iter().find(|one| link::leads_on(*one)) {
            let origin = link::pattern(leading);
            if self.may_watch(&origin).await {
                self.give_back(&origin, false).await;
            }
        }
        release(is_amazon).await;
    }
}

fn is_amazon(origin: &String) -> bool {
    Marketplace::ALL.into_iter().any(|marketplace| link::pattern(marketplace) == *origin)
}

fn is_audible(origin: &String) -> bool {
    Marketplace::ALL.into_iter().any(|marketplace| origins_of(marketplace).contains(origin))
}

/// Gives back what is held and not needed any more.
async fn release(gone: impl Fn(&String) -> bool) {
    let Ok(all) = permissions_all().await else { return };
    let held: Origins = serde_wasm_bindgen::from_value(all).unwrap_or_default();
    let origins: Vec<String> = held.origins.into_iter().filter(gone).collect();
    if !origins.is_empty() {
        let _ = permissions_remove(&object(&Origins { origins })).await;
    }
}

/// The browser tells of a failure about when the request itself fails, perhaps a moment later.
const TOLD_LOOKS: u32 = 20;
const TOLD_LOOK_MS: i64 = 50;

impl Watch for Chrome {
    async fn origin_held(&self, origin: &str) -> bool {
        let wanted = object(&Origins { origins: vec![origin.to_owned()] });
        permissions_contain(&wanted).await.is_ok_and(|held| held.is_truthy())
    }

    async fn may_watch(&self, origin: &str) -> bool {
        permissions_contain(&watching(&[origin])).await.is_ok_and(|held| held.is_truthy())
    }

    async fn failure_of(&self, url: &str, origin: &str) -> Option<String> {
        let told = Rc::new(RefCell::new(None));
        let heard = Rc::clone(&told);
        let hear = Closure::<dyn Fn(JsValue)>::new(move |details: JsValue| {
            *heard.borrow_mut() = text_of(&details, "error");
        });
        #[derive(Serialize)]
        struct Filter<'a> {
            urls: [&'a str; 1],
        }
        watch_failures(hear.as_ref(), &object(&Filter { urls: [origin] })).ok()?;
        let failed = self.send(HttpRequest::opaque(url.to_owned())).await.is_err();
        for _ in 0..TOLD_LOOKS {
            if !failed || told.borrow().is_some() {
                break;
            }
            pause(TOLD_LOOK_MS).await;
        }
        let _ = unwatch_failures(hear.as_ref());
        told.take()
    }

    async fn give_back(&self, origin: &str, keep: bool) {
        let origins = if keep { &[][..] } else { &[origin] };
        let _ = permissions_remove(&watching(origins)).await;
    }
}

impl Clock for Chrome {
    fn now_ms(&self) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
        let now = Date::now() as i64;
        now
    }

    fn chance(&self) -> f64 {
        Math::random()
    }

    fn random(&self) -> [u8; 10] {
        let bytes = Uint8Array::new_with_length(10);
        let mut random = [0; 10];
        if random_values(&bytes).is_ok() {
            bytes.copy_to(&mut random);
        }
        random
    }
}

impl Popup for Chrome {
    async fn show_snapshot(&self, snapshot: &Snapshot) -> bool {
        #[derive(Serialize)]
        struct Message<'a> {
            to: &'static str,
            snapshot: &'a Snapshot,
        }
        // Without an open popup there is no receiver, which is an error of the call and none of ours.
        send_message(&object(&Message { to: "popup", snapshot })).await.is_ok()
    }
}

impl Marks for Chrome {
    async fn mark(&self, mark: Option<Mark>) {
        let text = mark.map_or("", Mark::badge);
        // Without a button, as on phones, there is nothing to be marked.
        let _ = set_badge(&object(&serde_json::json!({ "text": text }))).await;
        let wanted = object(&serde_json::json!({ "permissions": ["notifications"] }));
        let Some(mark) = mark else { return };
        if permissions_contain(&wanted).await.is_ok_and(|held| held.is_truthy()) {
            let notification = object(&serde_json::json!({
                "type": "basic",
                "iconUrl": own_address("icons/128.png"),
                "title": message("appName"),
                "message": message(mark.name()),
            }));
            // A system that shows no notifications is none of our trouble.
            let _ = notify("mark", &notification).await;
        }
    }
}

impl Tasks for Chrome {
    fn spawn(&self, work: LocalBoxFuture<'static, ()>) {
        spawn_local(work);
    }
}

/// A plain JavaScript object, numbers as numbers.
fn object<T: Serialize>(value: &T) -> JsValue {
    let text = serde_json::to_string(value).unwrap_or_default();
    JSON::parse(&text).unwrap_or_default()
}

fn text_of(object: &JsValue, field: &str) -> Option<String> {
    Reflect::get(object, &field.into()).ok()?.as_string()
}
