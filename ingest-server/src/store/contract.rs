//! What every store promises, tested on each database.

mod connections;
pub(super) mod databases;
mod dump;
mod personal;
mod sweep;
mod uploads;

use std::{collections::HashMap, sync::Arc};

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::{samples, validate, wire::v1};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use uuid::Uuid;

use self::databases::on_both;
use super::{Imported, LibraryQuery, RunsQuery, SessionRow, Store, StoreError, open};
use crate::{
    accounts::{Account, Link, Purpose, Scopes, Token},
    clock::{System, new_id},
    ingest::{IdempotencyKey, Import, hex_hash},
};

on_both![
    two_servers_that_start_together_both_come_up,
    an_address_has_one_account_in_any_case,
    a_link_is_used_by_one_of_two_that_come_together,
    a_session_ends_when_its_time_is_over,
    chunks_that_arrive_together_make_one_complete_run,
    accounts_that_come_together_are_not_in_each_others_way,
    only_what_changed_has_an_outcome_and_an_update_keeps_both_sides,
    a_chunk_that_cannot_be_stored_leaves_nothing,
    a_row_that_cannot_be_read_is_named,
    a_database_that_is_closed_is_away,
    a_copy_made_while_others_work_opens_with_everything_in_it,
];

const NOW: i64 = 1_795_000_000_000_000;

async fn account(store: &dyn Store, email: &str) -> Account {
    let account = Account {
        id: new_id(Timestamp::UNIX_EPOCH, &System),
        email: email.to_owned(),
        name: String::new(),
        finished_from: 95,
        is_owner: false,
    };
    store.add_account(&account, NOW).await.unwrap();
    // The first one is the owner's.
    store.account(account.id).await.unwrap().unwrap()
}

fn body(run: u8, index: usize, last: bool, titles: std::ops::Range<usize>, seen: usize) -> Value {
    let items: Vec<v1::Item> =
        titles.map(|number| v1::Item::from_item(&samples::item(number), None)).collect();
    json!({
        "schema_version": 1,
        "run": {
            "id": samples::run_id(run), "source": "extension", "marketplace": "us",
            "client": {"name": "test", "version": "1"},
            "reading": {"complete": true, "seen": seen},
            "chunk": {"index": index, "last": last},
        },
        "items": items,
    })
}

fn import(account: &Account, body: &Value) -> Import {
    let now = Timestamp::from_microsecond(NOW).unwrap();
    let batch = validate::validate(body).unwrap();
    let ids = batch.items().map(|_| new_id(now, &System)).collect();
    let name = format!("{}:{}", batch.run().id, batch.run().chunk.index);
    let key = Some(IdempotencyKey { name, body_hash: hex_hash(body.to_string().as_bytes()) });
    Import { account: account.clone(), batch, key, now, ids, brought: HashMap::new() }
}

#[track_caller]
fn receipt(imported: Imported) -> Value {
    match imported {
        Imported::Answer(answer) => serde_json::from_str(&answer).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// Says something to the database that the store has no word for.
async fn say(address: &str, statement: &str) {
    let statement = AssertSqlSafe(statement.to_owned());
    if address.starts_with("sqlite") {
        let mut database = SqliteConnection::connect(address).await.unwrap();
        sqlx::query(statement).execute(&mut database).await.unwrap();
    } else {
        let mut database = PgConnection::connect(address).await.unwrap();
        sqlx::query(statement).execute(&mut database).await.unwrap();
    }
}

async fn number(address: &str, statement: &str) -> i64 {
    let statement = AssertSqlSafe(statement.to_owned());
    if address.starts_with("sqlite") {
        let mut database = SqliteConnection::connect(address).await.unwrap();
        sqlx::query_scalar(statement).fetch_one(&mut database).await.unwrap()
    } else {
        let mut database = PgConnection::connect(address).await.unwrap();
        sqlx::query_scalar(statement).fetch_one(&mut database).await.unwrap()
    }
}

async fn two_servers_that_start_together_both_come_up(address: String) {
    let (one, other) = tokio::join!(open(&address), open(&address));
    let (one, other) = (one.unwrap(), other.unwrap());
    let added = account(&*one, "reader@home.example").await;
    assert_eq!(other.account(added.id).await.unwrap(), Some(added));
}

async fn an_address_has_one_account_in_any_case(address: String) {
    let store = open(&address).await.unwrap();
    assert!(!store.has_accounts().await.unwrap());
    let first = account(&*store, "Reader@Home.example").await;
    assert!(store.has_accounts().await.unwrap());
    let second =
        Account { id: Uuid::max(), email: "reader@home.EXAMPLE".to_owned(), ..first.clone() };
    let refused = store.add_account(&second, NOW).await;
    assert!(matches!(refused, Err(StoreError::Exists)), "{refused:?}");
    assert_eq!(store.account_by_email("reader@home.example").await.unwrap(), Some(first));
    assert_eq!(store.account(Uuid::max()).await.unwrap(), None);
}

async fn a_link_is_used_by_one_of_two_that_come_together(address: String) {
    let store = open(&address).await.unwrap();
    let owner = account(&*store, "reader@home.example").await.id;
    let link = Link {
        hash: "h".to_owned(),
        purpose: Purpose::SignIn,
        account: Some(owner),
        created_at: NOW,
        expires_at: NOW + 10,
    };
    store.add_link(&link).await.unwrap();
    let (one, other) = tokio::join!(store.use_link("h", NOW), store.use_link("h", NOW));
    let mut owners = [one.unwrap(), other.unwrap()];
    owners.sort_by_key(|owner| owner.map(|(owner, _)| owner));
    assert_eq!(owners, [None, Some((owner, Purpose::SignIn))]);
    let expired = Link { hash: "e".to_owned(), ..link };
    store.add_link(&expired).await.unwrap();
    assert_eq!(store.use_link("e", NOW + 10).await.unwrap(), None);
}

async fn a_session_ends_when_its_time_is_over(address: String) {
    let store = open(&address).await.unwrap();
    let row = SessionRow {
        hash: "s".to_owned(),
        account: None,
        browser: String::new(),
        created_at: NOW,
        seen_at: NOW,
        data: "{}".to_owned(),
        expires_at: NOW + 5,
    };
    assert!(store.add_session(&row).await.unwrap());
    assert!(!store.add_session(&row).await.unwrap(), "the hash is taken");
    assert_eq!(store.session("s", NOW).await.unwrap(), Some(row.clone()));
    assert_eq!(store.session("s", NOW + 5).await.unwrap(), None);
    let longer = SessionRow { expires_at: NOW + 50, ..row };
    store.save_session(&longer, NOW).await.unwrap();
    assert_eq!(store.session("s", NOW + 5).await.unwrap(), Some(longer));
    store.end_session("s").await.unwrap();
    assert_eq!(store.session("s", NOW).await.unwrap(), None);
}

async fn chunks_that_arrive_together_make_one_complete_run(address: String) {
    let store = open(&address).await.unwrap();
    let account = account(&*store, "reader@home.example").await;
    let chunks = (0..6).map(|index| {
        let first = index * 20;
        let body = body(1, index, index == 5, first..first + 20, 120);
        let (store, import) = (Arc::clone(&store), import(&account, &body));
        tokio::spawn(async move { store.import(&import).await })
    });
    let mut complete = 0;
    for chunk in chunks.collect::<Vec<_>>() {
        let receipt = receipt(chunk.await.unwrap().unwrap());
        assert_eq!(receipt["imported"], 20);
        complete += i64::from(receipt["run"]["complete"] == true);
    }
    assert_eq!(complete, 1, "one chunk came last");
    let latest = store.runs(account.id, &RunsQuery::NEWEST).await.unwrap().remove(0);
    assert_eq!((latest.received, latest.imported, latest.complete), (120, 120, true));
}

async fn accounts_that_come_together_are_not_in_each_others_way(address: String) {
    let store = open(&address).await.unwrap();
    let mut accounts = Vec::new();
    for number in 0..30 {
        let account = account(&*store, &format!("reader{number}@home.example")).await;
        let token = Token {
            id: new_id(Timestamp::UNIX_EPOCH, &System),
            owner: account.id,
            name: String::new(),
            hash: number.to_string(),
            scopes: Scopes::default(),
            created_at: NOW,
        };
        store.add_token(&token).await.unwrap();
        accounts.push((account, token.id));
    }
    let chunk = body(1, 0, true, 0..20, 20);
    let taken = accounts.iter().map(async |(account, token)| {
        store.touch_token(account.id, *token, NOW).await?;
        store.import(&import(account, &chunk)).await
    });
    for imported in futures::future::join_all(taken).await {
        assert_eq!(receipt(imported.unwrap())["imported"], 20);
    }
}

async fn only_what_changed_has_an_outcome_and_an_update_keeps_both_sides(address: String) {
    let store = open(&address).await.unwrap();
    let account = account(&*store, "reader@home.example").await;
    store.import(&import(&account, &body(1, 0, true, 0..5, 5))).await.unwrap();
    let mut changed = body(2, 0, true, 0..5, 5);
    changed["items"][2]["title"] = json!("Changed");
    changed["items"][3]["asin"] = json!("lower case");
    let receipt = receipt(store.import(&import(&account, &changed)).await.unwrap());
    assert_eq!((&receipt["updated"], &receipt["unchanged"]), (&json!(1), &json!(3)));
    let count = async |condition: &str| {
        number(&address, &format!("SELECT count(*) FROM run_outcomes WHERE {condition}")).await
    };
    assert_eq!(
        count("outcome = 'imported' AND before IS NULL AND after_hash IS NOT NULL").await,
        5
    );
    assert_eq!(
        count("outcome = 'updated' AND before LIKE '%Lighthouse%' AND after LIKE '%Changed%'")
            .await,
        1
    );
    assert_eq!(count("outcome = 'rejected' AND pointer = '/items/3/asin'").await, 1);
    assert_eq!(count("1 = 1").await, 7);
}

async fn a_chunk_that_cannot_be_stored_leaves_nothing(address: String) {
    let store = open(&address).await.unwrap();
    let account = account(&*store, "reader@home.example").await;
    let import = import(&account, &body(1, 0, true, 0..5, 5));
    // The key is written last: everything else has been written by then.
    say(&address, "ALTER TABLE idempotency_keys RENAME TO away").await;
    let kept = store.kept_answer(account.id, "x").await;
    assert!(matches!(kept, Err(StoreError::Database(_))), "{kept:?}");
    let mut keyless = import;
    let key = keyless.key.take();
    say(&address, "ALTER TABLE away RENAME TO idempotency_keys").await;
    say(&address, "ALTER TABLE run_outcomes RENAME TO away").await;
    assert!(store.import(&keyless).await.is_err());
    for table in ["media", "user_media", "runs", "run_chunks", "idempotency_keys"] {
        assert_eq!(number(&address, &format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
    say(&address, "ALTER TABLE away RENAME TO run_outcomes").await;
    let import = Import { key, ..keyless };
    assert_eq!(receipt(store.import(&import).await.unwrap())["imported"], 5);
}

async fn a_row_that_cannot_be_read_is_named(address: String) {
    let store = open(&address).await.unwrap();
    let account = account(&*store, "reader@home.example").await;
    store.import(&import(&account, &body(1, 0, true, 0..1, 1))).await.unwrap();
    let query = LibraryQuery { limit: 5, ..LibraryQuery::default() };
    let rows = store.library(account.id, &query).await.unwrap().rows;
    say(&address, "UPDATE media SET item = '{', full_hash = 'x'").await;
    let failed = store.import(&import(&account, &body(2, 0, true, 0..1, 1))).await;
    let Err(StoreError::Row { table, column, id, .. }) = failed else { panic!("{failed:?}") };
    assert_eq!((table, column, id), ("media", "item", rows[0].media_id.0));
}

async fn a_database_that_is_closed_is_away(address: String) {
    let store = open(&address).await.unwrap();
    store.ready().await.unwrap();
    store.close().await;
    assert!(matches!(store.ready().await, Err(StoreError::Away(_))));
    let unknown = open("mysql://nowhere").await;
    assert!(matches!(unknown, Err(StoreError::Address)), "{unknown:?}");
}

async fn a_copy_made_while_others_work_opens_with_everything_in_it(address: String) {
    let store = open(&address).await.unwrap();
    let owner = account(&*store, "reader@home.example").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("copy.db");
    if address.starts_with("postgres") {
        assert!(matches!(store.backup(&file).await, Err(StoreError::BackupElsewhere)));
        assert!(!file.exists());
        return;
    }
    store.backup(&file).await.unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(
        matches!(store.backup(&file).await, Err(StoreError::BackupFile(_))),
        "an existing file is never overwritten"
    );
    let copy = open(&format!("sqlite://{}", file.display())).await.unwrap();
    let found = copy.account_by_email("reader@home.example").await.unwrap().unwrap();
    assert_eq!(found.id, owner.id);
}
