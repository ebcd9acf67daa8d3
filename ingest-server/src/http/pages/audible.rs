//! The page of the connections with Audible that the server keeps: how they are, and how one is made.
//!
//! Reading order: this file (the page), [`card`] (a connection in words), [`connect`] (the ways to one),
//! [`steps`] (the pages on those ways), [`acts`] (what is done with one), [`words`] (failures in words).

pub(in crate::http) mod acts;
pub(super) mod card;
pub(in crate::http) mod connect;
mod steps;
pub(super) mod words;

use askama::Template;
use axum::{
    extract::{FromRequestParts, Query, rejection::QueryRejection},
    http::{HeaderMap, header, request::Parts},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use shared::ids::Marketplace;

use self::card::Card;
use super::{
    frame::{Frame, Here},
    imports::shop,
    notice::Notice,
};
use crate::{
    accounts::Account,
    app::App,
    audible::{
        ConnectionError,
        disconnect::Disconnected,
        status::{self, Connection},
    },
    history,
    http::{client::Line, error::Failure, observe, session::SignedIn},
    locale::Locale,
};

/// `templates/audible.html`
#[derive(Template)]
#[template(path = "audible.html")]
struct AudiblePage<'a> {
    locale: Locale,
    base: &'a str,
    frame: Frame,
    notice: Option<Notice>,
    ended: Option<Ended>,
    cards: Vec<Card>,
    door: Door,
    /// Looks by itself how far the syncs are.
    live: bool,
}

/// Whether a connection can be made from here.
enum Door {
    /// No key is set.
    Off { owner: bool },
    /// Others could read along.
    OpenLine,
    /// Every marketplace is connected.
    Nothing,
    /// It can.
    Open(Box<Entrance>),
}

/// The form that begins a connection.
struct Entrance {
    server: String,
    shops: Vec<(&'static str, String)>,
    proposed: &'static str,
    password: bool,
    /// Other connections stand above it.
    more: bool,
    unfolded: bool,
}

/// A connection that has just ended.
pub(super) struct Ended {
    title: String,
    text: String,
    class: &'static str,
    remove_at: Option<String>,
}

/// What the page's address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Ask {
    done: String,
    marketplace: String,
}

/// Who looks at these pages, from where.
pub(in crate::http) struct Visit {
    pub(super) app: App,
    pub(super) account: Account,
    pub(super) line: Line,
    pub(super) locale: Locale,
    headers: HeaderMap,
}

impl FromRequestParts<App> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let SignedIn { account, .. } = SignedIn::from_request_parts(parts, app).await?;
        let Ok(line) = Line::from_request_parts(parts, app).await;
        let headers = parts.headers.clone();
        let locale = observe::locale(&headers);
        Ok(Self { app: app.clone(), account, line, locale, headers })
    }
}

/// What the page says beside the connections.
#[derive(Default)]
pub(super) struct Beside {
    notice: Option<Notice>,
    ended: Option<Ended>,
    /// The marketplace that is proposed to be connected.
    shop: Option<Marketplace>,
    /// Something was not done: the page stays as it is until it was read.
    still: bool,
}

/// The page.
pub(in crate::http) async fn audible(
    visit: Visit,
    ask: Result<Query<Ask>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(ask) = ask.map_err(|_| Failure::Query("the address is not complete"))?;
    let shop = Marketplace::parse(&ask.marketplace).ok();
    let all = status::connections(&visit.app, visit.account.id).await?;
    let named = all.iter().find(|one| Some(one.marketplace) == shop);
    let notice = named.and_then(|one| done(visit.locale, &ask.done, one));
    let beside = Beside { notice, shop, ..Beside::default() };
    visit.shown(all, beside).await
}

/// What has just been done with a connection.
fn done(locale: Locale, done: &str, one: &Connection) -> Option<Notice> {
    let name = match done {
        "connected" => "audible.connected",
        "schedule" => "audible.schedule.done",
        _ => return None,
    };
    let shop = shop(one.marketplace.code());
    let values = [("shop", shop.as_str()), ("device", one.device_name.as_str())];
    Some(Notice::done(locale.filled(name, &values)))
}

impl Visit {
    /// The page with what has to be said.
    pub(super) async fn page(&self, beside: Beside) -> Result<Response, Failure> {
        let all = status::connections(&self.app, self.account.id).await?;
        self.shown(all, beside).await
    }

    async fn shown(&self, all: Vec<Connection>, beside: Beside) -> Result<Response, Failure> {
        let now = self.app.clock().now();
        let mut cards = Vec::new();
        for one in &all {
            let run = match one.run {
                Some(run) => history::run(&self.app, self.account.id, run).await?,
                None => None,
            };
            cards.push(Card::new(self.locale, one, run.as_ref(), now));
        }
        let view = AudiblePage {
            locale: self.locale,
            base: self.app.settings().base_path(),
            frame: Frame::new(self.locale, Here::Settings, &self.account),
            notice: beside.notice,
            live: !beside.still && cards.iter().any(|card| card.waits),
            door: self.door(&all, beside.shop),
            ended: beside.ended,
            cards,
        };
        Ok(Html(view.render()?).into_response())
    }

    fn door(&self, all: &[Connection], wanted: Option<Marketplace>) -> Door {
        if !status::is_available(&self.app) {
            return Door::Off { owner: self.account.is_owner };
        }
        let free = |one: &Marketplace| !all.iter().any(|other| card::holds(other, *one));
        let free: Vec<Marketplace> = Marketplace::ALL.into_iter().filter(free).collect();
        let wanted = wanted.filter(|shop| free.contains(shop));
        let Some(first) = free.first().copied() else { return Door::Nothing };
        if self.line.closed().is_err() {
            return Door::OpenLine;
        }
        let proposed = Some(self.proposed()).filter(|shop| free.contains(shop)).unwrap_or(first);
        Door::Open(Box::new(Entrance {
            server: self.app.settings().public_url.to_string(),
            shops: free.iter().map(|one| (one.code(), shop(one.code()))).collect(),
            proposed: wanted.unwrap_or(proposed).code(),
            password: self.app.settings().audible.password_login,
            more: !all.is_empty(),
            unfolded: wanted.is_some(),
        }))
    }

    /// The marketplace of the person's first language.
    fn proposed(&self) -> Marketplace {
        let wanted = self.headers.get(header::ACCEPT_LANGUAGE);
        proposed(wanted.and_then(|value| value.to_str().ok()).unwrap_or_default())
    }

    /// The page with why something was not done. What is wrong with this server is a failure.
    pub(super) async fn refused(
        &self,
        error: ConnectionError,
        shop: Option<Marketplace>,
    ) -> Result<Response, Failure> {
        let error = words::of_a_person(error)?;
        let notice = Some(words::notice(self.locale, &error));
        let answer = self.page(Beside { notice, shop, still: true, ..Beside::default() }).await?;
        Ok(error.marked(answer))
    }

    /// The page with why a form was not taken.
    pub(super) async fn wrong(
        &self,
        text: &str,
        shop: Option<Marketplace>,
    ) -> Result<Response, Failure> {
        let notice = Some(Notice::danger(self.locale.text(text).to_owned()));
        let answer = self.page(Beside { notice, shop, still: true, ..Beside::default() }).await?;
        Ok(ConnectionError::Request("what the page says").marked(answer))
    }
}

/// The marketplace of the first language of an `Accept-Language` header.
fn proposed(header: &str) -> Marketplace {
    let first = header.split([',', ';']).next().unwrap_or_default().trim().to_ascii_lowercase();
    let (language, region) = first.split_once('-').unwrap_or((&first, ""));
    match (language, region) {
        ("en", "gb" | "ie") => Marketplace::Uk,
        (_, "ca") => Marketplace::Ca,
        ("en", "au" | "nz") => Marketplace::Au,
        (_, "in") | ("hi", _) => Marketplace::In,
        ("de", _) => Marketplace::De,
        ("fr", _) => Marketplace::Fr,
        ("it", _) => Marketplace::It,
        ("ja", _) => Marketplace::Jp,
        ("es", "" | "es") => Marketplace::Es,
        ("pt", "" | "br") => Marketplace::Br,
        _ => Marketplace::Us,
    }
}

impl Ended {
    fn new(locale: Locale, one: Disconnected) -> Self {
        let removed = one.device_removed;
        let name = match (removed, one.device_in_use) {
            (true, _) => "audible.ended.removed",
            (false, true) => "audible.ended.in_use",
            (false, false) => "audible.ended.left",
        };
        Self {
            title: locale.filled("audible.ended", &[("shop", &shop(&one.marketplace))]),
            text: locale.filled(name, &[("device", &one.device_name)]),
            class: if removed || one.device_in_use { "notice-ok" } else { "notice-warn" },
            remove_at: one.remove_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marketplace_of_the_first_language_is_proposed() {
        for (header, expected) in [
            ("", Marketplace::Us),
            ("en", Marketplace::Us),
            ("de-AT,de;q=0.9,en;q=0.8", Marketplace::De),
            ("en-GB,en;q=0.9", Marketplace::Uk),
            ("fr-CA", Marketplace::Ca),
            ("fr", Marketplace::Fr),
            ("es-MX, es;q=0.9", Marketplace::Us),
            ("es;q=0.9", Marketplace::Es),
            ("pt-BR", Marketplace::Br),
            ("ja", Marketplace::Jp),
            ("xx-yy-zz;;", Marketplace::Us),
        ] {
            assert_eq!(proposed(header), expected, "{header}");
        }
    }
}
