//! Making an account: the owner's, by the link of the first start; others by invitation; anybody's where
//! registration is open.

use askama::Template;
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use axum_login::AuthSession;
use serde::Deserialize;

use super::{notice::Notice, to};
use crate::{
    accounts::{self, NewPerson, People, SignInError, passwords::SHORTEST, registration_is_open},
    app::App,
    http::{client::ClientAddress, error::Failure, observe, session},
    locale::Locale,
};

/// What the person wrote.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct SetupForm {
    secret: String,
    email: String,
    name: String,
    password: String,
}

/// `templates/setup.html`
#[derive(Template)]
#[template(path = "setup.html")]
struct SetupView<'a> {
    locale: Locale,
    base: &'a str,
    action: &'static str,
    form: SetupForm,
    shortest: String,
    notice: Option<Notice>,
}

/// The page that a link opens; its secret stands in the fragment.
pub(in crate::http) async fn setup(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    page(&app, &headers, "/setup", SetupForm::default(), None)
}

/// The page for anybody, where the owner allows it.
pub(in crate::http) async fn register(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    if !registration_is_open(&app).await? {
        return Err(Failure::NotFound);
    }
    page(&app, &headers, "/register", SetupForm::default(), None)
}

/// Makes an account by a link.
pub(in crate::http) async fn set_up(
    State(app): State<App>,
    address: ClientAddress,
    auth: AuthSession<People>,
    headers: HeaderMap,
    form: Result<Form<SetupForm>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(form) = form.map_err(|_| Failure::LinkUsed)?;
    sign_up(&app, address, auth, &headers, "/setup", form).await
}

/// Makes an account without one.
pub(in crate::http) async fn registered(
    State(app): State<App>,
    address: ClientAddress,
    auth: AuthSession<People>,
    headers: HeaderMap,
    form: Result<Form<SetupForm>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(form) = form.map_err(|_| Failure::Query("the form is not complete"))?;
    sign_up(&app, address, auth, &headers, "/register", form).await
}

/// Makes the account and signs in, or shows the form again with what is wrong; the link still works then.
async fn sign_up(
    app: &App,
    address: ClientAddress,
    mut auth: AuthSession<People>,
    headers: &HeaderMap,
    action: &'static str,
    form: SetupForm,
) -> Result<Response, Failure> {
    let new = NewPerson { email: &form.email, name: &form.name, password: &form.password };
    let secret = (action == "/setup").then_some(form.secret.as_str());
    match accounts::sign_up(app, secret, &new, &address.counted()).await {
        Ok(person) => {
            session::begin(app, &mut auth, headers, &person).await?;
            app.metrics().sign_in("signed_up");
            Ok(to(app, "/").into_response())
        }
        Err(problem @ (SignInError::Account(_) | SignInError::TooMany(_))) => {
            let notice = Notice::of(observe::locale(headers), &problem);
            let form = SetupForm { password: String::new(), ..form };
            Ok(problem.marked(page(app, headers, action, form, Some(notice))?))
        }
        Err(SignInError::Closed) => Err(Failure::NotFound),
        Err(error) => Err(error.into()),
    }
}

fn page(
    app: &App,
    headers: &HeaderMap,
    action: &'static str,
    form: SetupForm,
    notice: Option<Notice>,
) -> Result<Response, Failure> {
    let (locale, base) = (observe::locale(headers), app.settings().base_path());
    let shortest = SHORTEST.to_string();
    let view = SetupView { locale, base, action, form, shortest, notice };
    Ok(Html(view.render()?).into_response())
}

impl SetupView<'_> {
    /// The form of a link waits for its secret.
    fn waits(&self) -> bool {
        self.action == "/setup" && self.form.secret.is_empty()
    }

    fn hint(&self) -> String {
        self.locale.filled("account.password.hint", &[("n", &self.shortest)])
    }
}
