//! Signing in: by e-mail address and password, or by a one-time link; and out.

use askama::Template;
use axum::{
    Form,
    extract::{
        Query, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::HeaderMap,
    response::{Html, IntoResponse, Redirect, Response},
};
use axum_login::AuthSession;
use serde::Deserialize;

use super::{local, notice::Notice, to};
use crate::{
    accounts::{self, Credentials, People, Purpose, SignInError, registration_is_open},
    app::App,
    http::{client::ClientAddress, error::Failure, observe, session},
};

/// Where to go on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct After {
    next: String,
}

/// E-mail address and password.
#[derive(Deserialize)]
pub(in crate::http) struct PasswordForm {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// A link's secret.
#[derive(Deserialize)]
pub(in crate::http) struct LinkForm {
    secret: String,
    #[serde(default)]
    next: String,
}

/// `templates/sign-in.html`
#[derive(Template)]
#[template(path = "sign-in.html")]
struct SignInView<'a> {
    locale: crate::locale::Locale,
    base: &'a str,
    email: String,
    next: String,
    open: bool,
    notice: Option<Notice>,
}

/// The page. Whoever is signed in goes on at once.
pub(in crate::http) async fn sign_in(
    State(app): State<App>,
    auth: AuthSession<People>,
    headers: HeaderMap,
    after: Result<Query<After>, QueryRejection>,
) -> Result<Response, Failure> {
    let next = after.map(|Query(after)| after.next).unwrap_or_default();
    if auth.user.is_some() && !next.is_empty() {
        return Ok(to(&app, local(&next)).into_response());
    }
    page(&app, &headers, String::new(), next, None).await
}

/// Checks e-mail address and password.
pub(in crate::http) async fn by_password(
    State(app): State<App>,
    address: ClientAddress,
    mut auth: AuthSession<People>,
    headers: HeaderMap,
    form: Result<Form<PasswordForm>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(form) = form.map_err(|_| Failure::Query("the form is not complete"))?;
    let PasswordForm { email, password, next } = form;
    let address = address.counted();
    let tried = auth.authenticate(Credentials { email: email.clone(), password, address }).await;
    let problem = match tried.map_err(Failure::from) {
        Ok(Some(person)) => {
            session::begin(&app, &mut auth, &headers, &person).await?;
            app.metrics().sign_in("by_password");
            return Ok(to(&app, local(&next)).into_response());
        }
        Ok(None) => SignInError::WrongPassword,
        Err(Failure::SignIn(problem @ SignInError::TooMany(_))) => problem,
        Err(failure) => return Err(failure),
    };
    app.metrics().sign_in(problem.name());
    let locale = observe::locale(&headers);
    let notice = match &problem {
        SignInError::WrongPassword => Notice::danger(locale.text("sign_in.wrong").to_owned()),
        problem => Notice::of(locale, problem),
    };
    let answer = page(&app, &headers, email, next, Some(notice)).await?;
    Ok(problem.marked(answer))
}

/// Uses a one-time link up.
pub(in crate::http) async fn by_link(
    State(app): State<App>,
    mut auth: AuthSession<People>,
    headers: HeaderMap,
    form: Result<Form<LinkForm>, FormRejection>,
) -> Result<Redirect, Failure> {
    let Form(form) = form.map_err(|_| Failure::LinkUsed)?;
    let used = accounts::use_link(&app, &form.secret).await?;
    let person = match used {
        Some((account, purpose)) => {
            app.store().person(account).await?.map(|(person, _)| (person, purpose))
        }
        None => None,
    };
    let Some((person, purpose)) = person else {
        app.metrics().sign_in("link_used");
        return Err(Failure::LinkUsed);
    };
    session::begin(&app, &mut auth, &headers, &person).await?;
    app.metrics().sign_in("by_link");
    if purpose == Purpose::Password {
        session::prove(&app, &auth).await?;
        return Ok(to(&app, "/settings#password"));
    }
    Ok(to(&app, local(&form.next)))
}

/// Ends the session here and in the database.
pub(in crate::http) async fn sign_out(
    State(app): State<App>,
    mut auth: AuthSession<People>,
) -> Result<Redirect, Failure> {
    auth.logout().await?;
    Ok(to(&app, "/sign-in"))
}

async fn page(
    app: &App,
    headers: &HeaderMap,
    email: String,
    next: String,
    notice: Option<Notice>,
) -> Result<Response, Failure> {
    let (locale, base) = (observe::locale(headers), app.settings().base_path());
    let open = registration_is_open(app).await?;
    let next = if next.is_empty() { next } else { local(&next).to_owned() };
    let view = SignInView { locale, base, email, next, open, notice };
    Ok(Html(view.render()?).into_response())
}
