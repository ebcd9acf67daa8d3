//! Around every request: an id, one log line, and the form in which a failure is shown.
//!
//! A log line names the route, never the address: paths and queries may name titles.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
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
    let method = known(request.method());
    let started = Instant::now();
    let answer = next.run(request).instrument(span.clone()).await;
    let _inside = span.enter();
    let mut answer = if for_programs {
        error::as_json(answer, &id)
    } else {
        error::as_page(answer, &id, locale, app.settings().base_path())
    };
    let (duration, status) = (started.elapsed(), answer.status().as_u16());
    app.metrics().request(method, route.as_deref().unwrap_or("none"), status, duration);
    let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(http.status = status, duration_ms, "answered");
    if let Ok(value) = HeaderValue::try_from(id) {
        answer.headers_mut().insert(REQUEST_ID, value);
    }
    answer
}

/// A method's name; callers may invent others, and each would be a line for monitoring.
const fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::HEAD => "HEAD",
        _ => "other",
    }
}

/// Programs get problems as JSON, people get a page.
fn is_for_programs(path: &str) -> bool {
    path == "/api"
        || path.starts_with("/api/")
        || matches!(path, "/healthz" | "/readyz" | "/metrics")
}

/// The language that a browser asks for.
pub(super) fn locale(headers: &HeaderMap) -> Locale {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Locale::wanted(wanted.unwrap_or_default())
}
