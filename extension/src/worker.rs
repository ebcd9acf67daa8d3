//! The worker: takes events one at a time, lets the plan decide, saves, and carries out what it says.
//!
//! It keeps nothing in memory that it could not lose between two events: the state is in storage
//! before anything that follows from it is started.

mod choose;
mod doctor;
mod history;
mod keys;
mod library;
mod link;
mod pair;
mod post;
mod titles;

use std::{cell::Cell, rc::Rc};

use futures::lock::Mutex;
use shared::{
    ids::{Marketplace, RunId},
    wire::v1::Client,
};

use crate::{
    browser::Browser,
    link::Place,
    messages::{Mark, Request, Snapshot},
    pace::Settings,
    plan::{self, Effect, Event, Now, State},
    server,
};

/// Browsers wake a worker by alarm no earlier than this from now.
const ALARM_MS: i64 = 30_000;
/// The popup is shown changes at most this often.
const SHOW_MS: i64 = 100;

/// One life of the worker.
pub struct Worker<B> {
    browser: B,
    client: Client,
    memory: Mutex<Memory>,
    /// A snapshot is about to be shown.
    showing: Cell<bool>,
    /// A timer is running for this moment.
    timer: Cell<Option<i64>>,
    /// Counts checks of the connection.
    checks: Cell<u32>,
}

#[derive(Default)]
struct Memory {
    /// What was saved last; `None` before the first event.
    state: Option<State>,
    /// When the alarm is set for; `None` before the first event.
    alarm: Option<Option<i64>>,
}

impl<B: Browser> Worker<B> {
    /// A worker that knows nothing yet; the first event makes it look into storage.
    pub fn new(browser: B, client: Client) -> Rc<Self> {
        Rc::new(Self {
            browser,
            client,
            memory: Mutex::default(),
            showing: Cell::new(false),
            timer: Cell::new(None),
            checks: Cell::new(0),
        })
    }

    /// Does what the popup asks for and gives the state afterwards.
    pub async fn request(self: &Rc<Self>, request: Request) -> Snapshot {
        let proposed = Marketplace::for_language(&self.browser.language());
        self.handle(Event::Ask { request, proposed, fresh: self.fresh_run() }).await;
        let memory = self.memory.lock().await;
        plan::snapshot(&memory.state.clone().unwrap_or_default(), self.now())
    }

    /// An alarm, a start of the browser, an update: look whether something is to be done.
    pub async fn wake(self: &Rc<Self>) {
        self.handle(Event::Tick).await;
    }

    /// Host permissions were granted or taken away.
    pub async fn permissions_changed(self: &Rc<Self>) {
        self.handle(Event::PermissionsChanged).await;
    }

    /// A tab has finished loading an address that we may see.
    pub async fn tab_loaded(self: &Rc<Self>, address: &str) {
        let host =
            address.strip_prefix("https://").and_then(|rest| rest.split(['/', '?', '#']).next());
        if let Some(marketplace) = host.and_then(Marketplace::of_host) {
            self.handle(Event::TabLoaded(marketplace)).await;
        }
    }

    /// Takes one event; the first one of this life follows a [`Event::Wake`].
    async fn handle(self: &Rc<Self>, event: Event) {
        let mut memory = self.memory.lock().await;
        let settings = self.settings().await;
        let (before, woken) = match memory.state.take() {
            Some(state) => (state, false),
            None => (self.load().await, true),
        };
        let mut effects = Vec::new();
        let mut state = before.clone();
        let events = woken.then_some(Event::Wake).into_iter().chain([event]);
        for event in events {
            let (next, more) = plan::step(state, event, &settings, self.now());
            state = next;
            effects.extend(more);
        }
        if state != before {
            self.save(&state).await;
            self.show_soon();
        }
        self.arrange_alarm(&mut memory, &state, &settings).await;
        self.arrange_timer(&state, &settings);
        memory.state = Some(state);
        drop(memory);
        for effect in effects {
            self.start(effect);
        }
    }

    fn start(self: &Rc<Self>, effect: Effect) {
        let worker = Rc::clone(self);
        self.browser.spawn(Box::pin(async move {
            if let Some(event) = worker.perform(effect).await {
                worker.handle(event).await;
            }
        }));
    }

    async fn perform(&self, effect: Effect) -> Option<Event> {
        match effect {
            Effect::CheckPermission(marketplace) => {
                let held = self.browser.held(marketplace).await;
                Some(Event::Permission { marketplace, held })
            }
            Effect::ReleaseOthers(marketplace) => {
                self.browser.release_others(marketplace).await;
                None
            }
            Effect::OpenTab { marketplace, known, path } => {
                let address = format!("{}{path}", marketplace.www());
                self.browser.show(known, &address).await.map(Event::TabOpened)
            }
            Effect::CheckServer { address, token } => Some(self.check_server(address, token).await),
            Effect::AskCode { id, address, wide } => {
                let result = self.ask_code(&address, wide).await;
                Some(Event::Coded { id, result })
            }
            Effect::Poll { address, device_code } => {
                let poll = self.poll(&address, &device_code).await;
                Some(Event::Polled { device_code, poll })
            }
            Effect::ReleaseServers(address) => {
                self.browser.release_servers(address.as_deref().map(server::pattern)).await;
                None
            }
            Effect::OpenPage(page) => {
                self.browser.show(None, &page).await;
                None
            }
            Effect::Revoke { address, token } => {
                let told = self.revoke(&address, &token).await;
                Some(Event::Left { address, told })
            }
            Effect::AskLink { id, address, token, marketplace, ask } => {
                let result = self.ask_link((&address, &token), marketplace, ask).await;
                Some(Event::Linked { id, result })
            }
            Effect::CheckAmazon(marketplace) => {
                let held = self.browser.amazon_held(marketplace).await;
                Some(Event::Amazon { marketplace, held })
            }
            Effect::ReleaseAmazon => {
                self.browser.release_amazon().await;
                None
            }
            Effect::OpenSignIn { id, address } => {
                let tab = self.open_sign_in(&address).await;
                Some(Event::SignInOpened { id, tab })
            }
            Effect::LookAtTab(tab) => Some(self.look_at(tab).await),
            Effect::ShowTab(tab) => {
                let there = self.browser.front(tab).await;
                (!there).then_some(Event::TabAt { tab, place: Place::Gone })
            }
            Effect::CloseTab(tab) => {
                self.browser.close(tab).await;
                None
            }
            Effect::LeaveTab { tab, back } => {
                self.leave_tab(tab, back).await;
                Some(Event::LedBack(tab))
            }
            Effect::ReadPage { ticket, marketplace, size, follow } => {
                let result = self.read_page(ticket, marketplace, size, follow).await;
                Some(Event::Page { ticket, result })
            }
            Effect::Compose { run, pages } => self.compose(run, pages).await,
            Effect::Enrich { ticket, marketplace, ask } => {
                let result = self.enrich(ticket, marketplace, ask).await;
                Some(Event::Batch { ticket, result })
            }
            Effect::ReadHistory { ticket, marketplace, page } => {
                let result = self.read_history(ticket, marketplace, page).await;
                Some(Event::History { ticket, result })
            }
            Effect::Date { run, histories, batches } => self.date(run, histories, batches).await,
            Effect::Survey { run, batches, histories, notes } => {
                self.survey(run, (batches, histories), notes).await
            }
            Effect::Choose { run, left_out } => self.choose(run, left_out).await,
            Effect::Compare { ticket, marketplace, address, token } => {
                let result = self.compare(ticket, marketplace, &address, &token).await;
                Some(Event::Verdict { ticket, result })
            }
            Effect::Ignore { number, address, token, verdicts, wish } => {
                let result = self.ignore((&address, &token), verdicts, wish).await;
                Some(Event::Told { number, result })
            }
            Effect::Cut(cut) => self.cut(cut).await,
            Effect::Send { ticket, address, token } => {
                let result = self.send_chunk(ticket, &address, &token).await;
                Some(Event::Chunk { ticket, result })
            }
            Effect::Mark(mark) => {
                self.mark(mark).await;
                None
            }
            Effect::Forget(stored) => {
                let gone = self.browser.remove(&keys::of(stored)).await;
                gone.ok().map(|()| Event::Forgotten(stored))
            }
        }
    }

    fn now(&self) -> Now {
        Now { ms: self.browser.now_ms(), chance: self.browser.chance() }
    }

    fn fresh_run(&self) -> RunId {
        let now = jiff::Timestamp::from_millisecond(self.browser.now_ms()).unwrap_or_default();
        RunId::new(now, &self.browser.random())
    }

    /// Read anew for every event, so that a change holds at once.
    async fn settings(&self) -> Settings {
        let stored = self.browser.get(keys::SETTINGS).await.ok().flatten();
        stored.map(|text| Settings::from_json(&text)).unwrap_or_default()
    }

    /// What an update can no longer read is dropped part by part: a run before the connection.
    async fn load(&self) -> State {
        let stored = self.browser.get(keys::STATE).await.ok().flatten().unwrap_or_default();
        keys::parse_state(&stored)
    }

    async fn save(&self, state: &State) {
        if let Ok(text) = serde_json::to_string(state) {
            // A full storage shows at the next page, which then counts as not read.
            let _ = self.browser.set(keys::STATE, &text).await;
        }
    }

    /// While anything is under way a dead worker is woken within half a minute, or when it is due.
    async fn arrange_alarm(&self, memory: &mut Memory, state: &State, settings: &Settings) {
        let now = self.browser.now_ms();
        let soonest = now + ALARM_MS;
        let wanted = plan::alarm(state, settings, soonest);
        let kept = match (memory.alarm, wanted) {
            (Some(None), None) => true,
            (Some(Some(set)), Some(wanted)) => {
                set > now && set <= wanted && set + ALARM_MS >= wanted
            }
            _ => false,
        };
        if kept {
            return;
        }
        memory.alarm = Some(wanted);
        match wanted {
            Some(when) => self.browser.wake_at(when).await,
            None => self.browser.no_wake().await,
        }
    }

    /// Short waits happen within this life; one timer at a time, for the nearest moment.
    fn arrange_timer(self: &Rc<Self>, state: &State, settings: &Settings) {
        let now = self.browser.now_ms();
        let due = plan::next_moment(state, settings).filter(|due| *due < now + ALARM_MS);
        let Some(due) = due.filter(|due| self.timer.get().is_none_or(|set| *due < set)) else {
            return;
        };
        self.timer.set(Some(due));
        let worker = Rc::clone(self);
        let pause = self.browser.pause((due - now).max(0));
        self.browser.spawn(Box::pin(async move {
            pause.await;
            // A nearer timer may have replaced this one; then it has nothing to say.
            if worker.timer.get() == Some(due) {
                worker.timer.set(None);
                worker.handle(Event::Tick).await;
            }
        }));
    }

    /// Marks the button, unless somebody looks.
    async fn mark(&self, mark: Option<Mark>) {
        let state = self.memory.lock().await.state.clone().unwrap_or_default();
        let snapshot = plan::snapshot(&state, self.now());
        let watched = mark.is_some() && self.browser.show_snapshot(&snapshot).await;
        self.browser.mark(mark.filter(|_| !watched)).await;
    }

    /// Shows the popup the state of a moment later, so that quick changes come as one.
    fn show_soon(self: &Rc<Self>) {
        if self.showing.replace(true) {
            return;
        }
        let worker = Rc::clone(self);
        let pause = self.browser.pause(SHOW_MS);
        self.browser.spawn(Box::pin(async move {
            pause.await;
            worker.showing.set(false);
            let state = worker.memory.lock().await.state.clone().unwrap_or_default();
            worker.browser.show_snapshot(&plan::snapshot(&state, worker.now())).await;
        }));
    }
}
