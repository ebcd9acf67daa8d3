//! The door to files that wait for a person's word.

use async_trait::async_trait;
use uuid::Uuid;

use super::{
    AccountId, StoreError,
    rows::{UploadItemRow, UploadRow},
};

/// Outcomes of titles that can be chosen: importing one of any other does nothing.
pub(crate) const CHOOSABLE: [&str; 3] = ["imported", "updated", "unchanged"];

/// Which titles of a file.
#[derive(Clone, Copy, Debug)]
pub struct UploadQuery<'a> {
    /// Behind this position; -1 for the first.
    pub after: i64,
    /// Only with this outcome; empty for all.
    pub outcome: &'a str,
    /// Only those that are chosen.
    pub chosen: bool,
    /// Most rows.
    pub limit: i64,
}

/// What a person chooses.
#[derive(Clone, Debug)]
pub enum Choice<'a> {
    /// On one page: those of the positions shown that are kept, where they can be chosen; the others
    /// shown are left out.
    Shown {
        /// Positions of the page.
        shown: &'a [i64],
        /// Those among them that are chosen.
        kept: &'a [i64],
    },
    /// All with one outcome, or simply all; chosen are only those that can be.
    All {
        /// The outcome; empty for all.
        outcome: &'a str,
        /// Chosen, or not.
        chosen: bool,
    },
}

/// How many titles of a file from one shop have an outcome, and how many of these are chosen.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct UploadCount {
    /// The shop; empty where nobody said it.
    pub marketplace: String,
    /// The file or the library said it.
    pub shop_is_said: bool,
    /// As in receipts.
    pub outcome: String,
    /// How many.
    pub titles: i64,
    /// How many of them are chosen.
    pub chosen: i64,
}

/// One method, one transaction. Absent is `Ok(None)`.
#[async_trait]
pub trait Uploads {
    /// Adds a file and forgets all but a few of the account's.
    async fn add_upload(&self, owner: AccountId, row: &UploadRow) -> Result<(), StoreError>;
    /// One file.
    async fn upload(&self, owner: AccountId, id: Uuid) -> Result<Option<UploadRow>, StoreError>;
    /// The account's files, newest first.
    async fn uploads(&self, owner: AccountId) -> Result<Vec<UploadRow>, StoreError>;
    /// Notes a file's next state if it is in the one that is thought; false if it is not.
    async fn step_upload(
        &self,
        owner: AccountId,
        row: &UploadRow,
        from: (&str, i64),
    ) -> Result<bool, StoreError>;
    /// Forgets a file.
    async fn drop_upload(&self, owner: AccountId, id: Uuid) -> Result<(), StoreError>;
    /// Forgets a file's titles.
    async fn drop_upload_items(&self, owner: AccountId, id: Uuid) -> Result<(), StoreError>;
    /// Writes titles of a file; those that are there get another shop, outcome and choice.
    async fn write_upload_items(
        &self,
        owner: AccountId,
        id: Uuid,
        rows: &[UploadItemRow],
    ) -> Result<(), StoreError>;
    /// Titles of a file, in its order.
    async fn upload_items(
        &self,
        owner: AccountId,
        id: Uuid,
        query: UploadQuery<'_>,
    ) -> Result<Vec<UploadItemRow>, StoreError>;
    /// How many titles of which shop have which outcome.
    async fn upload_counts(
        &self,
        owner: AccountId,
        id: Uuid,
    ) -> Result<Vec<UploadCount>, StoreError>;
    /// Shop and product number of each title that is not chosen.
    async fn upload_left_out(
        &self,
        owner: AccountId,
        id: Uuid,
    ) -> Result<Vec<(String, String)>, StoreError>;
    /// Keeps a choice.
    async fn choose(
        &self,
        owner: AccountId,
        id: Uuid,
        choice: &Choice<'_>,
    ) -> Result<(), StoreError>;
}
