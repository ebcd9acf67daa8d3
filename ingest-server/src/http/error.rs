//! The only place that gives a failure its status code, and the form in which it is shown.
//!
//! Programs get RFC 9457 with a stable `code`; people get a page. Causes go to the log, once.

mod audible;
mod imports;
mod people;

use std::{any::Any, borrow::Cow, error::Error, sync::Arc};

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use shared::validate::EnvelopeProblem;
use tower_http::csrf::ProtectionError;

use self::{
    audible::connection_problem,
    imports::{busy, file_problem, file_too_large, refused_problem, too_large},
    people::{denied_problem, grant_problem, metrics_token, sign_in_problem},
};
use super::pages;
use crate::{
    accounts::{Denied, SignInError},
    audible::ConnectionError,
    files::FileRefused,
    grant::GrantError,
    ingest::Refused,
    library::LibraryError,
    locale::Locale,
    personal::PersonalError,
    store::StoreError,
    undo::UndoError,
};

/// Seconds after which a busy server may be asked again.
const AGAIN_SOON: &str = "5";

/// Everything that a request can end in other than its answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Grant(#[from] GrantError),
    #[error(transparent)]
    Import(#[from] Refused),
    #[error(transparent)]
    Library(#[from] LibraryError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the session could not be read or written")]
    Session(#[from] tower_sessions::session::Error),
    #[error("a page could not be drawn")]
    Page(#[from] askama::Error),
    #[error("an edit is not valid")]
    Edit(Vec<EnvelopeProblem>),
    #[error("the body is not JSON by its kind")]
    NotJson,
    #[error("the body is over {0} bytes")]
    TooLarge(usize),
    #[error("the file is over {0} bytes")]
    FileTooLarge(usize),
    #[error("a file could not be put away")]
    Spool(#[source] std::io::Error),
    #[error(transparent)]
    File(#[from] FileRefused),
    #[error("the body broke off")]
    BodyBroken,
    #[error("the body came too slowly")]
    BodyTooSlow,
    #[error("other imports take too long")]
    Busy,
    #[error("a query parameter is wrong")]
    Query(&'static str),
    #[error("the archive of an account could not be written")]
    Archive(#[source] std::io::Error),
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    #[error(transparent)]
    SignIn(SignInError),
    #[error("a route without the session layer")]
    NoSession,
    #[error("the link was used or expired")]
    LinkUsed,
    #[error("a form of another site")]
    ForeignForm,
    #[error("the numbers need a token")]
    MetricsToken,
    #[error("the numbers could not be written")]
    Numbers(#[from] std::fmt::Error),
    #[error("no such page")]
    NotFound,
    #[error("not by this method")]
    MethodNotAllowed,
    #[error("a handler panicked")]
    Panicked,
}

/// A failure as it is told: status, stable code, what happened, what to do next.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    status: StatusCode,
    pub(super) code: &'static str,
    title: &'static str,
    detail: String,
    errors: Vec<EnvelopeProblem>,
    /// What goes with the next call.
    state: Option<String>,
    header: Option<(HeaderName, Cow<'static, str>)>,
    form: Form,
    cause: Option<String>,
}

/// How programs are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Form {
    /// RFC 9457.
    #[default]
    Problem,
    /// RFC 6749, for programs that know OAuth.
    OAuth,
}

impl Problem {
    fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        let detail = detail.into();
        let (errors, form) = (Vec::new(), Form::default());
        Self { status, code, title, detail, errors, state: None, header: None, form, cause: None }
    }

    fn with(mut self, name: HeaderName, value: impl Into<Cow<'static, str>>) -> Self {
        self.header = Some((name, value.into()));
        self
    }
}

impl IntoResponse for Failure {
    /// The body is written by [`as_json`] or [`as_page`], which know who asked.
    fn into_response(self) -> Response {
        let cause = causes(&self);
        let mut problem = self.problem();
        problem.cause = problem.status.is_server_error().then_some(cause);
        let mut answer = problem.status.into_response();
        if let Some((name, value)) = &problem.header
            && let Ok(value) = HeaderValue::from_str(value)
        {
            answer.headers_mut().insert(name, value);
        }
        answer.extensions_mut().insert(Arc::new(problem));
        answer
    }
}

impl From<UndoError> for Failure {
    fn from(error: UndoError) -> Self {
        match error {
            UndoError::NoSuchRun => Self::NotFound,
            UndoError::AlreadyUndone => Self::Import(Refused::RunUndone),
            UndoError::History(error) => Self::Library(error),
            UndoError::Store(error) => Self::Store(error),
        }
    }
}

impl From<PersonalError> for Failure {
    fn from(error: PersonalError) -> Self {
        match error {
            PersonalError::SignIn(error) => Self::SignIn(error),
            PersonalError::Store(error) => Self::Store(error),
            PersonalError::Archive(error) => Self::Archive(error),
            PersonalError::Broken(error) => Self::Connection(ConnectionError::Broken(error)),
        }
    }
}

impl Failure {
    /// The stable name of what is wrong with a file; empty for every other failure.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::File(refused) => refused.code(),
            Self::FileTooLarge(_) => "file_too_large",
            Self::BodyBroken => "body_broken",
            Self::BodyTooSlow => "body_too_slow",
            _ => "",
        }
    }

    fn problem(self) -> Problem {
        match self {
            Self::Denied(denied) => denied_problem(denied),
            Self::Grant(error) => grant_problem(&error),
            Self::Import(refused) => refused_problem(refused),
            Self::Library(LibraryError::Parameter(name, right)) => {
                query_problem(format!("{name} is {right}."))
            }
            Self::Query(right) => query_problem(format!("{right}.")),
            Self::Library(LibraryError::Store(error)) | Self::Store(error) => store_problem(&error),
            Self::Session(tower_sessions::session::Error::Store(_)) => away(),
            Self::Session(_) | Self::Page(_) | Self::Numbers(_) | Self::Panicked => internal(),
            Self::Edit(errors) => edit_problem(errors),
            Self::File(refused) => file_problem(refused),
            Self::Spool(_) | Self::Archive(_) => internal(),
            Self::MetricsToken => metrics_token(),
            Self::SignIn(error) => sign_in_problem(&error),
            Self::Connection(error) => connection_problem(error),
            Self::NoSession => internal(),
            Self::LinkUsed | Self::ForeignForm | Self::NotFound | Self::MethodNotAllowed => {
                self.page_problem()
            }
            other => other.body_problem(),
        }
    }

    fn page_problem(self) -> Problem {
        let (status, code, title, detail) = match self {
            Self::LinkUsed => (
                StatusCode::FORBIDDEN,
                "link_used",
                "This link was used already or is older than 30 minutes",
                "Make another one with `ingest-server user link`.",
            ),
            Self::ForeignForm => (
                StatusCode::FORBIDDEN,
                "foreign_form",
                "This form came from another site",
                "Open the server's own page and try there.",
            ),
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "This address does not take that method",
                "Look at /api/openapi.json for what it takes.",
            ),
            _ => (
                StatusCode::NOT_FOUND,
                "not_found",
                "There is nothing at this address",
                "Look at /api/openapi.json for what there is.",
            ),
        };
        Problem::new(status, code, title, detail)
    }

    fn body_problem(self) -> Problem {
        let again = "Send the same bytes with the same key again.";
        let (status, code, title, detail) = match self {
            Self::NotJson => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not_json",
                "This address takes JSON",
                "Send it with Content-Type: application/json.",
            ),
            Self::TooLarge(limit) => return too_large(limit),
            Self::FileTooLarge(limit) => return file_too_large(limit),
            Self::Busy => return busy(),
            Self::BodyTooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                "body_too_slow",
                "The body took too long to arrive",
                again,
            ),
            _ => (StatusCode::BAD_REQUEST, "body_broken", "The body broke off", again),
        };
        Problem::new(status, code, title, detail)
    }
}

fn query_problem(detail: String) -> Problem {
    let title = "A parameter of the address is not valid";
    Problem::new(StatusCode::BAD_REQUEST, "query_invalid", title, detail)
}

fn edit_problem(errors: Vec<EnvelopeProblem>) -> Problem {
    let title = "The change is not valid";
    let detail = "Nothing was changed. Each entry of errors says where and why.";
    let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "edit_invalid", title, detail);
    Problem { errors, ..problem }
}

fn store_problem(error: &StoreError) -> Problem {
    match error {
        StoreError::Away(_) | StoreError::Contended(_) => away(),
        _ => internal(),
    }
}

fn away() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "database_away",
        "The database does not answer",
        "Nothing was stored. Try again in some seconds.",
    )
    .with(header::RETRY_AFTER, AGAIN_SOON)
}

fn internal() -> Problem {
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "The server could not do this",
        "Nothing was stored. Tell the server's owner the request_id; the log says more.",
    )
}

fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

/// Nothing at this address.
pub(super) async fn not_found() -> Response {
    Failure::NotFound.into_response()
}

/// Something at this address, by another method.
pub(super) async fn method_not_allowed() -> Response {
    Failure::MethodNotAllowed.into_response()
}

/// A form that another site sent with this site's cookie.
pub(super) fn foreign_form(_: ProtectionError) -> Response {
    Failure::ForeignForm.into_response()
}

/// A handler that panicked; the panic hook has said where.
pub(super) fn panicked(_: Box<dyn Any + Send>) -> Response {
    Failure::Panicked.into_response()
}

/// Writes a failure as RFC 9457; leaves other answers alone.
pub(super) fn as_json(answer: Response, request_id: &str) -> Response {
    let Some(problem) = told(&answer) else { return answer };
    if problem.form == Form::OAuth {
        let body = json!({"error": problem.code, "error_description": problem.detail});
        return written(answer, "application/json", body.to_string());
    }
    let mut body = json!({
        "type": format!("urn:me-feed:problem:{}", problem.code),
        "title": problem.title,
        "status": problem.status.as_u16(),
        "detail": problem.detail,
        "code": problem.code,
        "request_id": request_id,
    });
    if !problem.errors.is_empty() {
        body["errors"] = json!(problem.errors);
    }
    if let Some(state) = &problem.state {
        body["state"] = json!(state);
    }
    written(answer, "application/problem+json", body.to_string())
}

/// Writes a failure as a page; leaves other answers alone.
pub(super) fn as_page(answer: Response, request_id: &str, locale: Locale, base: &str) -> Response {
    let Some(problem) = told(&answer) else { return answer };
    let page = pages::failure(problem.code, request_id, locale, base);
    written(answer, "text/html; charset=utf-8", page)
}

fn told(answer: &Response) -> Option<Arc<Problem>> {
    let problem = Arc::clone(answer.extensions().get::<Arc<Problem>>()?);
    if let Some(cause) = &problem.cause {
        tracing::error!(code = problem.code, cause, "request failed");
    }
    Some(problem)
}

fn written(answer: Response, kind: &'static str, body: String) -> Response {
    let (mut parts, _) = answer.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    Response::from_parts(parts, Body::from(body))
}
