//! The page of titles that are never imported: see them, let one in again.

use askama::Template;
use axum::{
    Form,
    extract::{
        Query, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use shared::ids::{Asin, Marketplace};

use super::{
    frame::{Frame, Here},
    imports::shop,
    notice::Notice,
    to,
};
use crate::{
    app::App,
    http::{
        error::Failure,
        ignored::{self, IgnoredView},
        observe,
        session::SignedIn,
    },
    locale::Locale,
};

/// Titles on a page.
const TITLES: usize = 100;

/// `templates/ignored.html`
#[derive(Template)]
#[template(path = "ignored.html")]
struct IgnoredPage<'a> {
    locale: Locale,
    base: &'a str,
    frame: Frame,
    notice: Option<Notice>,
    titles: Vec<TitleView>,
    next: Option<String>,
    later: bool,
}

struct TitleView {
    marketplace: String,
    asin: String,
    name: String,
    facts: String,
}

/// What the page's address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Ask {
    cursor: String,
    again: Option<String>,
}

/// One title, as its form names it.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct OneTitle {
    marketplace: String,
    asin: String,
}

/// The list.
pub(in crate::http) async fn ignored(
    State(app): State<App>,
    SignedIn { account, .. }: SignedIn,
    headers: HeaderMap,
    ask: Result<Query<Ask>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(ask) = ask.map_err(|_| Failure::Query("the address is not complete"))?;
    let part = ignored::part(&app, account.id, &ask.cursor, TITLES).await?;
    let locale = observe::locale(&headers);
    let again = ask.again.and_then(|asin| Asin::parse(&asin).ok());
    let again = again.map(|asin| locale.filled("ignored.again.done", &[("asin", asin.as_str())]));
    let view = IgnoredPage {
        locale,
        base: app.settings().base_path(),
        frame: Frame::new(locale, Here::Library, &account),
        notice: again.map(Notice::done),
        titles: part.ignored.into_iter().map(|title| TitleView::new(locale, title)).collect(),
        next: part.next_cursor,
        later: !ask.cursor.is_empty(),
    };
    Ok(Html(view.render()?).into_response())
}

/// Lets a title in again at the next import.
pub(in crate::http) async fn again(
    State(app): State<App>,
    SignedIn { account, .. }: SignedIn,
    form: Result<Form<OneTitle>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(form) = form.map_err(|_| Failure::Query("the form is not complete"))?;
    let marketplace = Marketplace::parse(&form.marketplace).map_err(|_| Failure::NotFound)?;
    let asin = Asin::parse(&form.asin).map_err(|_| Failure::NotFound)?;
    let done = format!("/ignored?again={}", asin.as_str());
    // One that is wanted already is as it should be.
    app.store().want_again(account.id, marketplace, &[asin]).await?;
    Ok(to(&app, &done).into_response())
}

impl TitleView {
    /// By its title, where the library has it; else by its product number.
    fn new(locale: Locale, title: IgnoredView) -> Self {
        let since = title.ignored_at.parse().map(|at| locale.moment(at)).unwrap_or_default();
        let since = locale.filled("ignored.since", &[("when", &since)]);
        let shop = shop(&title.marketplace);
        let number = title.title.is_some().then(|| title.asin.clone());
        Self {
            name: title.title.unwrap_or_else(|| title.asin.clone()),
            facts: [number, Some(shop), Some(since)]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" · "),
            marketplace: title.marketplace,
            asin: title.asin,
        }
    }
}
