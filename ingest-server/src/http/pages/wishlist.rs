//! The page of the wishlist, as the last sync found it.

use askama::Template;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use shared::ids::Asin;

use super::{
    frame::{Frame, Here},
    imports::shop,
    view::{day, people},
};
use crate::{
    app::App,
    audible::{
        status::{self, Connection},
        wishes::{self, Wish},
    },
    http::{error::Failure, observe, session::SignedIn},
    locale::Locale,
};

/// Titles on a page: fills rows of two, three, four, five and six covers.
const TITLES: usize = 60;

/// `templates/wishlist.html`
#[derive(Template)]
#[template(path = "wishlist.html")]
struct WishlistPage<'a> {
    locale: Locale,
    base: &'a str,
    frame: Frame,
    count: String,
    titles: Vec<WishView>,
    why: Why,
    next: Option<usize>,
    later: bool,
}

/// Why there is no title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    NotConnected,
    NotYet,
    Empty,
}

/// A title.
struct WishView {
    title: String,
    authors: String,
    narrators: String,
    cover: Option<String>,
    cover_text: String,
    address: Option<String>,
    open: String,
    facts: String,
}

/// What the page's address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Ask {
    from: usize,
}

/// The list.
pub(in crate::http) async fn wishlist(
    State(app): State<App>,
    SignedIn { account, .. }: SignedIn,
    headers: HeaderMap,
    ask: Result<Query<Ask>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(Ask { from }) = ask.map_err(|_| Failure::Query("the address is not complete"))?;
    let connections = status::connections(&app, account.id).await?;
    let wishes = wishes::all(&app, account.id, None).await?;
    let locale = observe::locale(&headers);
    let several = connections.len() > 1;
    let shown = wishes.iter().skip(from).take(TITLES);
    let titles = shown.map(|wish| WishView::new(locale, wish, several)).collect();
    let total = i64::try_from(wishes.len()).unwrap_or(i64::MAX);
    let view = WishlistPage {
        locale,
        base: app.settings().base_path(),
        frame: Frame::new(locale, Here::Library, &account),
        count: locale.counted("library.count", total),
        titles,
        why: Why::of(&connections),
        next: from.checked_add(TITLES).filter(|next| *next < wishes.len()),
        later: from > 0,
    };
    Ok(Html(view.render()?).into_response())
}

impl Why {
    fn of(connections: &[Connection]) -> Self {
        match connections {
            [] => Self::NotConnected,
            all if all.iter().all(|one| one.last_sync.is_none()) => Self::NotYet,
            _ => Self::Empty,
        }
    }

    /// What is said: heading, sentence, and the button that leads on.
    const fn texts(self) -> (&'static str, &'static str, Option<&'static str>) {
        match self {
            Self::NotConnected => {
                ("wishlist.none.title", "wishlist.none.text", Some("settings.audible.connect"))
            }
            Self::NotYet => {
                ("wishlist.later.title", "wishlist.later.text", Some("settings.audible.open"))
            }
            Self::Empty => ("wishlist.empty.title", "wishlist.empty.text", None),
        }
    }
}

impl WishView {
    fn new(locale: Locale, wish: &Wish, several: bool) -> Self {
        let item = &wish.item;
        let names = |all: Vec<&str>| {
            people(locale, &all.into_iter().map(str::to_owned).collect::<Vec<_>>())
        };
        let added = wish.added_at.as_deref().map(day);
        let added = added.map(|day| locale.filled("wishlist.added", &[("when", day)]));
        let from = several.then(|| shop(wish.marketplace.code()));
        // What Audible names as a page is not gone to: the address is made of the product number.
        let address = Asin::parse(&item.asin).ok();
        let tld = wish.marketplace.tld();
        Self {
            title: item.title.clone(),
            authors: names(item.authors.iter().map(|one| one.name.as_str()).collect()),
            narrators: names(item.narrators.iter().map(|one| one.name.as_str()).collect()),
            cover: item.cover_url.clone(),
            cover_text: locale.filled("title.cover", &[("title", &item.title)]),
            address: address.map(|asin| format!("https://www.audible.{tld}/pd/{}", asin.as_str())),
            open: locale.filled("wishlist.open", &[("title", &item.title)]),
            facts: [added, from].into_iter().flatten().collect::<Vec<_>>().join(" · "),
        }
    }
}
