//! One sync: what Audible lists becomes one run of the account, and what is known afterwards is kept.
//!
//! The first sync reads everything. Later ones ask what has changed since the state that was kept, and
//! then list the whole library once more with titles and progress alone, a thousand a request: that costs
//! little, brings every progress, and shows what is not listed any more. Once a month everything is read
//! again, since changes of ratings and badges do not move the state.
//!
//! Invariant: the state is kept only after everything was applied, so that whatever breaks off is read
//! again. Nothing is taken away because it was not read.

use std::collections::HashMap;

use audible_client::{
    account::Account as Device,
    error::AudibleError,
    library::{Ask, Reading, StateToken},
};
use serde::{Deserialize, Serialize};
use shared::{ids::RunId, raw::RawItem, wire::v1};

use super::{
    ConnectionError, Whose,
    finished::Finished,
    jobs::Lease,
    sender::{Sender, Sent},
};
use crate::{
    accounts::Account,
    app::App,
    store::connections::{SyncRow, WishRow},
};

/// Everything is read again after this long, in microseconds.
const FULL_AFTER: i64 = 30 * 24 * 3600 * 1_000_000;
/// More changes than this are not held in memory: everything is read instead.
const MOST_CHANGES: usize = 2_000;
/// Before anybody finished anything.
const EVER: &str = "2001-01-01T00:00:00Z";

/// How far a sync is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What is being read.
    pub step: Stage,
    /// How many titles of it have been read.
    pub read: u32,
    /// How many there are, as soon as Audible has said it.
    pub total: Option<u32>,
}

/// What is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// When titles were finished.
    Finished,
    /// What has changed.
    Changes,
    /// All titles.
    Library,
    /// The wishlist.
    Wishlist,
}

/// What a sync did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synced {
    /// The run in the history.
    pub run: RunId,
    /// What became of the titles.
    pub sent: Sent,
    /// How many titles Audible lists.
    pub total: u32,
    /// Everything that is listed was read.
    pub complete: bool,
    /// What to keep of it.
    pub(crate) state_token: String,
    pub(crate) full: bool,
}

/// Everything that one sync needs.
pub(super) struct Work<'a> {
    pub(super) app: &'a App,
    pub(super) account: &'a Account,
    pub(super) device: &'a Device,
    pub(super) whose: Whose,
    pub(super) job: &'a SyncRow,
    pub(super) lease: &'a Lease<'a>,
}

/// What is known of a library once it is read.
struct Read {
    total: Option<u32>,
    complete: bool,
}

impl Work<'_> {
    /// Does it.
    pub(super) async fn sync(&self) -> Result<Synced, ConnectionError> {
        let finished = self.finished().await?;
        let mut sender = Sender::new(self.app, self.account, self.whose.marketplace);
        let run = sender.run();
        let changes = if self.wants_everything() { None } else { self.changes().await? };
        let full = changes.is_none();
        let (ask, changed, mut token) = match changes {
            Some((changed, token)) => (Ask::Progress, changed, Some(token)),
            None => (Ask::Full, HashMap::new(), None),
        };
        let mut reading = self.device.library(ask);
        let read = self.library(&mut reading, &changed, &finished, &mut sender).await?;
        token = token.or_else(|| reading.state_token().map(kept));
        let total = read.total.unwrap_or_else(|| reading.seen());
        let sent = sender.finish(read.complete, read.total).await?;
        self.wishlist().await?;
        Ok(Synced {
            run,
            sent,
            total,
            complete: read.complete,
            // What was not read completely is read again.
            state_token: token.filter(|_| read.complete).unwrap_or_default(),
            full: full && read.complete,
        })
    }

    fn wants_everything(&self) -> bool {
        let now = self.app.clock().now().as_microsecond();
        let fresh = self.job.full_at.is_some_and(|at| at + FULL_AFTER > now);
        self.job.state_token.is_empty() || !fresh
    }

    async fn finished(&self) -> Result<Finished, ConnectionError> {
        self.lease.at(&Progress { step: Stage::Finished, read: 0, total: None }).await?;
        // All of them each time: whether a day is one of finishing shows only beside all the others.
        match self.device.finished_since(EVER).await {
            Ok(events) => Ok(Finished::new(events)),
            Err(error) => {
                beside("finish dates", error)?;
                Ok(Finished::unread())
            }
        }
    }

    /// What has changed since the state that was kept, with the state now; nothing if it is too much.
    async fn changes(&self) -> Result<Option<(HashMap<String, RawItem>, String)>, ConnectionError> {
        let since = StateToken::new(self.job.state_token.clone());
        let mut reading = self.device.library(Ask::Changes(since));
        let mut changed = HashMap::new();
        while let Some(page) = reading.next().await? {
            changed.extend(page.items.into_iter().map(|raw| (raw.asin.clone(), raw)));
            if changed.len() > MOST_CHANGES {
                return Ok(None);
            }
            let (read, total) = (reading.seen(), reading.total());
            self.lease.at(&Progress { step: Stage::Changes, read, total }).await?;
        }
        if !reading.is_complete() {
            return Ok(None);
        }
        let token = reading.state_token().map(kept);
        Ok(Some((changed, token.unwrap_or_else(|| self.job.state_token.clone()))))
    }

    /// Lists the library. A title that has changed is sent as the changes have it; what was revoked is not
    /// listed, and so not sent.
    async fn library(
        &self,
        reading: &mut Reading<'_>,
        changed: &HashMap<String, RawItem>,
        finished: &Finished,
        sender: &mut Sender<'_>,
    ) -> Result<Read, ConnectionError> {
        while let Some(page) = reading.next().await? {
            for listed in page.items {
                let mut raw = match changed.get(&listed.asin) {
                    Some(rich) => RawItem {
                        listening: listed.listening.or_else(|| rich.listening.clone()),
                        ..rich.clone()
                    },
                    None => listed,
                };
                finished.put(&mut raw);
                sender.push(raw).await?;
            }
            let (read, total) = (reading.seen(), reading.total());
            self.lease.at(&Progress { step: Stage::Library, read, total }).await?;
        }
        Ok(Read { total: reading.total(), complete: reading.is_complete() })
    }

    async fn wishlist(&self) -> Result<(), ConnectionError> {
        self.lease.at(&Progress { step: Stage::Wishlist, read: 0, total: None }).await?;
        let marketplace = self.whose.marketplace;
        let mut rows: Vec<WishRow> = Vec::new();
        let wishes = match self.device.wishlist().await {
            Ok(wishes) => wishes,
            // The one that is known stays.
            Err(error) => return beside("the wishlist", error),
        };
        for wish in wishes {
            let asin = wish.raw.asin.clone();
            let Some(item) = shared::map::map(wish.raw, &asin).item else { continue };
            let item = v1::Item::from_item(&item, Some(marketplace));
            rows.push(WishRow {
                marketplace: marketplace.code().to_owned(),
                asin,
                position: i64::try_from(rows.len()).unwrap_or(i64::MAX),
                item: serde_json::to_string(&item).map_err(ConnectionError::Own)?,
                added_at: wish.added_at,
            });
        }
        // The connection may have ended while the list was read.
        if self.app.store().write_wishes(self.job, &rows).await? {
            return Ok(());
        }
        Err(ConnectionError::LeaseLost)
    }
}

/// What is beside the library may be missing once: the sync goes on without it. A device that Audible does
/// not know, and a request to slow down, end it.
fn beside(what: &str, error: AudibleError) -> Result<(), ConnectionError> {
    if matches!(error, AudibleError::NotAuthenticated | AudibleError::TooMany { .. }) {
        return Err(error.into());
    }
    tracing::warn!(code = error.code(), what, "could not be read this time");
    Ok(())
}

/// A state as it is kept; Audible's `0` stands for none.
fn kept(token: &StateToken) -> String {
    let text = token.as_str();
    if text == "0" { String::new() } else { text.to_owned() }
}
