//! One type for each row as it stands in a table, and [`Key`], an id in either database.

use serde::Serialize;
use sqlx::{
    Database, Decode, Encode, Postgres, Sqlite, Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgHasArrayType, PgTypeInfo},
};
use uuid::Uuid;

/// An id: text in SQLite, `uuid` in PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub(crate) struct Key(pub(crate) Uuid);

impl Type<Sqlite> for Key {
    fn type_info() -> <Sqlite as Database>::TypeInfo {
        <String as Type<Sqlite>>::type_info()
    }
}

impl<'q> Encode<'q, Sqlite> for Key {
    fn encode_by_ref(
        &self,
        buffer: &mut <Sqlite as Database>::ArgumentBuffer,
    ) -> Result<IsNull, BoxDynError> {
        <String as Encode<'q, Sqlite>>::encode(self.0.to_string(), buffer)
    }
}

impl<'r> Decode<'r, Sqlite> for Key {
    fn decode(value: <Sqlite as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(<&str as Decode<'r, Sqlite>>::decode(value)?.parse()?))
    }
}

impl Type<Postgres> for Key {
    fn type_info() -> PgTypeInfo {
        <Uuid as Type<Postgres>>::type_info()
    }
}

impl PgHasArrayType for Key {
    fn array_type_info() -> PgTypeInfo {
        <Uuid as PgHasArrayType>::array_type_info()
    }
}

impl<'q> Encode<'q, Postgres> for Key {
    fn encode_by_ref(
        &self,
        buffer: &mut <Postgres as Database>::ArgumentBuffer,
    ) -> Result<IsNull, BoxDynError> {
        <Uuid as Encode<'q, Postgres>>::encode_by_ref(&self.0, buffer)
    }
}

impl<'r> Decode<'r, Postgres> for Key {
    fn decode(value: <Postgres as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(<Uuid as Decode<'r, Postgres>>::decode(value)?))
    }
}

/// A row of `media`; the account is bound once for all rows of a statement.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct MediaRow {
    pub(crate) media_id: Key,
    pub(crate) marketplace: String,
    pub(crate) asin: String,
    pub(crate) title: String,
    pub(crate) kind: String,
    pub(crate) release_date: Option<String>,
    pub(crate) platform: String,
    pub(crate) sku: Option<String>,
    pub(crate) platform_ids: String,
    pub(crate) media_metadata: String,
    pub(crate) item: String,
    pub(crate) content_hash: String,
    pub(crate) full_hash: String,
    pub(crate) origins: String,
    pub(crate) newest_key: String,
    pub(crate) title_key: String,
    pub(crate) author_key: String,
    pub(crate) search_key: String,
    pub(crate) first_run: Key,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// A row of `user_media`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct UserMediaRow {
    pub(crate) media_id: Key,
    pub(crate) platform: String,
    pub(crate) status: String,
    pub(crate) percent: f64,
    pub(crate) consumed_at: Option<i64>,
    pub(crate) consumed_is_day: Option<bool>,
    pub(crate) consumed_at_basis: Option<String>,
    pub(crate) acquired_at: Option<i64>,
    pub(crate) acquired_is_day: Option<bool>,
    pub(crate) imported_from: String,
    pub(crate) raw_import_data: String,
    pub(crate) updated_at: i64,
}

/// A row of `run_outcomes`: what became of one title that did not stay as it was.
#[derive(Clone, Debug, PartialEq, Serialize, sqlx::FromRow)]
pub(crate) struct OutcomeRow {
    pub(crate) position: i64,
    pub(crate) media_id: Option<Key>,
    pub(crate) asin: Option<String>,
    pub(crate) outcome: String,
    pub(crate) reason: Option<String>,
    pub(crate) pointer: Option<String>,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) after_hash: Option<String>,
    pub(crate) before_origins: Option<String>,
}

/// What is stored of a title that a chunk names.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub(crate) struct KnownRow {
    pub(crate) media_id: Key,
    pub(crate) marketplace: String,
    pub(crate) asin: String,
    pub(crate) item: String,
    pub(crate) content_hash: String,
    pub(crate) full_hash: String,
    pub(crate) origins: String,
    pub(crate) first_run: Key,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// A title as the library shows it.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub(crate) struct LibraryRow {
    pub(crate) media_id: Key,
    pub(crate) marketplace: String,
    pub(crate) asin: String,
    pub(crate) title: String,
    pub(crate) kind: String,
    pub(crate) release_date: Option<String>,
    pub(crate) platform: String,
    pub(crate) platform_ids: String,
    pub(crate) media_metadata: String,
    pub(crate) sort_key: String,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) user_platform: String,
    pub(crate) status: String,
    pub(crate) percent: f64,
    pub(crate) consumed_at: Option<i64>,
    pub(crate) consumed_is_day: Option<bool>,
    pub(crate) consumed_at_basis: Option<String>,
    pub(crate) acquired_at: Option<i64>,
    pub(crate) acquired_is_day: Option<bool>,
    pub(crate) imported_from: String,
    pub(crate) raw_import_data: Option<String>,
}

/// What is noticed of titles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark<'a> {
    pub(crate) kind: &'a str,
    pub(crate) library: &'a str,
}

/// What readings have noticed of a title.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct MarkRow {
    pub(crate) media_id: Key,
    pub(crate) kind: String,
    pub(crate) library: String,
    pub(crate) run_id: Key,
    pub(crate) marked_at: i64,
}

/// What a person says of a title.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub(crate) struct EditsRow {
    pub(crate) status: Option<String>,
    pub(crate) rating: Option<i64>,
    pub(crate) notes: Option<String>,
    pub(crate) hidden: bool,
    /// The start of a day in UTC.
    pub(crate) consumed_at: Option<i64>,
}

/// A title as exports have it, with what the person says of it.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct ExportRow {
    pub(crate) media_id: Key,
    pub(crate) marketplace: String,
    pub(crate) asin: String,
    pub(crate) item: String,
    pub(crate) origins: String,
    pub(crate) status: String,
    pub(crate) percent: f64,
    pub(crate) consumed_at: Option<i64>,
    pub(crate) consumed_is_day: Option<bool>,
    pub(crate) consumed_at_basis: Option<String>,
    pub(crate) acquired_at: Option<i64>,
    pub(crate) acquired_is_day: Option<bool>,
    pub(crate) imported_from: String,
    own_status: Option<String>,
    own_rating: Option<i64>,
    own_notes: Option<String>,
    /// None without a row of edits.
    own_hidden: Option<bool>,
    own_consumed_at: Option<i64>,
}

impl ExportRow {
    /// What the person says of it.
    pub(crate) fn edits(&self) -> Option<EditsRow> {
        Some(EditsRow {
            hidden: self.own_hidden?,
            status: self.own_status.clone(),
            rating: self.own_rating,
            notes: self.own_notes.clone(),
            consumed_at: self.own_consumed_at,
        })
    }
}

/// What a run brought of what the person once said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct BroughtRow {
    pub(crate) media_id: Key,
    #[serde(flatten)]
    pub(crate) edits: EditsRow,
}

/// A title as its sources have it, and which these are.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct SourceRow {
    pub(crate) item: String,
    pub(crate) origins: String,
}

/// A title that is an edition of another.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct EditionRow {
    pub(crate) media_id: Key,
    pub(crate) asin: String,
    pub(crate) marketplace: String,
    pub(crate) title: String,
}

/// A run with the sums of its chunks.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct HistoryRow {
    pub(crate) run_id: Key,
    pub(crate) source: String,
    pub(crate) marketplace: String,
    pub(crate) library: String,
    pub(crate) client_name: String,
    pub(crate) client_version: String,
    pub(crate) client_browser: String,
    pub(crate) source_total: Option<i64>,
    pub(crate) seen: Option<i64>,
    pub(crate) received: i64,
    pub(crate) not_sent: i64,
    pub(crate) complete: bool,
    pub(crate) started_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) imported: i64,
    pub(crate) updated: i64,
    pub(crate) unchanged: i64,
    pub(crate) ignored: i64,
    pub(crate) duplicate: i64,
    pub(crate) rejected: i64,
    pub(crate) removed: i64,
    pub(crate) kept: i64,
    pub(crate) undoes: Option<Key>,
    pub(crate) undone_by: Option<Key>,
}

/// A chunk of a run with what became of its titles.
#[derive(Clone, Debug)]
pub struct ChunkHistory {
    pub(crate) index: i64,
    /// No other chunk of the run has a greater number.
    pub(crate) last: bool,
    /// ASINs of ten characters each, one after the other.
    pub(crate) asins: String,
    pub(crate) outcomes: Vec<OutcomeRow>,
    /// Its titles as they are stored now.
    pub(crate) known: Vec<KnownRow>,
}

impl ChunkHistory {
    /// The ASINs in the order in which they came.
    pub(crate) fn asins(&self) -> Vec<String> {
        let all = self.asins.as_bytes().chunks(10);
        all.map(|asin| String::from_utf8_lossy(asin).into_owned()).collect()
    }
}

/// A title by its names, as they are compared.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct NameRow {
    pub(crate) asin: String,
    pub(crate) marketplace: String,
    pub(crate) title_key: String,
    /// First author, series and title, a line each.
    pub(crate) author_key: String,
}

/// A title that an account does not want.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct IgnoredRow {
    pub(crate) user_id: Key,
    pub(crate) asin: String,
    pub(crate) marketplace: String,
    pub(crate) ignored_at: i64,
    /// Where the library has it.
    pub(crate) title: Option<String>,
}

/// A file that waits for a person's word.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct UploadRow {
    pub(crate) upload_id: Key,
    /// As its owner called it.
    pub(crate) name: String,
    pub(crate) format: String,
    /// The shop of titles of which the file does not say it; empty if nobody said it.
    pub(crate) marketplace: String,
    pub(crate) state: String,
    /// How many were read.
    pub(crate) titles: i64,
    /// What is known of the file, as JSON.
    pub(crate) report: String,
    /// The run of each shop, as JSON.
    pub(crate) runs: String,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// A title of such a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct UploadItemRow {
    pub(crate) position: i64,
    pub(crate) marketplace: String,
    /// By the file, or by the library; if not, the person may say it.
    pub(crate) shop_is_said: bool,
    pub(crate) asin: String,
    pub(crate) place: String,
    /// As it would be sent, as JSON.
    pub(crate) item: String,
    /// What our own export says beside it, as JSON; empty for every other source.
    pub(crate) brought: String,
    /// What an import would make of it.
    pub(crate) outcome: String,
    /// Which fields it would change, or why it would not be taken.
    pub(crate) detail: String,
    pub(crate) chosen: bool,
}
