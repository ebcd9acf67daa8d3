//! Pure: a checked chunk and what is stored of its titles -> what to write and what to answer.

use std::collections::{HashMap, HashSet};

use shared::{
    ids::Marketplace,
    item::Item,
    media::{self, UserMedia},
    merge::{self, Sourced},
    origin::Origins,
    validate::{self, Entry},
    when::When,
    wire::v1::{self, ItemReceipt, Outcome},
};

use super::{Import, hex};
use crate::{
    edits::Edits,
    history,
    library::keys,
    store::{
        StoreError,
        rows::{BroughtRow, EditsRow, Key, KnownRow, MediaRow, OutcomeRow, UserMediaRow},
    },
};

/// What one chunk changes, and its answer without the run's totals.
#[derive(Debug, Default)]
pub(crate) struct Decision {
    pub(crate) media: Vec<MediaRow>,
    pub(crate) user_media: Vec<UserMediaRow>,
    pub(crate) brought: Vec<BroughtRow>,
    pub(crate) outcomes: Vec<OutcomeRow>,
    pub(crate) receipts: Vec<ItemReceipt>,
    pub(crate) counts: Counts,
    /// Titles that cannot be played from this run on.
    pub(crate) unavailable: Vec<Key>,
    /// Titles that can be played again.
    pub(crate) playable: Vec<Key>,
}

/// How many titles of a chunk had which outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) imported: u32,
    pub(crate) updated: u32,
    pub(crate) unchanged: u32,
    pub(crate) ignored: u32,
    pub(crate) duplicate: u32,
    pub(crate) rejected: u32,
}

impl Counts {
    fn add(&mut self, outcome: Outcome) {
        let counter = match outcome {
            Outcome::Imported => &mut self.imported,
            Outcome::Updated => &mut self.updated,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Ignored => &mut self.ignored,
            Outcome::Duplicate => &mut self.duplicate,
            Outcome::Rejected => &mut self.rejected,
        };
        *counter += 1;
    }

    pub(crate) fn total(self) -> u32 {
        self.imported
            + self.updated
            + self.unchanged
            + self.ignored
            + self.duplicate
            + self.rejected
    }
}

/// What is stored of the titles that a chunk names.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    pub(crate) known: Vec<KnownRow>,
    /// Marketplace and ASIN of those that the account does not want.
    pub(crate) ignored: HashSet<(String, String)>,
    /// Those of which the person has said something; asked only where a run brings such words itself.
    pub(crate) edited: HashSet<Key>,
}

/// Decides for every entry of the chunk, in its order.
///
/// # Errors
///
/// A stored title that cannot be read, with table, column and id.
pub(crate) fn decide(import: &Import, stored: Stored) -> Result<Decision, StoreError> {
    let Stored { known, ignored, edited } = stored;
    let mut of_asin: HashMap<String, Vec<KnownRow>> = HashMap::with_capacity(known.len());
    for row in known {
        of_asin.entry(row.asin.clone()).or_default().push(row);
    }
    let mut decision = Decision::default();
    let mut ids = import.ids.iter().copied();
    for (position, entry) in import.batch.entries().iter().enumerate() {
        match entry {
            Entry::Keep(item) => {
                let new_id = Key(ids.next().unwrap_or_default());
                let known = of_asin.remove(item.asin.as_str()).unwrap_or_default();
                if unwanted(import, item, &known, &ignored) {
                    let why = ("the account does not want it", "");
                    decision.note(position, Some(item.asin.as_str()), Outcome::Ignored, Some(why));
                    continue;
                }
                let incoming = Incoming::new(import, position, item, &edited);
                decision.keep(&incoming, known, new_id)?;
            }
            Entry::Duplicate { asin, pointer } => decision.note(
                position,
                Some(asin.as_str()),
                Outcome::Duplicate,
                Some(("stands again later in this chunk; the later one counts", pointer)),
            ),
            Entry::Rejected { asin, pointer, reason } => {
                decision.note(
                    position,
                    asin.as_deref(),
                    Outcome::Rejected,
                    Some((reason, pointer)),
                );
            }
        }
    }
    Ok(decision)
}

/// A title of the chunk.
struct Incoming<'a> {
    import: &'a Import,
    position: usize,
    item: &'a Item,
    origins: Origins,
    /// A file remembers where its values were from, and nobody knows how old they are.
    remembered: bool,
    edits: Option<EditsRow>,
    edited: &'a HashSet<Key>,
}

impl<'a> Incoming<'a> {
    fn new(import: &'a Import, position: usize, item: &'a Item, edited: &'a HashSet<Key>) -> Self {
        let brought = import.brought.get(item.asin.as_str());
        let origins = brought.and_then(|brought| brought.origins.clone());
        let remembered = origins.is_some();
        let origins = origins.unwrap_or_else(|| Origins::one(import.origin()));
        let edits = brought.and_then(|brought| brought.edits.clone()).map(Edits::row);
        Self { import, position, item, origins, remembered, edits, edited }
    }

    fn asin(&self) -> Option<&'a str> {
        Some(self.item.asin.as_str())
    }

    /// What the person once said of it, unless something is said of it already.
    fn brings(&self, id: Key) -> Option<BroughtRow> {
        let edits = self.edits.clone().filter(|_| !self.edited.contains(&id))?;
        Some(BroughtRow { media_id: id, edits })
    }

    /// What it makes of what is stored.
    fn onto(&self, stored: &Sourced) -> Sourced {
        let sourced = Sourced { item: self.item.clone(), origins: self.origins.clone() };
        match self.remembered {
            true => merge::recall(stored, &sourced),
            false => merge::merge(stored, &sourced),
        }
    }

    fn side(&self, id: Key, merged: &Sourced, at: i64) -> UserMediaRow {
        let from = merged.origins.most.as_str();
        let finished_from = self.import.account.finished_from;
        user_media_row(from, finished_from, id, &merged.item, self.item, at)
    }
}

impl Decision {
    fn keep(
        &mut self,
        incoming: &Incoming<'_>,
        known: Vec<KnownRow>,
        new_id: Key,
    ) -> Result<(), StoreError> {
        match joined(incoming.import.batch.marketplace(), known) {
            Join::New => self.imported(incoming, new_id),
            Join::Stored(row) => self.merged(incoming, &row)?,
            Join::Ambiguous(shops) => {
                let reason = format!(
                    "this title is in the library for several marketplaces ({}); name one in run.marketplace",
                    shops.join(", ")
                );
                let pointer = format!("/items/{}", incoming.position);
                let why = Some((reason.as_str(), pointer.as_str()));
                self.note(incoming.position, incoming.asin(), Outcome::Rejected, why);
            }
        }
        Ok(())
    }

    fn imported(&mut self, incoming: &Incoming<'_>, id: Key) {
        let import = incoming.import;
        let now = import.micros();
        let base = Base { id, first_run: Key(import.run().id.uuid()), created_at: now };
        let title = Sourced { item: incoming.item.clone(), origins: incoming.origins.clone() };
        let row = media_row(&base, &title, import.batch.marketplace(), now);
        self.note(incoming.position, incoming.asin(), Outcome::Imported, None);
        if let Some(outcome) = self.outcomes.last_mut() {
            outcome.media_id = Some(id);
            outcome.after_hash = Some(row.content_hash.clone());
        }
        if title.item.availability.available == Some(false) {
            self.unavailable.push(id);
        }
        self.media.push(row);
        self.user_media.push(incoming.side(id, &title, now));
        self.brought.extend(incoming.brings(id));
    }

    fn merged(&mut self, incoming: &Incoming<'_>, row: &KnownRow) -> Result<(), StoreError> {
        let (import, item) = (incoming.import, incoming.item);
        let marketplace = match import.batch.marketplace() {
            Some(named) => Some(named),
            None => marketplace(row)?,
        };
        let moved = marketplace.map_or("", Marketplace::code) != row.marketplace;
        let brings = incoming.brings(row.media_id);
        let as_stored = !moved && brings.is_none();
        if as_stored
            && incoming.origins.to_text() == row.origins
            && hex(&merge::full_hash(item)) == row.full_hash
        {
            self.note(incoming.position, incoming.asin(), Outcome::Unchanged, None);
            return Ok(());
        }
        let stored = stored_title(row)?;
        let merged = incoming.onto(&stored);
        match (stored.item.availability.available, merged.item.availability.available) {
            (Some(false), Some(true)) => self.playable.push(row.media_id),
            (None | Some(true), Some(false)) => self.unavailable.push(row.media_id),
            _ => {}
        }
        let content_hash = hex(&merge::content_hash(&merged.item));
        let updated = content_hash != row.content_hash;
        if !updated
            && as_stored
            && merged.origins == stored.origins
            && hex(&merge::full_hash(&merged.item)) == row.full_hash
        {
            self.note(incoming.position, incoming.asin(), Outcome::Unchanged, None);
            return Ok(());
        }
        let at = if updated { import.micros() } else { row.updated_at };
        let base = Base { id: row.media_id, first_run: row.first_run, created_at: row.created_at };
        let media = media_row(&base, &merged, marketplace, at);
        let told = updated || brings.is_some();
        let outcome = if told { Outcome::Updated } else { Outcome::Unchanged };
        self.note(incoming.position, incoming.asin(), outcome, None);
        if told && let Some(outcome) = self.outcomes.last_mut() {
            outcome.media_id = Some(row.media_id);
            outcome.before = Some(row.item.clone());
            outcome.after = Some(media.item.clone());
            outcome.after_hash = Some(media.content_hash.clone());
            outcome.before_origins = Some(row.origins.clone());
            if let Some(receipt) = self.receipts.last_mut() {
                receipt.changed = history::changed(&row.item, &media.item);
                receipt.changed.extend(brings.is_some().then(|| history::OWN.to_owned()));
            }
        }
        self.media.push(media);
        self.user_media.push(incoming.side(row.media_id, &merged, at));
        self.brought.extend(brings);
        Ok(())
    }

    /// One line of the answer, and a row for the run's history unless nothing changed.
    fn note(
        &mut self,
        position: usize,
        asin: Option<&str>,
        outcome: Outcome,
        why: Option<(&str, &str)>,
    ) {
        let reason = why.map(|(reason, _)| reason.to_owned());
        let pointer = why.map(|(_, pointer)| pointer.to_owned()).filter(|text| !text.is_empty());
        self.counts.add(outcome);
        if outcome != Outcome::Unchanged {
            self.outcomes.push(OutcomeRow {
                position: i64::try_from(position).unwrap_or(i64::MAX),
                media_id: None,
                asin: asin.map(str::to_owned),
                outcome: outcome.as_str().to_owned(),
                reason: reason.clone(),
                pointer: pointer.clone(),
                before: None,
                after: None,
                after_hash: None,
                before_origins: None,
            });
        }
        let asin = asin.map(str::to_owned);
        self.receipts.push(ItemReceipt { asin, outcome, reason, pointer, changed: Vec::new() });
    }
}

/// Whether the account does not want a title. Without a marketplace it is the one that is stored; one
/// that is not stored may be from any.
fn unwanted(
    import: &Import,
    item: &Item,
    known: &[KnownRow],
    ignored: &HashSet<(String, String)>,
) -> bool {
    if ignored.is_empty() {
        return false;
    }
    let asin = item.asin.as_str();
    let of = |shop: &str| ignored.contains(&(shop.to_owned(), asin.to_owned()));
    match (import.batch.marketplace(), known) {
        (Some(named), _) => of(named.code()),
        (None, [only]) => of(&only.marketplace),
        (None, []) => ignored.iter().any(|(_, one)| one == asin),
        (None, _) => false,
    }
}

/// Which stored row an incoming title belongs to.
enum Join {
    New,
    Stored(Box<KnownRow>),
    Ambiguous(Vec<String>),
}

/// Identity is (account, marketplace, ASIN). A title without a marketplace joins the only row of
/// its ASIN; a row without a marketplace takes the one that a later source names.
fn joined(marketplace: Option<Marketplace>, mut known: Vec<KnownRow>) -> Join {
    let Some(named) = marketplace else {
        return match known.len() {
            0 => Join::New,
            1 => Join::Stored(Box::new(known.remove(0))),
            _ => Join::Ambiguous(known.into_iter().map(|row| row.marketplace).collect()),
        };
    };
    let exact = known.iter().position(|row| row.marketplace == named.code());
    let homeless = || known.iter().position(|row| row.marketplace.is_empty());
    match exact.or_else(homeless) {
        Some(index) => Join::Stored(Box::new(known.swap_remove(index))),
        None => Join::New,
    }
}

/// The shop that a stored title is from.
pub(crate) fn marketplace(row: &KnownRow) -> Result<Option<Marketplace>, StoreError> {
    if row.marketplace.is_empty() {
        return Ok(None);
    }
    Marketplace::parse(&row.marketplace)
        .map(Some)
        .map_err(|error| StoreError::row("media", "marketplace", row.media_id, &error))
}

/// A title from its stored JSON.
pub(crate) fn stored_item(id: Key, item: &str) -> Result<Item, StoreError> {
    let wire: v1::Item =
        serde_json::from_str(item).map_err(|error| StoreError::row("media", "item", id, &error))?;
    validate::item(wire).map_err(|(field, reason)| {
        StoreError::row("media", "item", id, &format!("{field}: {reason}"))
    })
}

/// A stored title with the sources of its values.
fn stored_title(row: &KnownRow) -> Result<Sourced, StoreError> {
    Ok(Sourced {
        item: stored_item(row.media_id, &row.item)?,
        origins: stored_origins(row.media_id, &row.origins)?,
    })
}

/// The sources of a title's values, as they are stored.
pub(crate) fn stored_origins(id: Key, text: &str) -> Result<Origins, StoreError> {
    Origins::parse(text).map_err(|error| StoreError::row("media", "origins", id, &error))
}

/// What stays of a title as long as it is stored.
pub(crate) struct Base {
    pub(crate) id: Key,
    pub(crate) first_run: Key,
    pub(crate) created_at: i64,
}

/// A title as the table `media` has it.
pub(crate) fn media_row(
    base: &Base,
    title: &Sourced,
    marketplace: Option<Marketplace>,
    updated_at: i64,
) -> MediaRow {
    let item = &title.item;
    let media = media::media(item, marketplace);
    let wire = v1::Item::from_item(item, marketplace);
    let (content_hash, full_hash) = merge::hashes(item);
    MediaRow {
        media_id: base.id,
        marketplace: marketplace.map_or("", Marketplace::code).to_owned(),
        asin: item.asin.to_string(),
        title: media.title,
        kind: media.kind.to_owned(),
        release_date: media.release_date.map(|day| day.to_string()),
        platform: media.platform.to_owned(),
        sku: item.sku.clone(),
        platform_ids: media.platform_ids.to_string(),
        media_metadata: media.media_metadata.to_string(),
        item: serde_json::to_string(&wire).unwrap_or_default(),
        content_hash: hex(&content_hash),
        full_hash: hex(&full_hash),
        origins: title.origins.to_text(),
        newest_key: keys::newest(item),
        title_key: keys::title(item),
        author_key: keys::author(item),
        search_key: keys::search(item),
        first_run: base.first_run,
        created_at: base.created_at,
        updated_at,
    }
}

/// A person's side of a title as the table `user_media` has it.
pub(crate) fn user_media_row(
    from: &str,
    finished_from: u8,
    id: Key,
    merged: &Item,
    received: &Item,
    at: i64,
) -> UserMediaRow {
    let side: UserMedia = media::user_media(merged, received, from, finished_from);
    UserMediaRow {
        media_id: id,
        platform: side.platform.to_owned(),
        status: side.status.as_str().to_owned(),
        percent: media::percent(merged).value(),
        consumed_at: side.consumed_at.map(When::microseconds),
        consumed_is_day: side.consumed_at.map(is_day),
        consumed_at_basis: side.consumed_at_basis.map(|basis| basis.as_str().to_owned()),
        acquired_at: side.acquired_at.map(When::microseconds),
        acquired_is_day: side.acquired_at.map(is_day),
        imported_from: side.imported_from,
        raw_import_data: side.raw_import_data.to_string(),
        updated_at: at,
    }
}

const fn is_day(when: When) -> bool {
    matches!(when, When::Day(_))
}
