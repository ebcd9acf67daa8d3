//! The test form of a browser: storage in memory, a clock that only moves when told, and a switch
//! that ends the worker in the middle of anything.
//!
//! A [`Fake`] is a handle; clones see the same browser. Nothing here waits: answers, timers and the
//! alarm fall due on the fake's own clock, and whoever drives the test moves it.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use futures::{
    channel::oneshot,
    future::{self, LocalBoxFuture},
};
use shared::ids::Marketplace;

use super::{
    Alarms, Clock, Http, HttpError, HttpRequest, HttpResponse, Marks, Permissions, Platform, Popup,
    Storage, StorageFull, Tabs, Tasks, Watch,
};
use crate::messages::{Mark, Snapshot};

/// What the world says to a request that leaves at a moment (milliseconds since 1970).
pub type Answers = Box<dyn FnMut(&HttpRequest, i64) -> Result<HttpResponse, HttpError>>;

/// The start of every test, in milliseconds since 1970.
pub const START_MS: i64 = 1_750_000_000_000;

/// What a tab shows that was led back.
pub const LED_BACK: &str = "popup.html?tab=1";

/// How long every answer takes, in milliseconds.
const LATENCY_MS: i64 = 400;

/// One request as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// What.
    pub request: HttpRequest,
    /// Requests open at that moment, this one included.
    pub open: usize,
}

/// A browser in memory.
#[derive(Clone)]
pub struct Fake(Rc<Inner>);

struct Inner {
    now_ms: Cell<i64>,
    drawn: Cell<u32>,
    stored: RefCell<BTreeMap<String, String>>,
    held: RefCell<BTreeSet<Marketplace>>,
    origins: RefCell<BTreeSet<String>>,
    may_watch: Cell<bool>,
    failure: RefCell<Option<String>>,
    alarm: Cell<Option<i64>>,
    timers: RefCell<Vec<(i64, oneshot::Sender<()>)>>,
    tasks: RefCell<Vec<LocalBoxFuture<'static, ()>>>,
    answers: RefCell<Answers>,
    sent: RefCell<Vec<Sent>>,
    open: Rc<Cell<usize>>,
    /// Addresses of the tabs that were opened, in order, and what they show now; none once closed.
    tabs: RefCell<Vec<(String, Option<String>)>>,
    amazon: RefCell<BTreeSet<Marketplace>>,
    shown: RefCell<Vec<Snapshot>>,
    watched: Cell<bool>,
    marks: RefCell<Vec<Option<Mark>>>,
    /// Calls until the worker ends; `None` lets it live.
    fuse: Cell<Option<u32>>,
}

impl Fake {
    /// A browser that has just been installed into a world that answers so.
    pub fn new(answers: Answers) -> Self {
        Self(Rc::new(Inner {
            now_ms: Cell::new(START_MS),
            drawn: Cell::new(0),
            stored: RefCell::default(),
            held: RefCell::default(),
            origins: RefCell::default(),
            may_watch: Cell::new(false),
            failure: RefCell::default(),
            alarm: Cell::new(None),
            timers: RefCell::default(),
            tasks: RefCell::default(),
            answers: RefCell::new(answers),
            sent: RefCell::default(),
            open: Rc::default(),
            tabs: RefCell::default(),
            amazon: RefCell::default(),
            shown: RefCell::default(),
            watched: Cell::new(false),
            marks: RefCell::default(),
            fuse: Cell::new(None),
        }))
    }

    /// Somebody looks at the popup, or nobody does.
    pub fn watch(&self, watched: bool) {
        self.0.watched.set(watched);
    }

    /// What the button was marked with, in order.
    pub fn marks(&self) -> Vec<Option<Mark>> {
        self.0.marks.borrow().clone()
    }

    /// Grants a marketplace's two origins, as the person does in the browser's dialog.
    pub fn grant(&self, marketplace: Marketplace) {
        self.0.held.borrow_mut().insert(marketplace);
    }

    /// Takes them away, as the person may at any time.
    pub fn revoke(&self, marketplace: Marketplace) {
        self.0.held.borrow_mut().remove(&marketplace);
    }

    /// Grants an origin of a server, written as `https://home.example/*`.
    pub fn grant_server(&self, origin: &str) {
        self.0.origins.borrow_mut().insert(origin.to_owned());
    }

    /// Origins of servers that are held.
    pub fn servers(&self) -> BTreeSet<String> {
        self.0.origins.borrow().clone()
    }

    /// Marketplaces whose origins are held.
    pub fn granted(&self) -> BTreeSet<Marketplace> {
        self.0.held.borrow().clone()
    }

    /// Grants an origin, as `https://home.example/*`, and to watch its requests.
    pub fn lend(&self, origin: &str) {
        self.hold(origin);
        self.0.may_watch.set(true);
    }

    /// Grants an origin.
    pub fn hold(&self, origin: &str) {
        self.0.origins.borrow_mut().insert(origin.to_owned());
    }

    /// Origins held beside those of marketplaces, and whether requests may be watched.
    pub fn lent(&self) -> (BTreeSet<String>, bool) {
        (self.0.origins.borrow().clone(), self.0.may_watch.get())
    }

    /// From now on the browser has this name for a failed request.
    pub fn call_failures(&self, name: &str) {
        *self.0.failure.borrow_mut() = Some(name.to_owned());
    }

    /// Everything in storage.
    pub fn stored(&self) -> BTreeMap<String, String> {
        self.0.stored.borrow().clone()
    }

    /// Puts a value into storage, as a test of the real browser does.
    pub fn store(&self, key: &str, value: &str) {
        self.0.stored.borrow_mut().insert(key.to_owned(), value.to_owned());
    }

    /// Every request so far.
    pub fn sent(&self) -> Vec<Sent> {
        self.0.sent.borrow().clone()
    }

    /// Addresses of the tabs that were opened.
    pub fn tabs(&self) -> Vec<String> {
        self.0.tabs.borrow().iter().map(|(opened, _)| opened.clone()).collect()
    }

    /// What a tab shows now, by its number from 1; none once it was closed.
    pub fn shows(&self, tab: i64) -> Option<String> {
        let place = usize::try_from(tab - 1).ok()?;
        self.0.tabs.borrow().get(place)?.1.clone()
    }

    /// The person goes on in a tab, or closes it.
    pub fn go_on(&self, tab: i64, address: Option<&str>) {
        if let Ok(place) = usize::try_from(tab - 1)
            && let Some(tab) = self.0.tabs.borrow_mut().get_mut(place)
        {
            tab.1 = address.map(str::to_owned);
        }
    }

    /// Grants a marketplace's Amazon host.
    pub fn grant_amazon(&self, marketplace: Marketplace) {
        self.0.amazon.borrow_mut().insert(marketplace);
    }

    /// Takes it away.
    pub fn revoke_amazon(&self, marketplace: Marketplace) {
        self.0.amazon.borrow_mut().remove(&marketplace);
    }

    /// Marketplaces whose Amazon host is held.
    pub fn amazon(&self) -> BTreeSet<Marketplace> {
        self.0.amazon.borrow().clone()
    }

    /// Every snapshot that the popup was shown.
    pub fn shown(&self) -> Vec<Snapshot> {
        self.0.shown.borrow().clone()
    }

    /// Ends the worker at its `calls`-th call from now; 0 at the next one.
    pub fn end_after(&self, calls: u32) {
        self.0.fuse.set(Some(calls));
    }

    /// Whether the worker has come to its end.
    pub fn is_over(&self) -> bool {
        self.0.fuse.get() == Some(0)
    }

    /// Makes room for a new worker: nothing of the former one is left but storage and alarm.
    pub fn revive(&self) {
        self.0.fuse.set(None);
        self.0.tasks.borrow_mut().clear();
        self.0.timers.borrow_mut().clear();
        self.0.open.set(0);
    }

    /// Work that was started since the last call.
    pub fn new_tasks(&self) -> Vec<LocalBoxFuture<'static, ()>> {
        self.0.tasks.take()
    }

    /// The next moment at which something falls due, and whether it is the alarm.
    pub fn next_due(&self) -> Option<(i64, bool)> {
        let timer = self.0.timers.borrow().iter().map(|(at, _)| *at).min();
        let alarm = self.0.alarm.get();
        match (timer, alarm) {
            (Some(timer), Some(alarm)) if alarm < timer => Some((alarm, true)),
            (Some(timer), _) => Some((timer, false)),
            (None, alarm) => alarm.map(|at| (at, true)),
        }
    }

    /// Moves the clock, never back; timers that fall due go off, a due alarm is used up.
    pub fn move_to(&self, ms: i64) {
        let now = self.0.now_ms.get().max(ms);
        self.0.now_ms.set(now);
        if self.0.alarm.get().is_some_and(|at| at <= now) {
            self.0.alarm.set(None);
        }
        let mut timers = self.0.timers.borrow_mut();
        let (due, later): (Vec<_>, Vec<_>) = timers.drain(..).partition(|(at, _)| *at <= now);
        *timers = later;
        drop(timers);
        for (_, timer) in due {
            // Nobody waits any more where the worker that set the timer is gone.
            let _ = timer.send(());
        }
    }

    /// One call of the worker; the one at which it ends, and all after it, never come back.
    async fn call(&self) {
        if let Some(calls) = self.0.fuse.get() {
            if calls == 0 {
                return future::pending().await;
            }
            self.0.fuse.set(Some(calls - 1));
            if calls == 1 {
                future::pending::<()>().await;
            }
        }
    }

    fn timer(&self, ms: i64) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        self.0.timers.borrow_mut().push((self.0.now_ms.get() + ms, sender));
        receiver
    }
}

impl Storage for Fake {
    async fn get(&self, key: &str) -> Result<Option<String>, StorageFull> {
        self.call().await;
        Ok(self.0.stored.borrow().get(key).cloned())
    }

    async fn set(&self, key: &str, value: &str) -> Result<(), StorageFull> {
        self.call().await;
        self.store(key, value);
        Ok(())
    }

    async fn remove(&self, keys: &[String]) -> Result<(), StorageFull> {
        self.call().await;
        self.0.stored.borrow_mut().retain(|key, _| !keys.contains(key));
        Ok(())
    }
}

/// Counts a request as open as long as it lives.
struct Open(Rc<Cell<usize>>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

impl Http for Fake {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        self.call().await;
        let open = self.0.open.get() + 1;
        self.0.open.set(open);
        let _open = Open(Rc::clone(&self.0.open));
        let at_ms = self.0.now_ms.get();
        self.0.sent.borrow_mut().push(Sent { at_ms, request: request.clone(), open });
        let answer = (self.0.answers.borrow_mut())(&request, at_ms);
        let _ = self.timer(LATENCY_MS).await;
        // The request has arrived; its answer may still find nobody.
        self.call().await;
        answer
    }
}

impl Alarms for Fake {
    async fn wake_at(&self, when_ms: i64) {
        self.call().await;
        self.0.alarm.set(Some(when_ms));
    }

    async fn no_wake(&self) {
        self.call().await;
        self.0.alarm.set(None);
    }

    fn pause(&self, ms: i64) -> impl Future<Output = ()> + 'static {
        let due = self.timer(ms);
        async move {
            let _ = due.await;
        }
    }
}

impl Tabs for Fake {
    async fn show(&self, known: Option<i64>, url: &str) -> Option<i64> {
        self.call().await;
        if known.is_none() {
            self.0.tabs.borrow_mut().push((url.to_owned(), Some(url.to_owned())));
        }
        let opened = known.or(i64::try_from(self.0.tabs.borrow().len()).ok());
        // The tab is there; the worker may still end before it hears of it.
        self.call().await;
        opened
    }

    async fn find(&self, url: &str) -> Option<i64> {
        self.call().await;
        let found = self.0.tabs.borrow().iter().position(|(_, now)| now.as_deref() == Some(url))?;
        i64::try_from(found + 1).ok()
    }

    async fn address(&self, tab: i64) -> Option<String> {
        self.call().await;
        let hosts: Vec<String> = self.amazon().into_iter().map(Marketplace::amazon).collect();
        let seen = |address: &String| hosts.iter().any(|host| address.starts_with(host));
        self.shows(tab).map(|address| Some(address).filter(seen).unwrap_or_default())
    }

    async fn front(&self, tab: i64) -> bool {
        self.call().await;
        self.shows(tab).is_some()
    }

    async fn close(&self, tab: i64) {
        self.call().await;
        self.go_on(tab, None);
    }

    async fn lead_back(&self, tab: i64) {
        self.call().await;
        if self.shows(tab).is_some() {
            self.go_on(tab, Some(LED_BACK));
        }
    }
}

impl Platform for Fake {
    async fn system(&self) -> String {
        self.call().await;
        "linux".to_owned()
    }

    fn language(&self) -> String {
        "en-US".to_owned()
    }
}

impl Permissions for Fake {
    async fn held(&self, marketplace: Marketplace) -> bool {
        self.call().await;
        self.0.held.borrow().contains(&marketplace)
    }

    async fn release_others(&self, marketplace: Marketplace) {
        self.call().await;
        self.0.held.borrow_mut().retain(|one| *one == marketplace);
    }

    async fn release_servers(&self, kept: Option<String>) {
        self.call().await;
        self.0.origins.borrow_mut().retain(|one| Some(one) == kept.as_ref());
    }

    async fn amazon_held(&self, marketplace: Marketplace) -> bool {
        self.call().await;
        self.0.amazon.borrow().contains(&marketplace)
    }

    async fn release_amazon(&self) {
        self.call().await;
        self.0.amazon.borrow_mut().clear();
    }
}

impl Watch for Fake {
    async fn origin_held(&self, origin: &str) -> bool {
        self.call().await;
        self.0.origins.borrow().contains(origin)
    }

    async fn may_watch(&self, origin: &str) -> bool {
        self.0.may_watch.get() && self.origin_held(origin).await
    }

    async fn failure_of(&self, url: &str, _origin: &str) -> Option<String> {
        let answer = self.send(HttpRequest::opaque(url.to_owned())).await;
        self.0.failure.borrow().clone().filter(|_| answer.is_err())
    }

    async fn give_back(&self, origin: &str, keep: bool) {
        self.call().await;
        self.0.may_watch.set(false);
        if !keep {
            self.0.origins.borrow_mut().remove(origin);
        }
    }
}

impl Clock for Fake {
    fn now_ms(&self) -> i64 {
        self.0.now_ms.get()
    }

    /// Runs through tenths, so that every share of a wait turns up.
    fn chance(&self) -> f64 {
        let drawn = self.0.drawn.get();
        self.0.drawn.set(drawn.wrapping_add(7));
        f64::from(drawn % 10) / 10.0
    }

    fn random(&self) -> [u8; 10] {
        let drawn = self.0.drawn.get();
        self.0.drawn.set(drawn.wrapping_add(1));
        let mut bytes = [0; 10];
        bytes[..4].copy_from_slice(&drawn.to_be_bytes());
        bytes
    }
}

impl Popup for Fake {
    async fn show_snapshot(&self, snapshot: &Snapshot) -> bool {
        self.0.shown.borrow_mut().push(snapshot.clone());
        self.0.watched.get()
    }
}

impl Marks for Fake {
    async fn mark(&self, mark: Option<Mark>) {
        self.call().await;
        self.0.marks.borrow_mut().push(mark);
    }
}

impl Tasks for Fake {
    fn spawn(&self, work: LocalBoxFuture<'static, ()>) {
        self.0.tasks.borrow_mut().push(work);
    }
}
