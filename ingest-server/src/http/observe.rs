//! Around every request: an id, one log line, and the form in which a failure is shown.
//!
//! A log line names the route, never the address: paths and queries may name titles.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;

use super::error;
use crate::{app::App, clock::new_id, locale::Locale};

/// The header that names a request, for people who ask for help.
pub(super) const REQUEST_ID: &str = "x-request-id";

/// Gives the request its id, logs how it ended, and writes the body of a failure.
pub(super) async fn observe(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = new_id(app.clock().now(), app.chance()).to_string();
    let for_programs = is_for_programs(request.uri().path());
    let locale = locale(request.headers());
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let span = tracing::info_span!(
        "request",
        request.id = %id,
        http.method = %request.method(),
        http.route = route.as_deref().unwrap_or("none")
    );
    let started = Instant::now();
    let answer = next.run(request).instrument(span.clone()).await;
    let _inside = span.enter();
    let mut answer = if for_programs {
        error::as_json(answer, &id)
    } else {
        error::as_page(answer, &id, locale, app.settings().base_path())
    };
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(http.status = answer.status().as_u16(), duration_ms, "answered");
    if let Ok(value) = HeaderValue::try_from(id) {
        answer.headers_mut().insert(REQUEST_ID, value);
    }
    answer
}

/// Programs get problems as JSON, people get a page.
fn is_for_programs(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/") || matches!(path, "/healthz" | "/readyz")
}

/// The language that a browser asks for.
pub(super) fn locale(headers: &HeaderMap) -> Locale {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Locale::wanted(wanted.unwrap_or_default())
}
