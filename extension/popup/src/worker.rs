//! The door to the worker: asks, and hears what it tells.

use crate::{
    model::doctor::Finding,
    review::{self, wire::Field},
    wire::{self, Node},
};
use extension::{
    doctor::Diagnose,
    messages::{Request, Snapshot},
};
use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = sendMessage, catch)]
    fn send_message(message: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_namespace = ["chrome", "runtime", "onMessage"], js_name = addListener)]
    fn add_listener(listener: &Function);

    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(then: &Function, ms: i32);
}

/// How often a message is sent before it counts as not heard.
const SENDS: u32 = 6;
/// For so long a worker that is ending takes no message.
const PAUSE_MS: i32 = 250;
/// When the answer to a request is overdue, and that to a look at the connection.
const OVERDUE_MS: i32 = 2_500;
const LOOK_OVERDUE_MS: i32 = 120_000;

/// The worker did not answer, or not in a way that this popup understands.
#[derive(Clone, Copy, Debug)]
pub struct Silence;

/// Sends a request at once, in the same turn of the event loop, and gives the answer to `then`.
pub fn ask(request: &Request, then: impl FnOnce(Result<Snapshot, Silence>) + 'static) {
    send(
        message(request),
        OVERDUE_MS,
        Box::new(move |answer: Answer| then(answer.and_then(snapshot))),
    );
}

/// The same for the page of the choice, which asks for other things and reads more of the answer.
pub fn choose(request: Request, then: impl FnOnce(Result<Snapshot, Silence>) + 'static) {
    send(
        choice(request),
        OVERDUE_MS,
        Box::new(move |answer: Answer| then(answer.and_then(|message| choices(&message)))),
    );
}

/// Has the connection looked at; sent at once, too.
pub fn diagnose(ask: &Diagnose, then: impl FnOnce(Result<Finding, Silence>) + 'static) {
    send(
        question(ask),
        LOOK_OVERDUE_MS,
        Box::new(move |answer: Answer| then(answer.and_then(finding))),
    );
}

/// An answer of the worker as it came.
type Answer = Result<JsValue, Silence>;

/// A browser may end the worker while a message is on its way. It says so, or says nothing any more; a little
/// later the next message starts another worker. No request means another thing when it comes twice.
fn send(message: Answer, overdue_ms: i32, then: Box<dyn FnOnce(Answer)>) {
    let post =
        move || message.clone().and_then(|message| send_message(&message).map_err(|_| Silence));
    let mut sent = post();
    spawn_local(async move {
        for _again in 0..SENDS {
            let Ok(promise) = sent else { break };
            let answer = JsFuture::from(Promise::race(&Array::of2(&promise, &after(overdue_ms))));
            // What comes of waiting is nothing; an answer is something.
            if let Ok(answer) = answer.await
                && !answer.is_undefined()
            {
                return then(Ok(answer));
            }
            // It never fails.
            let _over = JsFuture::from(after(PAUSE_MS)).await;
            sent = post();
        }
        then(Err(Silence));
    });
}

fn after(ms: i32) -> Promise {
    Promise::new(&mut |go_on, _| set_timeout(&go_on, ms))
}

/// Calls `heard` for every snapshot that the worker sends of its own accord.
pub fn listen(heard: impl Fn(Snapshot) + 'static) {
    listen_by(snapshot, heard);
}

/// The same for the page of the choice.
pub fn listen_to_choices(heard: impl Fn(Snapshot) + 'static) {
    listen_by(|message| choices(&message), heard);
}

fn listen_by(read: fn(JsValue) -> Result<Snapshot, Silence>, heard: impl Fn(Snapshot) + 'static) {
    let listener = Closure::<dyn Fn(JsValue)>::new(move |message: JsValue| {
        let to = Reflect::get(&message, &"to".into()).ok().and_then(|to| to.as_string());
        if to.as_deref() == Some("popup")
            && let Ok(snapshot) = read(message)
        {
            heard(snapshot);
        }
    });
    // The listener lives as long as the page.
    add_listener(listener.into_js_value().unchecked_ref());
}

fn message(request: &Request) -> Result<JsValue, Silence> {
    let message = Object::new();
    for (name, value) in wire::request(request) {
        put(&message, name, &value.into())?;
    }
    envelope("request", &message)
}

fn choice(request: Request) -> Result<JsValue, Silence> {
    let message = Object::new();
    for (name, value) in review::wire::request(request) {
        let value = match value {
            Field::Text(text) => text.into(),
            Field::Truth(truth) => truth.into(),
            Field::List(texts) => texts.into_iter().map(JsValue::from).collect::<Array>().into(),
        };
        put(&message, name, &value)?;
    }
    envelope("request", &message)
}

fn choices(message: &JsValue) -> Result<Snapshot, Silence> {
    let part = Seen(message.clone()).field("snapshot").ok_or(Silence)?;
    review::wire::snapshot(&part).ok_or(Silence)
}

fn question(ask: &Diagnose) -> Result<JsValue, Silence> {
    let message = Object::new();
    let (address, switches) = wire::doctor::question(ask);
    put(&message, "address", &address.into())?;
    for (name, value) in switches {
        put(&message, name, &value.into())?;
    }
    envelope("diagnose", &message)
}

fn envelope(name: &str, message: &Object) -> Result<JsValue, Silence> {
    let envelope = Object::new();
    put(&envelope, "to", &"worker".into())?;
    put(&envelope, name, message)?;
    Ok(envelope.into())
}

fn put(object: &Object, name: &str, value: &JsValue) -> Result<(), Silence> {
    Reflect::set(object, &name.into(), value).map(drop).map_err(|_| Silence)
}

/// Reads the part `snapshot` of a message.
fn snapshot(message: JsValue) -> Result<Snapshot, Silence> {
    let part = Seen(message).field("snapshot").ok_or(Silence)?;
    wire::snapshot(&part).ok_or(Silence)
}

/// Reads the part `report` of a message.
fn finding(message: JsValue) -> Result<Finding, Silence> {
    let part = Seen(message).field("report").ok_or(Silence)?;
    wire::doctor::finding(&part).ok_or(Silence)
}

/// A value that came from the worker.
pub struct Seen(pub JsValue);

impl Node for Seen {
    fn field(&self, name: &str) -> Option<Self> {
        let value = Reflect::get(&self.0, &name.into()).ok()?;
        (!value.is_undefined() && !value.is_null()).then_some(Self(value))
    }

    fn text(&self) -> Option<String> {
        self.0.as_string()
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn truth(&self) -> Option<bool> {
        self.0.as_bool()
    }

    fn items(&self) -> Option<Vec<Self>> {
        let items = self.0.dyn_ref::<Array>()?;
        Some(items.iter().map(Self).collect())
    }
}
