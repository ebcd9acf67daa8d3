//! Use case: a person takes an import back, whole or for single titles.
//!
//! Taking back is a run of its own (`source` is `undo`), with an outcome for each title, and can be
//! taken back by the same door. A title that something else has changed since stays as it is, and is
//! named.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{ids::Marketplace, merge::Sourced};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    accounts::Account,
    app::App,
    clock::new_id,
    history::{self, RunView},
    ingest::decide::{Base, marketplace, media_row, stored_item, stored_origins, user_media_row},
    library::LibraryError,
    store::{
        StoreError,
        rows::{Key, KnownRow, MediaRow, OutcomeRow, UserMediaRow},
    },
};

/// What is to be taken back.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AskUndo {
    /// These titles alone; the whole run without it.
    pub asins: Option<Vec<String>>,
}

/// What became of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Undone {
    /// The run that took the other back.
    pub run: RunView,
    /// Titles that stay as they are, with reasons.
    pub kept: Vec<Kept>,
}

/// A title that stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Kept {
    /// Product number.
    pub asin: String,
    /// Why, as a stable word: `changed_since`, `edited`, `gone`, `there_again`, `not_changed_by_run`.
    pub reason: &'static str,
}

/// Why nothing was taken back.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// The account has no such run.
    #[error("no such run")]
    NoSuchRun,
    /// It was taken back before.
    #[error("the run was taken back before")]
    AlreadyUndone,
    /// The history said no.
    #[error(transparent)]
    History(#[from] LibraryError),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the store needs to take a run back.
#[derive(Debug)]
pub struct Undo {
    pub(crate) account: Account,
    /// The run that is taken back.
    pub(crate) run: Uuid,
    /// Id of the run that does it.
    pub(crate) by: Uuid,
    /// These titles alone.
    pub(crate) asins: Option<HashSet<String>>,
    pub(crate) now: Timestamp,
}

/// How it ended.
#[derive(Debug)]
pub enum Outcome {
    /// Done; these titles stay as they are.
    Done(Vec<Kept>),
    /// The account has no such run.
    NoSuchRun,
    /// It was taken back before.
    AlreadyUndone,
}

/// Takes a run back.
///
/// # Errors
///
/// See [`UndoError`]; nothing has been written then.
pub async fn undo(
    app: &App,
    account: Account,
    run: Uuid,
    ask: AskUndo,
) -> Result<Undone, UndoError> {
    let now = app.clock().now();
    let by = new_id(now, app.chance());
    let owner = account.id;
    let asins = ask.asins.map(|asins| asins.into_iter().collect());
    let kept = match app.store().undo(&Undo { account, run, by, asins, now }).await? {
        Outcome::Done(kept) => kept,
        Outcome::NoSuchRun => return Err(UndoError::NoSuchRun),
        Outcome::AlreadyUndone => return Err(UndoError::AlreadyUndone),
    };
    let run = history::run(app, owner, by).await?.ok_or(UndoError::NoSuchRun)?;
    Ok(Undone { run, kept })
}

/// What taking back the outcomes of one chunk changes.
#[derive(Debug, Default)]
pub(crate) struct Reverted {
    pub(crate) media: Vec<MediaRow>,
    pub(crate) user_media: Vec<UserMediaRow>,
    pub(crate) removed: Vec<Key>,
    pub(crate) outcomes: Vec<OutcomeRow>,
    pub(crate) kept: Vec<Kept>,
    pub(crate) imported: i64,
    pub(crate) updated: i64,
}

/// What is stored of the titles of one chunk.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) rows: Vec<KnownRow>,
    /// Those of which their owner has said something since.
    pub(crate) edited: HashSet<Key>,
}

/// Pure: the outcomes of one chunk and what is stored of its titles -> what to write.
///
/// # Errors
///
/// A stored title that cannot be read, with table, column and id.
pub(crate) fn revert(
    undo: &Undo,
    shop: Option<Marketplace>,
    outcomes: Vec<OutcomeRow>,
    known: Known,
) -> Result<Reverted, StoreError> {
    let Known { rows, edited } = known;
    let shops: HashSet<(String, String)> =
        rows.iter().map(|row| (row.asin.clone(), row.marketplace.clone())).collect();
    let known: HashMap<Key, KnownRow> = rows.into_iter().map(|row| (row.media_id, row)).collect();
    let mut reverted = Reverted::default();
    for outcome in outcomes {
        let (Some(id), Some(asin)) = (outcome.media_id, outcome.asin.clone()) else { continue };
        if outcome.outcome == "kept" {
            continue;
        }
        if undo.asins.as_ref().is_some_and(|asins| !asins.contains(&asin)) {
            continue;
        }
        let current = known.get(&id);
        let again = shops.contains(&(asin, shop.map_or("", Marketplace::code).to_owned()));
        let removes = outcome.before.is_none() && edited.contains(&id);
        match stays(&outcome, current, again).or(removes.then_some("edited")) {
            Some(reason) => reverted.keep(&outcome, reason),
            None => reverted.take_back(undo, shop, &outcome, id, current)?,
        }
    }
    Ok(reverted)
}

/// Why a title stays as it is: it is not what the run has left behind.
fn stays(outcome: &OutcomeRow, current: Option<&KnownRow>, again: bool) -> Option<&'static str> {
    match (&outcome.after_hash, current) {
        (Some(hash), Some(row)) if *hash == row.content_hash => None,
        (Some(_), Some(_)) => Some("changed_since"),
        (Some(_), None) => Some("gone"),
        (None, None) if !again => None,
        (None, _) => Some("there_again"),
    }
}

impl Reverted {
    fn keep(&mut self, outcome: &OutcomeRow, reason: &'static str) {
        self.kept.extend(outcome.asin.clone().map(|asin| Kept { asin, reason }));
        self.outcomes.push(OutcomeRow {
            outcome: "kept".to_owned(),
            reason: Some(reason.to_owned()),
            pointer: None,
            before: None,
            after: None,
            after_hash: None,
            before_origins: None,
            ..outcome.clone()
        });
    }

    fn take_back(
        &mut self,
        undo: &Undo,
        shop: Option<Marketplace>,
        outcome: &OutcomeRow,
        id: Key,
        current: Option<&KnownRow>,
    ) -> Result<(), StoreError> {
        let left = current.map(|row| row.item.clone());
        let mut line = OutcomeRow {
            reason: None,
            pointer: None,
            before: left,
            after: None,
            after_hash: None,
            before_origins: current.map(|row| row.origins.clone()),
            ..outcome.clone()
        };
        if let Some(before) = &outcome.before {
            let now = undo.now.as_microsecond();
            // Outcomes of before origins were kept have none: then they are what they are now.
            let now_from = current.map(|row| row.origins.clone()).unwrap_or_default();
            let origins = outcome.before_origins.as_ref().unwrap_or(&now_from);
            let item = stored_item(id, before)?;
            let title = Sourced { item, origins: stored_origins(id, origins)? };
            let base =
                current.map_or(Base { id, first_run: Key(undo.by), created_at: now }, |row| Base {
                    id,
                    first_run: row.first_run,
                    created_at: row.created_at,
                });
            let shop = match current {
                Some(row) => marketplace(row)?,
                None => shop,
            };
            let media = media_row(&base, &title, shop, now);
            let finished_from = undo.account.finished_from;
            let (from, item) = (title.origins.most.as_str(), &title.item);
            let side = user_media_row(from, finished_from, id, item, item, now);
            line.outcome = if current.is_some() { "updated" } else { "imported" }.to_owned();
            line.after = current.map(|_| media.item.clone());
            line.after_hash = Some(media.content_hash.clone());
            *(if current.is_some() { &mut self.updated } else { &mut self.imported }) += 1;
            self.media.push(media);
            self.user_media.push(side);
        } else {
            "removed".clone_into(&mut line.outcome);
            self.removed.push(id);
        }
        self.outcomes.push(line);
        Ok(())
    }
}
