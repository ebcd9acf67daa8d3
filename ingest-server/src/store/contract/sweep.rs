//! What is over its time goes, whosever it is; what is not stays.

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    NOW, account, body,
    databases::{self, on_both},
    import, number, receipt,
};
use crate::{
    accounts::{Account, Link, Purpose, Scopes},
    clock::{System, new_id},
    grant::{NewGrant, UserCode},
    ingest::Import,
    store::{
        Over, SessionRow, Store,
        connections::AttemptRow,
        open,
        rows::{Key, UploadRow},
    },
};

on_both![what_is_over_its_time_goes_whosever_it_is_and_nothing_else];

const ALL: Over =
    Over { now: NOW, grants: NOW, tries: NOW, uploads: NOW, answers: NOW, runs: Some(NOW) };

async fn session_and_link(store: &dyn Store, name: &str, ends: i64) {
    let (hash, browser, data) = (name.to_owned(), String::new(), "{}".to_owned());
    let (created_at, seen_at) = (NOW - 9, NOW - 9);
    let session =
        SessionRow { hash, account: None, browser, created_at, seen_at, data, expires_at: ends };
    assert!(store.add_session(&session).await.unwrap());
    let (hash, purpose) = (name.to_owned(), Purpose::Invitation);
    let link = Link { hash, purpose, account: None, created_at, expires_at: ends };
    store.add_link(&link).await.unwrap();
}

async fn grant(store: &dyn Store, name: &str, ends: i64) {
    let grant = NewGrant {
        id: new_id(Timestamp::UNIX_EPOCH, &System),
        device_hash: name.to_owned(),
        user_code: UserCode::random(&System),
        client_id: "command-line".to_owned(),
        client_name: String::new(),
        scopes: Scopes::default(),
        address: String::new(),
        created_at: NOW - 9,
        expires_at: ends,
    };
    assert_eq!(store.add_grant(&grant).await.unwrap(), None);
}

async fn upload(store: &dyn Store, account: &Account, id: u128, at: i64) {
    let text = String::new;
    let row = UploadRow {
        upload_id: Key(Uuid::from_u128(id)),
        name: text(),
        format: "libation".to_owned(),
        marketplace: text(),
        state: "ready".to_owned(),
        titles: 0,
        report: "{}".to_owned(),
        runs: "{}".to_owned(),
        created_at: at,
        updated_at: at,
    };
    store.add_upload(account.id, &row).await.unwrap();
}

async fn imported(store: &dyn Store, account: &Account, run: u8, at: i64) {
    let now = Timestamp::from_microsecond(at).unwrap();
    let import = Import { now, ..import(account, &body(run, 0, true, 0..2, 2)) };
    receipt(store.import(&import).await.unwrap());
}

/// A row of each kind that ends at a moment, or is from just before it.
async fn rows_until(store: &dyn Store, account: &Account, name: &str, id: u8, at: i64) {
    session_and_link(store, name, at).await;
    grant(store, name, at).await;
    store
        .add_attempts(&[name.to_owned()], new_id(Timestamp::UNIX_EPOCH, &System), at)
        .await
        .unwrap();
    let attempt = AttemptRow {
        user_id: Key(account.id),
        hash: name.to_owned(),
        marketplace: "de".to_owned(),
        sealed: "v1.key.attempt".to_owned(),
        expires_at: at,
    };
    store.add_connecting(&attempt).await.unwrap();
    upload(store, account, id.into(), at - 1).await;
    imported(store, account, id, at - 1).await;
}

async fn what_is_over_its_time_goes_whosever_it_is_and_nothing_else(address: String) {
    let store = open(&address).await.unwrap();
    let one = account(&*store, "reader@home.example").await;
    let other = account(&*store, "other@home.example").await;
    for (account, from) in [(&one, 1), (&other, 4)] {
        for (id, at) in [(from, NOW - 1), (from + 1, NOW), (from + 2, NOW + 1)] {
            rows_until(&*store, account, &format!("{id}"), id, at).await;
        }
    }
    let tables = [
        "sessions",
        "one_time_links",
        "grants",
        "attempts",
        "audible_attempts",
        "uploads",
        "idempotency_keys",
        "runs",
        "run_chunks",
    ];
    let left = async || {
        let mut left = Vec::new();
        for table in tables {
            left.push(number(&address, &format!("SELECT count(*) FROM {table}")).await);
        }
        left
    };
    assert_eq!(left().await, [6; 9]);
    let kept = Over { runs: None, ..ALL };
    assert_eq!(store.sweep(&kept, 3).await.unwrap(), 21, "three of each table");
    assert_eq!(left().await, [3, 3, 3, 3, 3, 3, 3, 6, 6], "all runs are kept");
    assert_eq!(store.sweep(&ALL, 3).await.unwrap(), 7 + 3);
    assert_eq!(store.sweep(&ALL, 3).await.unwrap(), 1, "the fourth run");
    assert_eq!(store.sweep(&ALL, 3).await.unwrap(), 0);
    assert_eq!(left().await, [2; 9], "what is not over stays");
    // However old: of each library the last complete reading stays.
    let late = Over { runs: Some(i64::MAX), ..ALL };
    assert_eq!(store.sweep(&late, 3).await.unwrap(), 0);
}
