//! Signing in and out of a browser.

use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    response::Redirect,
};
use serde::Deserialize;
use tower_sessions::{
    Expiry, Session, SessionManagerLayer,
    cookie::{SameSite, time::Duration},
};
use uuid::Uuid;

use super::{error::Failure, pages};
use crate::{
    accounts::{self, Account, sessions::Sessions},
    app::App,
};

/// Name of the cookie.
const COOKIE: &str = "mefeed_session";
/// Name of the account's id in a session.
const ACCOUNT: &str = "account";
/// How long a session lasts.
const DAYS: i64 = 30;

#[derive(Deserialize)]
pub(super) struct LinkForm {
    secret: String,
}

/// Reads and writes the session cookie. `Secure` when browsers reach the server by TLS; below a
/// sub-path other programs of the host do not get it.
pub(super) fn layer(app: &App) -> SessionManagerLayer<Sessions> {
    let path = match app.settings().base_path() {
        "" => "/",
        base => base,
    };
    SessionManagerLayer::new(Sessions(app.clone()))
        .with_name(COOKIE)
        .with_path(path.to_owned())
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(app.settings().public_url.scheme() == "https")
        .with_expiry(Expiry::OnInactivity(Duration::days(DAYS)))
}

/// Uses a one-time link up. The session gets a new id, so that one planted before is worth nothing.
pub(super) async fn sign_in_by_link(
    State(app): State<App>,
    session: Session,
    form: Result<Form<LinkForm>, FormRejection>,
) -> Result<Redirect, Failure> {
    let Form(form) = form.map_err(|_| Failure::LinkUsed)?;
    let Some(account) = accounts::use_link(&app, &form.secret).await? else {
        app.metrics().sign_in("link_used");
        return Err(Failure::LinkUsed);
    };
    app.metrics().sign_in("by_link");
    session.cycle_id().await?;
    session.insert(ACCOUNT, account).await?;
    Ok(pages::to(&app, "/"))
}

/// Ends the session here and in the database.
pub(super) async fn sign_out(
    State(app): State<App>,
    session: Session,
) -> Result<Redirect, Failure> {
    session.flush().await?;
    Ok(pages::to(&app, "/sign-in"))
}

/// The person who is signed in.
pub(super) async fn account(app: &App, session: &Session) -> Result<Option<Account>, Failure> {
    match session.get::<Uuid>(ACCOUNT).await? {
        Some(id) => Ok(app.store().account(id).await?),
        None => Ok(None),
    }
}
