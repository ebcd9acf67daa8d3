//! `GET /api/imports`: what imports did.

use axum::{
    Json,
    body::Bytes,
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
    http::HeaderMap,
};
use uuid::Uuid;

use super::{auth, error::Failure};
use crate::{
    accounts::Scope,
    app::App,
    history::{self, AskItems, AskRuns, ItemsPage, RunView, RunsPage},
    undo::{self, AskUndo, Undone},
};

/// The account's runs, newest first, those without a change among them.
#[utoipa::path(get, path = "/api/imports", tag = "import", security(("token" = [])),
    params(AskRuns),
    responses(
        (status = 200, description = "Runs", body = RunsPage),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn list(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<AskRuns>, QueryRejection>,
) -> Result<Json<RunsPage>, Failure> {
    let account = auth::account(&app, &headers, Scope::LibraryRead).await?;
    let Query(ask) = query
        .map_err(|_| Failure::Query("limit is a number from 1 to 200, cursor the id of a run"))?;
    Ok(Json(history::runs(&app, account.id, &ask).await?))
}

/// One run.
#[utoipa::path(get, path = "/api/imports/{run}", tag = "import", security(("token" = [])),
    params(("run" = String, Path, description = "The run's id")),
    responses(
        (status = 200, description = "The run", body = RunView),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn one(
    State(app): State<App>,
    headers: HeaderMap,
    run: Result<Path<Uuid>, PathRejection>,
) -> Result<Json<RunView>, Failure> {
    let account = auth::account(&app, &headers, Scope::LibraryRead).await?;
    let Path(run) = run.map_err(|_| Failure::NotFound)?;
    history::run(&app, account.id, run).await?.map(Json).ok_or(Failure::NotFound)
}

/// What became of the titles of a run, a chunk at a time.
#[utoipa::path(get, path = "/api/imports/{run}/items", tag = "import", security(("token" = [])),
    params(("run" = String, Path, description = "The run's id"), AskItems),
    responses(
        (status = 200, description = "Titles", body = ItemsPage),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn items(
    State(app): State<App>,
    headers: HeaderMap,
    run: Result<Path<Uuid>, PathRejection>,
    query: Result<Query<AskItems>, QueryRejection>,
) -> Result<Json<ItemsPage>, Failure> {
    let account = auth::account(&app, &headers, Scope::LibraryRead).await?;
    let Path(run) = run.map_err(|_| Failure::NotFound)?;
    let Query(ask) = query.map_err(|_| Failure::Query("cursor is the next_cursor of an answer"))?;
    history::items(&app, account.id, run, &ask).await?.map(Json).ok_or(Failure::NotFound)
}

/// Takes a run back, whole or for single titles. That is a run of its own and can be taken back too.
#[utoipa::path(post, path = "/api/imports/{run}/undo", tag = "import", security(("token" = [])),
    params(("run" = String, Path, description = "The run's id")),
    request_body(content = Option<AskUndo>, description = "Without a body, the whole run"),
    responses(
        (status = 200, description = "What became of it", body = Undone),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn undo(
    State(app): State<App>,
    headers: HeaderMap,
    run: Result<Path<Uuid>, PathRejection>,
    body: Bytes,
) -> Result<Json<Undone>, Failure> {
    let account = auth::account(&app, &headers, Scope::ImportWrite).await?;
    let Path(run) = run.map_err(|_| Failure::NotFound)?;
    let whole = body.trim_ascii().is_empty();
    let ask = if whole { Ok(AskUndo::default()) } else { serde_json::from_slice(&body) };
    let wrong = "the body is empty, or {\"asins\": [\"B000000001\"]}";
    let ask = ask.map_err(|_| Failure::Query(wrong))?;
    Ok(Json(undo::undo(&app, account, run, ask).await?))
}
