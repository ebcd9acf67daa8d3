//! `/metrics`: behind a token on the server's own address, or plain on an address of its own.

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
    routing::get,
};

use super::{auth, error::Failure};
use crate::app::App;

/// What Prometheus sends and reads.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Numbers for monitoring, for whoever has the token of `MEFEED_METRICS_TOKEN`. Without one there is
/// nothing at this address.
#[utoipa::path(get, path = "/metrics", tag = "operators", security(("token" = [])),
    responses(
        (status = 200, description = "OpenMetrics text", content_type = "application/openmetrics-text", body = String),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn metrics(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let token = app.settings().metrics_token.as_ref().ok_or(Failure::NotFound)?;
    if auth::bearer(&headers).is_some_and(|given| token.is(given)) {
        return numbers(&app).await;
    }
    Err(Failure::MetricsToken)
}

/// The routes of the address that `MEFEED_METRICS_LISTEN` names.
pub(crate) fn alone(app: App) -> Router {
    Router::new().route("/metrics", get(plain)).with_state(app)
}

async fn plain(State(app): State<App>) -> Result<Response, Failure> {
    numbers(&app).await
}

async fn numbers(app: &App) -> Result<Response, Failure> {
    let counts = app.store().counts(app.clock().now().as_microsecond()).await?;
    let text = app.metrics().text(&counts)?;
    Ok(([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response())
}
