//! Who is this, is it well, what can it do: answers without a login.

use axum::{
    Extension, Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{error::Failure, openapi::Document};
use crate::app::App;

/// What a client checks before it pairs.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Version {
    /// `me-feed`
    product: &'static str,
    /// Of the server.
    version: &'static str,
    /// Wire versions that imports may have.
    wire_versions: Vec<u32>,
    /// Now, RFC 3339.
    server_time: String,
}

/// Product, versions, time.
#[utoipa::path(get, path = "/api/version", tag = "operators",
    responses((status = 200, description = "Product, versions, time", body = Version)))]
pub(super) async fn version(State(app): State<App>) -> Json<Version> {
    Json(Version {
        product: "me-feed",
        version: env!("CARGO_PKG_VERSION"),
        wire_versions: vec![shared::wire::v1::SCHEMA_VERSION],
        server_time: app.clock().now().to_string(),
    })
}

/// The process runs.
#[utoipa::path(get, path = "/healthz", tag = "operators",
    responses((status = 200, description = "The process runs", body = String)))]
pub(super) async fn healthz() -> &'static str {
    "ok"
}

/// The database answers.
#[utoipa::path(get, path = "/readyz", tag = "operators",
    responses(
        (status = 200, description = "The database answers", body = String),
        (status = 503, description = "It does not", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn readyz(State(app): State<App>) -> Result<&'static str, Failure> {
    app.store().ready().await?;
    Ok("ok")
}

/// This document.
#[utoipa::path(get, path = "/api/openapi.json", tag = "operators",
    responses((status = 200, description = "OpenAPI document", body = Object)))]
pub(super) async fn openapi(Extension(document): Extension<Document>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], document.text().to_owned()).into_response()
}
