//! What popup and worker say to each other: one request enum, one snapshot, both plain data.

mod link;
mod request;

use serde::{Deserialize, Serialize};
use shared::{ids::Marketplace, problem::Problem, wire::v1::ItemReceipt};

pub use link::{LinkState, LinkTrouble, Linked};
pub use request::{NotARequest, Request};

/// Everything that the popup shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The server, once one was entered.
    pub server: Option<ServerView>,
    /// A pairing under way, or how the last one ended.
    pub pairing: Option<PairingView>,
    /// The server that is being left, or could not be told.
    pub farewell: Option<FarewellView>,
    /// The server's connection with Audible, while the person looks at it or makes it.
    pub link: Option<LinkState>,
    /// Names of the headers for a proxy in front of the server.
    pub headers: Vec<String>,
    /// The chosen shop; none before the first choice (the popup proposes one by language).
    pub marketplace: Option<Marketplace>,
    /// What is going on.
    pub phase: Phase,
    /// What there is to look at and to choose from, once all was read.
    pub choice: Option<Choice>,
    /// Complete readings are sent without asking.
    pub without_asking: bool,
    /// What tells this library from others of the same shop; empty for the usual one.
    pub library: String,
}

/// The server as the popup shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerView {
    /// Normalised address: `https://home.example`.
    pub address: String,
    /// What the last check or call said.
    pub state: ServerState,
}

/// A pairing as the popup shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairingView {
    /// Normalised address; as typed where it is none.
    pub address: String,
    /// How far it is.
    pub state: PairingState,
}

/// How far a pairing is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum PairingState {
    /// The server is asked for a code.
    Asking,
    /// The person decides on the server's page.
    Deciding {
        /// What the person compares: `BCDF-GHJK`.
        user_code: String,
        /// That page.
        page: String,
        /// When the code ends, in milliseconds since 1970.
        expires_at_ms: i64,
    },
    /// It came to nothing.
    Failed {
        /// Why.
        trouble: PairingTrouble,
    },
}

/// Why a pairing came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PairingTrouble {
    /// The person refused.
    Denied,
    /// Nobody decided in time.
    Expired,
    /// The server stopped answering while the person decided.
    Gone,
    /// The server could not be asked.
    Server {
        /// Why.
        trouble: ServerTrouble,
    },
}

/// A server that was left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FarewellView {
    /// Its address.
    pub address: String,
    /// It could not be told, so the token goes on working there.
    pub untold: bool,
}

/// What the last check or call to the server said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerState {
    /// Being checked now.
    Checking,
    /// It answered as Me Feed and took the token.
    Ready {
        /// The server's version.
        version: String,
    },
    /// It did not.
    Trouble {
        /// Why.
        trouble: ServerTrouble,
    },
}

impl ServerTrouble {
    /// Whether asking once more, with nothing changed here, makes sense.
    pub const fn may_be_asked(&self) -> bool {
        !matches!(self, Self::BadAddress | Self::Unencrypted)
    }

    /// Whether a new token is what helps.
    pub const fn wants_token(&self) -> bool {
        matches!(self, Self::TokenRefused | Self::TokenRevoked)
    }
}

/// Why the server could not be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerTrouble {
    /// The address is not one.
    BadAddress,
    /// The way there is open to all, and the person has not said that it may be used; nothing was sent.
    Unencrypted,
    /// No answer: wrong address, server down, certificate not trusted, or blocked by the browser.
    NotReachable,
    /// It answers with a redirect, as a sign-in page of a proxy does.
    Redirects,
    /// Something answers, but it is not Me Feed.
    NotMeFeed,
    /// The server does not speak our wire version.
    Incompatible {
        /// The server's version.
        version: String,
    },
    /// The server does not know the token.
    TokenRefused,
    /// The token was revoked.
    TokenRevoked,
    /// The token may not import.
    ScopeMissing,
    /// The server refused the request itself.
    Refused {
        /// Stable problem code.
        code: String,
        /// The server's sentence.
        detail: String,
    },
    /// The server asks to wait, or its database is away.
    Busy,
}

/// What is going on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum Phase {
    /// Nothing was read yet.
    #[default]
    Idle,
    /// The person asked to read; the browser has not granted the two origins (yet).
    AwaitingPermission,
    /// Library pages are being read.
    Reading(Progress),
    /// The catalog is being asked for what pages lack.
    Enriching(Progress),
    /// The purchase history is being read.
    History(Progress),
    /// Reading, enriching or sending waits for something.
    Waiting {
        /// In which step.
        during: Step,
        /// For what.
        trouble: Trouble,
        /// When it goes on by itself, in milliseconds since 1970.
        resumes_at_ms: Option<i64>,
        /// How far it is.
        progress: Progress,
    },
    /// The person stopped it; it can go on.
    Stopped {
        /// In which step.
        during: Step,
        /// How far it is.
        progress: Progress,
    },
    /// All was read; nothing was sent.
    Ready(Summary),
    /// Chunks are being sent.
    Sending(Progress),
    /// All was sent.
    Done(Receipt),
}

/// What is worth a mark on the extension's button, and a notification where the person wants them,
/// while nobody looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// All was sent.
    Done,
    /// All was read, and the person is asked.
    Ready,
    /// The run waits for the person.
    Asks,
}

impl Mark {
    /// All marks.
    pub const ALL: [Self; 3] = [Self::Done, Self::Ready, Self::Asks];

    /// What stands on the button.
    pub const fn badge(self) -> &'static str {
        match self {
            Self::Done => "✓",
            Self::Ready => "?",
            Self::Asks => "!",
        }
    }

    /// Name of its text in `messages.json`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "markDone",
            Self::Ready => "markReady",
            Self::Asks => "markAsks",
        }
    }
}

/// The steps of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Library pages.
    Reading,
    /// Catalog batches.
    Enriching,
    /// Pages of the purchase history.
    History,
    /// Chunks to the server.
    Sending,
}

/// How far a step is; units are pages, batches or chunks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Units finished.
    pub done: u32,
    /// Units in all, once known.
    pub of: Option<u32>,
    /// Titles found (reading), enriched, or sent so far.
    pub titles: u32,
    /// Titles in all, once known.
    pub titles_of: Option<u32>,
    /// Titles a minute, once measurable.
    pub titles_per_minute: Option<u32>,
    /// Seconds left, once measurable.
    pub seconds_left: Option<u32>,
}

/// What a run is waiting for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// Audible shows its sign-in page.
    SignedOut,
    /// Audible asks for a security check.
    Captcha,
    /// Audible shows its "Whoops" page: too much for now.
    Blocked,
    /// Audible answers 429.
    Throttled,
    /// Audible answers 5xx.
    Unavailable,
    /// No answer at all.
    Offline,
    /// A library page that we cannot read.
    LayoutChanged {
        /// Which page.
        page: u32,
    },
    /// The browser does not grant the two origins (any more).
    PermissionMissing,
    /// The server cannot be used.
    Server {
        /// Why.
        trouble: ServerTrouble,
    },
}

/// What was read, before it is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Titles that can be sent.
    pub titles: u32,
    /// Titles the source says there are.
    pub source_total: u32,
    /// Every page was read.
    pub complete: bool,
    /// Titles without catalog data.
    pub not_enriched: u32,
    /// How many things could not be read or used.
    pub problem_count: u32,
    /// The first hundred of them.
    pub problems: Vec<Problem>,
    /// Titles with a day of purchase, once the purchase history was read.
    pub dated: Option<u32>,
    /// The purchase history can be read, or read on.
    pub history_open: bool,
}

/// What was read as it lies in storage, and what of it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The run, as storage keys name it.
    pub run: String,
    /// Batches in storage, from 0: `mapped/{run}/{batch}`.
    pub batches: u32,
    /// How many titles the person left out: `choice/{run}`.
    pub left_out: u32,
    /// The choice can no longer be changed, because chunks were cut.
    pub settled: bool,
    /// What the server would make of it, once it was asked.
    pub compared: Option<Compared>,
    /// Counts how often the server was told of titles that it is never to import, or to import again;
    /// each time verdicts are written anew.
    pub told: u32,
    /// Why it could not be told the last time.
    pub untold: Option<ServerTrouble>,
}

/// What the server would make of what was read, as far as it has said: `verdict/{run}/{part}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Compared {
    /// Parts that it has looked at.
    pub done: u32,
    /// Parts in all.
    pub of: u32,
    /// Titles that would be new.
    pub imported: u32,
    /// Titles that would change.
    pub updated: u32,
    /// Titles that would stay the same.
    pub unchanged: u32,
    /// Titles on the ignore list.
    pub ignored: u32,
    /// Titles that it would refuse.
    pub rejected: u32,
    /// Why it was not asked for the rest.
    pub trouble: Option<ServerTrouble>,
}

/// What became of it, added up over all chunks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// New titles.
    pub imported: u32,
    /// Changed titles.
    pub updated: u32,
    /// Titles that were the same.
    pub unchanged: u32,
    /// Titles on the ignore list.
    pub ignored: u32,
    /// Titles that stood twice.
    pub duplicate: u32,
    /// Titles refused.
    pub rejected: u32,
    /// All titles sent.
    pub total: u32,
    /// Titles read.
    pub read: u32,
    /// Titles the source says there are.
    pub source_total: u32,
    /// The server has everything that the source has.
    pub complete: bool,
    /// The first hundred refused titles, with reasons.
    pub refused: Vec<ItemReceipt>,
    /// Where the library can be looked at: `https://home.example/`.
    pub library_url: String,
}
