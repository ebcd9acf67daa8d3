//! The last part of the settings: take out everything about the account, or delete it.

use askama::Template;
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;

use super::{imports::shop, settings};
use crate::{
    accounts::{self, SignInError},
    app::App,
    audible::disconnect::Disconnected,
    http::{account, error::Failure, observe, session::SignedIn},
    locale::Locale,
    personal,
};

/// `templates/deleted.html`
#[derive(Template)]
#[template(path = "deleted.html")]
struct DeletedPage<'a> {
    locale: Locale,
    base: &'a str,
    rows: Vec<(String, String)>,
    devices: Vec<Device>,
}

/// A device of the account at Amazon.
struct Device {
    text: String,
    remove_at: Option<String>,
}

/// The password once more.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct Proof {
    #[serde(default)]
    password: String,
}

/// Everything that is stored about the account.
pub(in crate::http) async fn take(
    State(app): State<App>,
    who: SignedIn,
    headers: HeaderMap,
    form: Result<Form<Proof>, FormRejection>,
) -> Result<Response, Failure> {
    match shown(&app, &who, form).await? {
        Ok(()) => account::archive(&app, &who.account).await,
        Err(error) => settings::again(&app, &who, &headers, error).await,
    }
}

/// Deletes the account; the receipt is the last that is shown of it.
pub(in crate::http) async fn delete(
    State(app): State<App>,
    who: SignedIn,
    headers: HeaderMap,
    form: Result<Form<Proof>, FormRejection>,
) -> Result<Response, Failure> {
    if let Err(error) = shown(&app, &who, form).await? {
        return settings::again(&app, &who, &headers, error).await;
    }
    let deleted = personal::delete(&app, &who.account).await?;
    who.end().await?;
    let locale = observe::locale(&headers);
    let rows = ["media", "runs", "edits", "tokens", "sessions"].map(|table| {
        let count = deleted.rows.get(table).copied().unwrap_or_default();
        (locale.text(&format!("deleted.{table}")).to_owned(), locale.number(count))
    });
    let devices = deleted.devices.into_iter().map(|one| Device::new(locale, one)).collect();
    let base = app.settings().base_path();
    let view = DeletedPage { locale, base, rows: rows.into(), devices };
    Ok(Html(view.render()?).into_response())
}

impl Device {
    fn new(locale: Locale, one: Disconnected) -> Self {
        let name = match one.device_removed {
            true => "deleted.device.removed",
            false => "deleted.device.left",
        };
        let values = [("device", one.device_name.as_str()), ("shop", &shop(&one.marketplace))];
        Self { text: locale.filled(name, &values), remove_at: one.remove_at }
    }
}

/// Whether it is the person who asks: by the password, or by a link just now.
async fn shown(
    app: &App,
    who: &SignedIn,
    form: Result<Form<Proof>, FormRejection>,
) -> Result<Result<(), SignInError>, Failure> {
    let Form(form) = form.map_err(|_| Failure::Query("the form is not complete"))?;
    if who.proved(app).await? {
        return Ok(Ok(()));
    }
    Ok(accounts::prove(app, who.account.id, &form.password).await)
}
