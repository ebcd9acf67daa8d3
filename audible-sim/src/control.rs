//! The handle by which a test steers the simulator and reads what it was asked.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use rand::rngs::StdRng;
use rand::{RngCore as _, SeedableRng as _};

use crate::authorize::{SignInVariant, SignIns};
use crate::clock::{Clock, Millis};
use crate::device::{Device, Devices};
use crate::fault::{Fault, Faults, Stage, Times};
use crate::holding::{ApiTruth, Holding};
use crate::library::Library;
use crate::marketplace::{Host, Marketplace};
use crate::truth::Truth;
use crate::words::Language;

/// One request that reached the simulator.
#[derive(Debug, Clone)]
pub struct RequestRecord {
    /// `GET`, `POST`, ...
    pub method: String,
    /// Host name without port.
    pub host: String,
    /// Path without query.
    pub path: String,
    /// Query without the question mark, as it was sent; empty when there was none.
    pub query: String,
    /// When it arrived.
    pub at: Instant,
    /// Status of the answer; `None` while there is no answer yet.
    pub status: Option<u16>,
    /// Whether any session cookie came along, valid or not.
    pub carried_session_cookie: bool,
    /// Whether a device's signature came along, right or wrong.
    pub signed: bool,
    /// Requests to web site and catalog that were open at this moment, this one among them.
    /// An answer is open until its last byte is handed to the connection.
    pub in_flight: usize,
}

/// Cheap to clone; every clone steers the same simulator.
#[derive(Debug, Clone)]
pub struct Control(Arc<State>);

#[derive(Debug)]
struct State {
    seed: u64,
    library: Mutex<Arc<Library>>,
    /// Once this page was shown, the library is another one.
    moves: Mutex<Vec<(usize, Library)>>,
    /// Numbers of the library pages that were shown, in this order.
    shown: Mutex<Vec<usize>>,
    languages: Mutex<HashMap<&'static str, Language>>,
    faults: Mutex<Faults>,
    sessions: Mutex<Sessions>,
    requests: Mutex<Requests>,
    refused: Mutex<Vec<String>>,
    clock: Clock,
    holding: Mutex<Holding>,
    devices: Mutex<Devices>,
    sign_ins: Mutex<SignIns>,
    /// How many more requests the API takes; no bound where none.
    api_takes: Mutex<Option<usize>>,
    /// Titles that the API listed, page by page.
    listed: Mutex<Vec<usize>>,
}

#[derive(Debug)]
struct Sessions {
    rng: StdRng,
    /// Domain ending and value of the cookie.
    open: HashSet<(&'static str, String)>,
    /// Tickets of the hop from the sign-in host to the web site; each works once.
    tickets: HashSet<(&'static str, String)>,
}

#[derive(Debug, Default)]
struct Requests {
    records: Vec<RequestRecord>,
    in_flight: usize,
    /// Moves when records are forgotten, so that late answers do not mark new records.
    first_number: usize,
}

impl Control {
    pub(crate) fn new(seed: u64, titles: usize) -> Control {
        Control(Arc::new(State {
            seed,
            library: Mutex::new(Arc::new(Library::generate(seed, titles))),
            moves: Mutex::default(),
            shown: Mutex::default(),
            languages: Mutex::default(),
            faults: Mutex::default(),
            sessions: Mutex::new(Sessions {
                rng: StdRng::seed_from_u64(!seed),
                open: HashSet::new(),
                tickets: HashSet::new(),
            }),
            requests: Mutex::default(),
            refused: Mutex::default(),
            clock: Clock::default(),
            holding: Mutex::new(Holding::new(titles)),
            devices: Mutex::new(Devices::new(seed)),
            sign_ins: Mutex::default(),
            api_takes: Mutex::default(),
            listed: Mutex::default(),
        }))
    }

    /// Changes the size of the library. The oldest `n` titles of a seed are always the same, so
    /// that a larger library has new titles in front.
    pub fn set_titles(&self, n: usize) {
        lock(&self.0.holding).set_bought(n);
        self.set_library(Library::generate(self.0.seed, n));
    }

    /// Shows another library, such as one made of cases.
    pub fn set_library(&self, library: Library) {
        *lock(&self.0.library) = Arc::new(library);
    }

    /// Shows another library as soon as a library page with this number was shown, from 1: so somebody
    /// buys or returns a title while the library is read.
    pub fn set_library_after(&self, page: usize, library: Library) {
        lock(&self.0.moves).push((page, library));
    }

    pub(crate) fn page_shown(&self, page: usize) {
        lock(&self.0.shown).push(page);
        let mut moves = lock(&self.0.moves);
        if let Some(at) = moves.iter().position(|(after, _)| *after == page) {
            let library = moves.remove(at).1;
            drop(moves);
            self.set_library(library);
        }
    }

    /// A person has passed the security check.
    pub(crate) fn captcha_passed(&self) {
        lock(&self.0.faults).remove(&Fault::Captcha);
    }

    /// A person has signed in afresh.
    pub(crate) fn signed_in_afresh(&self) {
        lock(&self.0.faults).remove(&Fault::HistorySignIn);
    }

    /// What is shown now.
    pub fn library(&self) -> Arc<Library> {
        Arc::clone(&lock(&self.0.library))
    }

    /// Changes the words of a marketplace, named by code or domain ending. Others are left alone.
    pub fn set_language(&self, marketplace: &str, language: Language) {
        if let Some(found) = Marketplace::find(marketplace) {
            lock(&self.0.languages).insert(found.code, language);
        }
    }

    /// Words of a marketplace now.
    pub fn language(&self, marketplace: Marketplace) -> Language {
        let set = lock(&self.0.languages).get(marketplace.code).copied();
        set.unwrap_or_else(|| Language::of(marketplace))
    }

    /// Switches a fault on. With several of one stage the one set first strikes first.
    pub fn fail(&self, fault: Fault, times: Times) {
        lock(&self.0.faults).add(fault, times);
    }

    /// Removes every fault.
    pub fn heal(&self) {
        lock(&self.0.faults).clear();
        *lock(&self.0.api_takes) = None;
    }

    /// Ends every session on every marketplace; the cookies stay in the browser and mean nothing.
    pub fn sign_out_everyone(&self) {
        let mut sessions = lock(&self.0.sessions);
        sessions.open.clear();
        sessions.tickets.clear();
    }

    /// Every request since the start or since [`Control::forget_requests`], in order of arrival.
    pub fn requests(&self) -> Vec<RequestRecord> {
        lock(&self.0.requests).records.clone()
    }

    /// How often a library page with this number was shown since the start or since
    /// [`Control::forget_requests`]; security checks and refusals in its place do not count.
    pub fn times_shown(&self, page: usize) -> usize {
        lock(&self.0.shown).iter().filter(|shown| **shown == page).count()
    }

    /// Empties the lists of requests, of pages shown and of refused hosts.
    pub fn forget_requests(&self) {
        let mut requests = lock(&self.0.requests);
        requests.first_number += requests.records.len();
        requests.records.clear();
        lock(&self.0.shown).clear();
        lock(&self.0.refused).clear();
    }

    /// Most requests to web site and catalog that were open at once.
    pub fn peak_in_flight(&self) -> usize {
        lock(&self.0.requests).records.iter().map(|record| record.in_flight).max().unwrap_or(0)
    }

    /// What was asked of the proxy and refused, as `host:port` or whole address.
    pub fn refused(&self) -> Vec<String> {
        lock(&self.0.refused).clone()
    }

    /// What each title really is, newest first; nothing for an unknown marketplace.
    pub fn truth(&self, marketplace: &str) -> Vec<Truth> {
        Marketplace::find(marketplace).map(|found| self.library().truth(found)).unwrap_or_default()
    }

    /// Buys `count` titles: they stand in front, and whoever asks what has changed is told.
    pub fn buy(&self, count: usize) {
        let now = self.now();
        let library = self.library();
        let bought = lock(&self.0.holding).buy(self.0.seed, &library, count, now);
        self.set_library(bought);
    }

    /// Gives a title back.
    pub fn give_back(&self, asin: &str) {
        let now = self.now();
        let library = self.library();
        let kept = lock(&self.0.holding).give_back(&library, asin, now);
        self.set_library(kept);
    }

    /// Marks a title as finished, at a moment (RFC 3339).
    pub fn finish(&self, asin: &str, at: &str) {
        let now = self.now();
        let library = self.library();
        let marked = lock(&self.0.holding).finish(&library, asin, at, now);
        self.set_library(marked);
    }

    /// Makes a wishlist of `n` invented titles that are not in the library.
    pub fn set_wishlist(&self, n: usize) {
        let wishes = Library::generate(!self.0.seed, n);
        lock(&self.0.holding).set_wishlist(wishes.titles());
    }

    /// ASINs of the wishlist, newest first.
    pub fn wishes(&self) -> Vec<String> {
        lock(&self.0.holding).wishes().iter().map(|wish| wish.title.asin.clone()).collect()
    }

    /// What a correct reader of the API ends with, newest first.
    pub fn api_truth(&self) -> Vec<ApiTruth> {
        let library = self.library();
        let holding = lock(&self.0.holding);
        let titles = library.titles().iter().filter(|title| !title.noise);
        titles.map(|title| ApiTruth::of(title, &holding)).collect()
    }

    /// What Amazon wants at the sign-in for a device.
    pub fn set_sign_in(&self, variant: SignInVariant) {
        lock(&self.0.sign_ins).set_variant(variant);
    }

    /// Approves, on another device, every sign-in that waits for it.
    pub fn approve(&self) {
        self.sign_ins(SignIns::approve);
    }

    /// Stops the simulator's clock at this moment, in milliseconds since 1970.
    pub fn set_now_ms(&self, now: i64) {
        self.0.clock.set(now);
    }

    /// Every device that was ever registered, in this order.
    pub fn registered(&self) -> Vec<Device> {
        lock(&self.0.devices).list()
    }

    /// The person takes every device off the list, at Amazon.
    pub fn remove_devices(&self) {
        lock(&self.0.devices).remove_all();
    }

    /// Registers a device without a sign-in; the answer is the file in which `audible` keeps one.
    pub fn give_device(&self, marketplace: &str, name: &str) -> Option<serde_json::Value> {
        let shop = Marketplace::find(marketplace)?;
        Some(lock(&self.0.devices).give(shop, name, self.now()))
    }

    /// Whatever was given out or typed in and must not be seen anywhere: codes, tokens, a line of each
    /// key, e-mail addresses, passwords, codes of a second factor.
    pub fn secrets(&self) -> Vec<String> {
        lock(&self.0.devices).secrets()
    }

    /// The API takes `n` more requests that want a device; then it answers 503 until
    /// [`Control::heal`].
    pub fn api_breaks_after(&self, n: usize) {
        *lock(&self.0.api_takes) = Some(n);
    }

    /// How many titles each page of the API's library had, in this order.
    pub fn listed_pages(&self) -> Vec<usize> {
        lock(&self.0.listed).clone()
    }

    pub(crate) fn takes_api_request(&self) -> bool {
        match &mut *lock(&self.0.api_takes) {
            None => true,
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
        }
    }

    pub(crate) fn listed(&self, titles: usize) {
        lock(&self.0.listed).push(titles);
    }

    pub(crate) fn now(&self) -> Millis {
        self.0.clock.now()
    }

    pub(crate) fn holding<T>(&self, with: impl FnOnce(&mut Holding) -> T) -> T {
        with(&mut lock(&self.0.holding))
    }

    pub(crate) fn devices<T>(&self, with: impl FnOnce(&mut Devices) -> T) -> T {
        with(&mut lock(&self.0.devices))
    }

    pub(crate) fn sign_ins<T>(&self, with: impl FnOnce(&mut SignIns) -> T) -> T {
        with(&mut lock(&self.0.sign_ins))
    }

    pub(crate) fn strike(&self, stage: Stage, applies: impl Fn(&Fault) -> bool) -> Option<Fault> {
        lock(&self.0.faults).strike(stage, applies)
    }

    pub(crate) fn note_refused(&self, target: String) {
        lock(&self.0.refused).push(target);
    }

    /// A ticket for the hop from the sign-in host to the web site.
    pub(crate) fn new_ticket(&self, marketplace: Marketplace) -> String {
        let mut sessions = lock(&self.0.sessions);
        let ticket = sessions.random();
        sessions.tickets.insert((marketplace.tld, ticket.clone()));
        ticket
    }

    /// Uses a ticket up and opens a session; the answer is the value of its cookie.
    pub(crate) fn open_session(&self, marketplace: Marketplace, ticket: &str) -> Option<String> {
        let mut sessions = lock(&self.0.sessions);
        if !sessions.tickets.remove(&(marketplace.tld, ticket.to_owned())) {
            return None;
        }
        let value = sessions.random();
        sessions.open.insert((marketplace.tld, value.clone()));
        Some(value)
    }

    pub(crate) fn is_open(&self, marketplace: Marketplace, value: &str) -> bool {
        lock(&self.0.sessions).open.contains(&(marketplace.tld, value.to_owned()))
    }

    pub(crate) fn close_session(&self, marketplace: Marketplace, value: &str) {
        lock(&self.0.sessions).open.remove(&(marketplace.tld, value.to_owned()));
    }

    /// Writes a request down; the guard counts it as open until it is dropped.
    pub(crate) fn arrived(&self, host: Host, mut record: RequestRecord) -> Arrival {
        let counted = matches!(host, Host::Web(_) | Host::Api(_));
        let mut requests = lock(&self.0.requests);
        requests.in_flight += usize::from(counted);
        record.in_flight = requests.in_flight;
        requests.records.push(record);
        let number = requests.first_number + requests.records.len() - 1;
        Arrival { control: self.clone(), number, counted }
    }
}

impl Sessions {
    fn random(&mut self) -> String {
        format!("{:016x}{:016x}", self.rng.next_u64(), self.rng.next_u64())
    }
}

/// A request that is open.
#[derive(Debug)]
pub(crate) struct Arrival {
    control: Control,
    number: usize,
    counted: bool,
}

impl Arrival {
    pub(crate) fn answered(&self, status: u16) {
        let mut requests = lock(&self.control.0.requests);
        let first = requests.first_number;
        let place = self.number.checked_sub(first);
        if let Some(record) = place.and_then(|place| requests.records.get_mut(place)) {
            record.status = Some(status);
        }
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        lock(&self.control.0.requests).in_flight -= usize::from(self.counted);
    }
}

/// A panic in one request must not make all others panic too.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
