//! Use case: a person says something of a title, and gives it back to the source.
//!
//! Edits lie over what the sources say: an import goes on writing below them, and what is given back
//! shows the source's value of today.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::{media::Status, origin::Origins, text, validate::EnvelopeProblem, when::When};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    app::App,
    ingest::decide::stored_origins,
    library::{self, Title, moment},
    store::{
        AccountId, StoreError, TitleRows,
        rows::{EditsRow, Key},
    },
};

/// Longest notes, in characters.
const LONGEST_NOTES: usize = 10_000;

/// What a person says of a title.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edits {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    /// 1 to 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    rating: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
    hidden: bool,
    /// The day on which it was finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    consumed_at: Option<Date>,
}

impl Edits {
    /// What is stored; nothing if nothing is.
    pub(crate) fn read(id: Key, row: Option<&EditsRow>) -> Result<Self, StoreError> {
        let Some(row) = row else { return Ok(Self::default()) };
        let unread =
            |column, reason: &dyn std::fmt::Display| StoreError::row("edits", column, id, reason);
        let status = row
            .status
            .as_deref()
            .map(|name| status(name).ok_or_else(|| unread("status", &"it is none of the three")));
        let rating = row.rating.map(|stars| u8::try_from(stars).map_err(|e| unread("rating", &e)));
        let day = row.consumed_at.map(|at| {
            let moment = moment(at).map_err(|error| unread("consumed_at", &error))?;
            Ok::<_, StoreError>(When::Moment(moment).day())
        });
        Ok(Self {
            status: status.transpose()?,
            rating: rating.transpose()?,
            notes: row.notes.clone(),
            hidden: row.hidden,
            consumed_at: day.transpose()?,
        })
    }

    pub(crate) fn status(&self) -> Option<Status> {
        self.status
    }

    pub(crate) fn rating(&self) -> Option<u8> {
        self.rating
    }

    pub(crate) fn notes(&self) -> Option<&str> {
        self.notes.as_deref()
    }

    pub(crate) fn is_hidden(&self) -> bool {
        self.hidden
    }

    pub(crate) fn consumed_at(&self) -> Option<Date> {
        self.consumed_at
    }

    pub(crate) fn row(self) -> EditsRow {
        EditsRow {
            status: self.status.map(|status| status.as_str().to_owned()),
            rating: self.rating.map(i64::from),
            notes: self.notes,
            hidden: self.hidden,
            consumed_at: self.consumed_at.map(|day| When::Day(day).microseconds()),
        }
    }
}

/// What becomes of one field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Change<T> {
    #[default]
    Keep,
    /// Back to the source.
    GiveBack,
    Set(T),
}

impl<T: Clone> Change<T> {
    fn onto(&self, now: Option<T>) -> Option<T> {
        match self {
            Self::Keep => now,
            Self::GiveBack => None,
            Self::Set(value) => Some(value.clone()),
        }
    }
}

/// A checked JSON merge patch (RFC 7396) of one title.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    status: Change<Status>,
    rating: Change<u8>,
    notes: Change<String>,
    hidden: Change<bool>,
    consumed_at: Change<Date>,
}

impl Patch {
    /// Parses a patch: everything that is wrong with it, or the patch.
    ///
    /// # Errors
    ///
    /// Where it is wrong and why, for each field.
    pub fn parse(body: &[u8]) -> Result<Self, Vec<EnvelopeProblem>> {
        let wrong = |pointer: String, reason: String| EnvelopeProblem { pointer, reason };
        let value: Value = serde_json::from_slice(body)
            .map_err(|error| vec![wrong(String::new(), format!("it is not JSON: {error}"))])?;
        Self::of(&value)
    }

    /// Checks a patch that is read already.
    pub(crate) fn of(value: &Value) -> Result<Self, Vec<EnvelopeProblem>> {
        let wrong = |pointer: String, reason: String| EnvelopeProblem { pointer, reason };
        let Value::Object(fields) = value else {
            return Err(vec![wrong(String::new(), "it is not an object".to_owned())]);
        };
        let mut patch = Self::default();
        let problems = fields.iter().filter_map(|(name, value)| {
            let reason = patch.take(name, value).err()?;
            let name = name.replace('~', "~0").replace('/', "~1");
            Some(wrong(format!("/{name}"), reason.to_owned()))
        });
        let problems: Vec<_> = problems.take(20).collect();
        if problems.is_empty() { Ok(patch) } else { Err(problems) }
    }

    fn take(&mut self, name: &str, value: &Value) -> Result<(), &'static str> {
        match name {
            "status" => {
                let right = "it is not_started, in_progress or finished, or null";
                self.status = change(value, right, |value| status(value.as_str()?))?;
            }
            "rating" => {
                let right = "it is a whole number from 1 to 5, or null";
                let stars = |value: &Value| {
                    u8::try_from(value.as_u64()?).ok().filter(|stars| (1..=5).contains(stars))
                };
                self.rating = change(value, right, stars)?;
            }
            "notes" => {
                let right = "it is a text of at most 10000 characters, or null";
                let notes = |value: &Value| {
                    let notes = text::clean_lines(value.as_str()?);
                    (notes.chars().count() <= LONGEST_NOTES).then_some(notes)
                };
                self.notes = match change(value, right, notes)? {
                    Change::Set(notes) if notes.is_empty() => Change::GiveBack,
                    other => other,
                };
            }
            "hidden" => {
                self.hidden = change(value, "it is true or false, or null", Value::as_bool)?;
            }
            "consumed_at" => {
                let right = "it is a day such as 2025-05-21, or null";
                self.consumed_at = change(value, right, |value| day(value.as_str()?))?;
            }
            _ => return Err("there is no such field, or it is not yours to change"),
        }
        Ok(())
    }

    /// What a person says after this change.
    pub(crate) fn onto(&self, now: Edits) -> Edits {
        Edits {
            status: self.status.onto(now.status),
            rating: self.rating.onto(now.rating),
            notes: self.notes.onto(now.notes),
            hidden: self.hidden.onto(Some(now.hidden)).unwrap_or_default(),
            consumed_at: self.consumed_at.onto(now.consumed_at),
        }
    }
}

fn change<T>(
    value: &Value,
    right: &'static str,
    parse: impl Fn(&Value) -> Option<T>,
) -> Result<Change<T>, &'static str> {
    if value.is_null() {
        return Ok(Change::GiveBack);
    }
    parse(value).map(Change::Set).ok_or(right)
}

fn status(name: &str) -> Option<Status> {
    let all = [Status::NotStarted, Status::InProgress, Status::Finished];
    all.into_iter().find(|status| status.as_str() == name)
}

/// A day between the first audio recordings and the end of four-digit years.
fn day(text: &str) -> Option<Date> {
    let day: Date = text.parse().ok()?;
    (day.to_string() == text && day.year() >= 1900).then_some(day)
}

/// One title with what its owner says of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TitleView {
    /// The title; what the person says stands where the source's value was.
    #[serde(flatten)]
    pub title: Title,
    /// The person's rating, 1 to 5.
    pub rating: Option<u8>,
    /// The person's notes.
    pub notes: Option<String>,
    /// Left out of the library's list.
    pub hidden: bool,
    /// For each field that is the person's own what it is, and what the source has now.
    pub own: OwnFields,
    /// Where the sources' values are from: `{"most": "audible_extension", "others": {"purchase_date":
    /// "audible_file:libation"}}`.
    #[schema(value_type = Object)]
    pub origins: Origins,
    /// The same recording in other shops, as far as the library has it.
    pub editions: Vec<EditionView>,
}

/// Fields that are the person's own.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct OwnFields {
    /// `not_started`, `in_progress`, `finished`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<OwnField>,
    /// 1 to 5
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<OwnField>,
    /// Sources have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<OwnField>,
    /// Sources hide nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden: Option<OwnField>,
    /// A day; the source's may be a moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumed_at: Option<OwnField>,
}

/// A field that is the person's own.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwnField {
    /// What the person says.
    #[schema(value_type = Object)]
    pub value: Value,
    /// What comes back when the field is given back.
    #[schema(value_type = Option<Object>)]
    pub source: Value,
}

/// The same recording in another shop.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EditionView {
    /// Id of the title in this library.
    #[schema(value_type = String)]
    pub id: Uuid,
    /// Product number.
    pub asin: String,
    /// The shop.
    pub marketplace: Option<String>,
    /// Title.
    pub title: String,
}

/// Reads one title; none if the account has no such title.
///
/// # Errors
///
/// The database's, or a row that cannot be read.
pub async fn title(app: &App, owner: AccountId, id: Uuid) -> Result<Option<TitleView>, StoreError> {
    app.store().title(owner, id).await?.map(view).transpose()
}

/// Changes what a patch names and gives the title as it is then; none if the account has no such title.
///
/// # Errors
///
/// The database's, or a row that cannot be read.
pub async fn edit(
    app: &App,
    owner: AccountId,
    id: Uuid,
    patch: &Patch,
) -> Result<Option<TitleView>, StoreError> {
    let now = app.clock().now().as_microsecond();
    if !app.store().edit(owner, id, patch, now).await? {
        return Ok(None);
    }
    title(app, owner, id).await
}

fn view(rows: TitleRows) -> Result<TitleView, StoreError> {
    let TitleRows { row, source, edits, editions, beside } = rows;
    let id = row.media_id;
    let edits = Edits::read(id, edits.as_ref())?;
    let item: Value = serde_json::from_str(&source.item)
        .map_err(|error| StoreError::row("media", "item", id, &error))?;
    let source_rating = item["my_rating"].as_u64().and_then(|stars| u8::try_from(stars).ok());
    let origins = stored_origins(id, &source.origins)?;
    let mut title = library::title(row, &beside)?;
    let own = own_fields(&edits, &title, source_rating);
    let side = &mut title.user_media;
    if let Some(status) = edits.status {
        status.as_str().clone_into(&mut side.status);
    }
    if let Some(day) = edits.consumed_at {
        side.consumed_at = Some(day.to_string());
        side.consumed_at_basis = Some("finish_date".to_owned());
    } else if side.status != Status::Finished.as_str() {
        (side.consumed_at, side.consumed_at_basis) = (None, None);
    }
    Ok(TitleView {
        title,
        rating: edits.rating.or(source_rating),
        notes: edits.notes,
        hidden: edits.hidden,
        own,
        origins,
        editions: editions
            .into_iter()
            .map(|one| EditionView {
                id: one.media_id.0,
                asin: one.asin,
                marketplace: Some(one.marketplace).filter(|code| !code.is_empty()),
                title: one.title,
            })
            .collect(),
    })
}

/// `title` is still as its sources have it.
fn own_fields(edits: &Edits, title: &Title, source_rating: Option<u8>) -> OwnFields {
    let own = |value: Option<Value>, source: Value| value.map(|value| OwnField { value, source });
    OwnFields {
        status: own(
            edits.status.map(|status| json!(status.as_str())),
            json!(title.user_media.status),
        ),
        rating: own(edits.rating.map(|stars| json!(stars)), json!(source_rating)),
        notes: own(edits.notes.as_ref().map(|notes| json!(notes)), Value::Null),
        hidden: own(edits.hidden.then_some(json!(true)), json!(false)),
        consumed_at: own(
            edits.consumed_at.map(|day| json!(day.to_string())),
            json!(title.user_media.consumed_at),
        ),
    }
}
