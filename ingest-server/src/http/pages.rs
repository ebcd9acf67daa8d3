//! Pages for people: they show what the use cases give, in the browser's language.

pub(super) mod activity;
pub(super) mod audible;
pub(super) mod data;
pub(super) mod download;
pub(super) mod file;
pub(super) mod files;
mod frame;
pub(super) mod ignored;
pub(super) mod imports;
mod notice;
pub(super) mod pair;
mod scopes;
pub(super) mod settings;
pub(super) mod setup;
pub(super) mod sign_in;
pub(super) mod title;
pub(super) mod tokens;
mod view;
pub(super) mod wishlist;

use askama::Template;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use self::view::{Around, FailureView, LibraryView};
use super::{error::Failure, observe, session::SignedIn};
use crate::{
    app::App,
    library::{self, Ask},
    locale::Locale,
    store::RunsQuery,
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
    pub(super) show: String,
}

/// The library, or the way to sign in.
pub(super) async fn library(
    State(app): State<App>,
    SignedIn { account, .. }: SignedIn,
    headers: HeaderMap,
    look: Result<Query<Look>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(look) = look.map_err(|_| Failure::Query("the address is not complete"))?;
    let ask = Ask {
        q: look.q.clone(),
        sort: Some(look.sort.clone()),
        cursor: Some(look.cursor.clone()),
        limit: Some(TITLES),
        raw: false,
        hidden: look.show == "hidden",
        only: Some(look.show.clone()).filter(|show| show != "hidden"),
        as_one: true,
    };
    let page = library::page(&app, account.id, &ask).await?;
    let latest = app.store().runs(account.id, &RunsQuery::NEWEST).await?;
    let wishes = !app.store().connections(account.id).await?.is_empty();
    let locale = observe::locale(&headers);
    let around = Around { latest: latest.first(), wishes };
    let view = LibraryView::new(locale, app.settings(), &account, &look, &page, &around);
    Ok(Html(view.render()?).into_response())
}

/// On to another page of ours.
pub(super) fn to(app: &App, path: &str) -> Redirect {
    Redirect::to(&format!("{}{path}", app.settings().base_path()))
}

/// To the sign-in page, which comes back to this page of ours.
pub(super) fn to_sign_in(app: &App, next: &str) -> Redirect {
    if next == "/" {
        return to(app, "/sign-in");
    }
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    to(app, &format!("/sign-in?{}", query.append_pair("next", next).finish()))
}

/// A path of this server, or the library: an address that came from outside leads nowhere else.
fn local(next: &str) -> &str {
    let plain = next.bytes().all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\');
    if plain && next.starts_with('/') && !next.starts_with("//") { next } else { "/" }
}

/// What a person sees of a failure: what happened, what it means, what to do.
pub(super) fn failure(code: &str, request_id: &str, locale: Locale, base: &str) -> String {
    FailureView::new(code, request_id, locale, base).render().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn only_paths_of_this_server_are_gone_to() {
        for good in ["/", "/pair?user_code=BCDF-GHJK", "/tokens", "/?q=a%20b&sort=title"] {
            assert_eq!(local(good), good);
        }
        for evil in [
            "",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "evil",
            "/\tevil",
            "/\r\nset-cookie: a",
            "/ä",
            " /",
            "/a\\..\\b",
        ] {
            assert_eq!(local(evil), "/", "{evil}");
        }
    }
}
