//! What the worker is to carry out.

use shared::{
    ids::{Marketplace, RunId},
    problem::Problem,
};

use super::{HistoryPage, Stored, Ticket, Wish};
use crate::{link::Code, messages::Mark};

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the browser about a marketplace's origins; answer: [`Event::Permission`].
    CheckPermission(Marketplace),
    /// Give back the origins of all other marketplaces.
    ReleaseOthers(Marketplace),
    /// Check server and token; answer: [`Event::Checked`].
    CheckServer {
        /// Normalised address.
        address: String,
        /// Token.
        token: String,
    },
    /// Ask for codes; answer: [`Event::Coded`].
    AskCode {
        /// Which pairing.
        id: RunId,
        /// Normalised address.
        address: String,
        /// The token is to connect Audible, too.
        wide: bool,
    },
    /// Ask whether the person has decided; answer: [`Event::Polled`].
    Poll {
        /// Normalised address.
        address: String,
        /// The worker's secret.
        device_code: String,
    },
    /// Give back every origin that belongs neither to Audible nor to this address.
    ReleaseServers(Option<String>),
    /// Open a page of the server in a new tab.
    OpenPage(String),
    /// Give a token up; answer: [`Event::Left`].
    Revoke {
        /// Normalised address.
        address: String,
        /// Token.
        token: String,
    },
    /// Ask the server about its connection with Audible; answer: [`Event::Linked`].
    AskLink {
        /// Which linking.
        id: RunId,
        /// Normalised address.
        address: String,
        /// Token.
        token: String,
        /// Shop.
        marketplace: Marketplace,
        /// What.
        ask: LinkAsk,
    },
    /// Ask the browser about Amazon's host; answer: [`Event::Amazon`].
    CheckAmazon(Marketplace),
    /// Give back every host of Amazon's.
    ReleaseAmazon,
    /// Find the tab with Amazon's sign-in page, or open it; answer: [`Event::SignInOpened`].
    OpenSignIn {
        /// Which linking.
        id: RunId,
        /// That page.
        address: String,
    },
    /// Look where the tab of a sign-in is; answer: [`Event::TabAt`].
    LookAtTab(i64),
    /// Bring that tab to the front; answer, where it is gone: [`Event::TabAt`].
    ShowTab(i64),
    /// Close a tab that was opened too late.
    CloseTab(i64),
    /// Take leave of the tab of a sign-in, if it is still at Amazon, and then give Amazon's hosts back:
    /// whoever is elsewhere by now, or has another tab of that number, is left alone; answer:
    /// [`Event::LedBack`].
    LeaveTab {
        /// The tab.
        tab: i64,
        /// Show our own page in it, instead of closing it.
        back: bool,
    },
    /// Read a library page and store its titles; answer: [`Event::Page`].
    ReadPage {
        /// Page from 1.
        ticket: Ticket,
        /// Shop.
        marketplace: Marketplace,
        /// Titles on a page.
        size: u32,
        /// This shop redirects its library harmlessly: follow at once.
        follow: bool,
    },
    /// Put all pages in order; answer: [`Event::Composed`].
    Compose {
        /// Run.
        run: RunId,
        /// Pages 1 to this one.
        pages: u32,
    },
    /// Complete and map a batch; answer: [`Event::Batch`].
    Enrich {
        /// Batch from 0.
        ticket: Ticket,
        /// Shop.
        marketplace: Marketplace,
        /// Ask the catalog; without it titles go on as they are.
        ask: bool,
    },
    /// Read a page of the purchase history and store its days; answer: [`Event::History`].
    ReadHistory {
        /// Page from 0, in the order in which they are asked for.
        ticket: Ticket,
        /// Shop.
        marketplace: Marketplace,
        /// Which one.
        page: HistoryPage,
    },
    /// Write days of purchase to their titles; answer: [`Event::Dated`].
    Date {
        /// Run.
        run: RunId,
        /// Pages of the purchase history stored.
        histories: u32,
        /// Batches stored.
        batches: u32,
    },
    /// Look through all batches; answer: [`Event::Surveyed`].
    Survey {
        /// Run.
        run: RunId,
        /// Batches stored.
        batches: u32,
        /// Pages of the purchase history stored.
        histories: u32,
        /// Problems of whole pages.
        notes: Vec<Problem>,
    },
    /// Store which titles are left out; answer: [`Event::Chosen`].
    Choose {
        /// Run.
        run: RunId,
        /// Their ASINs.
        left_out: Vec<String>,
    },
    /// Ask the server what it would make of a part of the titles; answer: [`Event::Verdict`].
    Compare {
        /// Part from 0, of ten batches each.
        ticket: Ticket,
        /// Shop.
        marketplace: Marketplace,
        /// Normalised address.
        address: String,
        /// Token.
        token: String,
    },
    /// Tell the server which titles it is never to import, and write verdicts anew; answer:
    /// [`Event::Told`].
    Ignore {
        /// Which question.
        number: u32,
        /// Normalised address.
        address: String,
        /// Token.
        token: String,
        /// The run, and how many parts of it may have verdicts.
        verdicts: Option<(RunId, u32)>,
        /// Which titles.
        wish: Wish,
    },
    /// Cut chunks of what was not left out; answer: [`Event::Cut`].
    Cut(Cut),
    /// Send a chunk's stored bytes; answer: [`Event::Chunk`].
    Send {
        /// Chunk from 0.
        ticket: Ticket,
        /// Normalised address.
        address: String,
        /// Token.
        token: String,
    },
    /// Mark the button while nobody looks, or take the mark away.
    Mark(Option<Mark>),
    /// Open or focus the tab where the person signs in; answer: [`Event::TabOpened`].
    OpenTab {
        /// Shop.
        marketplace: Marketplace,
        /// The tab that was opened before.
        known: Option<i64>,
        /// Which page of the shop.
        path: &'static str,
    },
    /// Remove a run's keys; answer: [`Event::Forgotten`].
    Forget(Stored),
}

/// What the server is asked about its connection with Audible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkAsk {
    /// How it stands.
    Standing,
    /// Where to sign in.
    Begin,
    /// To take the code of a sign-in.
    Take {
        /// The server's name for the sign-in.
        state: String,
        /// The code.
        code: Code,
    },
}

/// What cutting needs to know.
#[derive(Clone, Debug, PartialEq)]
pub struct Cut {
    /// Which library of a household.
    pub library: String,
    /// Run.
    pub run: RunId,
    /// Shop.
    pub marketplace: Marketplace,
    /// Batches stored.
    pub batches: u32,
    /// Every page was read in full.
    pub complete: bool,
    /// Distinct titles seen.
    pub seen: u32,
    /// Titles the source shows, unreadable rows included.
    pub source_total: u32,
}
