//! `GET /api/library`: a library for programs.

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
};

use super::{auth, error::Failure};
use crate::{
    accounts::Scope,
    app::App,
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
    let Query(ask) = query
        .map_err(|_| Failure::Query("limit is a number from 1 to 200, raw is true or false"))?;
    Ok(Json(library::page(&app, account.id, &ask).await?))
}
