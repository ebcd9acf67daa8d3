//! What a person says of a title: it wins over imports, field by field, and can be given back.

use axum::{body::Body, http::header};
use ingest_server::accounts::{self, Scopes};
use serde_json::{Value, json};
use shared::{ids::Marketplace, samples, wire::v1};

use crate::{
    browser::Browser,
    databases::{self, on_both},
    harness::{Answer, Server, outcomes, run_of},
};

on_both![
    what_a_person_says_wins_over_imports_and_can_be_given_back,
    hidden_titles_are_listed_apart,
    a_wrong_edit_changes_nothing_and_says_where,
    editions_are_the_same_recording_in_other_shops,
    nobody_edits_for_another,
    the_page_of_a_title_keeps_what_is_entered,
];

struct Editor {
    server: Server,
    token: String,
}

impl Editor {
    /// A library of three titles.
    async fn start(database: String) -> Self {
        let server = Server::start(database).await;
        server.import(&run_of(&samples::items(3))).await.ok();
        let scopes: Scopes = "library:read library:write".parse().unwrap();
        let token = accounts::create_token(&server.app, server.account.id, "e", scopes).await;
        Self { token: token.unwrap(), server }
    }

    async fn id(&self, index: usize) -> String {
        let titles = self.server.library("sort=title").await;
        let asin = json!(samples::asin(index));
        let mut titles = titles["items"].as_array().unwrap().iter();
        let title = titles.find(|title| title["asin"] == asin).unwrap();
        title["id"].as_str().unwrap().to_owned()
    }

    async fn patch_as(&self, token: &str, id: &str, kind: &str, body: &str) -> Answer {
        let request = axum::http::Request::patch(format!("/api/library/{id}"))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, kind);
        self.server.ask(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    async fn patch(&self, id: &str, body: &Value) -> Answer {
        self.patch_as(&self.token, id, "application/merge-patch+json", &body.to_string()).await
    }

    async fn title(&self, id: &str) -> Value {
        self.server.get(&format!("/api/library/{id}")).await.ok()
    }
}

async fn what_a_person_says_wins_over_imports_and_can_be_given_back(database: String) {
    let editor = Editor::start(database).await;
    let id = editor.id(1).await;
    let before = editor.title(&id).await;
    assert_eq!((&before["own"], &before["rating"]), (&json!({}), &json!(4)));
    assert_eq!((&before["notes"], &before["hidden"]), (&Value::Null, &json!(false)));
    assert!(before["user_media"]["raw_import_data"].is_object());
    let source_status = before["user_media"]["status"].clone();

    let edit = json!({"status": "finished", "rating": 2, "notes": " Twice\nin winter ",
                      "consumed_at": "2026-02-03"});
    let edited = editor.patch(&id, &edit).await.ok();
    assert_eq!(edited, editor.title(&id).await);
    assert_eq!(edited["own"]["status"], json!({"value": "finished", "source": source_status}));
    assert_eq!(edited["own"]["rating"], json!({"value": 2, "source": 4}));

    // The source changes beneath: counted as ever, and the person's values stay.
    let mut body = run_of(&samples::items(3));
    body["items"][1]["my_rating"] = json!(5);
    body["items"][1]["publisher"] = json!("Elsewhere");
    body["items"][1]["listening"] = json!({"state": "in_progress", "percent": 12.0});
    let receipt = editor.server.import(&body).await.ok();
    assert_eq!(outcomes(&receipt), [0, 1, 2, 0, 0]);
    let mut again = run_of(&samples::items(3));
    again["items"] = body["items"].clone();
    assert_eq!(outcomes(&editor.server.import(&again).await.ok()), [0, 0, 3, 0, 0]);
    let kept = editor.title(&id).await;
    assert_eq!(kept["media"]["media_metadata"]["publisher"], "Elsewhere");
    for title in [&kept, &listed(&editor, &id).await] {
        let side = &title["user_media"];
        assert_eq!(
            (&side["status"], &side["consumed_at"], &side["consumed_at_basis"]),
            (&json!("finished"), &json!("2026-02-03"), &json!("finish_date"))
        );
    }
    assert_eq!((&kept["rating"], &kept["notes"]), (&json!(2), &json!("Twice\nin winter")));
    assert_eq!(kept["own"]["status"]["source"], "in_progress");
    assert_eq!(kept["own"]["rating"]["source"], 5);

    // Given back one at a time: the source's value of today.
    let back = editor.patch(&id, &json!({"rating": null, "consumed_at": null})).await.ok();
    assert_eq!((&back["rating"], &back["user_media"]["status"]), (&json!(5), &json!("finished")));
    let back = editor.patch(&id, &json!({"status": null, "notes": null})).await.ok();
    assert_eq!((&back["own"], &back["user_media"]["status"]), (&json!({}), &json!("in_progress")));
    assert_eq!(back["user_media"], editor.title(&id).await["user_media"]);
}

/// The title as the list shows it.
async fn listed(editor: &Editor, id: &str) -> Value {
    let titles = editor.server.library("").await;
    titles["items"].as_array().unwrap().iter().find(|title| title["id"] == id).unwrap().clone()
}

async fn hidden_titles_are_listed_apart(database: String) {
    let editor = Editor::start(database).await;
    let id = editor.id(0).await;
    assert_eq!(editor.patch(&id, &json!({"hidden": true})).await.ok()["hidden"], true);
    assert_eq!(editor.server.size().await, 2);
    let hidden = editor.server.library("hidden=true&sort=title").await;
    assert_eq!((&hidden["total"], &hidden["items"][0]["id"]), (&json!(1), &json!(id)));
    // An import does not bring it back, and knows it.
    let receipt = editor.server.import(&run_of(&samples::items(3))).await.ok();
    assert_eq!(outcomes(&receipt), [0, 0, 3, 0, 0]);
    assert_eq!(editor.server.size().await, 2);
    editor.patch(&id, &json!({"hidden": false})).await.ok();
    assert_eq!(editor.server.size().await, 3);
}

async fn a_wrong_edit_changes_nothing_and_says_where(database: String) {
    let editor = Editor::start(database).await;
    let id = editor.id(0).await;
    let before = editor.title(&id).await;
    for (edit, pointer) in [
        (json!({"status": "heard", "notes": "x"}), "/status"),
        (json!({"rating": 0}), "/rating"),
        (json!({"rating": 4.5}), "/rating"),
        (json!({"rating": 6}), "/rating"),
        (json!({"notes": "x".repeat(10_001)}), "/notes"),
        (json!({"hidden": "yes"}), "/hidden"),
        (json!({"consumed_at": "2026-02-30"}), "/consumed_at"),
        (json!({"consumed_at": "1850-01-01"}), "/consumed_at"),
        (json!({"title": "Mine"}), "/title"),
        (json!([]), ""),
    ] {
        let problem = editor.patch(&id, &edit).await.problem(422, "edit_invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{edit}");
    }
    let broken = editor.patch_as(&editor.token, &id, "application/json", "{").await;
    broken.problem(422, "edit_invalid");
    let form = editor.patch_as(&editor.token, &id, "text/plain", "{}").await;
    form.problem(415, "not_json");
    assert_eq!(editor.title(&id).await, before);
}

async fn editions_are_the_same_recording_in_other_shops(database: String) {
    let editor = Editor::start(database).await;
    let mut body = run_of(&samples::items(0));
    body["run"]["marketplace"] = json!("de");
    body["run"]["reading"]["seen"] = json!(2);
    let skus = ["BK_1%", "BK_1%x"];
    let items =
        [7, 8].map(|index| v1::Item::from_item(&samples::item(index), Some(Marketplace::De)));
    body["items"] = json!(items);
    for (index, sku) in skus.iter().enumerate() {
        body["items"][index]["sku"] = json!(sku);
    }
    editor.server.import(&body).await.ok();
    let mut mine = run_of(&samples::items(1));
    mine["items"][0]["sku"] = json!(skus[0]);
    editor.server.import(&mine).await.ok();
    let editions = editor.title(&editor.id(0).await).await["editions"].clone();
    assert_eq!(editions.as_array().unwrap().len(), 1);
    assert_eq!(editions[0]["asin"], json!(samples::asin(7)));
    assert_eq!(editions[0]["marketplace"], "de");
    assert_eq!(editor.title(&editor.id(2).await).await["editions"], json!([]));
}

async fn nobody_edits_for_another(database: String) {
    let editor = Editor::start(database).await;
    let id = editor.id(0).await;
    let weak = editor.patch_as(&editor.server.token, &id, "application/json", "{}").await;
    weak.problem(403, "scope_missing");
    let other =
        editor.server.app.store().account_by_email("other@home.example").await.unwrap().unwrap();
    let scopes: Scopes = "library:write".parse().unwrap();
    let token = accounts::create_token(&editor.server.app, other.id, "o", scopes).await.unwrap();
    let edit = json!({"hidden": true}).to_string();
    let strange = editor.patch_as(&token, &id, "application/json", &edit).await;
    strange.problem(404, "not_found");
    editor.server.get_as_other(&format!("/api/library/{id}")).await.problem(404, "not_found");
    editor.server.get("/api/library/x").await.problem(404, "not_found");
    assert_eq!(editor.server.size().await, 3);
}

async fn the_page_of_a_title_keeps_what_is_entered(database: String) {
    let editor = Editor::start(database).await;
    let (id, server) = (editor.id(1).await, &editor.server);
    let reader = Browser::signed_in(server, server.account.id).await;
    let page = format!("/titles/{id}");
    assert!(reader.get("/").await.text.contains(&page), "the library leads to it");
    let shown = reader.get(&page).await.text;
    assert!(shown.contains("As Audible says: 4 stars"), "{shown}");

    let form = "status=finished&consumed_at=2026-02-03&rating=2&notes=%3Cb%3E+twice&hidden=1";
    let saved = reader.post(&page, form).await;
    assert_eq!(saved.header("location"), format!("{page}?done=1"));
    let shown = reader.get(saved.header("location")).await.text;
    for part in [
        r#"role="status">Saved."#,
        r#"<option value="finished" selected>"#,
        r#"value="2026-02-03""#,
        r#"<option value="2" selected>"#,
        "&#60;b&#62; twice</textarea>",
        r#"value="1" checked"#,
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!reader.get("/").await.text.contains(&page));
    assert!(reader.get("/?show=hidden").await.text.contains(&page));

    // A mistake is named, and what was typed is there.
    let wrong = reader.post(&page, "consumed_at=1850-01-01&notes=kept").await;
    assert!(wrong.text.contains("not a date from 1900 on"), "{}", wrong.text);
    assert!(wrong.text.contains("kept</textarea>"), "{}", wrong.text);
    assert_eq!(editor.title(&id).await["notes"], "<b> twice");

    // An empty form gives everything back.
    reader.post(&page, "status=&consumed_at=&rating=&notes=").await;
    assert_eq!(editor.title(&id).await["own"], json!({}));
    let other = server.app.store().account_by_email("other@home.example").await.unwrap().unwrap();
    let stranger = Browser::signed_in(server, other.id).await;
    assert_eq!(stranger.get(&page).await.status, 404);
    assert_eq!(stranger.post(&page, "notes=x").await.status, 404);
}
