//! What both databases say in the same words; `super` is the database it is compiled for.

mod accounts;
mod attempts;
mod connections;
mod counts;
mod edits;
mod grants;
mod history;
mod ignored;
mod import;
mod jobs;
mod library;
mod marks;
mod notes;
mod people;
mod personal;
mod runs;
mod sessions;
mod sweep;
mod undo;
mod uploads;
mod wishes;

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use shared::ids::{Asin, Marketplace};
use uuid::Uuid;

use super::{Connection, Database, Transaction, bulk, value};
use crate::{
    accounts::{Account, Link, Person, Purpose, Token},
    edits::Patch,
    grant::{Decision, Granted, NewGrant, Question, Refusal, UserCode, Waiting},
    ingest::Import,
    store::{
        AccountId, AuditRow, Bearer, Counts, Hand, Imported, KeptAnswer, LibraryQuery, LibraryRows,
        Over, PersonRow, RunsQuery, SessionInfo, SessionRow, Store, StoreError, TitleRows,
        TokenRow,
        rows::{ChunkHistory, ExportRow, HistoryRow, IgnoredRow, Key, NameRow},
    },
    undo::{Outcome, Undo},
};

/// Most tries of a transaction that loses against others.
const TRIES: u32 = 8;

/// Runs a transaction that only reads.
macro_rules! reading {
    ($store:ident, $db:ident => $work:expr) => {{
        let mut transaction = $store.reading().await?;
        let $db: &mut Connection = &mut transaction;
        $work.await
    }};
}

/// Runs a transaction that writes, again if it loses against another.
macro_rules! writing {
    ($store:ident, $db:ident => $work:expr) => {
        tried!($store.writing(), $db => $work)
    };
}

/// The same for a transaction that changes one account's library.
macro_rules! changing {
    ($store:ident, $owner:expr, $db:ident => $work:expr) => {
        tried!($store.changing($owner), $db => $work)
    };
}

/// The same for a statement or two that nothing else depends on.
macro_rules! noting {
    ($store:ident, $db:ident => $work:expr) => {
        tried!($store.noting(), $db => $work)
    };
}

macro_rules! tried {
    ($begin:expr, $db:ident => $work:expr) => {{
        let mut attempt = 1;
        loop {
            let mut transaction = $begin.await?;
            let $db: &mut Connection = &mut transaction;
            let result = $work.await;
            match finished(transaction, result).await {
                Err(error) if Database::try_again(&error) && attempt < TRIES => {
                    tokio::time::sleep(pause(attempt)).await;
                    attempt += 1;
                }
                Err(StoreError::Database(error)) if attempt == TRIES => {
                    break Err(StoreError::Contended(error));
                }
                result => break result,
            }
        }
    }};
}

use noting;
use reading;
use tried;
use writing;

/// Commits what went well; what did not is rolled back when the transaction is dropped.
async fn finished<T>(
    transaction: Transaction<'_>,
    result: Result<T, StoreError>,
) -> Result<T, StoreError> {
    match result {
        Ok(value) => {
            transaction.commit().await?;
            Ok(value)
        }
        Err(error) => {
            drop(transaction);
            Err(error)
        }
    }
}

/// Before another try: 4 ms, 8 ms, … 256 ms.
fn pause(attempt: u32) -> Duration {
    Duration::from_millis(2 << attempt.min(7))
}

#[async_trait]
impl Store for Database {
    async fn add_account(&self, account: &Account, at: i64) -> Result<(), StoreError> {
        writing!(self, db => accounts::add(db, account, at))
    }

    async fn account_by_email(&self, email_key: &str) -> Result<Option<Account>, StoreError> {
        reading!(self, db => accounts::by_email(db, email_key))
    }

    async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        reading!(self, db => accounts::by_id(db, id))
    }

    async fn has_accounts(&self) -> Result<bool, StoreError> {
        reading!(self, db => accounts::any(db))
    }

    async fn add_token(&self, token: &Token) -> Result<(), StoreError> {
        writing!(self, db => accounts::add_token(db, token))
    }

    async fn bearer(&self, hash: &str) -> Result<Option<Bearer>, StoreError> {
        reading!(self, db => accounts::bearer(db, hash))
    }

    async fn touch_token(&self, owner: AccountId, token: Uuid, at: i64) -> Result<(), StoreError> {
        let mut note = self.noting().await?;
        let noted = accounts::touch_token(&mut note, owner, token, at).await;
        finished(note, noted).await
    }

    async fn tokens(&self, owner: AccountId) -> Result<Vec<TokenRow>, StoreError> {
        reading!(self, db => accounts::tokens(db, owner))
    }

    async fn revoke_token(&self, owner: AccountId, id: Uuid, at: i64) -> Result<bool, StoreError> {
        writing!(self, db => accounts::revoke_token(db, owner, id, at))
    }

    async fn revoke_hash(&self, hash: &str, at: i64) -> Result<(), StoreError> {
        writing!(self, db => accounts::revoke_hash(db, hash, at))
    }

    async fn add_link(&self, link: &Link) -> Result<(), StoreError> {
        writing!(self, db => people::add_link(db, link))
    }

    async fn use_link(
        &self,
        hash: &str,
        now: i64,
    ) -> Result<Option<(AccountId, Purpose)>, StoreError> {
        writing!(self, db => people::use_link(db, hash, now))
    }

    async fn link_opens(&self, hash: &str, now: i64) -> Result<bool, StoreError> {
        reading!(self, db => people::link_opens(db, hash, now))
    }

    async fn sign_up(
        &self,
        account: &Account,
        hash: &str,
        session_key: &str,
        link: Option<&str>,
        now: i64,
    ) -> Result<bool, StoreError> {
        writing!(self, db => people::sign_up(db, account, hash, session_key, link, now))
    }

    async fn person(&self, id: AccountId) -> Result<Option<(Person, Option<String>)>, StoreError> {
        reading!(self, db => people::by_id(db, id))
    }

    async fn person_by_email(
        &self,
        email_key: &str,
    ) -> Result<Option<(Person, Option<String>)>, StoreError> {
        reading!(self, db => people::by_email(db, email_key))
    }

    async fn set_password(
        &self,
        id: AccountId,
        hash: &str,
        session_key: &str,
    ) -> Result<(), StoreError> {
        writing!(self, db => people::set_password(db, id, hash, session_key))
    }

    async fn replace_hash(&self, id: AccountId, old: &str, new: &str) -> Result<(), StoreError> {
        writing!(self, db => people::replace_hash(db, id, old, new))
    }

    async fn rename_account(&self, id: AccountId, name: &str) -> Result<(), StoreError> {
        writing!(self, db => people::rename(db, id, name))
    }

    async fn people(&self) -> Result<Vec<PersonRow>, StoreError> {
        reading!(self, db => people::all(db))
    }

    async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        reading!(self, db => people::setting(db, name))
    }

    async fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        writing!(self, db => people::set_setting(db, name, value))
    }

    async fn add_grant(&self, grant: &NewGrant) -> Result<Option<i64>, StoreError> {
        writing!(self, db => grants::add(db, grant))
    }

    async fn waiting_grant(
        &self,
        code: &UserCode,
        now: i64,
    ) -> Result<Option<Waiting>, StoreError> {
        reading!(self, db => grants::waiting(db, code, now))
    }

    async fn decide_grant(&self, decision: &Decision<'_>) -> Result<bool, StoreError> {
        writing!(self, db => grants::decide(db, decision))
    }

    async fn fetch_granted(
        &self,
        question: &Question,
    ) -> Result<Result<Granted, Refusal>, StoreError> {
        writing!(self, db => grants::fetch(db, question))
    }

    async fn add_attempts(&self, keys: &[String], id: Uuid, at: i64) -> Result<(), StoreError> {
        writing!(self, db => attempts::add(db, keys, id, at))
    }

    async fn attempts(&self, key: &str, since: i64) -> Result<(i64, i64), StoreError> {
        reading!(self, db => attempts::since(db, key, since))
    }

    async fn take_attempts_back(&self, id: Uuid) -> Result<(), StoreError> {
        writing!(self, db => attempts::take_back(db, id))
    }

    async fn add_session(&self, row: &SessionRow) -> Result<bool, StoreError> {
        writing!(self, db => sessions::add(db, row))
    }

    async fn save_session(&self, row: &SessionRow, now: i64) -> Result<(), StoreError> {
        writing!(self, db => sessions::save(db, row, now))
    }

    async fn session(&self, hash: &str, now: i64) -> Result<Option<SessionRow>, StoreError> {
        reading!(self, db => sessions::find(db, hash, now))
    }

    async fn end_session(&self, hash: &str) -> Result<(), StoreError> {
        writing!(self, db => sessions::end(db, hash))
    }

    async fn sessions(&self, id: AccountId, now: i64) -> Result<Vec<SessionInfo>, StoreError> {
        reading!(self, db => sessions::of(db, id, now))
    }

    async fn end_session_of(&self, id: AccountId, hash: &str) -> Result<(), StoreError> {
        writing!(self, db => sessions::end_of(db, id, hash))
    }

    async fn end_all_sessions(&self, id: AccountId, session_key: &str) -> Result<(), StoreError> {
        writing!(self, db => people::end_all_sessions(db, id, session_key))
    }

    async fn kept_answer(
        &self,
        owner: AccountId,
        key: &str,
    ) -> Result<Option<KeptAnswer>, StoreError> {
        reading!(self, db => import::kept_answer(db, owner, key))
    }

    async fn import(&self, import: &Import) -> Result<Imported, StoreError> {
        changing!(self, import.account.id, db => import::import(db, import))
    }

    async fn preview(&self, import: &Import) -> Result<String, StoreError> {
        reading!(self, db => import::preview(db, import))
    }

    async fn library(
        &self,
        owner: AccountId,
        query: &LibraryQuery,
    ) -> Result<LibraryRows, StoreError> {
        reading!(self, db => library::read(db, owner, query))
    }

    async fn export(
        &self,
        owner: AccountId,
        after: (&str, &str),
        limit: i64,
    ) -> Result<Vec<ExportRow>, StoreError> {
        reading!(self, db => library::export(db, owner, after, limit))
    }

    async fn title(&self, owner: AccountId, id: Uuid) -> Result<Option<TitleRows>, StoreError> {
        reading!(self, db => edits::title(db, owner, id))
    }

    async fn edit(
        &self,
        owner: AccountId,
        id: Uuid,
        patch: &Patch,
        at: i64,
    ) -> Result<bool, StoreError> {
        changing!(self, owner, db => edits::edit(db, owner, id, patch, at))
    }

    async fn names(&self, owner: AccountId) -> Result<Vec<NameRow>, StoreError> {
        reading!(self, db => library::names(db, owner))
    }

    async fn ignored_titles(
        &self,
        owner: AccountId,
        after: (&str, &str),
        limit: usize,
    ) -> Result<Vec<IgnoredRow>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        reading!(self, db => ignored::list(db, owner, after, limit))
    }

    async fn ignored_title(
        &self,
        owner: AccountId,
        marketplace: Marketplace,
        asin: &Asin,
    ) -> Result<Option<IgnoredRow>, StoreError> {
        reading!(self, db => ignored::one(db, owner, marketplace, asin))
    }

    async fn ignore(
        &self,
        owner: AccountId,
        marketplace: Marketplace,
        asins: &[Asin],
        at: i64,
    ) -> Result<u64, StoreError> {
        writing!(self, db => bulk::ignore(db, Key(owner), marketplace, asins, at))
    }

    async fn want_again(
        &self,
        owner: AccountId,
        marketplace: Marketplace,
        asins: &[Asin],
    ) -> Result<u64, StoreError> {
        writing!(self, db => ignored::want_again(db, Key(owner), marketplace, asins))
    }

    async fn runs(
        &self,
        owner: AccountId,
        query: &RunsQuery,
    ) -> Result<Vec<HistoryRow>, StoreError> {
        reading!(self, db => history::runs(db, owner, query))
    }

    async fn run_started_at(&self, owner: AccountId, run: Uuid) -> Result<Option<i64>, StoreError> {
        reading!(self, db => history::started_at(db, owner, run))
    }

    async fn run_chunk(
        &self,
        owner: AccountId,
        run: Uuid,
        from: i64,
    ) -> Result<Option<ChunkHistory>, StoreError> {
        reading!(self, db => history::chunk(db, owner, run, from))
    }

    async fn undo(&self, undo: &Undo) -> Result<Outcome, StoreError> {
        changing!(self, undo.account.id, db => undo::undo(db, undo))
    }

    async fn personal_data(&self, owner: AccountId, hand: Hand<'_>) -> Result<(), StoreError> {
        reading!(self, db => personal::hand_out(db, owner, hand))
    }

    async fn delete_account(
        &self,
        owner: AccountId,
        attempts: &[String],
        audit: &AuditRow,
    ) -> Result<Vec<(&'static str, i64)>, StoreError> {
        writing!(self, db => personal::delete(db, owner, attempts, audit))
    }

    async fn sweep(&self, over: &Over, most: i64) -> Result<u64, StoreError> {
        let mut gone = 0;
        for (statement, before) in sweep::statements(over) {
            gone += noting!(self, db => sweep::delete(db, statement, before, most))?;
        }
        Ok(gone)
    }

    async fn counts(&self, now: i64) -> Result<Counts, StoreError> {
        reading!(self, db => counts::counts(db, now))
    }

    async fn backup(&self, file: &Path) -> Result<(), StoreError> {
        self.copy_to(file).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        reading!(self, db => accounts::any(db)).map(|_| ())
    }

    async fn close(&self) {
        self.close_all().await;
    }
}
