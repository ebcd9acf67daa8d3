//! Use case: a person looks at what imports did.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    app::App,
    library::{LibraryError, moment},
    store::{
        AccountId, RunsQuery, StoreError,
        rows::{ChunkHistory, HistoryRow},
    },
};

/// Runs in one answer unless asked otherwise.
const USUAL: u16 = 50;
/// Most runs in one answer.
const MOST: u16 = 200;
/// Names of outcomes.
const OUTCOMES: [&str; 8] =
    ["imported", "updated", "unchanged", "ignored", "duplicate", "rejected", "removed", "kept"];
/// In place of a field: what the person once said came with the title, from our own export.
pub(crate) const OWN: &str = "own";
/// What moves by itself and does not make a title changed.
const MOVING: [&str; 4] = ["rating", "enriched", "source_extra", "rank"];

/// Which runs.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct AskRuns {
    /// `next_cursor` of the part before: the id of its last run.
    #[param(value_type = Option<String>)]
    pub cursor: Option<Uuid>,
    /// Most runs, 1 to 200; 50 if not given.
    pub limit: Option<u16>,
}

/// Which titles of a run.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct AskItems {
    /// One outcome only: `imported`, `updated`, `unchanged`, `ignored`, `duplicate`, `rejected`,
    /// `removed`, `kept`.
    pub outcome: Option<String>,
    /// `next_cursor` of the part before.
    pub cursor: Option<u32>,
}

/// Runs, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RunsPage {
    /// This part.
    pub runs: Vec<RunView>,
    /// Cursor of the next part; none at the end.
    #[schema(value_type = Option<String>)]
    pub next_cursor: Option<Uuid>,
}

/// A run and what became of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RunView {
    /// Id, made by the client.
    #[schema(value_type = String)]
    pub id: Uuid,
    /// `extension`, `api`, `file`, `undo`
    pub source: String,
    /// The shop; none when the source named none.
    pub marketplace: Option<String>,
    /// Which library of a household.
    pub library: String,
    /// Program that sent it.
    pub client: ClientView,
    /// When its first chunk arrived.
    pub started_at: String,
    /// When its last chunk so far arrived.
    pub updated_at: String,
    /// From when the client began, as the run's id says it, or else from the first chunk to the last.
    pub duration_seconds: i64,
    /// Titles that the source lists.
    pub source_total: Option<i64>,
    /// Titles that the client read.
    pub seen: Option<i64>,
    /// Different titles that arrived.
    pub received: i64,
    /// Titles that the client left out.
    pub not_sent: i64,
    /// Every chunk arrived, the reading was whole, and the numbers agree.
    pub complete: bool,
    /// New titles.
    pub imported: i64,
    /// Changed titles.
    pub updated: i64,
    /// Titles that were the same.
    pub unchanged: i64,
    /// Titles that the account does not want.
    pub ignored: i64,
    /// Titles that stood twice in a chunk.
    pub duplicate: i64,
    /// Titles that were not valid.
    pub rejected: i64,
    /// Titles that taking back has removed.
    pub removed: i64,
    /// Titles that taking back has left as they were.
    pub kept: i64,
    /// The run that this one takes back.
    #[schema(value_type = Option<String>)]
    pub undoes: Option<Uuid>,
    /// The run that took this one back.
    #[schema(value_type = Option<String>)]
    pub undone_by: Option<Uuid>,
}

impl RunView {
    /// How many titles had which outcome.
    pub(crate) const fn outcomes(&self) -> [(&'static str, i64); 8] {
        let [imported, updated, unchanged, ignored, duplicate, rejected, removed, kept] = OUTCOMES;
        [
            (imported, self.imported),
            (updated, self.updated),
            (unchanged, self.unchanged),
            (ignored, self.ignored),
            (duplicate, self.duplicate),
            (rejected, self.rejected),
            (removed, self.removed),
            (kept, self.kept),
        ]
    }
}

/// Program that sent a run.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ClientView {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// `chrome`, `firefox`; none outside of browsers.
    pub browser: Option<String>,
}

/// Titles of one chunk of a run: what did not stay as it was first, the unchanged after it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ItemsPage {
    /// This part; may be empty although others follow.
    pub items: Vec<ItemView>,
    /// Cursor of the next part; none at the end.
    pub next_cursor: Option<i64>,
}

/// What became of one title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ItemView {
    /// Product number; none where what came had none.
    pub asin: Option<String>,
    /// Title as it is stored now.
    pub title: Option<String>,
    /// `imported`, `updated`, `unchanged`, `ignored`, `duplicate`, `rejected`
    pub outcome: String,
    /// Fields of the title that an update changed.
    pub changed: Vec<String>,
    /// Why it was rejected or left out.
    pub reason: Option<String>,
    /// Where in the chunk.
    pub pointer: Option<String>,
}

/// Runs of an account, newest first.
///
/// # Errors
///
/// A parameter that is not valid, or the database's.
pub async fn runs(app: &App, owner: AccountId, ask: &AskRuns) -> Result<RunsPage, LibraryError> {
    let limit = ask.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(LibraryError::Parameter("limit", "a number from 1 to 200"));
    }
    let wrong = LibraryError::Parameter("cursor", "the next_cursor of an answer");
    let before = match ask.cursor {
        None => RunsQuery::NEWEST.before,
        Some(run) => (app.store().run_started_at(owner, run).await?.ok_or(wrong)?, run),
    };
    let query = RunsQuery { before, limit: i64::from(limit) + 1 };
    let mut rows = app.store().runs(owner, &query).await?;
    let full = rows.len() > usize::from(limit);
    rows.truncate(usize::from(limit));
    let next_cursor = rows.last().filter(|_| full).map(|row| row.run_id.0);
    let runs = rows.into_iter().map(view).collect::<Result<_, _>>()?;
    Ok(RunsPage { runs, next_cursor })
}

/// One run; none if the account has no such run.
///
/// # Errors
///
/// The database's.
pub async fn run(app: &App, owner: AccountId, id: Uuid) -> Result<Option<RunView>, StoreError> {
    let Some(started_at) = app.store().run_started_at(owner, id).await? else { return Ok(None) };
    // The one that comes right before the next id of the same moment.
    let next = Uuid::from_u128(id.as_u128().saturating_add(1));
    let query = RunsQuery { before: (started_at, next), limit: 1 };
    app.store().runs(owner, &query).await?.into_iter().next().map(view).transpose()
}

/// What became of the titles of a run, a chunk at a time; none if the account has no such run.
///
/// # Errors
///
/// A parameter that is not valid, or the database's.
pub async fn items(
    app: &App,
    owner: AccountId,
    run: Uuid,
    ask: &AskItems,
) -> Result<Option<ItemsPage>, LibraryError> {
    let wanted = ask.outcome.as_deref();
    if wanted.is_some_and(|name| !OUTCOMES.contains(&name)) {
        let right = "imported, updated, unchanged, ignored, duplicate, rejected, removed or kept";
        return Err(LibraryError::Parameter("outcome", right));
    }
    if app.store().run_started_at(owner, run).await?.is_none() {
        return Ok(None);
    }
    let from = i64::from(ask.cursor.unwrap_or_default());
    let Some(chunk) = app.store().run_chunk(owner, run, from).await? else {
        return Ok(Some(ItemsPage { items: Vec::new(), next_cursor: None }));
    };
    let next_cursor = (!chunk.last).then_some(chunk.index + 1);
    let mut items = items_of(&chunk)?;
    items.retain(|item| wanted.is_none_or(|name| item.outcome == name));
    Ok(Some(ItemsPage { items, next_cursor }))
}

/// A title without a row of its own in the history is one that stayed as it was.
fn items_of(chunk: &ChunkHistory) -> Result<Vec<ItemView>, StoreError> {
    let named = |item: &str| -> Result<String, serde_json::Error> {
        let item: Map<String, Value> = serde_json::from_str(item)?;
        Ok(item.get("title").and_then(Value::as_str).unwrap_or_default().to_owned())
    };
    let mut titles = HashMap::new();
    for row in &chunk.known {
        let title = named(&row.item)
            .map_err(|error| StoreError::row("media", "item", row.media_id, &error))?;
        titles.insert(row.asin.clone(), title);
    }
    // What taking back has removed is known by what it was.
    for (asin, before) in
        chunk.outcomes.iter().filter_map(|row| row.asin.as_ref().zip(row.before.as_ref()))
    {
        if !titles.contains_key(asin)
            && let Ok(title) = named(before)
        {
            titles.insert(asin.clone(), title);
        }
    }
    let mut told: HashMap<&str, usize> = HashMap::new();
    for asin in chunk.outcomes.iter().filter_map(|row| row.asin.as_deref()) {
        *told.entry(asin).or_default() += 1;
    }
    let mut unchanged = Vec::new();
    for asin in chunk.asins() {
        match told.get_mut(asin.as_str()).filter(|left| **left > 0) {
            Some(left) => *left -= 1,
            None => unchanged.push(asin),
        }
    }
    let title = |asin: Option<&str>| asin.and_then(|asin| titles.get(asin).cloned());
    let outcomes = chunk.outcomes.iter().map(|row| ItemView {
        asin: row.asin.clone(),
        title: title(row.asin.as_deref()),
        outcome: row.outcome.clone(),
        changed: match (&row.before, &row.after) {
            (Some(before), Some(after)) if before == after => vec![OWN.to_owned()],
            (Some(before), Some(after)) => changed(before, after),
            _ => Vec::new(),
        },
        reason: row.reason.clone(),
        pointer: row.pointer.clone(),
    });
    let unchanged = unchanged.into_iter().map(|asin| ItemView {
        title: title(Some(&asin)),
        asin: Some(asin),
        outcome: "unchanged".to_owned(),
        changed: Vec::new(),
        reason: None,
        pointer: None,
    });
    Ok(outcomes.chain(unchanged).collect())
}

/// Names of the fields in which both sides of an update differ.
pub(crate) fn changed(before: &str, after: &str) -> Vec<String> {
    let fields =
        |text: &str| -> Map<String, Value> { serde_json::from_str(text).unwrap_or_default() };
    let (before, after) = (fields(before), fields(after));
    let mut names: Vec<String> = after
        .iter()
        .filter(|(name, value)| {
            !MOVING.contains(&name.as_str()) && before.get(*name) != Some(value)
        })
        .map(|(name, _)| name.clone())
        .collect();
    names.sort();
    names
}

/// The clock of a client may be wrong: what is longer than a week, or less than nothing, is not taken
/// from it.
fn duration_seconds(row: &HistoryRow) -> i64 {
    const WEEK: i64 = 7 * 24 * 3600;
    let ended = row.updated_at / 1_000_000;
    let began = row.run_id.0.get_timestamp().map(|moment| moment.to_unix().0);
    let by_id = began.and_then(|began| Some(ended - i64::try_from(began).ok()?));
    by_id
        .filter(|seconds| (0..=WEEK).contains(seconds))
        .unwrap_or(ended - row.started_at / 1_000_000)
}

fn view(row: HistoryRow) -> Result<RunView, StoreError> {
    let at = |value, column| {
        let time = moment(value).map_err(|e| StoreError::row("runs", column, row.run_id, &e))?;
        Ok::<_, StoreError>(time.to_string())
    };
    let (started_at, updated_at) =
        (at(row.started_at, "started_at")?, at(row.updated_at, "updated_at")?);
    let duration_seconds = duration_seconds(&row);
    let named = |text: String| Some(text).filter(|text| !text.is_empty());
    Ok(RunView {
        id: row.run_id.0,
        source: row.source,
        marketplace: named(row.marketplace),
        library: row.library,
        client: ClientView {
            name: row.client_name,
            version: row.client_version,
            browser: named(row.client_browser),
        },
        started_at,
        updated_at,
        duration_seconds,
        source_total: row.source_total,
        seen: row.seen,
        received: row.received,
        not_sent: row.not_sent,
        complete: row.complete,
        imported: row.imported,
        updated: row.updated,
        unchanged: row.unchanged,
        ignored: row.ignored,
        duplicate: row.duplicate,
        rejected: row.rejected,
        removed: row.removed,
        kept: row.kept,
        undoes: row.undoes.map(|id| id.0),
        undone_by: row.undone_by.map(|id| id.0),
    })
}
