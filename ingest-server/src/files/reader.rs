//! What is found in a file becomes rows: titles as they are sent, each with its shop.

use std::fs::File;

use importers::{Content, Export, Format, Found, Ours, Report, Title, Unreadable};
use serde_json::Value;
use shared::{
    ids::Marketplace,
    map,
    origin::Origins,
    problem::{Problem, Reason},
    raw::RawItem,
    wire::v1,
};
use tokio::{
    sync::mpsc,
    task::{JoinHandle, spawn_blocking},
};

use super::{FileProblem, FileRefused, NAMED, names::Names};
use crate::{
    app::App,
    edits::{Edits, Patch},
    ingest::Brought,
    store::{AccountId, StoreError},
};

/// Titles between reader and writer.
const BETWEEN: usize = 500;

/// A title of a file, ready to be sent.
pub(super) struct Row {
    pub(super) marketplace: Option<Marketplace>,
    pub(super) item: v1::Item,
    pub(super) brought: Option<Brought>,
    pub(super) place: String,
}

/// What could not be used.
#[derive(Debug, Default)]
pub(super) struct Problems {
    /// Rows that were no titles.
    pub(super) rejected: u32,
    /// The first of what could not be used.
    pub(super) named: Vec<FileProblem>,
    /// How many there are.
    pub(super) total: u32,
}

impl Problems {
    pub(super) fn add(&mut self, problem: FileProblem) {
        self.total += 1;
        if self.named.len() < NAMED {
            self.named.push(problem);
        }
    }

    /// Adds what was found later.
    pub(super) fn append(&mut self, later: Self) {
        self.rejected += later.rejected;
        self.total += later.total;
        self.named.extend(later.named);
        self.named.truncate(NAMED);
    }
}

/// A file that is being read, and its rows made, on a thread of its own.
pub(super) struct Reading {
    rows: mpsc::Receiver<Row>,
    thread: JoinHandle<Result<(Report, Problems), Unreadable>>,
}

impl Reading {
    pub(super) async fn start(
        app: &App,
        owner: AccountId,
        export: Export<File>,
    ) -> Result<Self, StoreError> {
        let names = match knows_names(export.format()) {
            true => Some(Names::new(app.store().names(owner).await?)),
            false => None,
        };
        let (sender, rows) = mpsc::channel(BETWEEN);
        let thread = spawn_blocking(move || {
            let mut reader = Reader { names, problems: Problems::default() };
            let report = export.read(&mut |found| {
                if let Some(row) = reader.row(found) {
                    // Nobody listens any more once something was refused; the rest is read for nothing.
                    let _ = sender.blocking_send(row);
                }
            })?;
            Ok((report, reader.problems))
        });
        Ok(Self { rows, thread })
    }

    /// The next row; none at the end.
    pub(super) async fn next(&mut self) -> Option<Row> {
        self.rows.recv().await
    }

    /// What the file was, and what of it could not be used.
    pub(super) async fn end(self) -> Result<(Report, Problems), FileRefused> {
        Ok(self.thread.await.map_err(FileRefused::Reader)??)
    }
}

/// Files that may know titles by their names alone; in all others a title has its number.
const fn knows_names(format: Format) -> bool {
    matches!(format, Format::Goodreads | Format::StoryGraph)
}

/// Makes rows of what is found.
struct Reader {
    /// The library by names, for files that know titles by these.
    names: Option<Names>,
    problems: Problems,
}

impl Reader {
    /// The next row, unless what was found is none.
    fn row(&mut self, found: Found) -> Option<Row> {
        match found {
            Found::Title(title) => {
                let Title { place, marketplace, content } = *title;
                match content {
                    Content::Raw(raw) => self.raw(raw, marketplace, place),
                    Content::Ours(ours) => Some(self.ours(ours, marketplace, place)),
                }
            }
            Found::Refused(problem) => {
                self.refuse(problem);
                None
            }
            Found::Problem(problem) => {
                self.problems.add(problem.into());
                None
            }
        }
    }

    fn refuse(&mut self, problem: Problem) {
        self.problems.rejected += 1;
        self.problems.add(problem.into());
    }

    fn raw(
        &mut self,
        mut raw: RawItem,
        mut marketplace: Option<Marketplace>,
        place: String,
    ) -> Option<Row> {
        if raw.asin.is_empty()
            && raw.title.is_some()
            && let Some(names) = &self.names
        {
            let Some((asin, shop)) = names.find(&raw) else {
                self.refuse(unnamed(place));
                return None;
            };
            raw.asin = asin;
            marketplace = Marketplace::parse(&shop).ok();
        }
        let mapped = map::map(raw, &place);
        mapped.problems.into_iter().for_each(|problem| self.problems.add(problem.into()));
        let Some(item) = mapped.item else {
            self.problems.rejected += 1;
            return None;
        };
        let item = v1::Item::from_item(&item, marketplace);
        Some(Row { marketplace, item, brought: None, place })
    }

    /// A title of our own export: what stands beside it is checked here, itself it is checked where every
    /// other is.
    fn ours(&mut self, ours: Ours, marketplace: Option<Marketplace>, place: String) -> Row {
        let asin = Some(ours.item.asin.clone());
        let mut wrong = |field: String, detail: String| {
            let (place, asin) = (place.clone(), asin.clone());
            self.problems.add(FileProblem { place, asin, field, detail });
        };
        let mut brought = Brought::default();
        match ours.own.as_ref().map(Patch::of).transpose() {
            Ok(patch) => {
                let edits = patch.map(|patch| patch.onto(Edits::default()));
                brought.edits = edits.filter(|edits| *edits != Edits::default());
            }
            Err(problems) => problems
                .into_iter()
                .for_each(|problem| wrong(format!("own{}", problem.pointer), problem.reason)),
        }
        match ours.origins.map(origins).transpose() {
            Ok(origins) => brought.origins = origins,
            Err(detail) => wrong("origins".to_owned(), detail.to_owned()),
        }
        Row { marketplace, item: ours.item, brought: Some(brought), place }
    }
}

/// A title that is known by name alone, and not to the library.
fn unnamed(place: String) -> Problem {
    let detail = "this file knows titles by name, and no single title of the library has this name \
                  and author; import the library first, then this file again";
    let (field, detail) = ("asin".to_owned(), detail.to_owned());
    Problem { asin: None, place, field, reason: Reason::Missing, detail }
}

/// Where values of our own export were from, within bounds: names of fields and sources are short.
fn origins(value: Value) -> Result<Origins, &'static str> {
    let wrong = "it does not name the sources of the title's fields";
    let origins: Origins = serde_json::from_value(value).map_err(|_| wrong)?;
    let short = |text: &str| text.len() <= 100 && !text.chars().any(char::is_control);
    let named = origins.others.iter().all(|(field, one)| short(field) && short(one.as_str()));
    let few = origins.others.len() <= 50 && !origins.most.as_str().is_empty();
    (few && named && short(origins.most.as_str())).then_some(origins).ok_or(wrong)
}
