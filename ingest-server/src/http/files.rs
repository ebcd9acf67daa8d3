//! `/api/import/…`: export files of other programs, as they are.

use axum::{
    Json,
    body::Body,
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
};
use importers::Format;
use serde::Deserialize;
use shared::ids::Marketplace;

use super::{auth, body, error::Failure};
use crate::{
    accounts::Scope,
    app::App,
    files::{self, FileImport, FileReceipt},
};

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct FileQuery {
    /// Answer without writing.
    dry_run: bool,
    /// The shop of titles of which the file does not say it: `us`.
    marketplace: Option<String>,
}

/// Takes an export file in; what it is, is told from its content.
///
/// Audible's JSON, audible-cli, audible-rs, Libation, OpenAudible, Audible Library Extractor,
/// audible-exporter, Amazon's "Request My Data", Goodreads, The StoryGraph, and our own export.
#[utoipa::path(post, path = "/api/import/file", tag = "import", security(("token" = [])),
    params(FileQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file as it is"),
    responses(
        (status = 200, description = "What became of the file", body = FileReceipt),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn file(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<FileQuery>, QueryRejection>,
    body: Body,
) -> Result<Json<FileReceipt>, Failure> {
    take(&app, &headers, query, body, None).await
}

/// Takes in what Audible's own API answered: an object with `items`, a list, or several of either.
#[utoipa::path(post, path = "/api/import/audible-json", tag = "import", security(("token" = [])),
    params(FileQuery),
    request_body(content = Object, description = "Audible's answer as it is"),
    responses(
        (status = 200, description = "What became of the file", body = FileReceipt),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn audible_json(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<FileQuery>, QueryRejection>,
    body: Body,
) -> Result<Json<FileReceipt>, Failure> {
    take(&app, &headers, query, body, Some(Format::AudibleJson)).await
}

async fn take(
    app: &App,
    headers: &HeaderMap,
    query: Result<Query<FileQuery>, QueryRejection>,
    body: Body,
    only: Option<Format>,
) -> Result<Json<FileReceipt>, Failure> {
    let ask = match asked(app, headers, query, only).await {
        Ok(ask) => ask,
        Err(failure) => {
            body::throw_away(body).await;
            return Err(failure);
        }
    };
    let file = body::spool(app, headers, body.into_data_stream()).await?;
    let _turn = body::turn(app).await?;
    Ok(Json(files::import(app, ask, file).await?))
}

/// What can be said before the body is read.
async fn asked(
    app: &App,
    headers: &HeaderMap,
    query: Result<Query<FileQuery>, QueryRejection>,
    only: Option<Format>,
) -> Result<FileImport, Failure> {
    let account = auth::account(app, headers, Scope::ImportWrite).await?;
    let Query(query) = query.map_err(|_| Failure::Query("dry_run is true or false"))?;
    let marketplace = query.marketplace.as_deref().map(Marketplace::parse).transpose();
    let marketplace = marketplace.map_err(|_| {
        Failure::Query("marketplace is one of us, uk, de, fr, ca, it, au, in, jp, es, br")
    })?;
    Ok(FileImport { account, marketplace, dry_run: query.dry_run, only })
}
