//! The settings of a person: name, password, sessions; for the owner also people and registration.

use askama::Template;
use axum::{
    Form,
    extract::{
        Path, Query, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::HeaderMap,
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    audible::card::Summary,
    frame::{Frame, Here},
    notice::Notice,
    to,
};
use crate::{
    accounts::{self, Account, AccountError, SignInError, passwords::SHORTEST},
    app::App,
    audible::status,
    http::{error::Failure, observe, session::SignedIn},
    locale::Locale,
    store::{PersonRow, SessionInfo},
};

/// `templates/settings.html`
#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsView<'a> {
    locale: Locale,
    base: &'a str,
    frame: Frame,
    email: String,
    name: String,
    notice: Option<Notice>,
    has_password: bool,
    proved: bool,
    hint: String,
    sessions: Vec<SessionView>,
    people: Option<PeopleView>,
    /// Connections with Audible; none where the server keeps none.
    audible: Option<Vec<Summary>>,
}

struct SessionView {
    hash: String,
    browser: String,
    here: bool,
    since: String,
    seen: String,
}

/// What the owner sees.
struct PeopleView {
    people: Vec<String>,
    open: bool,
    invitation: Option<String>,
}

/// What has just been done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Done {
    done: String,
}

/// The person's name.
#[derive(Deserialize)]
pub(in crate::http) struct NameForm {
    name: String,
}

/// The password before and the new one.
#[derive(Deserialize)]
pub(in crate::http) struct PasswordForm {
    #[serde(default)]
    current: String,
    new: String,
}

/// Whether anybody may make an account.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct RegistrationForm {
    open: String,
}

/// What the page says beside the settings themselves.
#[derive(Default)]
struct Beside {
    notice: Option<Notice>,
    invitation: Option<String>,
}

/// The page.
pub(in crate::http) async fn settings(
    State(app): State<App>,
    who: SignedIn,
    headers: HeaderMap,
    done: Result<Query<Done>, QueryRejection>,
) -> Result<Response, Failure> {
    let locale = observe::locale(&headers);
    let done = done.map(|Query(done)| done.done).unwrap_or_default();
    let text = match done.as_str() {
        "name" => "settings.done.name",
        "password" => "settings.done.password",
        "session" => "settings.done.session",
        "sessions" => "settings.done.sessions",
        "registration" => "settings.done.registration",
        _ => "",
    };
    let text = locale.text(text);
    let notice = (!text.is_empty()).then(|| Notice::done(text.to_owned()));
    page(&app, &who, locale, Beside { notice, invitation: None }).await
}

/// Changes the name.
pub(in crate::http) async fn rename(
    State(app): State<App>,
    who: SignedIn,
    headers: HeaderMap,
    form: Result<Form<NameForm>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(form) = form.map_err(|_| Failure::Query("the form is not complete"))?;
    match accounts::rename(&app, who.account.id, &form.name).await {
        Ok(()) => Ok(done(&app, "name").into_response()),
        Err(error) => again(&app, &who, &headers, error.into()).await,
    }
}

/// Changes the password. All other sessions end.
pub(in crate::http) async fn password(
    State(app): State<App>,
    who: SignedIn,
    headers: HeaderMap,
    form: Result<Form<PasswordForm>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(form) = form.map_err(|_| Failure::Query("the form is not complete"))?;
    let proved = who.proved(&app).await?;
    let current = (!proved).then_some(form.current.as_str());
    match accounts::change_password(&app, who.account.id, current, &form.new).await {
        Ok(person) => {
            who.renew(&app, &headers, &person).await?;
            Ok(done(&app, "password").into_response())
        }
        Err(error) => again(&app, &who, &headers, error).await,
    }
}

/// Ends one of the person's sessions.
pub(in crate::http) async fn end_session(
    State(app): State<App>,
    who: SignedIn,
    Path(hash): Path<String>,
) -> Result<Redirect, Failure> {
    if who.session_hash().as_ref() == Some(&hash) {
        who.end().await?;
        return Ok(to(&app, "/sign-in"));
    }
    app.store().end_session_of(who.account.id, &hash).await?;
    Ok(done(&app, "session"))
}

/// Ends all others.
pub(in crate::http) async fn end_others(
    State(app): State<App>,
    who: SignedIn,
    headers: HeaderMap,
) -> Result<Redirect, Failure> {
    let person = accounts::end_all_sessions(&app, &who.person).await?;
    who.renew(&app, &headers, &person).await?;
    Ok(done(&app, "sessions"))
}

/// Makes a link for somebody else and shows it this once.
pub(in crate::http) async fn invite(
    State(app): State<App>,
    who: SignedIn,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    match accounts::invitation(&app, &who.account).await {
        Ok(link) => {
            let beside = Beside { notice: None, invitation: Some(link) };
            page(&app, &who, observe::locale(&headers), beside).await
        }
        Err(error) => again(&app, &who, &headers, error.into()).await,
    }
}

/// Opens or closes registration.
pub(in crate::http) async fn registration(
    State(app): State<App>,
    who: SignedIn,
    headers: HeaderMap,
    form: Result<Form<RegistrationForm>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(form) = form.map_err(|_| Failure::Query("the form is not complete"))?;
    match accounts::open_registration(&app, &who.account, form.open == "yes").await {
        Ok(()) => Ok(done(&app, "registration").into_response()),
        Err(error) => again(&app, &who, &headers, error.into()).await,
    }
}

fn done(app: &App, what: &str) -> Redirect {
    to(app, &format!("/settings?done={what}"))
}

/// The page with what was wrong.
pub(super) async fn again(
    app: &App,
    who: &SignedIn,
    headers: &HeaderMap,
    problem: SignInError,
) -> Result<Response, Failure> {
    match problem {
        SignInError::Account(AccountError::Store(error)) | SignInError::Store(error) => {
            Err(error.into())
        }
        SignInError::Account(_) | SignInError::WrongPassword | SignInError::TooMany(_) => {
            let locale = observe::locale(headers);
            let notice = Some(Notice::of(locale, &problem));
            let answer = page(app, who, locale, Beside { notice, invitation: None }).await?;
            Ok(problem.marked(answer))
        }
        other => Err(other.into()),
    }
}

async fn page(
    app: &App,
    who: &SignedIn,
    locale: Locale,
    beside: Beside,
) -> Result<Response, Failure> {
    let account = &who.account;
    let now = app.clock().now().as_microsecond();
    let here = who.session_hash();
    let view = |row| SessionView::new(locale, row, here.as_deref());
    let sessions = app.store().sessions(account.id, now).await?.into_iter().map(view).collect();
    let stored = app.store().person(account.id).await?;
    let audible = status::connections(app, account.id).await?;
    let audible = audible.iter().map(|one| Summary::new(locale, one)).collect::<Vec<_>>();
    let view = SettingsView {
        locale,
        base: app.settings().base_path(),
        frame: Frame::new(locale, Here::Settings, account),
        email: account.email.clone(),
        name: account.name.clone(),
        notice: beside.notice,
        has_password: stored.is_some_and(|(_, hash)| hash.is_some()),
        proved: who.proved(app).await?,
        hint: locale.filled("account.password.hint", &[("n", &SHORTEST.to_string())]),
        sessions,
        people: PeopleView::of(app, locale, account, beside.invitation).await?,
        audible: (status::is_available(app) || !audible.is_empty()).then_some(audible),
    };
    Ok(Html(view.render()?).into_response())
}

impl SettingsView<'_> {
    fn has_devices(&self) -> bool {
        self.audible.as_ref().is_some_and(|all| !all.is_empty())
    }
}

impl SessionView {
    fn new(locale: Locale, row: SessionInfo, here: Option<&str>) -> Self {
        let browser = match row.browser.as_str() {
            "" => locale.text("settings.sessions.unknown").to_owned(),
            name => name.to_owned(),
        };
        let when = |name, at| locale.filled(name, &[("when", &locale.moment(at))]);
        Self {
            here: here == Some(row.hash.as_str()),
            hash: row.hash,
            browser,
            since: when("settings.sessions.since", row.created_at),
            seen: when("settings.sessions.seen", row.seen_at),
        }
    }
}

impl PeopleView {
    /// Nobody but the owner sees it.
    async fn of(
        app: &App,
        locale: Locale,
        account: &Account,
        invitation: Option<String>,
    ) -> Result<Option<Self>, Failure> {
        if !account.is_owner {
            return Ok(None);
        }
        let line = |row: PersonRow| {
            let who = if row.name.is_empty() {
                row.email
            } else {
                format!("{} · {}", row.name, row.email)
            };
            let name = if row.is_owner { "settings.people.owner" } else { "settings.people.one" };
            locale.filled(name, &[("who", &who), ("when", &locale.moment(row.created_at))])
        };
        let people = app.store().people().await?.into_iter().map(line).collect();
        let open = accounts::registration_is_open(app).await?;
        Ok(Some(Self { people, open, invitation }))
    }
}
