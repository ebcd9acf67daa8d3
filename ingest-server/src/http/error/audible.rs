//! What is told of connections with Audible.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};

use super::{Problem, imports::refused_problem, internal, store_problem};
use crate::audible::{ConnectionError, SignInStop, vault::NotOpened};
use audible_client::{credentials::AuthFileError, error::AudibleError, landing::NoCode};

/// What helps where the server cannot know that nobody reads along.
const OPEN_LINE: &str = "A secret would go over an open line. Reach the server by https, or on the same \
    machine by 127.0.0.1. A proxy in front of it has to send X-Forwarded-Proto, and MEFEED_TRUSTED_PROXY has \
    to name it unless both run on one machine.";
/// What to do where a password does not lead on.
const OWN_PAGE: &str = "Connect by Amazon's own sign-in page instead: the browser extension opens it, or \
    the server's page Audible does.";

pub(super) fn connection_problem(error: ConnectionError) -> Problem {
    let code = error.code();
    match error {
        ConnectionError::Store(error) => store_problem(&error),
        ConnectionError::Import(refused) => refused_problem(refused),
        ConnectionError::Own(_) | ConnectionError::Broken(_) => internal(),
        ConnectionError::Audible(error) => audible_problem(&error),
        ConnectionError::SignIn(stop) => stop_problem(code, &stop),
        ConnectionError::NoCode(why) => no_code_problem(code, why),
        ConnectionError::AuthFile(error) => auth_file_problem(code, &error),
        ConnectionError::TooOften(seconds) => {
            let detail = format!("Try again in {} minutes.", crate::throttle::minutes_of(seconds));
            let title = "This was asked for too often";
            Problem::new(StatusCode::TOO_MANY_REQUESTS, code, title, detail)
                .with(header::RETRY_AFTER, seconds.to_string())
        }
        other => plain_problem(code, &other),
    }
}

impl ConnectionError {
    /// A page of ours that says what was wrong, with the status that says so to programs.
    pub(in crate::http) fn marked(self, mut page: Response) -> Response {
        let problem = connection_problem(self);
        *page.status_mut() = problem.status;
        if let Some((name, value)) = problem.header
            && let Ok(value) = HeaderValue::from_str(&value)
        {
            page.headers_mut().insert(name, value);
        }
        page
    }
}

fn plain_problem(code: &'static str, error: &ConnectionError) -> Problem {
    let told = match error {
        ConnectionError::Request(right) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let title = "The request is not valid";
            return Problem::new(status, code, title, format!("Nothing was done: {right}."));
        }
        ConnectionError::LeaseLost => {
            let detail = "It was ended or changed meanwhile; look at /api/audible/status.";
            return Problem::new(StatusCode::CONFLICT, code, "The sync was taken over", detail);
        }
        ConnectionError::Off
        | ConnectionError::HttpsRequired
        | ConnectionError::PasswordOff
        | ConnectionError::Vault(_) => operators(error),
        _ => persons(error),
    };
    let Some((status, title, detail)) = told else { return internal() };
    Problem::new(status, code, title, detail)
}

/// Status, what happened, what to do next.
type Told = Option<(StatusCode, &'static str, &'static str)>;

/// What an operator has to do with.
const fn operators(error: &ConnectionError) -> Told {
    Some(match error {
        ConnectionError::Off => (
            StatusCode::SERVICE_UNAVAILABLE,
            "This server keeps no connections with Audible",
            "Its operator can make them possible: set AUDIBLE_ENCRYPTION_KEY to the output of \
             `openssl rand -base64 32` and start it again.",
        ),
        ConnectionError::HttpsRequired => (StatusCode::FORBIDDEN, "This needs https", OPEN_LINE),
        ConnectionError::PasswordOff => {
            (StatusCode::FORBIDDEN, "This server takes no Amazon passwords", OWN_PAGE)
        }
        ConnectionError::Vault(NotOpened::OtherKey) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The connection was sealed with another key",
            "The operator sets the former key as AUDIBLE_ENCRYPTION_KEY_PREVIOUS.",
        ),
        ConnectionError::Vault(_) => (
            StatusCode::CONFLICT,
            "What is stored of the connection is damaged",
            "Disconnect it and connect it anew.",
        ),
        _ => return None,
    })
}

/// What the person can do by themselves.
const fn persons(error: &ConnectionError) -> Told {
    Some(match error {
        ConnectionError::AlreadyConnected => (
            StatusCode::CONFLICT,
            "This marketplace is connected already",
            "Disconnect it first to connect it anew.",
        ),
        ConnectionError::NotConnected => (
            StatusCode::NOT_FOUND,
            "There is no such connection with Audible",
            "Connect the marketplace first.",
        ),
        ConnectionError::MarketplaceRequired => {
            (StatusCode::CONFLICT, "There are several connections", "Name one with ?marketplace=.")
        }
        ConnectionError::AttemptUnknown => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "This attempt is over",
            "It was used already or is older than 30 minutes. Begin again.",
        ),
        ConnectionError::Running => (
            StatusCode::CONFLICT,
            "A sync is under way",
            "Wait until it is done; /api/audible/status says how far it is.",
        ),
        _ => return None,
    })
}

fn audible_problem(error: &AudibleError) -> Problem {
    let code = error.code();
    if let AudibleError::TooMany { retry_after } = error {
        let seconds = retry_after.map_or(60, |wait| wait.as_secs().max(1));
        let title = "Audible asks to slow down";
        let detail = "Nothing is lost. Try again later.";
        return Problem::new(StatusCode::TOO_MANY_REQUESTS, code, title, detail)
            .with(header::RETRY_AFTER, seconds.to_string());
    }
    let (status, title, detail) = device_told(error).unwrap_or_else(|| away_told(error));
    Problem::new(status, code, title, detail)
}

/// What is wrong with the device or its sign-in.
const fn device_told(error: &AudibleError) -> Told {
    Some(match error {
        AudibleError::NotAuthenticated => (
            StatusCode::CONFLICT,
            "Audible does not accept this device any more",
            "It was removed at Amazon, or the password was changed. Connect the marketplace anew.",
        ),
        AudibleError::CodeRefused => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "Audible does not accept this sign-in",
            "Its code was used already, is too old or is of another attempt. Begin again.",
        ),
        AudibleError::BadKey => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "The device's key cannot be used",
            "Connect the marketplace anew.",
        ),
        _ => return None,
    })
}

/// What is wrong between here and Audible.
const fn away_told(error: &AudibleError) -> (StatusCode, &'static str, &'static str) {
    let newer = "Audible may have changed. Look for a newer version of this server.";
    let later = "Nothing is lost. Try again later.";
    let (title, detail) = match error {
        AudibleError::Unreachable(_) => (
            "The server cannot reach Audible",
            "Nothing is lost. Look whether the server is online, and try again.",
        ),
        AudibleError::TimedOut => ("Audible did not answer in time", later),
        AudibleError::Refused { .. } => ("Audible refuses the request", newer),
        AudibleError::Unreadable(_) => ("Audible's answer cannot be read", newer),
        AudibleError::RegistrationUnreadable => (
            "Amazon's answer to the registration cannot be read",
            "A device \"Me Feed - Web\" may be on your list at Amazon all the same: remove it there. \
             Then look for a newer version of this server.",
        ),
        _ => ("Audible is down or stumbles", later),
    };
    (StatusCode::BAD_GATEWAY, title, detail)
}

/// The status of all of these is the same: the request was understood, and Amazon wants more.
fn stop_problem(code: &'static str, stop: &SignInStop) -> Problem {
    let (title, detail) = stop_words(stop);
    let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, title, detail);
    match stop {
        SignInStop::SecondFactor { state } | SignInStop::WrongCode { state } => {
            Problem { state: Some(state.expose().to_owned()), ..problem }
        }
        _ => problem,
    }
}

const fn stop_words(stop: &SignInStop) -> (&'static str, &'static str) {
    match stop {
        SignInStop::Captcha => ("Amazon asks for a security check", OWN_PAGE),
        SignInStop::AntiAutomation => ("Amazon wants to see a browser", OWN_PAGE),
        SignInStop::Unknown => ("Amazon answers with a page that is not known here", OWN_PAGE),
        SignInStop::Approval => (
            "Amazon asks you to approve the sign-in",
            "A message with a link was sent to you, which only a browser can follow up. Connect by \
             Amazon's own sign-in page instead.",
        ),
        SignInStop::Wrong => (
            "Amazon does not accept e-mail address or password",
            "Check them and try again, or connect by Amazon's own sign-in page instead.",
        ),
        SignInStop::WrongCode { .. } => (
            "Amazon does not accept the code",
            "Send {\"state\", \"otp\"} with the newest code and the state of this answer.",
        ),
        SignInStop::SecondFactor { .. } => (
            "Amazon asks for the code of the second factor",
            "Send {\"state\", \"otp\"} with the code of your authenticator or message.",
        ),
    }
}

fn no_code_problem(code: &'static str, why: NoCode) -> Problem {
    let (title, detail) = match why {
        NoCode::Empty => (
            "Nothing was pasted",
            "Copy the whole address of the page on which the sign-in ended, and paste it.",
        ),
        NoCode::OtherPage => (
            "This is not the address on which the sign-in ended",
            "After signing in, a page opens that Amazon says it cannot find. Copy its whole address.",
        ),
        NoCode::SignInPage => (
            "This is the address of the sign-in page",
            "Sign in there first; copy the address of the page that follows.",
        ),
        NoCode::WithoutCode => (
            "The sign-in ended without a code",
            "It was stopped, or the address was not copied to its end. Begin again.",
        ),
        NoCode::OtherMarketplace => (
            "The sign-in was at another marketplace",
            "Begin again, and sign in on the page that opens.",
        ),
        NoCode::TooLong => ("The text is too long", "Paste the address alone."),
    };
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, title, detail)
}

fn auth_file_problem(code: &'static str, error: &AuthFileError) -> Problem {
    let (title, detail) = match error {
        AuthFileError::TooLarge => ("The file is too large", "Take the program's file as it is."),
        AuthFileError::Unusable(_) => (
            "Something in the file cannot be used",
            "Sign in again with the program that wrote it.",
        ),
        AuthFileError::NotJson => ("The file is not JSON", "Take the program's file as it is."),
        AuthFileError::Encrypted => {
            ("The file is encrypted", "Let the program that wrote it write it without a password.")
        }
        AuthFileError::OtherFile => (
            "This file is of no program that is known here",
            "Take audible-cli's *.json or Libation's AccountsSettings.json.",
        ),
        AuthFileError::Missing(field) => {
            let detail =
                format!("It has no {field}. Sign in again with the program that wrote it.");
            let title = "The file is not complete";
            return Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, title, detail);
        }
        AuthFileError::OtherMarketplace => (
            "The file has no account of this marketplace",
            "Name the marketplace of the account, or none.",
        ),
    };
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, title, detail)
}
