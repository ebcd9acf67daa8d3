//! `/api/library`: a library for programs, and what a person says of a title.

use axum::{
    Json,
    body::Bytes,
    extract::{
        Path, Query, State,
        rejection::{BytesRejection, PathRejection, QueryRejection},
    },
    http::HeaderMap,
};
use uuid::Uuid;

use super::{auth, body, error::Failure};
use crate::{
    accounts::Scope,
    app::App,
    edits::{self, Patch, TitleView},
    library::{self, Ask, LibraryPage},
};

/// A part of the library.
#[utoipa::path(
    get,
    path = "/api/library",
    tag = "library",
    security(("token" = [])),
    params(Ask),
    responses(
        (status = 200, description = "A part of the library", body = LibraryPage),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
        (status = "5XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    )
)]
pub(super) async fn library(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<Ask>, QueryRejection>,
) -> Result<Json<LibraryPage>, Failure> {
    let account = auth::account(&app, &headers, Scope::LibraryRead).await?;
    let Query(ask) = query.map_err(|_| {
        Failure::Query("limit is a number from 1 to 200, raw and hidden are true or false")
    })?;
    Ok(Json(library::page(&app, account.id, &ask).await?))
}

/// One title: what holds, which fields are the person's own, and the same recording in other shops.
#[utoipa::path(get, path = "/api/library/{id}", tag = "library", security(("token" = [])),
    params(("id" = String, Path, description = "The title's id")),
    responses(
        (status = 200, description = "The title", body = TitleView),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn one(
    State(app): State<App>,
    headers: HeaderMap,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<Json<TitleView>, Failure> {
    let account = auth::account(&app, &headers, Scope::LibraryRead).await?;
    let Path(id) = id.map_err(|_| Failure::NotFound)?;
    edits::title(&app, account.id, id).await?.map(Json).ok_or(Failure::NotFound)
}

/// Changes a title by a JSON merge patch; `null` gives a field back to the source.
#[utoipa::path(patch, path = "/api/library/{id}", tag = "library", security(("token" = [])),
    params(("id" = String, Path, description = "The title's id")),
    request_body(content = Object, description = "Any of `status`, `rating`, `notes`, `hidden`, `consumed_at`"),
    responses(
        (status = 200, description = "The title as it is now", body = TitleView),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn edit(
    State(app): State<App>,
    headers: HeaderMap,
    id: Result<Path<Uuid>, PathRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<TitleView>, Failure> {
    let account = auth::account(&app, &headers, Scope::LibraryWrite).await?;
    let Path(id) = id.map_err(|_| Failure::NotFound)?;
    body::is_patch(&headers)?;
    let body = body.map_err(|_| Failure::BodyBroken)?;
    let patch = Patch::parse(&body).map_err(Failure::Edit)?;
    edits::edit(&app, account.id, id, &patch).await?.map(Json).ok_or(Failure::NotFound)
}
