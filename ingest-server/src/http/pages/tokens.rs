//! The page of programs that have a token of the account: see them, revoke one, make one by hand.

use askama::Template;
use axum::{
    extract::{
        Path, RawForm, State,
        rejection::{PathRejection, RawFormRejection},
    },
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use uuid::Uuid;

use super::{
    frame::{Frame, Here},
    scopes::{ScopeView, all_scopes, scope_views},
    to,
};
use crate::{
    accounts::{self, Account, AccountError, Scopes},
    app::App,
    http::{error::Failure, observe, session::SignedIn},
    locale::Locale,
    store::TokenRow,
};

/// Largest form that is read, in bytes.
const LARGEST_FORM: usize = 4 * 1024;

/// `templates/tokens.html`
#[derive(Template)]
#[template(path = "tokens.html")]
struct TokensView<'a> {
    locale: Locale,
    base: &'a str,
    frame: Frame,
    server: &'a str,
    tokens: Vec<TokenView>,
    scopes: Vec<ScopeView>,
    made: Option<String>,
    problem: Option<&'static str>,
}

struct TokenView {
    id: Uuid,
    name: String,
    scopes: Vec<ScopeView>,
    made: String,
    used: String,
}

/// What comes of making a token by hand.
enum Made {
    Nothing,
    Token(String),
    Problem(&'static str),
}

/// The list.
pub(in crate::http) async fn tokens(
    State(app): State<App>,
    SignedIn { account, .. }: SignedIn,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    page(&app, observe::locale(&headers), &account, Made::Nothing).await
}

/// Makes a token by hand and shows it this once.
pub(in crate::http) async fn make(
    State(app): State<App>,
    SignedIn { account, .. }: SignedIn,
    headers: HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Result<Response, Failure> {
    let RawForm(form) = form.map_err(|_| Failure::Query("the form is not complete"))?;
    let made = match wanted(&form) {
        Ok((name, scopes)) => match accounts::create_token(&app, account.id, &name, scopes).await {
            Ok(secret) => Made::Token(secret),
            Err(AccountError::Store(error)) => return Err(error.into()),
            Err(_) => Made::Problem("tokens.problem.name"),
        },
        Err(problem) => Made::Problem(problem),
    };
    page(&app, observe::locale(&headers), &account, made).await
}

/// Name and scopes of the form. Boxes that are ticked come one after the other under one name.
fn wanted(form: &[u8]) -> Result<(String, Scopes), &'static str> {
    if form.len() > LARGEST_FORM {
        return Err("tokens.problem.name");
    }
    let fields: Vec<_> = url::form_urlencoded::parse(form).collect();
    let of = |name: &str| -> Vec<&str> {
        fields.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_ref()).collect()
    };
    let name = shared::text::clean(of("name").first().copied().unwrap_or_default());
    if name.is_empty() {
        return Err("tokens.problem.name");
    }
    let scopes = of("scope").join(" ").parse().map_err(|_| "tokens.problem.scope")?;
    Ok((name, scopes))
}

/// Revokes one of the account's tokens.
pub(in crate::http) async fn revoke(
    State(app): State<App>,
    SignedIn { account, .. }: SignedIn,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<Response, Failure> {
    let Path(id) = id.map_err(|_| Failure::NotFound)?;
    // One that is revoked already is as it should be.
    accounts::revoke_token(&app, account.id, id).await?;
    Ok(to(&app, "/tokens").into_response())
}

async fn page(
    app: &App,
    locale: Locale,
    account: &Account,
    made: Made,
) -> Result<Response, Failure> {
    let tokens = app.store().tokens(account.id).await?;
    let (made, problem) = match made {
        Made::Nothing => (None, None),
        Made::Token(secret) => (Some(secret), None),
        Made::Problem(name) => (None, Some(name)),
    };
    let view = TokensView {
        locale,
        base: app.settings().base_path(),
        frame: Frame::new(locale, Here::Tokens, account),
        server: app.settings().public_url.as_str(),
        tokens: tokens.into_iter().map(|row| TokenView::new(locale, row)).collect(),
        scopes: all_scopes(locale),
        made,
        problem,
    };
    Ok(Html(view.render()?).into_response())
}

impl TokenView {
    fn new(locale: Locale, row: TokenRow) -> Self {
        let used = row.last_used_at.map_or_else(
            || locale.text("tokens.never").to_owned(),
            |at| locale.filled("tokens.used", &[("when", &locale.moment(at))]),
        );
        Self {
            id: row.id,
            name: row.name,
            scopes: scope_views(locale, &row.scopes),
            made: locale.filled("tokens.made", &[("when", &locale.moment(row.created_at))]),
            used,
        }
    }
}
