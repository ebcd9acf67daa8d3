//! Use case: a person looks at the library, a part at a time.

pub(crate) mod keys;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::when::When;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    app::App,
    store::{
        AccountId, Beside, LibraryQuery, Sort, StoreError,
        rows::{Key, LibraryRow, MarkRow},
    },
};

/// Titles in one answer unless asked otherwise.
const USUAL: u16 = 50;
/// Most titles in one answer.
const MOST: u16 = 200;
/// Longest search, in characters.
const LONGEST_SEARCH: usize = 200;

/// What to show.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Ask {
    /// Words that have to occur in title, subtitle, author, narrator or series; case and accents do
    /// not matter.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub q: String,
    /// The order: `newest` (default), `title`, `author`.
    pub sort: Option<String>,
    /// `next_cursor` of the part before.
    pub cursor: Option<String>,
    /// Most titles, 1 to 200; 50 if not given.
    pub limit: Option<u16>,
    /// With the data as they were received.
    pub raw: bool,
    /// Those that the person hides, instead of the others.
    pub hidden: bool,
    /// Only those with a mark: `unavailable`, `absent`.
    pub only: Option<String>,
    /// The same recording from several shops once.
    pub as_one: bool,
}

/// Why a part cannot be given.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// A parameter is wrong: its name, and what is right.
    #[error("{0} is not valid: {1}")]
    Parameter(&'static str, &'static str),
    /// The database said no, or a row cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A part of a library.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LibraryPage {
    /// How many titles there are in all for this search.
    pub total: i64,
    /// This part.
    pub items: Vec<Title>,
    /// Cursor of the next part; none at the end.
    pub next_cursor: Option<String>,
}

/// One title of a library.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Title {
    /// Id of the title in this library.
    #[schema(value_type = String)]
    pub id: Uuid,
    /// Product number.
    pub asin: String,
    /// The shop; none when no source named it.
    pub marketplace: Option<String>,
    /// The title itself.
    pub media: MediaView,
    /// The person's side of it.
    pub user_media: UserMediaView,
    /// What readings have noticed.
    pub marks: Vec<MarkView>,
    /// Other shops from which the library has the same recording.
    pub also_in: Vec<String>,
    /// When it came into the library.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
}

/// What readings have noticed of a title.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MarkView {
    /// `unavailable`: it cannot be played any more. `absent`: the last complete reading of its library
    /// does not list it.
    pub kind: String,
    /// Which library does not list it; none for the other kind.
    pub library: Option<String>,
    /// The first run that noticed it.
    #[schema(value_type = String)]
    pub run: Uuid,
    /// When that was.
    pub since: String,
}

/// The title itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MediaView {
    /// Title.
    pub title: String,
    /// `audiobook`
    #[serde(rename = "type")]
    pub kind: String,
    /// `2021-05-04`
    pub release_date: Option<String>,
    /// Always none.
    pub tmdb_id: Option<i64>,
    /// Always none.
    pub imdb_id: Option<String>,
    /// `audible`
    pub platform: String,
    /// `{asin, marketplace, sku}`
    #[schema(value_type = Object)]
    pub platform_ids: Value,
    /// What describes the title.
    pub media_metadata: Metadata,
}

/// What describes a title.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Metadata {
    /// Names in order.
    pub authors: Vec<String>,
    /// Names in order.
    pub narrators: Vec<String>,
    /// Total length.
    pub duration_minutes: Option<u32>,
    /// Main series.
    pub series: Option<String>,
    /// Place in it, as text.
    pub series_sequence: Option<String>,
    /// Every series: `{title, asin, sequence}`.
    #[schema(value_type = Vec<Object>)]
    pub all_series: Vec<Value>,
    /// Average of all listeners, 0 to 5.
    pub rating: Option<f64>,
    /// Square picture.
    pub cover_url: Option<String>,
    /// Product page.
    pub audible_url: Option<String>,
    /// Subtitle.
    pub subtitle: Option<String>,
    /// Publisher.
    pub publisher: Option<String>,
    /// Language of the recording.
    pub language: Option<String>,
    /// Names.
    pub categories: Vec<String>,
    /// Plain text.
    pub summary: Option<String>,
}

/// The person's side of a title.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UserMediaView {
    /// `audible`
    pub platform: String,
    /// `not_started`, `in_progress`, `finished`
    pub status: String,
    /// Percent heard as the source shows it.
    pub percent: f64,
    /// A date or a moment; see `consumed_at_basis`.
    pub consumed_at: Option<String>,
    /// `finish_date` or `purchase_date`
    pub consumed_at_basis: Option<String>,
    /// When it was bought: a date or a moment.
    pub acquired_at: Option<String>,
    /// For example `audible_extension`.
    pub imported_from: String,
    /// With `raw=true`: the title as it was received.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub raw_import_data: Option<Value>,
}

/// Reads a part of a library.
///
/// # Errors
///
/// See [`LibraryError`].
pub async fn page(app: &App, owner: AccountId, ask: &Ask) -> Result<LibraryPage, LibraryError> {
    let limit = ask.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(LibraryError::Parameter("limit", "a number from 1 to 200"));
    }
    let query = query(ask, limit)?;
    let mut found = app.store().library(owner, &query).await?;
    let full = found.rows.len() > usize::from(limit);
    found.rows.truncate(usize::from(limit));
    let next_cursor = found.rows.last().filter(|_| full).map(|row| cursor(query.sort, row));
    let beside = found.beside;
    let items = found.rows.into_iter().map(|row| title(row, &beside)).collect::<Result<_, _>>()?;
    Ok(LibraryPage { total: found.total, items, next_cursor })
}

/// The order that a name stands for.
pub(crate) fn sort(name: Option<&str>) -> Result<Sort, LibraryError> {
    match name {
        None | Some("" | "newest") => Ok(Sort::Newest),
        Some("title") => Ok(Sort::Title),
        Some("author") => Ok(Sort::Author),
        Some(_) => Err(LibraryError::Parameter("sort", "newest, title or author")),
    }
}

/// One row more than asked for tells whether another part follows.
fn query(ask: &Ask, limit: u16) -> Result<LibraryQuery, LibraryError> {
    if ask.q.chars().count() > LONGEST_SEARCH {
        return Err(LibraryError::Parameter("q", "at most 200 characters"));
    }
    let sort = sort(ask.sort.as_deref())?;
    let wrong = LibraryError::Parameter("cursor", "the next_cursor of an answer in the same order");
    let (after_key, after_id) = match ask.cursor.as_deref() {
        None | Some("") => (String::new(), Uuid::nil()),
        Some(text) => place(text, sort).ok_or(wrong)?,
    };
    let words = keys::words(&ask.q);
    let only = mark(ask.only.as_deref())?;
    let (limit, raw, hidden) = (i64::from(limit) + 1, ask.raw, ask.hidden);
    let as_one = ask.as_one;
    Ok(LibraryQuery { words, sort, after_key, after_id, limit, raw, hidden, only, as_one })
}

/// The mark that a name stands for.
fn mark(name: Option<&str>) -> Result<&'static str, LibraryError> {
    match name {
        None | Some("") => Ok(""),
        Some("unavailable") => Ok("unavailable"),
        Some("absent") => Ok("absent"),
        Some(_) => Err(LibraryError::Parameter("only", "unavailable or absent")),
    }
}

fn cursor(sort: Sort, row: &LibraryRow) -> String {
    let place = serde_json::json!([letter(sort), row.sort_key, row.media_id]);
    URL_SAFE_NO_PAD.encode(place.to_string())
}

fn place(cursor: &str, sort: Sort) -> Option<(String, Uuid)> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (order, key, id): (String, String, Uuid) = serde_json::from_slice(&bytes).ok()?;
    (order == letter(sort) && !key.contains('\0')).then_some((key, id))
}

const fn letter(sort: Sort) -> &'static str {
    match sort {
        Sort::Newest => "n",
        Sort::Title => "t",
        Sort::Author => "a",
    }
}

pub(crate) fn title(row: LibraryRow, beside: &Beside) -> Result<Title, StoreError> {
    let id = row.media_id;
    let unread =
        |table, column, error: &dyn std::fmt::Display| StoreError::row(table, column, id, error);
    let raw_import_data = row
        .raw_import_data
        .map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|error| unread("user_media", "raw_import_data", &error))?;
    let date =
        |at, is_day, column| date(at, is_day).map_err(|error| unread("user_media", column, &error));
    Ok(Title {
        id: id.0,
        asin: row.asin,
        marketplace: Some(row.marketplace).filter(|code| !code.is_empty()),
        media: MediaView {
            title: row.title,
            kind: row.kind,
            release_date: row.release_date,
            tmdb_id: None,
            imdb_id: None,
            platform: row.platform,
            platform_ids: serde_json::from_str(&row.platform_ids)
                .map_err(|error| unread("media", "platform_ids", &error))?,
            media_metadata: serde_json::from_str(&row.media_metadata)
                .map_err(|error| unread("media", "media_metadata", &error))?,
        },
        user_media: UserMediaView {
            platform: row.user_platform,
            status: row.status,
            percent: row.percent,
            consumed_at: date(row.consumed_at, row.consumed_is_day, "consumed_at")?,
            consumed_at_basis: row.consumed_at_basis,
            acquired_at: date(row.acquired_at, row.acquired_is_day, "acquired_at")?,
            imported_from: row.imported_from,
            raw_import_data,
        },
        marks: marks(id, beside)?,
        also_in: also_in(id, beside),
        created_at: moment(row.created_at)
            .map_err(|e| unread("media", "created_at", &e))?
            .to_string(),
        updated_at: moment(row.updated_at)
            .map_err(|e| unread("media", "updated_at", &e))?
            .to_string(),
    })
}

fn marks(id: Key, beside: &Beside) -> Result<Vec<MarkView>, StoreError> {
    let mut marks: Vec<_> = beside.marks.iter().filter(|mark| mark.media_id == id).collect();
    marks.sort_by_key(|mark| (&mark.kind, &mark.library));
    let view = |mark: &MarkRow| {
        let since = moment(mark.marked_at)
            .map_err(|error| StoreError::row("marks", "marked_at", id, &error))?
            .to_string();
        let library = Some(mark.library.clone()).filter(|name| !name.is_empty());
        Ok(MarkView { kind: mark.kind.clone(), library, run: mark.run_id.0, since })
    };
    marks.into_iter().map(view).collect()
}

fn also_in(id: Key, beside: &Beside) -> Vec<String> {
    let shops = beside.shops.iter().filter(|(title, _)| *title == id);
    let mut shops: Vec<_> = shops.map(|(_, shop)| shop.clone()).collect();
    shops.sort();
    shops
}

/// A day comes back as a day and a moment as a moment.
pub(crate) fn date(at: Option<i64>, is_day: Option<bool>) -> Result<Option<String>, jiff::Error> {
    let Some(at) = at else { return Ok(None) };
    let moment = moment(at)?;
    let when = When::Moment(moment);
    let when = if is_day == Some(true) { When::Day(when.day()) } else { when };
    Ok(Some(when.to_string()))
}

pub(crate) fn moment(at: i64) -> Result<Timestamp, jiff::Error> {
    Timestamp::from_microsecond(at)
}
