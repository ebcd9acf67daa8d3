//! Style sheets, scripts and icon of the pages, from inside the binary.

use axum::{
    Router,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};

use crate::app::App;

const TOKENS: &str = include_str!("../../../shared/look/tokens.css");
const ICON: &str = include_str!("../../../shared/look/icon.svg");
const PAGES: &str = include_str!("../../assets/pages.css");
const LINK: &str = include_str!("../../assets/link.js");
const FILES: &str = include_str!("../../assets/files.js");
const WAITS: &str = include_str!("../../assets/waits.js");

/// The files, none of which is secret.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/assets/tokens.css", get(async || file("text/css; charset=utf-8", TOKENS)))
        .route("/assets/pages.css", get(async || file("text/css; charset=utf-8", PAGES)))
        .route("/assets/link.js", get(async || file("text/javascript; charset=utf-8", LINK)))
        .route("/assets/files.js", get(async || file("text/javascript; charset=utf-8", FILES)))
        .route("/assets/waits.js", get(async || file("text/javascript; charset=utf-8", WAITS)))
        .route("/assets/icon.svg", get(async || file("image/svg+xml", ICON)))
}

fn file(kind: &'static str, text: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=300")];
    (headers, text).into_response()
}
