//! What the popup shows, as plain data: the worker's snapshot and the person's last steps in the
//! window give one [`Screen`]. Nothing here knows the browser, so all of it is tested on the host.

use std::sync::Arc;

use extension::messages::{Phase, Request, ServerState, Snapshot, Step};
use shared::ids::Marketplace;

pub mod doctor;
mod link;
pub mod lists;
pub mod outcome;
mod pairing;
mod reading;
pub mod server;
pub mod shop;
pub mod text;
pub mod work;

use crate::i18n::Key;
use doctor::{Checkup, Finding};
use outcome::{Delivered, Found};
use server::{Entry, ServerForm};
use shop::Shop;
use text::Text;
use work::{Bar, Rest};

/// What is known of the worker.
#[derive(Clone, Debug, PartialEq)]
pub enum Link {
    /// Nothing yet.
    Loading,
    /// It does not answer.
    Silent,
    /// Its last word.
    Heard(Box<Snapshot>),
}

impl Link {
    /// The worker has spoken.
    pub fn heard(snapshot: Snapshot) -> Self {
        Self::Heard(Box::new(snapshot))
    }
}

/// A setting that the person opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// Server and token.
    Server,
    /// The Audible shop.
    Marketplace,
}

/// What happened in this window and is no business of the worker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Local {
    /// The setting that is open.
    pub panel: Option<Panel>,
    /// The person said no to the browser's question.
    pub declined: bool,
    /// What the server form asks for.
    pub entry: Entry,
    /// The marketplace picked in the open setting, not yet taken.
    pub picked: Option<Marketplace>,
    /// The check of the connection that is shown.
    pub checkup: Option<Checkup>,
    /// The browser's language, as `de-AT`.
    pub language: String,
}

/// How a thing is to be taken; each has a sign and a colour, and its words say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    Calm,
    /// Worth knowing.
    Info,
    /// Good.
    Ok,
    /// Goes on by itself.
    Wait,
    /// Stopped by the person.
    Pause,
    /// Needs the person.
    Warn,
    /// Wrong.
    Danger,
}

/// A remark with a sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How to take it.
    pub tone: Tone,
    /// What is so.
    pub what: Text,
    /// What it means and what to do.
    pub then: Option<Text>,
}

impl Notice {
    fn new(tone: Tone, what: impl Into<Text>, then: impl Into<Text>) -> Self {
        Self { tone, what: what.into(), then: Some(then.into()) }
    }
}

/// What a button does.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Asks the worker.
    Ask(Request),
    /// Asks the browser for the two hosts and, in the same click, the worker.
    AllowThen(Request),
    /// Once the person has ticked it: asks the browser for what seeing the end of a sign-in at Amazon
    /// takes and, in the same click, the worker to begin it.
    Agree,
    /// Sends what stands in the fields of the server form.
    SaveServer,
    /// Asks the browser for the server's origin, with this pattern.
    AllowServer(String),
    /// Turns the server form to something else.
    Enter(Entry),
    /// Asks for the origin with this pattern, and sends what stands in the two fields for a header.
    AddHeader(String),
    /// Shows the connection doctor and has it check.
    OpenDoctor,
    /// Checks the connection once more.
    CheckUp,
    /// Asks the browser for the permissions that name a failure and, in the same click, the worker.
    FindOutWhy,
    /// Copies the report of the check.
    CopyReport,
    /// Goes back to where the doctor was asked for.
    LeaveDoctor,
    /// Opens a setting, or leaves it.
    Show(Option<Panel>),
    /// Asks for a snapshot once more.
    Look,
    /// Opens a page in a tab.
    Visit(String),
}

impl From<Request> for Act {
    fn from(request: Request) -> Self {
        Self::Ask(request)
    }
}

/// How a button looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// The next step; at most one a screen.
    Filled,
    /// Another way.
    Plain,
    /// A way out.
    Quiet,
}

/// A button.
#[derive(Clone, Debug, PartialEq)]
pub struct Button {
    /// Id of the element.
    pub id: &'static str,
    /// What it says.
    pub label: Text,
    /// How it looks.
    pub weight: Weight,
    /// What it does.
    pub act: Act,
}

impl Button {
    fn filled(id: &'static str, label: impl Into<Text>, act: impl Into<Act>) -> Self {
        Self { id, label: label.into(), weight: Weight::Filled, act: act.into() }
    }

    fn plain(id: &'static str, label: impl Into<Text>, act: impl Into<Act>) -> Self {
        Self { weight: Weight::Plain, ..Self::filled(id, label, act) }
    }

    fn quiet(id: &'static str, label: impl Into<Text>, act: impl Into<Act>) -> Self {
        Self { weight: Weight::Quiet, ..Self::filled(id, label, act) }
    }
}

/// The middle of a screen.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Grey bars where text will be.
    Skeleton,
    /// Heading and paragraphs say it all.
    Nothing,
    /// Address, and the token of those who have one.
    Server(ServerForm),
    /// The code to compare, as `BCDF-GHJK`.
    Pairing(String),
    /// What the person agrees to, and the tick for it.
    Consent,
    /// What the connection doctor found; none while it checks.
    Doctor(Option<Arc<Finding>>),
    /// Choice of the marketplace, taken at once, and what will be read and asked.
    Start(Shop),
    /// Choice of the marketplace as a setting.
    Marketplace {
        /// What the choice shows.
        picked: Shop,
        /// What the change would cost.
        warning: Option<Notice>,
    },
    /// A run that works.
    Progress(Bar),
    /// A run that rests.
    Rest(Rest),
    /// What was read.
    Found(Found),
    /// What became of it.
    Delivered(Delivered),
}

/// One screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Screen {
    /// Name for programs.
    pub name: &'static str,
    /// What a waiting run waits for, for programs.
    pub trouble: Option<&'static str>,
    /// What is wrong with the server, for programs, where that is what the run waits for.
    pub server_trouble: Option<&'static str>,
    /// How the heading is to be taken.
    pub tone: Tone,
    /// Where in the whole.
    pub step: Option<Text>,
    /// What this screen is about.
    pub heading: Text,
    /// Paragraphs below the heading.
    pub lead: Vec<Text>,
    /// The middle.
    pub body: Body,
    /// Buttons, the next step last.
    pub buttons: Vec<Button>,
}

/// Name, trouble, trouble of the server, and what the server form asks for.
pub type Identity = (&'static str, Option<&'static str>, Option<&'static str>, Entry);

impl Screen {
    fn new(name: &'static str, heading: Text, body: Body, buttons: Vec<Button>) -> Self {
        let (trouble, server_trouble, tone, step) = (None, None, Tone::Calm, None);
        Self { name, trouble, server_trouble, tone, step, heading, lead: Vec::new(), body, buttons }
    }

    /// Changes exactly when another screen is shown: then the focus moves to its heading.
    pub fn identity(&self) -> Identity {
        (self.name, self.trouble, self.server_trouble, self.entry())
    }

    /// What the server form asks for.
    pub fn entry(&self) -> Entry {
        match &self.body {
            Body::Server(form) => form.entry,
            _ => Entry::Address,
        }
    }

    /// Percent done, while a run works.
    fn percent(&self) -> Option<u32> {
        match &self.body {
            Body::Progress(bar) => bar.percent(),
            _ => None,
        }
    }
}

/// One of the two small buttons in the head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chip {
    /// What it says.
    pub label: Text,
    /// What is read aloud instead.
    pub spoken: Text,
    /// How to take it.
    pub tone: Tone,
    /// The setting it opens.
    pub opens: Panel,
}

/// The screen to be shown.
pub fn screen(link: &Link, local: &Local) -> Screen {
    let mut screen = plain_screen(link, local);
    if let Some(key) = doctor::way(link, &screen) {
        screen.buttons.insert(0, Button::quiet("doctor-open", key, Act::OpenDoctor));
    }
    screen
}

fn plain_screen(link: &Link, local: &Local) -> Screen {
    let snapshot = match link {
        Link::Loading => {
            return Screen::new("loading", Key::Loading.into(), Body::Skeleton, Vec::new());
        }
        Link::Silent => return silent(),
        Link::Heard(snapshot) => snapshot,
    };
    if let Some(checkup) = &local.checkup {
        return doctor::screen(checkup);
    }
    let shop = reading::shop(snapshot, &local.language);
    if local.panel != Some(Panel::Marketplace)
        && let Some(pairing) = &snapshot.pairing
    {
        return pairing::screen(pairing).unwrap_or_else(|| server::screen(snapshot, local));
    }
    match local.panel {
        Some(Panel::Server) => server::screen(snapshot, local),
        Some(Panel::Marketplace) => reading::marketplace(snapshot, local, shop),
        None if snapshot.link.is_some() => link::screen(snapshot, shop, local),
        None if server::comes_first(snapshot) => server::screen(snapshot, local),
        None => present(snapshot, shop, local),
    }
}

fn present(snapshot: &Snapshot, shop: Shop, local: &Local) -> Screen {
    match &snapshot.phase {
        Phase::Idle => reading::start(shop),
        Phase::AwaitingPermission => reading::permission(shop, local.declined),
        Phase::Reading(progress) => work::working(Step::Reading, progress),
        Phase::Enriching(progress) => work::working(Step::Enriching, progress),
        Phase::History(progress) => work::working(Step::History, progress),
        Phase::Sending(progress) => work::working(Step::Sending, progress),
        Phase::Waiting { during, trouble, resumes_at_ms, progress } => {
            work::waiting(snapshot, shop, *during, trouble, *resumes_at_ms, progress)
        }
        Phase::Stopped { during, progress } => work::stopped(*during, progress),
        Phase::Ready(summary) => outcome::ready(snapshot, shop, summary),
        Phase::Done(receipt) => {
            let address = snapshot.server.as_ref().map(|server| server.address.as_str());
            outcome::done(receipt, address)
        }
    }
}

fn silent() -> Screen {
    let buttons = vec![Button::filled("try-now", Key::TryNow, Act::Look)];
    let mut screen = Screen::new("no-worker", Key::SilentHeading.into(), Body::Nothing, buttons);
    screen.tone = Tone::Warn;
    screen.lead = vec![Key::SilentWhat.into(), Key::SilentThen.into()];
    screen
}

/// The two small buttons in the head: marketplace and server. None before the worker has answered.
pub fn chips(link: &Link, language: &str) -> Option<[Chip; 2]> {
    let Link::Heard(snapshot) = link else { return None };
    Some([marketplace_chip(snapshot, language), server_chip(snapshot)])
}

fn marketplace_chip(snapshot: &Snapshot, language: &str) -> Chip {
    let proposed = snapshot.server.is_some() || snapshot.marketplace.is_some();
    let site = reading::shop(snapshot, language).site();
    let (label, spoken) = if proposed {
        (Text::plain(site.clone()), Text::with(Key::ChipMarketplace, [site.into()]))
    } else {
        (Key::ChipMarketplaceNone.into(), Key::ChipMarketplaceNone.into())
    };
    Chip { label, spoken, tone: Tone::Calm, opens: Panel::Marketplace }
}

fn server_chip(snapshot: &Snapshot) -> Chip {
    let (key, tone) = match snapshot.server.as_ref().map(|server| &server.state) {
        None => (Key::ChipServerNone, Tone::Info),
        Some(ServerState::Checking) => (Key::ChipServerChecking, Tone::Wait),
        Some(ServerState::Ready { .. }) => (Key::ChipServerReady, Tone::Ok),
        Some(ServerState::Trouble { .. }) => (Key::ChipServerTrouble, Tone::Danger),
    };
    let spoken = Text::with(Key::ChipServer, [text::Value::Said(key)]);
    Chip { label: key.into(), spoken, tone, opens: Panel::Server }
}

/// What is read aloud while a bar moves: every tenth part once, so that nobody is talked to death.
/// A new screen needs none, because the focus goes to its heading.
pub fn announcement(before: Option<&Screen>, after: &Screen) -> Option<Text> {
    let before = before.filter(|before| before.identity() == after.identity())?;
    if matches!(after.body, Body::Doctor(_)) {
        return (before.heading != after.heading).then(|| after.heading.clone());
    }
    let now = after.percent()?;
    let tenth = |percent: u32| percent / 10;
    (before.percent().map_or(0, tenth) < tenth(now))
        .then(|| Text::with(Key::PercentSaid, [now.into()]))
}
