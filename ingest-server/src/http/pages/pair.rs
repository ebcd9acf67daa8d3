//! The page on which a person allows a program that asks for a token, or refuses it.

use std::net::IpAddr;

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
use jiff::Timestamp;
use serde::Deserialize;

use super::{
    frame::signed_in_as,
    scopes::{ScopeView, scope_views},
};
use crate::{
    accounts::Account,
    app::App,
    grant::{self, UserCode, Waiting},
    http::{client::ClientAddress, error::Failure, observe, session::SignedIn},
    locale::Locale,
};

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Code {
    user_code: String,
}

/// What the person decided.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct Decision {
    user_code: String,
    decision: Decided,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Decided {
    Allow,
    Refuse,
}

/// `templates/pair.html`
#[derive(Template)]
#[template(path = "pair.html")]
struct PairView<'a> {
    locale: Locale,
    base: &'a str,
    who: String,
    step: Step,
}

/// Where the person is.
enum Step {
    /// A code has to be entered; the one that was is not known.
    Enter { typed: String },
    /// A program waits.
    Decide(Box<Asked>),
    /// It was decided.
    Done { allowed: bool, program: String },
}

/// A request in words.
struct Asked {
    code: String,
    program: String,
    age: String,
    address: String,
    same_address: bool,
    scopes: Vec<ScopeView>,
}

/// Shows the request with the code of the address, or asks for the code.
pub(in crate::http) async fn pair(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    SignedIn { account, .. }: SignedIn,
    headers: HeaderMap,
    query: Result<Query<Code>, QueryRejection>,
) -> Result<Response, Failure> {
    let typed = query.map(|Query(query)| query.user_code).unwrap_or_default();
    let locale = observe::locale(&headers);
    let waiting = match UserCode::parse(&typed) {
        Some(code) => grant::find(&app, account.id, &code).await?,
        None => None,
    };
    let now = app.clock().now();
    let step = match waiting {
        Some(waiting) => Step::Decide(Box::new(Asked::new(locale, waiting, address, now))),
        None => Step::Enter { typed: typed.chars().take(64).collect() },
    };
    page(&app, locale, &account, step)
}

/// Allows or refuses.
pub(in crate::http) async fn decide(
    State(app): State<App>,
    SignedIn { account, .. }: SignedIn,
    headers: HeaderMap,
    form: Result<Form<Decision>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(form) = form.map_err(|_| Failure::Query("the form is not complete"))?;
    let allow = form.decision == Decided::Allow;
    let decided = match UserCode::parse(&form.user_code) {
        Some(code) => grant::decide(&app, account.id, &code, allow).await?,
        None => None,
    };
    let step = match decided {
        Some(waiting) => Step::Done { allowed: allow, program: waiting.client_name },
        None => Step::Enter { typed: form.user_code.chars().take(64).collect() },
    };
    page(&app, observe::locale(&headers), &account, step)
}

fn page(app: &App, locale: Locale, account: &Account, step: Step) -> Result<Response, Failure> {
    let base = app.settings().base_path();
    let who = signed_in_as(locale, account);
    Ok(Html(PairView { locale, base, who, step }.render()?).into_response())
}

impl Asked {
    fn new(locale: Locale, waiting: Waiting, viewer: IpAddr, now: Timestamp) -> Self {
        let seconds = now.as_second() - waiting.created_at.as_second();
        let age = match seconds / 60 {
            0 => locale.text("pair.age.now").to_owned(),
            minutes => locale.counted("pair.age", minutes),
        };
        Self {
            code: waiting.user_code,
            program: waiting.client_name,
            age,
            same_address: waiting.address == viewer.to_string(),
            address: waiting.address,
            scopes: scope_views(locale, &waiting.scopes),
        }
    }
}

impl PairView<'_> {
    fn title(&self) -> String {
        match &self.step {
            Step::Enter { .. } => self.locale.text("pair.enter.title").to_owned(),
            Step::Decide(asked) => self.locale.filled("pair.title", &[("program", &asked.program)]),
            Step::Done { allowed, program } => {
                let name = if *allowed { "pair.allowed.title" } else { "pair.refused.title" };
                self.locale.filled(name, &[("program", program)])
            }
        }
    }
}
