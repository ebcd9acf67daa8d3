//! Texts as people read them: the browser's language, its numbers and its clock.

use js_sys::{Array, Date, JsString, Number, Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::{
    i18n::Key,
    model::{
        doctor::Finding,
        text::{Text, Value},
    },
};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "i18n"], js_name = getMessage)]
    fn get_message(name: &str, values: &Array) -> String;

    #[wasm_bindgen(js_namespace = ["chrome", "i18n"], js_name = getUILanguage)]
    fn ui_language() -> String;

    #[wasm_bindgen(js_namespace = ["navigator", "clipboard"], js_name = writeText, catch)]
    fn write_text(text: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn log_error(what: &str, file: &str, line: u32);

    /// A number whose writing takes options.
    type Styled;

    #[wasm_bindgen(method, js_name = toLocaleString)]
    fn shown_as(this: &Styled, locale: &str, options: &JsValue) -> String;
}

/// Where the popup gave up, for whoever opens the browser's console. What was wrong stands in the code
/// there; the usual hook writes it out, and costs 1.3 KB.
pub fn panicked(info: &std::panic::PanicHookInfo<'_>) {
    if let Some(place) = info.location() {
        log_error("popup panicked at", place.file(), place.line());
    }
}

/// The text in the language of the browser.
pub fn say(text: &Text) -> String {
    match text {
        Text::Plain(text) => text.clone(),
        Text::Message(key, values) => tell(key.name(), values),
    }
}

/// The text with this name, with its values.
pub fn tell(name: &str, values: &[Value]) -> String {
    let values: Array = values.iter().map(|value| JsValue::from(shown(value))).collect();
    get_message(name, &values)
}

/// A text as searches compare it: without case, accents and other marks.
pub fn folded(text: &str) -> String {
    let plain = JsString::from(text).normalize("NFKD").to_lower_case();
    let plain = String::from(plain).replace('ß', "ss");
    plain.chars().filter(|letter| !('\u{300}'..='\u{36f}').contains(letter)).collect()
}

/// What is the matter, or with `_then` what to do, by the name of the cause.
pub fn cause(finding: &Finding, part: &str) -> String {
    let values = Array::of2(&(&*finding.detail).into(), &(&*finding.host).into());
    get_message(&["cause_", &finding.code, part].concat(), &values)
}

/// A text without values.
pub fn word(key: Key) -> String {
    get_message(key.name(), &Array::new())
}

/// The browser's language, as `de-AT`.
pub fn language() -> String {
    ui_language()
}

/// Puts a text on the clipboard, which a click may; whether the browser lets it.
pub fn copy(text: &str) -> bool {
    write_text(text).is_ok()
}

fn shown(value: &Value) -> String {
    match value {
        Value::Number(number) => Number::from(*number).to_locale_string(&locale()).into(),
        Value::Percent(percent) => in_percent(*percent),
        Value::Clock(moment_ms) => {
            moment(*moment_ms, &[("hour", "numeric"), ("minute", "2-digit")])
        }
        Value::Moment(moment_ms) => {
            moment(*moment_ms, &[("dateStyle", "medium"), ("timeStyle", "short")])
        }
        Value::Plain(text) => text.clone(),
        Value::Said(key) => word(*key),
    }
}

/// The sign stands close or apart, before or behind, as the language has it.
fn in_percent(percent: u32) -> String {
    let options = Object::new();
    // A fresh object takes any property.
    let _set = Reflect::set(&options, &"style".into(), &"percent".into());
    let share: Styled = JsValue::from_f64(f64::from(percent) / 100.0).unchecked_into();
    share.shown_as(&locale(), &options)
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far below 2^53")]
fn moment(moment_ms: i64, shape: &[(&str, &str)]) -> String {
    let options = Object::new();
    for (part, shape) in shape {
        // A fresh object takes any property.
        let _set = Reflect::set(&options, &JsString::from(*part), &JsString::from(*shape));
    }
    let date = Date::new(&JsValue::from_f64(moment_ms as f64));
    date.to_locale_string(&locale(), &options).into()
}

/// The browser's language where the texts are in it too, else the language of the texts, so that
/// one sentence never mixes two ways of writing numbers.
fn locale() -> String {
    let (texts, browser) = (word(Key::LocaleTag), ui_language());
    let same = browser.split(['-', '_']).next() == Some(texts.as_str());
    if same { browser.replace('_', "-") } else { texts }
}
