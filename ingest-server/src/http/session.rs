//! Who is signed in: the session cookie, and the extractor that pages of people begin with.

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{HeaderMap, Method, header, request::Parts},
    response::{IntoResponse, Response},
};
use axum_login::{AuthManagerLayer, AuthManagerLayerBuilder, AuthSession};
use tower_sessions::{
    Expiry, Session, SessionManagerLayer,
    cookie::{SameSite, time::Duration},
};

use super::{browser, error::Failure, pages};
use crate::{
    accounts::{
        Account, People, Person, SignInError,
        sessions::{BROWSER, PROVED, SEEN, SINCE, Sessions},
    },
    app::App,
};

/// Name of the cookie; below a sub-path that follows.
const COOKIE: &str = "mefeed_session";
/// How long a session lasts after it was last seen.
const DAYS: i64 = 30;
/// A session's last use is noted at most this often, in microseconds.
const TOUCH_EVERY: i64 = 5 * 60 * 1_000_000;
/// For how long a link lets a person choose a password, in microseconds.
const PROOF_WORKS: i64 = 30 * 60 * 1_000_000;

/// Reads and writes the session cookie. `Secure` when browsers reach the server by TLS; below a
/// sub-path other programs of the host do not get it. There it has a name of its own, too: a browser sends
/// the cookie of a server at the host's root along with it.
pub(super) fn layer(app: &App) -> AuthManagerLayer<People, Sessions> {
    let base = app.settings().base_path();
    let path = if base.is_empty() { "/" } else { base };
    let name = base.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
    let sessions = SessionManagerLayer::new(Sessions(app.clone()))
        .with_name(format!("{COOKIE}{name}"))
        .with_path(path.to_owned())
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(app.settings().is_behind_tls())
        .with_expiry(Expiry::OnInactivity(Duration::days(DAYS)));
    AuthManagerLayerBuilder::new(People(app.clone()), sessions).build()
}

/// The person who is signed in; others are led to the sign-in page and back.
pub(super) struct SignedIn {
    pub(super) account: Account,
    pub(super) person: Person,
    auth: AuthSession<People>,
}

impl<S> FromRequestParts<S> for SignedIn
where
    S: Send + Sync,
    App: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let app = App::from_ref(state);
        let auth = AuthSession::<People>::from_request_parts(parts, state).await;
        let auth = auth.map_err(|_| Failure::NoSession.into_response())?;
        let Some(person) = auth.user.clone() else {
            // What a form said is gone: the page it stood on is where to go on.
            let get = parts.method == Method::GET;
            let next = parts.uri.path_and_query().filter(|_| get);
            let next = next.map_or("/", |next| next.as_str());
            return Err(pages::to_sign_in(&app, next).into_response());
        };
        touch(&app, &auth.session).await.map_err(IntoResponse::into_response)?;
        Ok(Self { account: person.account.clone(), person, auth })
    }
}

impl SignedIn {
    /// The hash under which this session is listed.
    pub(super) fn session_hash(&self) -> Option<String> {
        self.auth.session.id().map(|id| Sessions::hash(&id))
    }

    /// Whether a link has shown shortly ago who this is, so that a password may be chosen without the
    /// one before.
    pub(super) async fn proved(&self, app: &App) -> Result<bool, Failure> {
        let at: Option<i64> = self.auth.session.get(PROVED).await?;
        Ok(at.is_some_and(|at| app.clock().now().as_microsecond() - at < PROOF_WORKS))
    }

    /// Goes on with a new session under a new key, after all others have ended.
    pub(super) async fn renew(
        mut self,
        app: &App,
        headers: &HeaderMap,
        person: &Person,
    ) -> Result<(), Failure> {
        begin(app, &mut self.auth, headers, person).await
    }

    /// Ends this session.
    pub(super) async fn end(mut self) -> Result<(), Failure> {
        self.auth.logout().await?;
        Ok(())
    }
}

/// Begins a session. Its id is new, so that one planted before is worth nothing.
pub(super) async fn begin(
    app: &App,
    auth: &mut AuthSession<People>,
    headers: &HeaderMap,
    person: &Person,
) -> Result<(), Failure> {
    let now = app.clock().now().as_microsecond();
    auth.session.clear().await;
    auth.session.cycle_id().await?;
    auth.session.insert(SINCE, now).await?;
    auth.session.insert(SEEN, now).await?;
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    auth.session.insert(BROWSER, browser::name(agent.unwrap_or_default())).await?;
    auth.login(person).await?;
    Ok(())
}

/// Notes that a link has shown who the person is.
pub(super) async fn prove(app: &App, auth: &AuthSession<People>) -> Result<(), Failure> {
    Ok(auth.session.insert(PROVED, app.clock().now().as_microsecond()).await?)
}

async fn touch(app: &App, session: &Session) -> Result<(), Failure> {
    let now = app.clock().now().as_microsecond();
    let seen: Option<i64> = session.get(SEEN).await?;
    if seen.is_none_or(|seen| seen + TOUCH_EVERY <= now) {
        session.insert(SEEN, now).await?;
    }
    Ok(())
}

impl From<axum_login::Error<People>> for Failure {
    fn from(error: axum_login::Error<People>) -> Self {
        match error {
            axum_login::Error::Session(error) => error.into(),
            axum_login::Error::Backend(error) => error.into(),
        }
    }
}

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Store(error) => Self::Store(error),
            SignInError::LinkUsed => Self::LinkUsed,
            other => Self::SignIn(other),
        }
    }
}
