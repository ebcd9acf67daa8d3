//! What the worker needs of a browser, as small traits; everything else is decided without one.

#[cfg(target_arch = "wasm32")]
pub mod chrome;
#[cfg(feature = "fake")]
pub mod fake;

use std::future::Future;

use futures::future::LocalBoxFuture;
use shared::ids::Marketplace;

use crate::messages::{Mark, Snapshot};

/// Key and value store that outlives the worker; values are JSON text.
pub trait Storage {
    /// The value under a key.
    fn get(&self, key: &str) -> impl Future<Output = Result<Option<String>, StorageFull>>;
    /// Stores a value.
    fn set(&self, key: &str, value: &str) -> impl Future<Output = Result<(), StorageFull>>;
    /// Removes keys; absent ones are no error.
    fn remove(&self, keys: &[String]) -> impl Future<Output = Result<(), StorageFull>>;
}

/// The browser's storage did not take or give a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the browser's storage does not answer or is full")]
pub struct StorageFull;

/// Sends one request.
pub trait Http {
    /// Answers of every status are `Ok`.
    fn send(&self, request: HttpRequest) -> impl Future<Output = Result<HttpResponse, HttpError>>;
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// Address.
    pub url: String,
    /// Body; with one it is a POST, otherwise a GET.
    pub body: Option<String>,
    /// Header names and values.
    pub headers: Vec<(&'static str, String)>,
    /// Headers that the person has set for a proxy in front of the server.
    pub extra: Vec<(String, String)>,
    /// Whether the browser attaches its session for that host.
    pub session: bool,
    /// Whether redirects are followed; otherwise one comes back as `redirected`.
    pub follow: bool,
    /// The answer may not be read, so it may come from anybody: an empty one says that there is one.
    pub opaque: bool,
}

impl HttpRequest {
    /// A GET without session that stops at redirects.
    pub fn get(url: String) -> Self {
        Self {
            url,
            body: None,
            headers: Vec::new(),
            extra: Vec::new(),
            session: false,
            follow: false,
            opaque: false,
        }
    }

    /// A GET that only shows whether anything answers; browsers follow its redirects.
    pub fn opaque(url: String) -> Self {
        Self { follow: true, opaque: true, ..Self::get(url) }
    }

    /// A POST without session that stops at redirects.
    pub fn post(url: String, headers: Vec<(&'static str, String)>, body: String) -> Self {
        Self { body: Some(body), headers, ..Self::get(url) }
    }
}

/// One answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpResponse {
    /// HTTP status; 0 for a redirect that was not followed.
    pub status: u16,
    /// A redirect that was not followed.
    pub redirected: bool,
    /// How long the `Retry-After` header asks to wait, in milliseconds.
    pub retry_after_ms: Option<i64>,
    /// Body as text.
    pub body: String,
}

/// Why there was no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpError {
    /// Refused, cut, unknown host, certificate, offline: browsers do not tell these apart.
    NoAnswer,
    /// The answer took longer than 25 seconds.
    TimedOut,
    /// The body is larger than any page or answer that we know.
    TooLarge,
}

/// Wakes the worker later.
pub trait Alarms {
    /// Wakes the worker at a moment, even after its death; replaces an earlier one. Browsers do not
    /// wake earlier than 30 seconds from now.
    fn wake_at(&self, when_ms: i64) -> impl Future<Output = ()>;
    /// Takes it back.
    fn no_wake(&self) -> impl Future<Output = ()>;
    /// Waits within this worker's life.
    fn pause(&self, ms: i64) -> impl Future<Output = ()> + 'static;
}

/// Browser tabs.
pub trait Tabs {
    /// Brings a tab that we opened before to the front, or opens a new one; gives its id.
    fn show(&self, known: Option<i64>, url: &str) -> impl Future<Output = Option<i64>>;
    /// A tab at exactly this address, of a host that we may see.
    fn find(&self, url: &str) -> impl Future<Output = Option<i64>>;
    /// The address of a tab, empty where we may not see it; none where the tab is gone.
    fn address(&self, tab: i64) -> impl Future<Output = Option<String>>;
    /// Brings a tab to the front; gives whether it is there.
    fn front(&self, tab: i64) -> impl Future<Output = bool>;
    /// Closes a tab.
    fn close(&self, tab: i64) -> impl Future<Output = ()>;
    /// Shows the popup's page in a tab.
    fn lead_back(&self, tab: i64) -> impl Future<Output = ()>;
}

/// The machine and the person's language.
pub trait Platform {
    /// Its system, as the browser names it: `linux`, `win`, `mac`, `android`.
    fn system(&self) -> impl Future<Output = String>;
    /// The language of the browser's own texts, as `en-US`.
    fn language(&self) -> String;
}

/// Host permissions.
pub trait Permissions {
    /// Whether both origins of a marketplace are granted.
    fn held(&self, marketplace: Marketplace) -> impl Future<Output = bool>;
    /// Gives back every Audible origin but this marketplace's two.
    fn release_others(&self, marketplace: Marketplace) -> impl Future<Output = ()>;
    /// Gives back every origin that is neither Audible's nor Amazon's nor this one, written as
    /// `https://home.example/*`.
    fn release_servers(&self, kept: Option<String>) -> impl Future<Output = ()>;
    /// Whether the end of a sign-in at a marketplace's Amazon host would be seen.
    fn amazon_held(&self, marketplace: Marketplace) -> impl Future<Output = bool>;
    /// Gives back every Amazon host.
    fn release_amazon(&self) -> impl Future<Output = ()>;
}

/// Looks behind a failed request, by permissions that the person lends for one check. An origin is
/// given as a pattern: `https://home.example/*`.
pub trait Watch {
    /// Whether the permission for an origin is held.
    fn origin_held(&self, origin: &str) -> impl Future<Output = bool>;
    /// Whether requests to an origin may be watched.
    fn may_watch(&self, origin: &str) -> impl Future<Output = bool>;
    /// Sends a request whose answer is not read; what the browser calls its failure.
    fn failure_of(&self, url: &str, origin: &str) -> impl Future<Output = Option<String>>;
    /// Gives the permission to watch back, and that for the origin unless it is to be kept.
    fn give_back(&self, origin: &str, keep: bool) -> impl Future<Output = ()>;
}

/// Time and chance.
pub trait Clock {
    /// Milliseconds since 1970.
    fn now_ms(&self) -> i64;
    /// A number from 0 up to 1.
    fn chance(&self) -> f64;
    /// Ten random bytes.
    fn random(&self) -> [u8; 10];
}

/// The popup, when it is open.
pub trait Popup {
    /// Shows a new state; gives whether anybody listened.
    fn show_snapshot(&self, snapshot: &Snapshot) -> impl Future<Output = bool>;
}

/// The extension's button and the system's notifications.
pub trait Marks {
    /// Marks the button and notifies, if that is permitted; `None` takes the mark away.
    fn mark(&self, mark: Option<Mark>) -> impl Future<Output = ()>;
}

/// Runs work beside the caller.
pub trait Tasks {
    /// Starts it.
    fn spawn(&self, work: LocalBoxFuture<'static, ()>);
}

/// All of it.
pub trait Browser:
    Storage
    + Http
    + Alarms
    + Tabs
    + Platform
    + Permissions
    + Watch
    + Clock
    + Popup
    + Marks
    + Tasks
    + 'static
{
}

impl<
    T: Storage
        + Http
        + Alarms
        + Tabs
        + Platform
        + Permissions
        + Watch
        + Clock
        + Popup
        + Marks
        + Tasks
        + 'static,
> Browser for T
{
}
