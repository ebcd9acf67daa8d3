//! Use case: a program asks for a token and a person allows it in the browser (RFC 8628).
//!
//! The program gets a device code, which it keeps, and a user code, which it shows. The person sees the
//! same user code on the server's page, with who asks for what, and allows or refuses. The program's
//! next question gets the token, once.

mod code;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use uuid::Uuid;

pub use self::code::UserCode;
use crate::{
    accounts::{self, Scopes},
    app::App,
    clock::new_id,
    ingest::hex_hash,
    store::{AccountId, StoreError},
    throttle::{self, Limit, Throttled, seconds_until},
};

/// Seconds for which codes work.
pub const WORKS: i64 = 10 * 60;
/// Seconds between two questions of a program, at first.
pub const PAUSE: i64 = 5;
/// Seconds that the pause grows by when a program asks too soon (RFC 8628, 3.5).
pub const SLOWER: i64 = 5;
/// Seconds that a program may be early by: networks deliver unevenly.
const TOLERANCE: i64 = 1;
/// Open requests of one network address, and of all together.
pub const OPEN_OF_ONE: i64 = 10;
/// Open requests of all addresses together.
pub const OPEN_OF_ALL: i64 = 100;
/// Codes that nobody has which one account may enter while a code lives, and all accounts together.
pub const MISSES_OF_ONE: i64 = 10;
/// Codes that nobody has which all accounts together may enter while a code lives.
pub const MISSES_OF_ALL: i64 = 100;
/// Seconds after which nothing is left of a request.
pub(crate) const FORGOTTEN: i64 = 60 * 60;
/// Programs that may ask: the extension, the exporter, any other program on a command line.
const CLIENTS: [&str; 3] = ["audible-connector", "audible-export", "command-line"];
/// Longest name of a program, in characters.
const LONGEST_NAME: usize = 60;
/// Random bytes of a device code.
const SECRET: usize = 32;
/// Microseconds in a second.
const SECOND: i64 = 1_000_000;

/// Why a program gets no token, by the names of RFC 6749 and RFC 8628.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.name())]
pub enum Refusal {
    /// The person has not decided yet.
    Pending,
    /// The program asks too often.
    SlowDown,
    /// The person refused.
    Denied,
    /// Nobody decided in time.
    Expired,
    /// The device code is unknown, another program's, or was used.
    InvalidGrant,
    /// No such program.
    InvalidClient,
    /// A scope that there is not.
    InvalidScope,
    /// A field is missing.
    InvalidRequest,
    /// Tokens are given by device code only.
    UnsupportedGrant,
}

impl Refusal {
    /// Name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::Denied => "access_denied",
            Self::Expired => "expired_token",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidClient => "invalid_client",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidRequest => "invalid_request",
            Self::UnsupportedGrant => "unsupported_grant_type",
        }
    }

    /// What to do next, in ASCII as RFC 6749 wants it.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Pending => "Nobody has decided yet. Ask again after the interval.",
            Self::SlowDown => "Wait five seconds more between two questions from now on.",
            Self::Denied => "The request was refused. Ask for a new code if that was a mistake.",
            Self::Expired => "Nobody decided within ten minutes. Ask for a new code.",
            Self::InvalidGrant => "The device code is unknown or was used. Ask for a new code.",
            Self::InvalidClient => {
                "client_id is audible-connector, audible-export or command-line, the same both times."
            }
            Self::InvalidScope => {
                "Scopes are import:write, library:read, library:write, audible:connect."
            }
            Self::InvalidRequest => "A field of the form is missing or stands there twice.",
            Self::UnsupportedGrant => "grant_type is urn:ietf:params:oauth:grant-type:device_code.",
        }
    }
}

/// Why something about a grant could not be done.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// The program is told so by name.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Too many requests are open; there is room again after so many seconds.
    #[error("too many requests are open")]
    TooMany(i64),
    /// Too many codes were entered that nobody has; so many seconds to wait.
    #[error("too many unknown codes")]
    Guessing(i64),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Throttled> for GrantError {
    fn from(throttled: Throttled) -> Self {
        match throttled {
            Throttled::TooMany(seconds) => Self::Guessing(seconds),
            Throttled::Store(error) => Self::Store(error),
        }
    }
}

/// What a program asks for.
#[derive(Clone, Debug)]
pub struct Wish<'a> {
    /// One of the known programs.
    pub client_id: &'a str,
    /// What it calls itself: `Firefox on Linux`. May be empty.
    pub client_name: &'a str,
    /// Scopes, separated by spaces; empty for the usual ones.
    pub scope: &'a str,
    /// Network address of the program.
    pub address: &'a str,
}

/// What the program is given.
#[derive(Clone, Debug)]
pub struct Codes {
    /// The program's secret.
    pub device_code: String,
    /// What it shows.
    pub user_code: UserCode,
}

/// A request as it is stored: without its secret.
#[derive(Clone, Debug)]
pub struct NewGrant {
    pub(crate) id: Uuid,
    pub(crate) device_hash: String,
    pub(crate) user_code: UserCode,
    pub(crate) client_id: String,
    pub(crate) client_name: String,
    pub(crate) scopes: Scopes,
    pub(crate) address: String,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
}

/// A request that waits for a person.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The code to compare.
    pub user_code: String,
    /// What the program calls itself.
    pub client_name: String,
    /// What it asks for.
    pub scopes: Scopes,
    /// Network address of the program.
    pub address: String,
    /// When it asked.
    pub created_at: Timestamp,
}

/// Where a request stands when its program asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody has decided.
    Open,
    /// Allowed; the token has not been fetched.
    Allowed,
    /// Refused.
    Refused,
    /// The token has been fetched.
    Used,
}

impl State {
    /// Name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Allowed => "allowed",
            Self::Refused => "refused",
            Self::Used => "used",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Allowed, Self::Refused, Self::Used]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// A program's question, as the database is asked it.
#[derive(Clone, Debug)]
pub struct Question {
    pub(crate) device_hash: String,
    pub(crate) client_id: String,
    pub(crate) now: i64,
    /// Id and hash of the token that is made if the request was allowed.
    pub(crate) token_id: Uuid,
    pub(crate) token_hash: String,
}

/// What the database knows of a request when its program asks.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    pub(crate) state: State,
    pub(crate) expires_at: i64,
    pub(crate) pause: i64,
    pub(crate) polled_at: Option<i64>,
}

impl Standing {
    /// What the program is told; nothing is in the way of its token if this is `Ok`.
    pub(crate) fn answer(self, now: i64) -> Result<(), Refusal> {
        match self.state {
            State::Used => Err(Refusal::InvalidGrant),
            State::Refused => Err(Refusal::Denied),
            _ if now >= self.expires_at => Err(Refusal::Expired),
            State::Allowed => Ok(()),
            State::Open => {
                let soonest = self.polled_at.map(|at| at + (self.pause - TOLERANCE) * SECOND);
                let early = soonest.is_some_and(|soonest| now < soonest);
                Err(if early { Refusal::SlowDown } else { Refusal::Pending })
            }
        }
    }
}

/// What a person decided.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'a> {
    pub(crate) code: &'a UserCode,
    pub(crate) account: AccountId,
    pub(crate) state: State,
    pub(crate) now: i64,
    /// Until when the program may fetch what was decided.
    pub(crate) expires_at: i64,
}

/// A token that was made for a request.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The token's name: what the program calls itself.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
}

/// Opens a request.
///
/// # Errors
///
/// An unknown program or scope, or too many open requests.
pub async fn ask(app: &App, wish: &Wish<'_>) -> Result<Codes, GrantError> {
    if !CLIENTS.contains(&wish.client_id) {
        return Err(Refusal::InvalidClient.into());
    }
    let scopes = match wish.scope.trim() {
        "" => Scopes::default(),
        text => text.parse().map_err(|_| Refusal::InvalidScope)?,
    };
    let mut secret = [0; SECRET];
    app.chance().fill(&mut secret);
    let device_code = URL_SAFE_NO_PAD.encode(secret);
    let user_code = UserCode::random(app.chance());
    let moment = app.clock().now();
    let now = moment.as_microsecond();
    let grant = NewGrant {
        id: new_id(moment, app.chance()),
        device_hash: hex_hash(device_code.as_bytes()),
        user_code: user_code.clone(),
        client_id: wish.client_id.to_owned(),
        client_name: name(wish),
        scopes,
        address: wish.address.to_owned(),
        created_at: now,
        expires_at: now + WORKS * SECOND,
    };
    match app.store().add_grant(&grant).await? {
        None => {
            app.metrics().pairing("asked");
            Ok(Codes { device_code, user_code })
        }
        Some(free_at) => {
            app.metrics().pairing("too_many_requests");
            Err(GrantError::TooMany(seconds_until(free_at, now)))
        }
    }
}

/// A program's name on one line and not too long; it comes from outside.
fn name(wish: &Wish<'_>) -> String {
    let name: String = shared::text::clean(wish.client_name).chars().take(LONGEST_NAME).collect();
    if name.is_empty() { wish.client_id.to_owned() } else { name }
}

/// The program's question for its token: the secret, the token's name and its scopes.
///
/// # Errors
///
/// A [`Refusal`] by name.
pub async fn fetch(
    app: &App,
    client_id: &str,
    device_code: &str,
) -> Result<(String, Granted), GrantError> {
    if !CLIENTS.contains(&client_id) {
        return Err(Refusal::InvalidClient.into());
    }
    let secret = accounts::new_token_secret(app);
    let now = app.clock().now();
    let question = Question {
        device_hash: hex_hash(device_code.as_bytes()),
        client_id: client_id.to_owned(),
        now: now.as_microsecond(),
        token_id: new_id(now, app.chance()),
        token_hash: hex_hash(secret.as_bytes()),
    };
    let fetched = app.store().fetch_granted(&question).await?;
    app.metrics().pairing(fetched.as_ref().map_or_else(|refusal| refusal.name(), |_| "connected"));
    Ok((secret, fetched?))
}

/// The request with this code, if it waits for a person. A code that nobody has counts against the
/// account that entered it, and against all of them.
///
/// # Errors
///
/// [`GrantError::Guessing`] after too many of those.
pub async fn find(
    app: &App,
    account: AccountId,
    code: &UserCode,
) -> Result<Option<Waiting>, GrantError> {
    let limits = [
        Limit::new("code_account", &account.to_string(), MISSES_OF_ONE, WORKS),
        Limit::new("code", "", MISSES_OF_ALL, WORKS),
    ];
    let counted = throttle::count(app, &limits).await.map_err(|throttled| {
        if matches!(throttled, Throttled::TooMany(_)) {
            app.metrics().pairing("too_many_codes");
        }
        GrantError::from(throttled)
    })?;
    let now = app.clock().now().as_microsecond();
    let found = app.store().waiting_grant(code, now).await?;
    if found.is_some() {
        throttle::take_back(app, counted).await?;
    }
    Ok(found)
}

/// Allows or refuses a request and gives it; none if it does not wait.
///
/// # Errors
///
/// As [`find`].
pub async fn decide(
    app: &App,
    account: AccountId,
    code: &UserCode,
    allow: bool,
) -> Result<Option<Waiting>, GrantError> {
    let Some(waiting) = find(app, account, code).await? else { return Ok(None) };
    let now = app.clock().now().as_microsecond();
    let state = if allow { State::Allowed } else { State::Refused };
    // Who decides at the last moment still gives the program its time to fetch the token.
    let decision = Decision { code, account, state, now, expires_at: now + WORKS * SECOND };
    let decided = app.store().decide_grant(&decision).await?;
    if decided {
        app.metrics().pairing(state.as_str());
    }
    Ok(decided.then_some(waiting))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An account that enters codes as fast as it may for as long as any code lives, with as many
    /// requests open as there can be.
    #[test]
    fn guessing_at_the_full_rate_for_a_code_s_life_finds_none_in_a_million_tries() {
        // Misses within any ten minutes are bounded; a code lives for at most ten minutes undecided.
        let guesses = u64::try_from(MISSES_OF_ALL).unwrap();
        let open = u64::try_from(OPEN_OF_ALL).unwrap();
        assert!(guesses * open * 1_000_000 < UserCode::ALL, "{guesses} guesses at {open} codes");
    }

    #[test]
    fn a_program_is_told_where_its_request_stands() {
        let open =
            Standing { state: State::Open, expires_at: 600 * SECOND, pause: 5, polled_at: None };
        let asked = Standing { polled_at: Some(10 * SECOND), ..open };
        let slower = Standing { pause: 10, ..asked };
        let of = |state| Standing { state, ..open };
        for (standing, second, answer) in [
            (open, 0, Err(Refusal::Pending)),
            (asked, 13, Err(Refusal::SlowDown)),
            (asked, 14, Err(Refusal::Pending)),
            (slower, 15, Err(Refusal::SlowDown)),
            (slower, 20, Err(Refusal::Pending)),
            (open, 599, Err(Refusal::Pending)),
            (open, 600, Err(Refusal::Expired)),
            (of(State::Allowed), 599, Ok(())),
            (of(State::Allowed), 600, Err(Refusal::Expired)),
            (of(State::Refused), 601, Err(Refusal::Denied)),
            (of(State::Used), 1, Err(Refusal::InvalidGrant)),
        ] {
            assert_eq!(standing.answer(second * SECOND), answer, "{standing:?} at {second}");
        }
    }
}
