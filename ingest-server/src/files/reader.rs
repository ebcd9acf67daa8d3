//! What is found in a file becomes rows: titles as they are sent, each with its shop.

use importers::{Content, Found, Ours, Title};
use serde_json::Value;
use shared::{
    ids::Marketplace,
    map,
    origin::Origins,
    problem::{Problem, Reason},
    raw::RawItem,
    wire::v1,
};

use super::{FileProblem, NAMED, names::Names};
use crate::{
    app::App,
    edits::{Edits, Patch},
    ingest::Brought,
    store::{AccountId, StoreError},
};

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
}

/// Makes rows of what is found.
pub(super) struct Reader<'a> {
    app: &'a App,
    owner: AccountId,
    names: Option<Names>,
    pub(super) problems: Problems,
}

impl<'a> Reader<'a> {
    pub(super) fn new(app: &'a App, owner: AccountId) -> Self {
        Self { app, owner, names: None, problems: Problems::default() }
    }

    /// The next row, unless what was found is none.
    pub(super) async fn row(&mut self, found: Found) -> Result<Option<Row>, StoreError> {
        match found {
            Found::Title(title) => {
                let Title { place, marketplace, content } = *title;
                match content {
                    Content::Raw(raw) => self.raw(raw, marketplace, place).await,
                    Content::Ours(ours) => Ok(Some(self.ours(ours, marketplace, place))),
                }
            }
            Found::Refused(problem) => {
                self.refuse(problem);
                Ok(None)
            }
            Found::Problem(problem) => {
                self.problems.add(problem.into());
                Ok(None)
            }
        }
    }

    fn refuse(&mut self, problem: Problem) {
        self.problems.rejected += 1;
        self.problems.add(problem.into());
    }

    async fn raw(
        &mut self,
        mut raw: RawItem,
        mut marketplace: Option<Marketplace>,
        place: String,
    ) -> Result<Option<Row>, StoreError> {
        if raw.asin.is_empty() && raw.title.is_some() {
            let Some((asin, shop)) = self.named(&raw, &place).await? else { return Ok(None) };
            raw.asin = asin;
            marketplace = shop;
        }
        let mapped = map::map(raw, &place);
        mapped.problems.into_iter().for_each(|problem| self.problems.add(problem.into()));
        let Some(item) = mapped.item else {
            self.problems.rejected += 1;
            return Ok(None);
        };
        let item = v1::Item::from_item(&item, marketplace);
        Ok(Some(Row { marketplace, item, brought: None, place }))
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

    /// Number and shop of a title that is known by name alone, if the library has the one such.
    async fn named(
        &mut self,
        raw: &RawItem,
        place: &str,
    ) -> Result<Option<(String, Option<Marketplace>)>, StoreError> {
        if self.names.is_none() {
            self.names = Some(Names::new(self.app.store().names(self.owner).await?));
        }
        if let Some((asin, shop)) = self.names.as_ref().and_then(|names| names.find(raw)) {
            return Ok(Some((asin, Marketplace::parse(&shop).ok())));
        }
        let detail = "this file knows titles by name, and no single title of the library has this name \
                      and author; import the library first, then this file again";
        self.refuse(Problem {
            asin: None,
            place: place.to_owned(),
            field: "asin".to_owned(),
            reason: Reason::Missing,
            detail: detail.to_owned(),
        });
        Ok(None)
    }
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
