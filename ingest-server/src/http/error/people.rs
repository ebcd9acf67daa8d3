//! What is told of tokens, passwords, pairing and whoever may not do something.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};

use super::{Form, Problem, internal, store_problem};
use crate::{
    accounts::{AccountError, Denied, Scope, SignInError},
    grant::{GrantError, Refusal},
    throttle,
};

pub(super) fn denied_problem(denied: Denied) -> Problem {
    let plain = "Bearer realm=\"me-feed\"";
    let invalid = "Bearer realm=\"me-feed\", error=\"invalid_token\"";
    let (code, title, detail, challenge) = match denied {
        Denied::NoToken => (
            "token_missing",
            "A token is needed",
            "Send the header Authorization: Bearer mf_… with a token of this server.",
            plain,
        ),
        Denied::UnknownToken => (
            "token_unknown",
            "This server does not know the token",
            "It was mistyped or is another server's. Make a new one.",
            invalid,
        ),
        Denied::RevokedToken => (
            "token_revoked",
            "The token was revoked",
            "Make a new one and enter it where the old one was.",
            invalid,
        ),
        Denied::Scope(missing) => return scope_problem(missing),
        Denied::Store(error) => return store_problem(&error),
    };
    let problem = Problem::new(StatusCode::UNAUTHORIZED, code, title, detail);
    problem.with(header::WWW_AUTHENTICATE, challenge)
}

fn scope_problem(missing: Scope) -> Problem {
    let detail = format!("Make a token with the scope {missing}.");
    let challenge = "Bearer realm=\"me-feed\", error=\"insufficient_scope\"";
    Problem::new(StatusCode::FORBIDDEN, "scope_missing", "The token may not do this", detail)
        .with(header::WWW_AUTHENTICATE, challenge)
}

pub(super) fn sign_in_problem(error: &SignInError) -> Problem {
    let invalid = StatusCode::UNPROCESSABLE_ENTITY;
    let (status, code, title) = match error {
        SignInError::TooMany(seconds) => return too_many_tries(*seconds),
        SignInError::Account(AccountError::NotOwner) => {
            (StatusCode::FORBIDDEN, "not_owner", "Only the owner of this server may do this")
        }
        SignInError::WrongPassword => (invalid, "wrong_password", "The password is wrong"),
        SignInError::Account(AccountError::Store(error)) | SignInError::Store(error) => {
            return store_problem(error);
        }
        SignInError::Hash(_) => return internal(),
        _ => (invalid, "account_invalid", "The account was not changed"),
    };
    Problem::new(status, code, title, "Look at what the page says, and try again.")
}

fn try_again_in(seconds: i64) -> String {
    match throttle::minutes_of(seconds) {
        1 => "Try again in a minute.".to_owned(),
        minutes => format!("Try again in {minutes} minutes."),
    }
}

fn too_many_tries(seconds: i64) -> Problem {
    let detail = try_again_in(seconds);
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_tries", "Too many tries", detail)
        .with(header::RETRY_AFTER, seconds.to_string())
}

impl SignInError {
    /// Its name for monitoring.
    pub(in crate::http) fn name(&self) -> &'static str {
        sign_in_problem(self).code
    }

    /// A page of ours that says what was wrong, with the status that says so to programs.
    pub(in crate::http) fn marked(&self, mut page: Response) -> Response {
        let problem = sign_in_problem(self);
        *page.status_mut() = problem.status;
        if let Some((name, value)) = problem.header
            && let Ok(value) = HeaderValue::from_str(&value)
        {
            page.headers_mut().insert(name, value);
        }
        page
    }
}

pub(super) fn metrics_token() -> Problem {
    let title = "The numbers are behind a token";
    let detail = "Send the token of MEFEED_METRICS_TOKEN as Authorization: Bearer …";
    Problem::new(StatusCode::UNAUTHORIZED, "metrics_token_missing", title, detail)
        .with(header::WWW_AUTHENTICATE, "Bearer realm=\"metrics\"")
}

pub(super) fn grant_problem(error: &GrantError) -> Problem {
    let wait = |code, title, seconds: i64| {
        let detail = try_again_in(seconds);
        Problem::new(StatusCode::TOO_MANY_REQUESTS, code, title, detail)
            .with(header::RETRY_AFTER, seconds.to_string())
    };
    match error {
        GrantError::Refused(refusal) => oauth_problem(*refusal),
        GrantError::TooMany(seconds) => {
            wait("too_many_requests", "Too many programs wait to be allowed", *seconds)
        }
        GrantError::Guessing(seconds) => {
            wait("too_many_codes", "Too many codes were entered that nobody has", *seconds)
        }
        GrantError::Store(error) => store_problem(error),
    }
}

fn oauth_problem(refusal: Refusal) -> Problem {
    let title = "The program gets no token";
    let problem = Problem::new(StatusCode::BAD_REQUEST, refusal.name(), title, refusal.advice());
    Problem { form: Form::OAuth, ..problem }
}
