//! Files that a person puts on the page: looked at, chosen from, imported.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use futures::stream;
use ingest_server::{
    app::{App, Settings},
    clock::System,
    http::router,
};
use serde_json::{Value, json};
use shared::samples;
use tokio::sync::oneshot;

use crate::{
    browser::Browser,
    databases::{self, on_both},
    harness::{self, Answer, Server, run_of},
};

on_both![
    a_file_is_looked_at_chosen_from_and_imported,
    what_is_no_library_comes_back_to_the_form_by_its_name,
    a_file_without_a_shop_asks_for_it,
    a_large_file_is_chosen_from_page_by_page,
    our_own_export_brings_what_was_said,
    work_that_ended_with_its_server_goes_on,
    work_that_waits_for_its_turn_says_that_it_is_there,
    work_that_was_taken_over_writes_nothing_any_more,
    what_is_left_out_is_told,
    only_what_can_be_imported_is_chosen,
    every_field_of_the_form_has_its_bound,
    a_file_is_nobody_else_s,
    a_file_that_is_not_wanted_leaves_nothing,
];

const HEADER: &str = "mp,asin,kind,title,subtitle,full_title,purchase_date,runtime_min,language\n";
const BOUNDARY: &str = "0f2c9a6e";

fn row(shop: &str, index: usize) -> String {
    format!("{shop},{},book,Title {index},,,2025-05-21,421,english\n", samples::asin(index))
}

/// Sends the form as a browser does.
async fn send(browser: &Browser<'_>, name: &str, shop: &str, file: &str) -> Answer {
    let part = |head: &str, body: &str| {
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n")
    };
    let form = part(&format!("name=\"file\"; filename=\"{name}\""), file)
        + &part("name=\"marketplace\"", shop)
        + &format!("--{BOUNDARY}--\r\n");
    let request = Request::post("/files")
        .header(header::COOKIE, &browser.cookie)
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"));
    browser.server.ask(request.body(Body::from(form)).unwrap()).await
}

/// The address of a file once the work on it has ended.
async fn ended(browser: &Browser<'_>, address: &str) -> Value {
    loop {
        let progress = browser.get(&format!("{address}/progress")).await.json();
        if progress["state"] != "reading" && progress["state"] != "importing" {
            return progress;
        }
        tokio::task::yield_now().await;
    }
}

/// Sends a file and waits until it was read.
async fn brought(browser: &Browser<'_>, name: &str, shop: &str, file: &str) -> String {
    let answer = send(browser, name, shop, file).await;
    let address = answer.header("location").to_owned();
    assert!(address.starts_with("/files/"), "{} {address}", answer.status);
    assert_eq!(ended(browser, &address).await["state"], "ready");
    address
}

/// What the page's form would send: the titles shown, and those of them that are ticked.
fn shown(page: &str) -> Vec<(i64, bool)> {
    let rows = page.split("name=\"shown\" value=\"").skip(1);
    rows.map(|row| {
        let position = row.split('"').next().unwrap().parse().unwrap();
        (position, row.split("</li>").next().unwrap().contains(" checked"))
    })
    .collect()
}

fn form(act: &str, shown: &[(i64, bool)]) -> String {
    let fields = shown.iter().map(|(position, kept)| {
        let kept = if *kept { format!("&kept={position}") } else { String::new() };
        format!("&shown={position}{kept}")
    });
    format!("act={act}{}", fields.collect::<String>())
}

async fn a_file_is_looked_at_chosen_from_and_imported(database: String) {
    let server = Server::start(database).await;
    let browser = Browser::signed_in(&server, server.account.id).await;
    server.import(&run_of(&samples::items(1))).await.ok();
    let file =
        format!("{HEADER}{}{}{}us,b1,book,x,,,,,\n", row("us", 0), row("us", 1), row("us", 2));
    let address = brought(&browser, "C:\\books\\my &lt;library&gt;.csv", "", &file).await;

    let page = browser.get(&address).await.text;
    assert!(page.contains("This is an export of audible-rs: 3 titles."), "{page}");
    assert!(page.contains("Import 3 titles") && page.contains("line 5"), "{page}");
    assert_eq!(shown(&page), [(0, true), (1, true), (2, true)]);
    assert_eq!(server.size().await, 1, "nothing is imported before it is said");

    let chosen = [(0, true), (1, true), (2, false)];
    browser.post(&address, &form("import", &chosen)).await;
    assert_eq!(ended(&browser, &address).await["state"], "done");
    let page = browser.get(&address).await.text;
    assert!(page.contains("Imported: 1 new, 0 changed, 1 unchanged."), "{page}");
    assert_eq!(server.size().await, 2);

    // It is a run like any other: with what was left out, complete, and taken back.
    let run = server.get("/api/imports?limit=1").await.ok()["runs"][0].clone();
    assert_eq!((&run["source"], &run["client"]["name"]), (&json!("file"), &json!("audible_rs")));
    assert_eq!((&run["seen"], &run["not_sent"]), (&json!(3), &json!(1)));
    assert_eq!(run["complete"], true);
    let id = run["id"].as_str().unwrap();
    assert!(page.contains(&format!("/imports/{id}")), "the page leads to the receipt");
    server.post(&format!("/api/imports/{id}/undo"), &json!({})).await.ok();
    assert_eq!(server.size().await, 1);
}

async fn what_is_no_library_comes_back_to_the_form_by_its_name(database: String) {
    let mut settings = harness::settings(database);
    settings.file_limit = 100_000;
    let server = Server::with(settings).await;
    let browser = Browser::signed_in(&server, server.account.id).await;
    let large = format!("{HEADER}{}", row("us", 0).repeat(3_000));
    for (file, code, words) in [
        ("", "file_empty", "The file is empty"),
        ("name,age\nAda,7\n", "file_unknown", "no library export that is known"),
        ("PK\u{3}\u{4}", "file_damaged", "damaged or has a password"),
        ("asin,title,series_sequence,percent_complete,date_added\n", "file_wishlist", "a wishlist"),
        (&large, "file_too_large", "larger than"),
    ] {
        let answer = send(&browser, "library.csv", "", file).await;
        assert_eq!(answer.header("location"), format!("/files?refused={code}"));
        let page = browser.get(answer.header("location")).await.text;
        assert!(page.contains(words) && page.contains("role=\"alert\""), "{page}");
    }
    let nothing = send(&browser, "", "", "").await;
    assert_eq!(nothing.header("location"), "/files?refused=none");
    let page = browser.get("/files?refused=%3Cscript%3E").await.text;
    assert!(!page.contains("role=\"alert\"") && !page.contains("<script>"), "{page}");
}

async fn a_file_without_a_shop_asks_for_it(database: String) {
    let server = Server::start(database).await;
    let browser = Browser::signed_in(&server, server.account.id).await;
    for shop in ["us", "de"] {
        let mut body = run_of(&samples::items(1));
        body["run"]["marketplace"] = json!(shop);
        server.import(&body).await.ok();
    }
    let file = format!("{HEADER}{}{}{}", row("", 0), row("", 1), row("uk", 2));
    let address = brought(&browser, "cli.csv", "", &file).await;
    let page = browser.get(&address).await.text;
    assert!(page.contains("does not say from which shop"), "{page}");
    assert!(page.contains("Import 2 titles") && page.contains("several marketplaces"), "{page}");

    // What was left out before is left out after looking again.
    let left_out = format!("{}&marketplace=de", form("shop", &[(1, false)]));
    browser.post(&address, &left_out).await;
    assert_eq!(ended(&browser, &address).await["state"], "ready");
    let page = browser.get(&address).await.text;
    assert!(page.contains("Import 2 titles") && !page.contains("several marketplaces"), "{page}");
    assert_eq!(shown(&page), [(0, true), (1, false), (2, true)]);
    browser.post(&address, "act=import").await;
    assert_eq!(ended(&browser, &address).await["state"], "done");
    let shops: Vec<_> = server.get("/api/imports?limit=2").await.ok()["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["marketplace"].as_str().unwrap().to_owned())
        .collect();
    assert!(shops.contains(&"de".to_owned()) && shops.contains(&"uk".to_owned()), "{shops:?}");
}

async fn a_large_file_is_chosen_from_page_by_page(database: String) {
    let server = Server::start(database).await;
    let browser = Browser::signed_in(&server, server.account.id).await;
    server.import(&run_of(&samples::items(40))).await.ok();
    let rows: String = (0..1_234).map(|index| row("us", index)).collect();
    let address = brought(&browser, "large.csv", "", &format!("{HEADER}{rows}")).await;
    let page = browser.get(&address).await.text;
    assert!(page.contains("Import 1,234 titles"), "{page}");
    assert_eq!(shown(&page).len(), 100);

    // What one page says is kept when another is looked at.
    let mut first = shown(&page);
    first[0].1 = false;
    first[99].1 = false;
    let answer = browser.post(&address, &form(".99", &first)).await;
    let second = browser.get(answer.header("location")).await.text;
    assert!(second.contains("Import 1,232 titles"), "{second}");
    assert_eq!(shown(&second)[0].0, 100);

    // All with one outcome at once.
    let answer = browser.post(&address, "act=none&outcome=imported&after=-1").await;
    let new = browser.get(answer.header("location")).await.text;
    assert!(new.contains("Import 39 titles"), "{new}");
    assert!(shown(&new).iter().all(|(position, kept)| *position >= 40 && !kept));

    browser.post(&address, "act=import").await;
    assert_eq!(ended(&browser, &address).await["state"], "done");
    assert_eq!(server.size().await, 40);
    let run = server.get("/api/imports?limit=1").await.ok()["runs"][0].clone();
    assert_eq!((&run["received"], &run["not_sent"]), (&json!(39), &json!(1_195)));
    assert_eq!(run["complete"], true);
}

async fn our_own_export_brings_what_was_said(database: String) {
    let server = Server::start(database).await;
    let title = json!({"marketplace": "us", "item": {"asin": samples::asin(0), "title": "Salt",
        "enriched": false}, "own": {"notes": "Again in winter", "hidden": false},
        "origins": {"most": "audible_api", "others": {}}});
    let file = json!({"format": "me-feed-library", "version": 1, "titles": [title]}).to_string();
    let browser = Browser::signed_in(&server, server.account.id).await;
    let address = brought(&browser, "me-feed.json", "", &file).await;
    browser.post(&address, "act=import").await;
    assert_eq!(ended(&browser, &address).await["state"], "done");
    let id = server.library("").await["items"][0]["id"].as_str().unwrap().to_owned();
    let title = server.get(&format!("/api/library/{id}")).await.ok();
    assert_eq!(title["notes"], "Again in winter");
    assert_eq!(title["origins"]["most"], "audible_api");
}

/// Another server on the same database, where no work gets its turn.
async fn idle(server: &Server, database: String) -> Server {
    let mut settings = harness::settings(database);
    settings.imports_at_once = 0;
    settings.beat = Duration::from_hours(1);
    beside(server, settings).await
}

/// Another server on the same database.
async fn beside(server: &Server, settings: Settings) -> Server {
    let app = App::open_with(settings, server.clock.clone(), Arc::new(System)).await.unwrap();
    Server {
        router: router(app.clone()),
        app,
        clock: server.clock.clone(),
        account: server.account.clone(),
        token: server.token.clone(),
        other_token: server.other_token.clone(),
    }
}

async fn work_that_ended_with_its_server_goes_on(database: String) {
    let server = Server::start(database.clone()).await;
    let idle = idle(&server, database).await;
    let browser = Browser::signed_in(&server, server.account.id).await;
    let elsewhere = Browser { server: &idle, cookie: browser.cookie.clone(), ..browser };
    let rows: String = (0..700).map(|index| row("us", index)).collect();
    let file = format!("{HEADER}{rows}");

    // Reading that ended with its server: the file is to be brought again.
    let lost = brought(&browser, "lost.csv", "", &format!("{HEADER}{}", row("", 0))).await;
    elsewhere.post(&lost, "act=shop&marketplace=us").await;
    assert_eq!(browser.get(&format!("{lost}/progress")).await.json()["state"], "reading");
    server.later(121);
    let page = browser.get(&lost).await.text;
    assert!(
        page.contains("ended in the middle") && page.contains("Bring the file again"),
        "{page}"
    );

    // Importing that ended goes on with the same runs, and is done once.
    let address = brought(&browser, "library.csv", "", &file).await;
    elsewhere.post(&address, "act=import").await;
    assert_eq!(browser.get(&format!("{address}/progress")).await.json()["state"], "importing");
    browser.post(&address, "act=import").await;
    assert_eq!(server.size().await, 0, "work that goes on is not begun twice");
    server.later(121);
    let page = browser.get(&address).await.text;
    assert!(page.contains("Go on importing"), "{page}");
    browser.post(&address, "act=import").await;
    assert_eq!(ended(&browser, &address).await["state"], "done");
    assert_eq!(server.size().await, 700);
    assert_eq!(server.get("/api/imports").await.ok()["runs"].as_array().unwrap().len(), 1);
}

async fn work_that_waits_for_its_turn_says_that_it_is_there(database: String) {
    let server = Server::start(database.clone()).await;
    let mut settings = harness::settings(database);
    settings.imports_at_once = 0;
    settings.beat = Duration::from_millis(5);
    let waiting = beside(&server, settings).await;
    let browser = Browser::signed_in(&server, server.account.id).await;
    let elsewhere = Browser { server: &waiting, cookie: browser.cookie.clone(), ..browser };
    let file = format!("{HEADER}{}", row("us", 0));
    let address = brought(&browser, "library.csv", "", &file).await;
    elsewhere.post(&address, "act=import").await;
    server.later(121);
    while browser.get(&format!("{address}/progress")).await.json()["state"] != "importing" {
        tokio::task::yield_now().await;
    }
}

async fn work_that_was_taken_over_writes_nothing_any_more(database: String) {
    let server = Server::start(database.clone()).await;
    let mut settings = harness::settings(database);
    settings.imports_at_once = 1;
    (settings.beat, settings.patience) = (Duration::from_hours(1), Duration::from_hours(1));
    let slow = beside(&server, settings).await;
    let browser = Browser::signed_in(&server, server.account.id).await;
    let elsewhere = Browser { server: &slow, cookie: browser.cookie.clone(), ..browser };

    // An import whose body does not come has the only turn.
    let (begun, begins) = oneshot::channel();
    let (end, ends) = oneshot::channel::<()>();
    let body = stream::once(async move {
        begun.send(()).unwrap();
        ends.await.unwrap();
        Ok::<_, std::io::Error>(run_of(&samples::items(1)).to_string())
    });
    let hangs = slow.chunk(&run_of(&samples::items(1))).body(Body::from_stream(body)).unwrap();
    let (router, other) = (slow.router.clone(), slow.chunk(&run_of(&samples::items(1))));
    let hangs = tokio::spawn(async move { tower::ServiceExt::oneshot(router, hangs).await });
    begins.await.unwrap();

    let rows: String = (0..700).map(|index| row("us", index)).collect();
    let address = brought(&browser, "library.csv", "", &format!("{HEADER}{rows}")).await;
    elsewhere.post(&address, "act=import").await;
    server.later(121);
    browser.post(&address, "act=import").await;
    assert_eq!(ended(&browser, &address).await["state"], "done");
    let page = browser.get(&address).await.text;

    // Its turn comes when everything is done; whoever asks behind it has waited for its end.
    end.send(()).unwrap();
    hangs.await.unwrap().unwrap();
    slow.ask(other.body(Body::from("x")).unwrap()).await;
    assert_eq!(browser.get(&address).await.text, page);
    assert_eq!(server.size().await, 700);
}

/// Has a title left out of every import.
async fn ignored(server: &Server, index: usize) {
    let address = format!("/api/ignored/us/{}", samples::asin(index));
    let request = server.request(Method::PUT, &address).body(Body::empty()).unwrap();
    assert_eq!(server.ask(request).await.status, 204);
}

async fn what_is_left_out_is_told(database: String) {
    let server = Server::start(database).await;
    let browser = Browser::signed_in(&server, server.account.id).await;
    let shelves = "Title,Author,My Rating,Binding,Date Read,Bookshelves,Exclusive Shelf\n\
                   Printed,Nobody,5,Paperback,,,read\nPrinted too,Nobody,5,Paperback,,,read\n";
    let address = brought(&browser, "goodreads.csv", "", shelves).await;
    let page = browser.get(&address).await.text;
    assert!(page.contains("2 rows are no audiobooks") && page.contains("0 titles"), "{page}");
    assert!(page.contains("There is no audiobook in this file."), "{page}");
    let orders = "Order Place Date,Order ID,ASIN,Product Name\n2025-05-21,1,B000000001,A\n";
    let address = brought(&browser, "PurchaseHistory.csv", "", orders).await;
    let page = browser.get(&address).await.text;
    assert!(page.contains("Library.csv") && page.contains("0 titles"), "{page}");

    ignored(&server, 1).await;
    let file = format!("{HEADER}{}{}{}", row("us", 0), row("us", 1), row("us", 2));
    let address = brought(&browser, "library.csv", "", &file).await;
    browser.post(&address, "act=import").await;
    assert_eq!(ended(&browser, &address).await["state"], "done");
    let page = browser.get(&address).await.text;
    assert!(page.contains("Imported: 2 new, 0 changed, 0 unchanged."), "{page}");
    assert!(page.contains("Left out: 1 never to be imported, 0 double, 0 not taken."), "{page}");
}

async fn only_what_can_be_imported_is_chosen(database: String) {
    let server = Server::start(database).await;
    let browser = Browser::signed_in(&server, server.account.id).await;
    ignored(&server, 1).await;
    let file = format!("{HEADER}{}{}{}", row("us", 0), row("us", 1), row("us", 0));
    let address = brought(&browser, "library.csv", "", &file).await;
    for act in ["act=all&outcome=&after=-1", "act=all&outcome=ignored&after=-1"] {
        browser.post(&address, act).await;
        let page = browser.get(&address).await.text;
        assert!(page.contains("Import 1 title<"), "{page}");
    }
    let all: Vec<_> = (0..3).map(|position| (position, true)).collect();
    browser.post(&address, &form(".-1", &all)).await;
    assert_eq!(shown(&browser.get(&address).await.text).iter().filter(|one| one.1).count(), 1);
}

async fn every_field_of_the_form_has_its_bound(database: String) {
    let mut settings = harness::settings(database);
    settings.file_limit = 100_000;
    let server = Server::with(settings).await;
    let browser = Browser::signed_in(&server, server.account.id).await;
    let file = format!("{HEADER}{}", row("us", 0));
    let long = send(&browser, "library.csv", &"u".repeat(20_000), &file).await;
    assert_eq!(long.status, 400, "{}", long.text);
    let unnamed = send(&browser, "", "us", &"x".repeat(20_000)).await;
    assert_eq!(unnamed.status, 400, "{}", unnamed.text);
    assert_eq!(send(&browser, "library.csv", "us", &file).await.status, 303);
}

async fn a_file_is_nobody_else_s(database: String) {
    let server = Server::start(database).await;
    let browser = Browser::signed_in(&server, server.account.id).await;
    let address = brought(&browser, "a.csv", "", &format!("{HEADER}{}", row("us", 0))).await;
    let link = ingest_server::accounts::find_account(&server.app, "other@home.example").await;
    let other = Browser::signed_in(&server, link.unwrap().id).await;
    assert_eq!(other.get(&address).await.status, 404);
    assert_eq!(other.post(&address, "act=discard").await.status, 404);
    assert!(!other.get("/files").await.text.contains("a.csv"));
    assert!(browser.get("/files").await.text.contains("a.csv"));
    let nobody = Browser::new(&server);
    assert_eq!(nobody.get(&address).await.status, 303);
}

async fn a_file_that_is_not_wanted_leaves_nothing(database: String) {
    let server = Server::start(database).await;
    let browser = Browser::signed_in(&server, server.account.id).await;
    let mut last = String::new();
    for index in 0..7 {
        let file = format!("{HEADER}{}", row("us", index));
        last = brought(&browser, &format!("file-{index}.csv"), "", &file).await;
    }
    let page = browser.get("/files").await.text;
    assert_eq!(page.matches("waits for your choice").count(), 5, "the newest five are kept");
    browser.post(&last, "act=discard").await;
    assert_eq!(browser.get(&last).await.status, 404);
    assert_eq!(server.size().await, 0);
    assert_eq!(server.get("/api/imports").await.ok()["runs"], json!([]));
}
