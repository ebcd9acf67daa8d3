//! The page of what was done for an account: a person's own part of the audit log.

use askama::Template;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    audible::words,
    frame::{Frame, Here},
    imports::shop,
};
use crate::{
    app::App,
    audit::{self, Noted, Place},
    http::{error::Failure, observe, session::SignedIn},
    locale::Locale,
};

/// Entries on a page.
const ENTRIES: usize = 50;

/// `templates/activity.html`
#[derive(Template)]
#[template(path = "activity.html")]
struct ActivityPage<'a> {
    locale: Locale,
    base: &'a str,
    frame: Frame,
    entries: Vec<Entry>,
    next: Option<Place>,
    later: bool,
}

/// One thing that was done.
struct Entry {
    what: String,
    when: String,
    result: String,
    class: &'static str,
}

/// What the page's address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Ask {
    from: String,
}

/// The list.
pub(in crate::http) async fn activity(
    State(app): State<App>,
    SignedIn { account, .. }: SignedIn,
    headers: HeaderMap,
    ask: Result<Query<Ask>, QueryRejection>,
) -> Result<Response, Failure> {
    let incomplete = || Failure::Query("the address is not complete");
    let Query(Ask { from }) = ask.map_err(|_| incomplete())?;
    let from: Option<Place> = match from.as_str() {
        "" => None,
        place => Some(place.parse().map_err(|_| incomplete())?),
    };
    let page = audit::noted(&app, account.id, from, ENTRIES).await?;
    let locale = observe::locale(&headers);
    let view = ActivityPage {
        locale,
        base: app.settings().base_path(),
        frame: Frame::new(locale, Here::Settings, &account),
        entries: page.entries.iter().map(|noted| Entry::new(locale, noted)).collect(),
        next: page.next,
        later: from.is_some(),
    };
    Ok(Html(view.render()?).into_response())
}

impl Entry {
    fn new(locale: Locale, noted: &Noted) -> Self {
        let own = locale.text(&format!("activity.result.{}", noted.result));
        let result = if own.is_empty() { words::why(locale, &noted.result) } else { own };
        let what = locale.text(&format!("activity.what.{}", noted.what));
        let shop = Some(noted.marketplace.as_str()).filter(|code| !code.is_empty()).map(shop);
        Self {
            what: [Some(what.to_owned()), shop]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" · "),
            when: locale.moment(noted.at),
            result: result.to_owned(),
            class: match noted.result.as_str() {
                "done" => "doing-idle",
                "device_not_removed" | "audible_second_factor" | "audible_wrong_code" => {
                    "doing-failing"
                }
                _ => "doing-stopped",
            },
        }
    }
}
