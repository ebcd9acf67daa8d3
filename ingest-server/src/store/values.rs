//! What goes through the door besides whole use cases: small values, each for one method or two.

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    AccountId,
    rows::{EditionRow, EditsRow, Key, LibraryRow, MarkRow, SourceRow},
};
use crate::accounts::{Account, Scopes};

/// The first answer to a chunk.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct KeptAnswer {
    /// SHA-256 of the request's bytes, hexadecimal.
    pub body_hash: String,
    /// The answer's bytes.
    pub answer: String,
}

/// What became of a chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Imported {
    /// It is stored, now or by an earlier sending of the same bytes; this is the first answer.
    Answer(String),
    /// Its key belongs to other bytes.
    KeyReused,
    /// Its run was taken back.
    RunUndone,
}

/// From which moments back what is stored is over its time, in microseconds.
#[derive(Clone, Copy, Debug)]
pub struct Over {
    /// Now: sessions, links and attempts of connecting say themselves when they end.
    pub now: i64,
    /// Requests for tokens that ended before this.
    pub grants: i64,
    /// What was tried before this.
    pub tries: i64,
    /// Files that were not worked on since.
    pub uploads: i64,
    /// Answers to chunks from before this.
    pub answers: i64,
    /// Runs from before this; all are kept without it.
    pub runs: Option<i64>,
}

/// A token with the account it belongs to.
#[derive(Clone, Debug)]
pub struct Bearer {
    /// The token's id.
    pub token_id: Uuid,
    /// Whose it is.
    pub account: Account,
    /// What it may do.
    pub scopes: Scopes,
    /// Last use, in microseconds.
    pub last_used_at: Option<i64>,
    /// It was valid once.
    pub revoked: bool,
}

/// A token as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// Id.
    pub id: Uuid,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at: Timestamp,
    /// Last use, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// A browser session as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SessionRow {
    /// Hash of the session's id.
    pub hash: String,
    /// Whose it is, once somebody has signed in.
    pub account: Option<AccountId>,
    /// Which browser it is: `Firefox on Linux`.
    pub browser: String,
    /// When somebody signed in, in microseconds.
    pub created_at: i64,
    /// When it was last seen, in microseconds.
    pub seen_at: i64,
    /// Its values as JSON.
    pub data: String,
    /// In microseconds.
    pub expires_at: i64,
}

/// A browser session as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionInfo {
    /// Hash of the session's id.
    pub hash: String,
    /// Which browser it is; may be empty.
    pub browser: String,
    /// When somebody signed in.
    pub created_at: Timestamp,
    /// When it was last seen, to five minutes.
    pub seen_at: Timestamp,
}

/// An account as the owner's list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// E-mail address.
    pub email: String,
    /// Name; may be empty.
    pub name: String,
    /// The owner.
    pub is_owner: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The order of a library.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Last bought first, then by place in the source's list.
    #[default]
    Newest,
    /// By title.
    Title,
    /// By first author, series, place in the series.
    Author,
}

/// A part of a library: what follows `(after_key, after_id)` in the order.
#[derive(Clone, Debug, Default)]
pub struct LibraryQuery {
    /// Folded words; each has to occur.
    pub words: Vec<String>,
    /// The order.
    pub sort: Sort,
    /// Sort key of the title before; empty at the start.
    pub after_key: String,
    /// Id of the title before; nil at the start.
    pub after_id: Uuid,
    /// Most rows.
    pub limit: i64,
    /// With the data as received.
    pub raw: bool,
    /// Those that the person hides, and no others.
    pub hidden: bool,
    /// Only those with this mark; empty for all.
    pub only: &'static str,
    /// The same recording from several shops once.
    pub as_one: bool,
}

/// Rows of a library and how many there are in all.
#[derive(Clone, Debug)]
pub struct LibraryRows {
    pub(crate) rows: Vec<LibraryRow>,
    pub(crate) total: i64,
    pub(crate) beside: Beside,
}

/// What stands beside the rows of a part.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// What readings have noticed.
    pub(crate) marks: Vec<MarkRow>,
    /// Other shops with the same recording.
    pub(crate) shops: Vec<(Key, String)>,
}

/// One title as its sources have it, with what the person says of it.
#[derive(Clone, Debug)]
pub struct TitleRows {
    pub(crate) row: LibraryRow,
    pub(crate) source: SourceRow,
    pub(crate) edits: Option<EditsRow>,
    /// Titles that may be editions of it.
    pub(crate) editions: Vec<EditionRow>,
    pub(crate) beside: Beside,
}

/// How much there is of what monitoring asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Counts {
    /// Accounts.
    pub accounts: i64,
    /// Browser sessions that have not expired.
    pub sessions: i64,
    /// Tokens that are not revoked.
    pub tokens: i64,
}

/// A part of an account's runs, newest first.
#[derive(Clone, Copy, Debug)]
pub struct RunsQuery {
    /// Those that began before this moment, in microseconds; of the same moment those with a smaller id.
    pub before: (i64, Uuid),
    /// Most rows.
    pub limit: i64,
}

impl RunsQuery {
    /// The newest run.
    pub const NEWEST: Self = Self { before: (i64::MAX, Uuid::max()), limit: 1 };
}

/// Takes what is stored: the name of a table and a row of it as JSON.
pub type Hand<'a> = &'a mut (dyn FnMut(&'static str, &str) -> std::io::Result<()> + Send);

/// What was done that leaves nothing else behind.
#[derive(Clone, Debug)]
pub struct AuditRow {
    /// Id of the entry.
    pub id: Uuid,
    /// When, in microseconds.
    pub at: i64,
    /// A stable word.
    pub what: &'static str,
    /// No personal data.
    pub detail: String,
}
