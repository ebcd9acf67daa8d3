//! What may happen to a run, a pairing or the server.

use shared::{
    ids::{Marketplace, RunId},
    wire::v1::ImportReceipt,
};

use super::{Failure, HistoryFacts, PageFacts, Stored, Survey, Ticket};
use crate::{
    grant::{Grant, Poll},
    link::{Place, SignIn, Stop},
    messages::{Linked, Request, ServerTrouble},
};

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A new worker has started: nothing is in flight any more.
    Wake,
    /// Time has passed.
    Tick,
    /// The popup asks for something; a `Read` may begin the run `fresh`.
    Ask {
        /// What.
        request: Request,
        /// The shop that the popup proposed, if none is chosen yet.
        proposed: Marketplace,
        /// Id for a new run or pairing.
        fresh: RunId,
    },
    /// The browser's answer about a marketplace's two origins.
    Permission {
        /// The shop.
        marketplace: Marketplace,
        /// Granted.
        held: bool,
    },
    /// Permissions were granted or taken away.
    PermissionsChanged,
    /// A tab has finished loading a page of this shop.
    TabLoaded(Marketplace),
    /// The sign-in tab is open.
    TabOpened(i64),
    /// The server at this address was checked.
    Checked {
        /// Address that was checked.
        address: String,
        /// Token that was checked.
        token: String,
        /// What it said.
        result: Result<String, ServerTrouble>,
    },
    /// A server gave codes for pairing, or did not.
    Coded {
        /// Which pairing this answers.
        id: RunId,
        /// Codes.
        result: Result<Grant, ServerTrouble>,
    },
    /// A server's word on whether the person has decided.
    Polled {
        /// Which code was asked about.
        device_code: String,
        /// The word.
        poll: Poll,
    },
    /// A server was told that its token is given up, or could not be.
    Left {
        /// Its address.
        address: String,
        /// Told.
        told: bool,
    },
    /// The server has said something of its connection with Audible, or why it does not.
    Linked {
        /// Which linking this answers.
        id: RunId,
        /// What.
        result: Result<LinkSaid, Stop>,
    },
    /// The browser's answer about Amazon's host.
    Amazon {
        /// The shop.
        marketplace: Marketplace,
        /// Granted.
        held: bool,
    },
    /// Amazon's sign-in page was opened, or the browser would not open it.
    SignInOpened {
        /// Which linking this answers.
        id: RunId,
        /// Its tab.
        tab: Option<i64>,
    },
    /// The tab of a sign-in is somewhere.
    TabAt {
        /// The tab.
        tab: i64,
        /// Where.
        place: Place,
    },
    /// Leave was taken of the tab of a sign-in.
    LedBack(i64),
    /// A library page was read and stored, or not.
    Page {
        /// Which question this answers.
        ticket: Ticket,
        /// What it showed.
        result: Result<PageFacts, Failure>,
    },
    /// All pages were put in order: distinct titles in batches.
    Composed {
        /// Run.
        run: RunId,
        /// Distinct titles.
        titles: u32,
        /// Batches stored.
        batches: u32,
    },
    /// A batch was completed and stored, or not.
    Batch {
        /// Which question this answers.
        ticket: Ticket,
        /// Titles in it.
        result: Result<u32, Failure>,
    },
    /// A page of the purchase history was read and stored, or not.
    History {
        /// Which question this answers.
        ticket: Ticket,
        /// What it showed.
        result: Result<HistoryFacts, Failure>,
    },
    /// Days of purchase stand at their titles.
    Dated {
        /// Run.
        run: RunId,
        /// Titles that have one.
        titles: u32,
    },
    /// All batches were looked through.
    Surveyed {
        /// Run.
        run: RunId,
        /// What they hold.
        survey: Survey,
    },
    /// The choice was stored.
    Chosen {
        /// Run.
        run: RunId,
        /// Titles left out.
        left_out: u32,
    },
    /// The server has said what it would make of a part, or did not.
    Verdict {
        /// Which question this answers.
        ticket: Ticket,
        /// Its receipt.
        result: Result<Box<ImportReceipt>, ServerTrouble>,
    },
    /// The server was told which titles it is never to import, or was not.
    Told {
        /// Which question this answers.
        number: u32,
        /// Told.
        result: Result<(), ServerTrouble>,
    },
    /// Chunks were cut and stored.
    Cut {
        /// Run.
        run: RunId,
        /// Titles in each chunk; at least one chunk, perhaps with none.
        chunks: Vec<u32>,
    },
    /// The server took a chunk, or did not.
    Chunk {
        /// Which question this answers.
        ticket: Ticket,
        /// Its receipt.
        result: Result<Box<ImportReceipt>, Failure>,
    },
    /// These keys were removed from storage.
    Forgotten(Stored),
}

/// What the server has said of its connection with Audible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkSaid {
    /// How it stands; none where one can be made.
    Stands(Option<Linked>),
    /// Where to sign in.
    Begun(SignIn),
    /// The code was taken.
    Taken(Linked),
}
