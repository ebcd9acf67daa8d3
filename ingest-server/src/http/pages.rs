//! Pages for people: they show what the use cases give, in the browser's language.

mod frame;
pub(super) mod pair;
mod scopes;
pub(super) mod tokens;
mod view;

use askama::Template;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use tower_sessions::Session;

use self::view::{FailureView, LibraryView, SignInView};
use super::{error::Failure, observe, session};
use crate::{
    app::App,
    library::{self, Ask},
    locale::Locale,
};

/// Titles on a page: fills rows of two, three, four, five and six covers.
const TITLES: u16 = 60;

/// What the library's address says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Look {
    pub(super) q: String,
    pub(super) sort: String,
    pub(super) view: String,
    pub(super) cursor: String,
}

/// The library, or the way to sign in.
pub(super) async fn library(
    State(app): State<App>,
    headers: HeaderMap,
    session: Session,
    look: Result<Query<Look>, QueryRejection>,
) -> Result<Response, Failure> {
    let Some(account) = session::account(&app, &session).await? else {
        return Ok(to_sign_in(&app, "/").into_response());
    };
    let Query(look) = look.map_err(|_| Failure::Query("the address is not complete"))?;
    let ask = Ask {
        q: look.q.clone(),
        sort: Some(look.sort.clone()),
        cursor: Some(look.cursor.clone()),
        limit: Some(TITLES),
        raw: false,
    };
    let page = library::page(&app, account.id, &ask).await?;
    let latest = app.store().latest_run(account.id).await?;
    let locale = observe::locale(&headers);
    let view = LibraryView::new(locale, app.settings(), &account, &look, &page, latest.as_ref());
    Ok(Html(view.render()?).into_response())
}

/// Where a one-time link leads.
pub(super) async fn sign_in(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Html<String>, Failure> {
    let base = app.settings().base_path();
    Ok(Html(SignInView { locale: observe::locale(&headers), base }.render()?))
}

/// On to another page of ours.
pub(super) fn to(app: &App, path: &str) -> Redirect {
    Redirect::to(&format!("{}{path}", app.settings().base_path()))
}

/// To the sign-in page, which comes back to this page of ours.
fn to_sign_in(app: &App, next: &str) -> Redirect {
    if next == "/" {
        return to(app, "/sign-in");
    }
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    to(app, &format!("/sign-in?{}", query.append_pair("next", next).finish()))
}

/// What a person sees of a failure: what happened, what it means, what to do.
pub(super) fn failure(code: &str, request_id: &str, locale: Locale, base: &str) -> String {
    FailureView::new(code, request_id, locale, base).render().unwrap_or_default()
}
