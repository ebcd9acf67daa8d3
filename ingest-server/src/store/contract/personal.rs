//! Of a deleted account nothing is left, in any table; and what is given out is all but secrets.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use shared::samples;
use sqlx::{Connection, PgConnection, SqliteConnection};

use super::{
    body, connections,
    databases::{self, on_both},
    dump, number,
};
use crate::{
    accounts::{self, Account, NewPerson, Scopes},
    app::{App, Settings},
    audit::{self, What},
    edits::{self, Patch},
    files::upload,
    grant::{self, Wish},
    ingest::{self, Incoming},
    library, personal,
    store::{
        SessionRow,
        connections::{AttemptRow, WishRow},
        rows::Key,
    },
};

on_both![of_a_deleted_account_nothing_is_left, what_is_given_out_is_all_but_secrets];

/// Tables that name no account.
const OF_NOBODY: [&str; 4] = ["_sqlx_migrations", "attempts", "audit", "server_settings"];
/// What nobody is given: secrets, and the columns that say the same for every row.
const SECRET: [&str; 13] = [
    "after_hash",
    "body_hash",
    "content_hash",
    "device_hash",
    "email_key",
    "encrypted_token",
    "full_hash",
    "hash",
    "password_hash",
    "sealed",
    "session_key",
    "state_token",
    "user_id",
];
/// What serves the server's own searching and polling, made from what is given.
const OWN: [&str; 12] = [
    "anew",
    "author_key",
    "data",
    "lease",
    "lease_until",
    "newest_key",
    "pause",
    "polled_at",
    "search_key",
    "title_key",
    "user_code",
    "platform",
];

/// Names of all tables with their columns.
async fn tables(address: &str) -> BTreeMap<String, BTreeSet<String>> {
    let of = "SELECT m.name AS t, c.name AS c FROM sqlite_master m JOIN pragma_table_info(m.name) c
        WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
    let of_postgres = "SELECT table_name::text AS t, column_name::text AS c
        FROM information_schema.columns WHERE table_schema = 'public'";
    let pairs: Vec<(String, String)> = if address.starts_with("sqlite") {
        let mut database = SqliteConnection::connect(address).await.unwrap();
        sqlx::query_as(of).fetch_all(&mut database).await.unwrap()
    } else {
        let mut database = PgConnection::connect(address).await.unwrap();
        sqlx::query_as(of_postgres).fetch_all(&mut database).await.unwrap()
    };
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (table, column) in pairs {
        tables.entry(table).or_default().insert(column);
    }
    tables
}

/// How many rows of each table are an account's.
async fn rows_of(address: &str, account: &Account) -> BTreeMap<String, i64> {
    let mut rows = BTreeMap::new();
    for (table, columns) in tables(address).await {
        if columns.contains("user_id") {
            let count = format!("SELECT count(*) FROM {table} WHERE user_id = '{}'", account.id);
            rows.insert(table, number(address, &count).await);
        }
    }
    rows
}

/// An account with a row in every table that can have one.
async fn filled(app: &App, email: &str) -> Account {
    let password = "a long enough secret of mine";
    let new = NewPerson { email, name: "Rea Der", password };
    accounts::open_registration(
        app,
        &Account {
            id: uuid::Uuid::nil(),
            email: String::new(),
            name: String::new(),
            finished_from: 95,
            is_owner: true,
        },
        true,
    )
    .await
    .unwrap();
    let account = accounts::sign_up(app, None, &new, email).await.unwrap().account;
    accounts::create_token(app, account.id, "t", Scopes::default()).await.unwrap();
    accounts::one_time_link(app, account.id).await.unwrap();
    let now = app.clock().now().as_microsecond();
    let session = SessionRow {
        hash: format!("session of {email}"),
        account: Some(account.id),
        browser: "Firefox on Linux".to_owned(),
        created_at: now,
        seen_at: now,
        data: "{}".to_owned(),
        expires_at: now + 1_000_000_000,
    };
    app.store().add_session(&session).await.unwrap();
    let wish = Wish {
        client_id: "audible-connector",
        client_name: "Firefox",
        scope: "",
        address: "192.0.2.7",
    };
    let codes = grant::ask(app, &wish).await.unwrap();
    grant::decide(app, account.id, &codes.user_code, true).await.unwrap();
    let mut run = body(u8::from(email.starts_with('o')), 0, true, 0..3, 3);
    run["items"][1]["availability"] = json!({"available": false});
    let key = Some(format!("{}:0", run["run"]["id"].as_str().unwrap()));
    let incoming = Incoming {
        body: run.to_string().into_bytes(),
        key,
        dry_run: false,
        brought: std::collections::HashMap::new(),
    };
    ingest::take(app, account.clone(), incoming).await.unwrap();
    let page = library::page(app, account.id, &library::Ask::default()).await.unwrap();
    let patch = Patch::parse(b"{\"notes\": \"mine alone\"}").unwrap();
    edits::edit(app, account.id, page.items[0].id, &patch).await.unwrap();
    let shop = shared::ids::Marketplace::Us;
    app.store().ignore(account.id, shop, &[samples::asin(9)], now).await.unwrap();
    let (auth, sync) =
        (connections::auth(account.id, shop), connections::sync(account.id, shop, None));
    app.store().keep_connection(&auth, &sync, None).await.unwrap();
    let attempt = AttemptRow {
        user_id: Key(account.id),
        hash: format!("attempt of {email}"),
        marketplace: "us".to_owned(),
        sealed: "v1.key.attempt".to_owned(),
        expires_at: now + 1_000_000_000,
    };
    app.store().add_connecting(&attempt).await.unwrap();
    let wish = WishRow {
        marketplace: "us".to_owned(),
        asin: "B000000077".to_owned(),
        position: 0,
        item: "{\"asin\":\"B000000077\"}".to_owned(),
        added_at: None,
    };
    app.store().write_wishes(&sync, &[wish]).await.unwrap();
    audit::note(app, account.id, What::Connect, "us", "done").await;
    let mut file = tempfile::tempfile().unwrap();
    let table = "mp,asin,kind,title,subtitle,full_title,purchase_date,runtime_min,language\n\
        us,B000000001,book,A,,,,,\n";
    std::io::Write::write_all(&mut file, table.as_bytes()).unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    let id = upload::begin(app, account.clone(), "a.csv", None, file).await.unwrap();
    while upload::find(app, account.id, id).await.unwrap().unwrap().state != upload::State::Ready {
        tokio::task::yield_now().await;
    }
    account
}

async fn app(address: &str) -> App {
    let public = "http://127.0.0.1:8787".parse().unwrap();
    let folder = std::env::temp_dir();
    App::open(Settings::new(public, address.to_owned(), folder)).await.unwrap()
}

async fn of_a_deleted_account_nothing_is_left(address: String) {
    let app = app(&address).await;
    let account = filled(&app, "reader@home.example").await;
    let other = filled(&app, "other@home.example").await;
    // A wrong password leaves a try behind, which goes too.
    assert!(accounts::prove(&app, account.id, "wrong").await.is_err());
    let before = rows_of(&address, &account).await;
    let named: BTreeSet<_> = before.keys().map(String::as_str).chain(OF_NOBODY).collect();
    let all = tables(&address).await;
    assert_eq!(named, all.keys().map(String::as_str).collect(), "every table is walked");
    for (table, rows) in &before {
        assert!(*rows > 0, "{table} has a row before, so that the test says something");
    }
    let others = rows_of(&address, &other).await;

    let deleted = personal::delete(&app, &account).await.unwrap();
    let told: BTreeMap<String, i64> =
        deleted.rows.iter().map(|(table, rows)| ((*table).to_owned(), *rows)).collect();
    assert_eq!(told, before, "the receipt says what there was");
    for (table, rows) in rows_of(&address, &account).await {
        assert_eq!(rows, 0, "{table}");
    }
    assert_eq!(rows_of(&address, &other).await, others, "another account is untouched");
    let left = dump::values(&address).await;
    for word in
        [&account.id.to_string(), "reader@home.example", &accounts::attempts_of(&account.email)]
    {
        assert!(!left.contains(word), "{word} is still somewhere");
    }
    assert_eq!(number(&address, "SELECT count(*) FROM audit").await, 1);
    let heir = app.store().account(other.id).await.unwrap().unwrap();
    assert!(heir.is_owner, "where the owner goes, the oldest that stays is the owner");
}

async fn what_is_given_out_is_all_but_secrets(address: String) {
    let app = app(&address).await;
    let account = filled(&app, "reader@home.example").await;
    let other = filled(&app, "other@home.example").await;
    let mut given: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut text = String::new();
    let mut hand = |table: &'static str, line: &str| {
        let row: Value = serde_json::from_str(line).unwrap();
        let columns = row.as_object().unwrap().keys().cloned();
        given.entry(table.to_owned()).or_default().extend(columns);
        text.push_str(line);
        Ok(())
    };
    app.store().personal_data(account.id, &mut hand).await.unwrap();
    for (table, columns) in tables(&address).await {
        if !columns.contains("user_id") {
            continue;
        }
        let mut given = given.remove(&table).unwrap_or_default();
        given.extend(SECRET.iter().chain(&OWN).map(|column| (*column).to_owned()));
        let missing: Vec<_> = columns.difference(&given).collect();
        assert!(missing.is_empty(), "{table} is given without {missing:?}");
    }
    assert!(text.contains("mine alone") && text.contains("\"item\":{\"asin\""), "{text}");
    assert!(!text.contains(&other.id.to_string()) && !text.contains("other@home.example"));
    assert!(!text.contains("argon2") && !text.contains("session of"), "no secret is given");
}
