//! Other programs' export files to [`RawItem`]s: the format is told from the content, never from the name.
//!
//! Nothing here opens a file, and nothing is kept of one but what a format needs to put its rows together:
//! titles and problems are handed out as they are read. Reading order: [`read()`], `format.rs` (which
//! programs there are and how a file of each is known), then one file of `formats/`.

mod archive;
mod draft;
mod format;
mod formats;
mod json;
mod rows;
mod sheet;
mod source;
mod table;
mod text;
mod words;

use std::io::{Read, Seek};

use serde_json::Value;
use shared::{
    ids::Marketplace,
    problem::{Problem, Reason},
    raw::RawItem,
};

pub use self::{archive::Limits, format::Format};

/// A file, or its bytes.
pub trait Input: Read + Seek {}

impl<T: Read + Seek> Input for T {}

/// One title as a file has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Title {
    /// Where it stands, for people: `line 17`, `entry 3`.
    pub place: String,
    /// The shop, where the file says it.
    pub marketplace: Option<Marketplace>,
    /// What the file says of it; its ASIN is empty where the file knows titles by name only.
    pub raw: RawItem,
    /// The person's own fields, from our own export.
    pub own: Option<Value>,
}

/// What is found in a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// A title.
    Title(Box<Title>),
    /// A row that is no title, or a part of the file that is left out.
    Problem(Problem),
}

/// What a file was, once it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// The program that wrote it.
    pub format: Format,
    /// Rows that are something else than an audiobook, for example a printed book.
    pub others: u32,
    /// The file was read to its end. If not, a problem says where it broke off.
    pub whole: bool,
}

/// Why nothing of a file can be used.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// No format is known that looks like it.
    #[error("this is no library export that is known here")]
    Unknown,
    /// It lists what somebody wishes for.
    #[error("this is a wishlist, not a library")]
    Wishlist,
    /// It unpacks to more than it may.
    #[error("the archive unpacks to more than is allowed")]
    TooLarge,
    /// It is an archive that cannot be opened.
    #[error("the archive is damaged or encrypted")]
    Damaged,
    /// The file could not be read at all.
    #[error("the file could not be read")]
    Io(#[from] std::io::Error),
}

impl Unreadable {
    /// Stable name for programs and texts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "file_empty",
            Self::Unknown => "file_unknown",
            Self::Wishlist => "file_wishlist",
            Self::TooLarge => "file_unpacks_too_large",
            Self::Damaged => "file_damaged",
            Self::Io(_) => "file_unreadable",
        }
    }
}

/// Reads a file from its beginning and hands out what is found, in the order of the file.
///
/// # Errors
///
/// Nothing was handed out, because the file is none that is known, or not allowed. A file that breaks off
/// in the middle is no error: what stands before is handed out, and [`Report::whole`] is false.
pub fn read(
    input: &mut dyn Input,
    limits: &Limits,
    found: &mut dyn FnMut(Found),
) -> Result<Report, Unreadable> {
    source::read(input, limits, found)
}

/// Which program wrote a file, by its beginning and its shape.
///
/// # Errors
///
/// As [`read()`].
pub fn detect(input: &mut dyn Input, limits: &Limits) -> Result<Format, Unreadable> {
    source::open(input, limits).map(|source| source.format())
}

/// A place in a file of an archive, by the last part of its name.
fn within(file: &str, place: String) -> String {
    match file.rsplit('/').next() {
        None | Some("") => place,
        Some(name) => format!("{name}, {place}"),
    }
}

fn problem(place: String, field: &str, reason: Reason, detail: &str) -> Problem {
    let (field, detail) = (field.to_owned(), detail.to_owned());
    Problem { asin: None, place, field, reason, detail }
}
