//! `GET /api/export` and `/export`: the library as one file, made while it is sent.

use axum::{
    body::{Body, Bytes},
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use futures::stream;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::{auth, error::Failure, session::SignedIn};
use crate::{
    accounts::Scope,
    app::App,
    export::{Export, Format},
    store::AccountId,
};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ExportQuery {
    /// `json` (all of it, to be imported again), `csv`, `goodreads`, `storygraph`, `hardcover`.
    #[param(inline)]
    format: Format,
}

/// The library as a file.
///
/// `json` has everything and comes back by `POST /api/import/file` without loss. `goodreads` and
/// `storygraph` have the columns of those sites' own exports, without hidden titles; Hardcover imports the
/// form of Goodreads. In tables a cell that looks like a formula has an apostrophe before it.
#[utoipa::path(get, path = "/api/export", tag = "library", security(("token" = [])),
    params(ExportQuery),
    responses(
        (status = 200, description = "The file", content((String = "application/json"), (String = "text/csv"))),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn export(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<ExportQuery>, QueryRejection>,
) -> Result<Response, Failure> {
    let account = auth::account(&app, &headers, Scope::LibraryRead).await?;
    file(app, account.id, query)
}

/// The same for a person in a browser.
pub(super) async fn page(
    State(app): State<App>,
    SignedIn { account, .. }: SignedIn,
    query: Result<Query<ExportQuery>, QueryRejection>,
) -> Result<Response, Failure> {
    file(app, account.id, query)
}

fn file(
    app: App,
    owner: AccountId,
    query: Result<Query<ExportQuery>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(ExportQuery { format }) = query.map_err(|_| {
        Failure::Query("format is one of json, csv, goodreads, storygraph, hardcover")
    })?;
    let today = app.clock().now().to_zoned(TimeZone::UTC).date();
    let name = format!("attachment; filename=\"{}\"", format.file_name(today));
    let kind = format.media_type().to_owned();
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)];
    let parts = stream::try_unfold(Export::new(app, owner, format), |mut export| async move {
        Ok::<_, crate::store::StoreError>(
            export.part().await?.map(|part| (Bytes::from(part), export)),
        )
    });
    Ok((headers, Body::from_stream(parts)).into_response())
}
