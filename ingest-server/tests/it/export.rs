//! The library as a file, and back.

use axum::{
    body::Body,
    http::{Method, Request},
};
use ingest_server::audit;
use serde_json::{Value, json};
use shared::samples;

use crate::{
    databases::{self, on_both},
    harness::{Server, chunk_of, new_run, run_of},
};

on_both![
    our_own_export_comes_back_byte_for_byte,
    what_a_person_said_here_stays_and_goes_with_the_run_that_brought_it,
    an_old_own_export_sets_nothing_back,
    an_own_export_is_checked_like_any_other_file,
    tables_have_the_headers_of_those_who_read_them,
    a_cell_is_never_a_formula,
    an_export_needs_a_token_and_a_known_format,
    that_a_library_was_taken_out_is_noted,
];

const GOODREADS: &str = "Book Id,Title,Author,Author l-f,Additional Authors,ISBN,ISBN13,My Rating,Average Rating,Publisher,Binding,Number of Pages,Year Published,Original Publication Year,Date Read,Date Added,Bookshelves,Bookshelves with positions,Exclusive Shelf,My Review,Spoiler,Private Notes,Read Count,Owned Copies";
const STORY_GRAPH: &str = "Title,Authors,Contributors,ISBN/UID,Format,Read Status,Date Added,Last Date Read,Dates Read,Read Count,Moods,Pace,Character- or Plot-Driven?,Strong Character Development?,Loveable Characters?,Diverse Characters?,Flawed Characters?,Star Rating,Review,Content Warnings,Content Warning Description,Tags,Owned?";

async fn that_a_library_was_taken_out_is_noted(database: String) {
    let server = Server::start(database).await;
    server.import(&run_of(&samples::items(3))).await.ok();
    exported(&server, "csv").await;
    let page = audit::noted(&server.app, server.account.id, None, 10).await.unwrap();
    let noted: Vec<_> = page.entries.iter().map(|entry| (&*entry.what, &*entry.result)).collect();
    assert_eq!(noted, [("export", "done")]);
}

async fn exported(server: &Server, format: &str) -> String {
    let answer = server.get(&format!("/api/export?format={format}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.text
}

async fn bring(server: &Server, file: &str) -> Value {
    let request = server.request(Method::POST, "/api/import/file");
    server.ask(request.body(Body::from(file.to_owned())).unwrap()).await.ok()
}

async fn id_of(server: &Server, words: &str) -> String {
    let found = server.library(&format!("raw=false&q={words}")).await;
    found["items"][0]["id"].as_str().unwrap().to_owned()
}

/// A library with everything in it: two shops, more titles than one part, values of several sources, and
/// what a person says.
async fn filled(server: &Server) {
    let items = samples::items(1_100);
    for part in items.chunks(500) {
        server.import(&chunk_of(&new_run(), 0, true, part, part.len())).await.ok();
    }
    let mut german = run_of(&items[..1]);
    german["run"]["marketplace"] = json!("de");
    german["items"][0]["summary"] = json!("1 < 2 & \"3\" <b>bold</b> &amp; \u{1f3a7}");
    server.import(&german).await.ok();
    // A retold source fills gaps in two titles and knows a third without a shop.
    let libation =
        "AudibleProductId,Locale,Title,AuthorNames,DateAdded,MyRatingOverall,CategoriesNames\n";
    let file = format!(
        "{libation}{},us,x,x,2020-01-02,4,\nB0NOWHERE1,,Nowhere,Nobody,2020-01-02,5,\n",
        samples::asin(3)
    );
    bring(server, &file).await;
    let id = id_of(server, "nowhere").await;
    let edit = json!({"status": "finished", "rating": 2, "notes": "Lent to Ada\nsince May",
        "hidden": true, "consumed_at": "2024-02-29"});
    server.patch(&format!("/api/library/{id}"), &edit).await.ok();
}

async fn our_own_export_comes_back_byte_for_byte(database: String) {
    let server = Server::start(database).await;
    filled(&server).await;
    let first = exported(&server, "json").await;
    let document: Value = serde_json::from_str(&first).unwrap();
    assert_eq!(document["titles"].as_array().unwrap().len(), 1_102);
    assert!(first.contains("audible_file:libation"), "values of a second source have its name");

    // Another account of the same server has nothing yet.
    let empty = server.get_as_other("/api/export?format=json").await.text;
    assert_eq!(empty, "{\"format\":\"me-feed-library\",\"version\":1,\"titles\":[\n]}\n");
    let receipt = bring_as_other(&server, &first).await;
    assert_eq!(receipt["format"], "me_feed");
    assert_eq!((&receipt["imported"], &receipt["problems"]), (&json!(1_102), &json!([])));
    assert_eq!(server.get_as_other("/api/export?format=json").await.text, first);
    for query in ["hidden=true", "hidden=false"] {
        let of = |page: Value| (page["total"].clone(), page["items"][0]["asin"].clone());
        let other = server.get_as_other(&format!("/api/library?sort=title&{query}")).await.ok();
        assert_eq!(of(other), of(server.library(&format!("sort=title&{query}")).await));
    }

    let again = bring_as_other(&server, &first).await;
    assert_eq!((&again["imported"], &again["unchanged"]), (&json!(0), &json!(1_102)));
}

async fn bring_as_other(server: &Server, file: &str) -> Value {
    let bearer = format!("Bearer {}", server.other_token);
    let request = Request::post("/api/import/file").header("authorization", bearer);
    server.ask(request.body(Body::from(file.to_owned())).unwrap()).await.ok()
}

fn own(notes: &str) -> String {
    let title = json!({"marketplace": "us", "item": {"asin": samples::asin(0), "title": "Salt",
        "enriched": false}, "own": {"notes": notes, "hidden": false},
        "origins": {"most": "audible_api", "others": {}}});
    json!({"format": "me-feed-library", "version": 1, "titles": [title]}).to_string()
}

async fn what_a_person_said_here_stays_and_goes_with_the_run_that_brought_it(database: String) {
    let server = Server::start(database).await;
    let first = bring(&server, &own("as I once said")).await;
    let id = id_of(&server, "salt").await;
    let title = server.get(&format!("/api/library/{id}")).await.ok();
    assert_eq!(title["notes"], "as I once said");
    assert_eq!(title["origins"], json!({"most": "audible_api", "others": {}}));

    // What the run brought is no reason to keep the title, and goes with it.
    let run = first["runs"][0]["run"].as_str().unwrap();
    server.post(&format!("/api/imports/{run}/undo"), &json!({})).await.ok();
    assert_eq!(server.size().await, 0);

    // A title that is there already gets the words, and loses them with the run.
    server.import(&run_of(&samples::items(1))).await.ok();
    let id = id_of(&server, "").await;
    let told = bring(&server, &own("from a file")).await;
    assert_eq!((&told["updated"], &told["unchanged"]), (&json!(1), &json!(0)));
    let title = || async { server.get(&format!("/api/library/{id}")).await.ok() };
    assert_eq!(title().await["notes"], "from a file");
    let run = told["runs"][0]["run"].as_str().unwrap();
    server.post(&format!("/api/imports/{run}/undo"), &json!({})).await.ok();
    assert_eq!(title().await["notes"], Value::Null);

    // What the person says here is not replaced, and not taken away.
    bring(&server, &own("from a file")).await;
    server.patch(&format!("/api/library/{id}"), &json!({"notes": "here"})).await.ok();
    let again = bring(&server, &own("from another file")).await;
    assert_eq!(again["updated"], 0);
    assert_eq!(title().await["notes"], "here");
}

async fn with_asin(server: &Server, index: usize) -> String {
    let found = server.library("raw=false").await;
    let mut titles = found["items"].as_array().unwrap().iter();
    let title = titles.find(|title| title["asin"] == json!(samples::asin(index))).unwrap();
    title["id"].as_str().unwrap().to_owned()
}

/// The library of titles that are heard so far, and rated so.
async fn heard(server: &Server, listening: &[Value], stars: u8) {
    let mut body = run_of(&samples::items(listening.len()));
    for (index, heard) in listening.iter().enumerate() {
        body["items"][index]["listening"] = heard.clone();
        body["items"][index]["my_rating"] = json!(stars);
    }
    server.import(&body).await.ok();
}

async fn an_old_own_export_sets_nothing_back(database: String) {
    let server = Server::start(database).await;
    let (finished, begun) =
        (json!({"state": "finished"}), json!({"state": "in_progress", "percent": 12.0}));
    heard(&server, &[begun.clone(), finished.clone(), begun.clone()], 3).await;
    let mut ids = Vec::new();
    for index in 0..3 {
        ids.push(with_asin(&server, index).await);
    }
    let title = |id: String| {
        let server = &server;
        async move { server.get(&format!("/api/library/{id}")).await.ok() }
    };
    let say = |id: String, edit: Value| {
        let server = &server;
        async move { server.patch(&format!("/api/library/{id}"), &edit).await.ok() }
    };
    say(ids[0].clone(), json!({"notes": "in January"})).await;
    say(ids[1].clone(), json!({"notes": "in January", "hidden": true})).await;
    let january = exported(&server, "json").await;
    assert!(january.contains("audible_extension") && january.contains("in January"));

    // The extension reads again, and the person says something else, or nothing any more.
    let on = json!({"state": "in_progress", "percent": 80.0});
    heard(&server, &[finished, begun, on], 5).await;
    say(ids[0].clone(), json!({"notes": "in June"})).await;
    say(ids[1].clone(), json!({"notes": null, "hidden": null})).await;
    let june = exported(&server, "json").await;
    let mut before = Vec::new();
    for id in &ids {
        before.push(title(id.clone()).await);
    }
    assert_eq!(before[0]["user_media"]["status"], "finished");
    assert_eq!(before[0]["rating"], 5);

    let told = bring(&server, &january).await;
    assert_eq!((&told["updated"], &told["unchanged"]), (&json!(0), &json!(3)), "{told}");
    assert_eq!(exported(&server, "json").await, june);
    for (id, before) in ids.iter().zip(&before) {
        assert_eq!(title(id.clone()).await, *before);
    }

    // What was given back does not stand in the way of taking a run back.
    let run = new_run();
    server.import(&chunk_of(&run, 0, true, &samples::items(4)[3..], 1)).await.ok();
    let new = with_asin(&server, 3).await;
    say(new.clone(), json!({"notes": "soon"})).await;
    say(new, json!({"notes": null})).await;
    let undone = server.post(&format!("/api/imports/{run}/undo"), &json!({})).await.ok();
    assert_eq!(undone["kept"], json!([]));
    assert_eq!(server.size().await, 3);
}

async fn an_own_export_is_checked_like_any_other_file(database: String) {
    let server = Server::start(database).await;
    let file = own("x")
        .replace("\"notes\":\"x\"", "\"rating\":9")
        .replace("audible_api", &"a".repeat(200));
    let receipt = bring(&server, &file).await;
    assert_eq!((&receipt["imported"], &receipt["problems_total"]), (&json!(1), &json!(2)));
    let fields: Vec<_> =
        receipt["problems"].as_array().unwrap().iter().map(|one| one["field"].clone()).collect();
    assert_eq!(fields, ["own/rating", "origins"]);
    let id = id_of(&server, "salt").await;
    let title = server.get(&format!("/api/library/{id}")).await.ok();
    assert_eq!((&title["notes"], &title["rating"]), (&Value::Null, &Value::Null));
    assert_eq!(title["origins"]["most"], "audible_file:me_feed");

    let wrong = own("x").replace(samples::asin(0).as_str(), "b1");
    let receipt = bring(&server, &wrong).await;
    assert_eq!(
        (&receipt["rejected"], &receipt["problems"][0]["place"]),
        (&json!(1), &json!("entry 1"))
    );
}

async fn tables_have_the_headers_of_those_who_read_them(database: String) {
    let server = Server::start(database).await;
    filled(&server).await;
    let rows = |file: &str| {
        let mut reader = csv::Reader::from_reader(file.as_bytes());
        let header = reader.headers().unwrap().iter().collect::<Vec<_>>().join(",");
        (header, reader.records().map(Result::unwrap).collect::<Vec<_>>())
    };
    let goodreads = exported(&server, "goodreads").await;
    let (header, titles) = rows(&goodreads);
    assert_eq!((header.as_str(), titles.len()), (GOODREADS, 1_101));
    assert_eq!(exported(&server, "hardcover").await, goodreads);
    let of = |index: usize| {
        let title = samples::item(index).title;
        titles.iter().find(|row| row[1].starts_with(&title)).unwrap().clone()
    };
    assert_eq!(&of(0)[10], "Audible Audio");
    assert!(["read", "currently-reading", "to-read"].contains(&&of(0)[18]));
    let (header, titles) = rows(&exported(&server, "storygraph").await);
    assert_eq!((header.as_str(), titles.len()), (STORY_GRAPH, 1_101));
    assert!(titles.iter().all(|row| &row[4] == "audio" && row[3].len() == 10));

    // Each is known again by the importers, and our own table says what the library says.
    for (format, code) in [("goodreads", "goodreads"), ("storygraph", "story_graph")] {
        let receipt = bring(&server, &exported(&server, format).await).await;
        assert_eq!(receipt["format"], code);
    }
    let table = exported(&server, "csv").await;
    let (header, titles) = rows(&table);
    assert!(header.starts_with("asin,marketplace,title,"), "{header}");
    assert_eq!(titles.len(), 1_102);
    let nowhere = titles.iter().find(|row| &row[0] == "B0NOWHERE1").unwrap();
    let cells: Vec<_> = [13, 15, 16, 17, 21, 22].map(|index| nowhere[index].to_owned()).into();
    assert_eq!(
        cells,
        ["finished", "2024-02-29", "finish_date", "2", "Lent to Ada\nsince May", "true"]
    );
    let receipt = bring(&server, &table).await;
    assert_eq!((&receipt["format"], &receipt["imported"]), (&json!("me_feed"), &json!(0)));
}

async fn a_cell_is_never_a_formula(database: String) {
    let server = Server::start(database).await;
    let mut body = run_of(&samples::items(1));
    body["items"][0]["title"] = json!("=HYPERLINK(\"http://x\")");
    body["items"][0]["authors"] = json!([{"name": "+1"}, {"name": "@you"}]);
    body["items"][0]["publisher"] = json!("'=1");
    server.import(&body).await.ok();
    for format in ["csv", "goodreads", "storygraph", "hardcover"] {
        let file = exported(&server, format).await;
        for row in csv::Reader::from_reader(file.as_bytes()).records() {
            for cell in &row.unwrap() {
                assert!(!cell.starts_with(['=', '+', '-', '@']), "{format}: {cell}");
            }
        }
    }
    let receipt = bring(&server, &exported(&server, "csv").await).await;
    assert_eq!((&receipt["unchanged"], &receipt["updated"]), (&json!(1), &json!(0)));
}

async fn an_export_needs_a_token_and_a_known_format(database: String) {
    let server = Server::start(database).await;
    server.import(&run_of(&samples::items(2))).await.ok();
    let request = Request::get("/api/export?format=json").body(Body::empty()).unwrap();
    server.ask(request).await.problem(401, "token_missing");
    for query in ["", "?format=pdf"] {
        server.get(&format!("/api/export{query}")).await.problem(400, "query_invalid");
    }
    let other = server.get_as_other("/api/export?format=json").await;
    assert!(!other.text.contains("asin"), "another account's titles are not in it");
    let file = server.get("/api/export?format=goodreads").await;
    assert!(
        file.header("content-disposition")
            .starts_with("attachment; filename=\"me-feed-library-goodreads-")
    );
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
}
