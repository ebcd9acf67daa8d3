//! `POST /api/audible/import-from-extension`: one chunk of one run, and the schema of it.

use std::collections::HashMap;

use axum::{
    body::Body,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{auth, body, error::Failure};
use crate::{
    accounts::{Account, Scope},
    app::App,
    ingest::{self, Incoming, Refused},
    metrics::Metrics,
};

/// The header that names a chunk: `{run.id}:{chunk.index}`.
pub(super) const KEY: &str = "idempotency-key";

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportQuery {
    /// Answer without writing.
    dry_run: bool,
}

/// Takes one chunk of one run in.
#[utoipa::path(
    post,
    path = "/api/audible/import-from-extension",
    tag = "import",
    security(("token" = [])),
    params(
        ImportQuery,
        ("Idempotency-Key" = Option<String>, Header, description = "{run.id}:{chunk.index}; required unless dry_run"),
    ),
    request_body(content = ref("#/components/schemas/ImportRequest")),
    responses(
        (status = 200, description = "What happened to every title", body = ref("#/components/schemas/ImportReceipt")),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
        (status = "5XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    )
)]
pub(super) async fn import(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<ImportQuery>, QueryRejection>,
    body: Body,
) -> Result<Response, Failure> {
    let (account, dry_run) = match admitted(&app, &headers, query).await {
        Ok(admitted) => admitted,
        Err(failure) => {
            body::throw_away(body).await;
            return Err(failure);
        }
    };
    let _turn = body::turn(&app).await?;
    let body = body::read(&app, &headers, body).await?;
    let key = headers.get(KEY).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let taken =
        ingest::take(&app, account, Incoming { body, key, dry_run, brought: HashMap::new() }).await;
    count(app.metrics(), taken.as_deref(), dry_run);
    Ok(json(taken?))
}

fn count(metrics: &Metrics, taken: Result<&str, &Refused>, dry_run: bool) {
    match taken {
        Ok(_) if dry_run => metrics.chunk("previewed"),
        Ok(receipt) => metrics.stored(receipt),
        Err(refused) => metrics.chunk(refused.name()),
    }
}

/// What can be said before the body is read.
async fn admitted(
    app: &App,
    headers: &HeaderMap,
    query: Result<Query<ImportQuery>, QueryRejection>,
) -> Result<(Account, bool), Failure> {
    let account = auth::account(app, headers, Scope::ImportWrite).await?;
    let Query(query) = query.map_err(|_| Failure::Query("dry_run is true or false"))?;
    body::is_json(headers)?;
    Ok((account, query.dry_run))
}

/// The JSON Schema of an import, the one that the server checks with.
#[utoipa::path(
    get,
    path = "/api/audible/import-from-extension/schema",
    tag = "import",
    responses((status = 200, description = "JSON Schema, draft 2020-12", content_type = "application/schema+json", body = Object))
)]
pub(super) async fn schema() -> Response {
    ([(header::CONTENT_TYPE, "application/schema+json")], shared::validate::SCHEMA).into_response()
}

fn json(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}
