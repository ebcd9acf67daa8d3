//! Use case: a person takes the library out, as one file that is made while it is sent.
//!
//! The parts come one after the other: a head, the titles by ASIN and shop, a tail. One part of the
//! library is in memory at a time.

mod csv;
mod goodreads;
mod json;
mod story_graph;
mod table;

use serde::Deserialize;
use shared::wire::v1;
use utoipa::ToSchema;

pub(crate) use self::table::guarded;
use crate::{
    app::App,
    audit::{self, What},
    edits::Edits,
    ingest::decide::stored_origins,
    library::date,
    store::{AccountId, StoreError, rows::ExportRow},
};

/// Titles in one part.
const PART: i64 = 500;

/// What a file looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Everything, to be imported again without loss.
    Json,
    /// A table of everything that fits into one.
    Csv,
    /// As Goodreads exports and imports.
    Goodreads,
    /// As The StoryGraph exports.
    Storygraph,
    /// For Hardcover, which imports the form of Goodreads.
    Hardcover,
}

impl Format {
    /// Every form, in the order in which pages show them.
    pub(crate) const ALL: [Self; 5] =
        [Self::Json, Self::Csv, Self::Goodreads, Self::Storygraph, Self::Hardcover];

    /// Its name in addresses.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Goodreads => "goodreads",
            Self::Storygraph => "storygraph",
            Self::Hardcover => "hardcover",
        }
    }

    /// The media type of its files.
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            _ => "text/csv; charset=utf-8",
        }
    }

    /// What a file of it is called.
    pub(crate) fn file_name(self, today: jiff::civil::Date) -> String {
        match self {
            Self::Json => format!("me-feed-library-{today}.json"),
            Self::Csv => format!("me-feed-library-{today}.csv"),
            shelf => format!("me-feed-library-{}-{today}.csv", shelf.code()),
        }
    }
}

/// A title with what its owner says of it.
struct Title {
    marketplace: String,
    /// The item's JSON, as it is stored.
    text: String,
    item: v1::Item,
    origins: shared::origin::Origins,
    edits: Edits,
    status: String,
    percent: f64,
    consumed_at: Option<String>,
    consumed_at_basis: Option<String>,
    acquired_at: Option<String>,
    imported_from: String,
}

impl Title {
    fn read(row: ExportRow) -> Result<Self, StoreError> {
        let id = row.media_id;
        let unread = |table, column, error: &dyn std::fmt::Display| {
            StoreError::row(table, column, id, error)
        };
        let at = |at, is_day, column| {
            date(at, is_day).map_err(|error| unread("user_media", column, &error))
        };
        let edits = Edits::read(id, row.edits().as_ref())?;
        let item = serde_json::from_str(&row.item);
        let status = edits.status().map_or(row.status, |status| status.as_str().to_owned());
        let finished = status == shared::media::Status::Finished.as_str();
        let own_day = edits.consumed_at().map(|day| day.to_string());
        let basis = row.consumed_at_basis.filter(|_| finished);
        let (consumed_at, consumed_at_basis) = match own_day {
            Some(day) => (Some(day), Some("finish_date".to_owned())),
            None => (
                at(row.consumed_at, row.consumed_is_day, "consumed_at")?.filter(|_| finished),
                basis,
            ),
        };
        Ok(Self {
            item: item.map_err(|error| unread("media", "item", &error))?,
            origins: stored_origins(id, &row.origins)?,
            acquired_at: at(row.acquired_at, row.acquired_is_day, "acquired_at")?,
            marketplace: row.marketplace,
            text: row.item,
            edits,
            status,
            percent: row.percent,
            consumed_at,
            consumed_at_basis,
            imported_from: row.imported_from,
        })
    }

    /// What the person gave, here or at Audible.
    fn rating(&self) -> Option<u8> {
        self.edits.rating().or(self.item.my_rating)
    }

    /// The day on which it was finished; a day of buying is none.
    fn finished_on(&self) -> Option<&str> {
        let known = self.consumed_at_basis.as_deref() == Some("finish_date");
        self.consumed_at.as_deref().filter(|_| known).and_then(|at| at.get(..10))
    }

    /// The person owns it, as opposed to having it from the Plus catalogue.
    fn is_owned(&self) -> bool {
        let availability = self.item.availability.as_ref();
        availability.and_then(|availability| availability.plus) != Some(true)
    }
}

/// A file that is being made.
pub struct Export {
    app: App,
    owner: AccountId,
    format: Format,
    next: Next,
}

enum Next {
    Head,
    /// Titles behind this ASIN and shop.
    Behind(String, String),
    End,
}

impl Export {
    /// Begins a file.
    pub const fn new(app: App, owner: AccountId, format: Format) -> Self {
        Self { app, owner, format, next: Next::Head }
    }

    /// Its next part; none at the end. That a library was taken out is noted once all of it was read.
    ///
    /// # Errors
    ///
    /// The database's, or a row that cannot be read.
    pub async fn part(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        let (asin, marketplace, first) = match &self.next {
            Next::Head => (String::new(), String::new(), true),
            Next::Behind(asin, marketplace) => (asin.clone(), marketplace.clone(), false),
            Next::End => return Ok(None),
        };
        let rows = self.app.store().export(self.owner, (&asin, &marketplace), PART).await?;
        let last = i64::try_from(rows.len()).unwrap_or(PART) < PART;
        self.next = match rows.last() {
            Some(row) if !last => Next::Behind(row.asin.clone(), row.marketplace.clone()),
            _ => Next::End,
        };
        let titles = rows.into_iter().map(Title::read).collect::<Result<Vec<_>, _>>()?;
        if matches!(self.next, Next::End) {
            audit::note(&self.app, self.owner, What::Export, "", "done").await;
        }
        Ok(Some(match self.format {
            Format::Json => json::part(&titles, first, last),
            Format::Csv => csv::part(&titles, first),
            Format::Goodreads | Format::Hardcover => goodreads::part(&titles, first),
            Format::Storygraph => story_graph::part(&titles, first),
        }))
    }
}
