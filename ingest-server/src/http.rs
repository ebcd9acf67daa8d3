//! The routes, as a table of contents, grouped by who calls them.

mod account;
mod assets;
mod audible;
mod auth;
mod body;
mod browser;
mod client;
mod docs;
mod error;
mod export;
mod files;
mod ignored;
mod import;
mod imports;
mod library;
pub(crate) mod metrics;
mod oauth;
mod observe;
mod openapi;
mod operators;
mod pages;
mod session;
mod tokens;

use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderName, HeaderValue, Method, Uri, header, request::Parts},
    middleware,
    routing::{get, post},
};
use tower::{
    Layer,
    util::{MapRequestLayer, option_layer},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::{AllowOrigin, CorsLayer},
    csrf::CsrfLayer,
    set_header::SetResponseHeaderLayer,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::app::App;

/// What pages may load: their own files and covers from Audible's image hosts.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' https://m.media-amazon.com https://*.media-amazon.com \
    https://*.ssl-images-amazon.com; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Behind TLS browsers come by TLS alone, for a year.
const HSTS: &str = "max-age=31536000";

/// Every route of the server.
pub fn router(app: App) -> Router {
    let (api, document) = programs().with_state(app.clone()).split_for_parts();
    let routes = api
        .layer(Extension(openapi::Document::new(&document)))
        .merge(people(&app))
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::method_not_allowed);
    below(app.settings().base_path().to_owned(), around(routes, app))
}

/// Takes the sub-path of `MEFEED_PUBLIC_URL` off the address of each request. Some proxies have taken
/// it off already, so that both forms are understood.
fn below(base: String, routes: Router) -> Router {
    if base.is_empty() {
        return routes;
    }
    let strip = MapRequestLayer::new(move |mut request: Request| {
        if let Some(uri) = without(&base, request.uri()) {
            *request.uri_mut() = uri;
        }
        request
    });
    Router::new().fallback_service(strip.layer(routes))
}

fn without(base: &str, uri: &Uri) -> Option<Uri> {
    let rest = uri.path_and_query()?.as_str().strip_prefix(base)?;
    if rest.starts_with('/') {
        return rest.parse().ok();
    }
    let below = rest.is_empty() || rest.starts_with('?');
    below.then(|| format!("/{rest}").parse().ok()).flatten()
}

/// Programs: a token where one is needed, never a cookie.
fn programs() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::head())
        // The extension and other senders.
        .routes(routes!(import::import))
        .routes(routes!(import::schema))
        .routes(routes!(operators::version))
        // Readers.
        .routes(routes!(library::library))
        .routes(routes!(library::one, library::edit))
        .routes(routes!(imports::list))
        .routes(routes!(imports::one))
        .routes(routes!(imports::items))
        .routes(routes!(imports::undo))
        .routes(routes!(files::file))
        .routes(routes!(files::audible_json))
        .routes(routes!(export::export))
        .routes(routes!(ignored::list, ignored::many))
        .routes(routes!(ignored::one, ignored::put, ignored::delete))
        // The connection with Audible that the server keeps.
        .routes(routes!(audible::connect))
        .routes(routes!(audible::sync))
        .routes(routes!(audible::disconnect))
        .routes(routes!(audible::status))
        .routes(routes!(audible::schedule))
        .routes(routes!(audible::wishlist))
        // Programs that ask a person for a token, and manage it.
        .routes(routes!(oauth::device_authorization))
        .routes(routes!(oauth::token))
        .routes(routes!(oauth::revoke))
        .routes(routes!(account::export))
        .routes(routes!(account::delete))
        .routes(routes!(tokens::list))
        .routes(routes!(tokens::revoke))
        // Operators.
        .routes(routes!(operators::healthz))
        .routes(routes!(operators::readyz))
        .routes(routes!(metrics::metrics))
        .routes(routes!(operators::openapi))
        .routes(routes!(docs::docs))
}

/// People in a browser: a session cookie, guarded against forms of other sites.
fn people(app: &App) -> Router {
    Router::new()
        .route("/", get(pages::library))
        .route("/pair", get(pages::pair::pair).post(pages::pair::decide))
        .route("/titles/{id}", get(pages::title::title).post(pages::title::edit))
        .route("/imports", get(pages::imports::imports))
        .route("/imports/{run}", get(pages::imports::import))
        .route("/imports/{run}/{file}", get(pages::download::titles))
        .route("/imports/{run}/undo", post(pages::imports::undo))
        .route("/export", get(export::page))
        .merge(big_forms(app))
        .route("/files", get(pages::files::files))
        .route("/files/{id}", get(pages::file::file).post(pages::file::decide))
        .route("/files/{id}/progress", get(pages::file::progress))
        .route("/ignored", get(pages::ignored::ignored))
        .route("/ignored/again", post(pages::ignored::again))
        .route("/wishlist", get(pages::wishlist::wishlist))
        .merge(connections())
        .route("/activity", get(pages::activity::activity))
        .route("/tokens", get(pages::tokens::tokens).post(pages::tokens::make))
        .route("/tokens/{id}/revoke", post(pages::tokens::revoke))
        .route("/settings", get(pages::settings::settings))
        .route("/settings/name", post(pages::settings::rename))
        .route("/settings/data", post(pages::data::take))
        .route("/settings/delete", post(pages::data::delete))
        .route("/settings/password", post(pages::settings::password))
        .route("/settings/sessions/{hash}/end", post(pages::settings::end_session))
        .route("/settings/sessions/end-others", post(pages::settings::end_others))
        .route("/settings/people/invite", post(pages::settings::invite))
        .route("/settings/people/registration", post(pages::settings::registration))
        .route("/setup", get(pages::setup::setup).post(pages::setup::set_up))
        .route("/register", get(pages::setup::register).post(pages::setup::registered))
        .route("/sign-in", get(pages::sign_in::sign_in).post(pages::sign_in::by_password))
        .route("/sign-in/link", post(pages::sign_in::by_link))
        .route("/sign-out", post(pages::sign_in::sign_out))
        .layer(session::layer(app))
        .layer(CsrfLayer::new().with_rejection_response(error::foreign_form))
        .merge(assets::routes())
        .with_state(app.clone())
}

/// The connections with Audible that the server keeps, and the ways to one.
fn connections() -> Router<App> {
    use pages::audible::{acts, audible, connect};
    Router::new()
        .route("/audible", get(audible))
        .route("/audible/connect", post(connect::begin))
        .route("/audible/connect/finish", post(connect::finish))
        .route("/audible/connect/password", post(connect::password))
        .route("/audible/connect/code", post(connect::code))
        .route("/audible/connect/file", post(connect::file))
        .route("/audible/{marketplace}/progress", get(acts::progress))
        .route("/audible/{marketplace}/sync", post(acts::sync))
        .route("/audible/{marketplace}/schedule", post(acts::schedule))
        .route("/audible/{marketplace}/disconnect", post(acts::disconnect))
}

/// A form that brings a file has the limit of files, which is kept while it is read; nothing of it is read
/// without end.
fn big_forms(app: &App) -> Router<App> {
    let limit = DefaultBodyLimit::max(body::form_limit(app.settings().file_limit));
    Router::new().route("/files", post(pages::files::take)).layer(limit)
}

/// What holds for every answer, failures included.
fn around(routes: Router, app: App) -> Router {
    let fixed = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let tls = app.settings().is_behind_tls();
    let routes = routes
        .layer(option_layer(tls.then(|| fixed(header::STRICT_TRANSPORT_SECURITY, HSTS))))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(fixed(header::CONTENT_SECURITY_POLICY, CSP))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
        .layer(fixed(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(fixed(header::CACHE_CONTROL, "no-store"))
        .layer(extensions_only());
    routes.layer(middleware::from_fn_with_state(app, observe::observe))
}

/// CORS: extensions may call the API without cookies, and read what tells them when to come back.
fn extensions_only() -> CorsLayer {
    let is_extension = |origin: &HeaderValue, request: &Parts| {
        let origin = origin.as_bytes();
        request.uri.path().starts_with("/api/")
            && (origin.starts_with(b"chrome-extension://")
                || origin.starts_with(b"moz-extension://"))
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(is_extension))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            HeaderName::from_static(import::KEY),
        ])
        .expose_headers([header::RETRY_AFTER, HeaderName::from_static(observe::REQUEST_ID)])
        .max_age(std::time::Duration::from_secs(600))
}
