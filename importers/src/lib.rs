//! Other programs' export files to [`RawItem`]s: the format is told from the content, never from the name.
//!
//! Nothing here opens a file, and nothing is kept of one but what a format needs to put its rows together:
//! titles and problems are handed out as they are read. Reading order: [`Export`], `format.rs` (which
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
    wire::v1,
};

use self::source::Source;
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
    /// What the file says of it.
    pub content: Content,
}

/// What a file says of a title.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// In its program's words; the ASIN is empty where the file knows titles by name only.
    Raw(RawItem),
    /// As our own export has it: nothing is left to interpret.
    Ours(Ours),
}

/// A title of our own export.
#[derive(Clone, Debug, PartialEq)]
pub struct Ours {
    /// The title, not yet checked.
    pub item: v1::Item,
    /// What the person said of it, unchecked.
    pub own: Option<Value>,
    /// Where its values are from, unchecked.
    pub origins: Option<Value>,
}

/// What is found in a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// A title.
    Title(Box<Title>),
    /// A row that is no title.
    Refused(Problem),
    /// Something else that could not be used: a field, a part of the file.
    Problem(Problem),
}

/// What a file was, once it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
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

/// A file of which it is known what it is.
pub struct Export<I> {
    input: I,
    limits: Limits,
    source: Source,
}

impl<I: Input> Export<I> {
    /// Finds out what a file is, by its beginning and its shape.
    ///
    /// # Errors
    ///
    /// It is no file that is known, or one that is not allowed.
    pub fn open(mut input: I, limits: Limits) -> Result<Self, Unreadable> {
        let source = source::open(&mut input, &limits)?;
        Ok(Self { input, limits, source })
    }

    /// The program that wrote it.
    pub fn format(&self) -> Format {
        self.source.format()
    }

    /// Reads it from its beginning and hands out what is found, in the order of the file. One that breaks
    /// off in the middle is no error: what stands before is handed out, and [`Report::whole`] is false.
    ///
    /// # Errors
    ///
    /// The file changed since it was opened, or could not be read.
    pub fn read(mut self, found: &mut dyn FnMut(Found)) -> Result<Report, Unreadable> {
        source::read(&self.source, &mut self.input, &self.limits, found)
    }
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
