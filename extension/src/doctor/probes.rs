//! What the requests brought back, read into types.

use shared::{when::When, wire::v1::SCHEMA_VERSION};

use super::Failure;
use crate::{browser::HttpResponse, server};

/// Everything that was found out about an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probes {
    /// Normalised address; none where what was typed is none.
    pub address: Option<String>,
    /// The permission for the origin was held before.
    pub held: bool,
    /// It is held for this check alone.
    pub lent: bool,
    /// What the question for the version brought.
    pub version: Answer,
    /// Without an answer that may be read: whether anything answers at all.
    pub speaks: bool,
    /// Where else Me Feed answers.
    pub moved: Option<Moved>,
    /// Without any answer: what the browser calls the failure.
    pub failure: Option<Failure>,
    /// What a trial import brought; none without a token.
    pub import: Option<Result<(), Refusal>>,
    /// Milliseconds since 1970, when the version was answered.
    pub now_ms: i64,
}

/// What the question for the version brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    /// Nothing that may be read.
    #[default]
    None,
    /// A redirect.
    Redirect,
    /// The proxy says that what is behind it is away.
    Busy,
    /// Something that is not Me Feed.
    Other(Other),
    /// Me Feed.
    MeFeed(Facts),
}

/// An answer that is not Me Feed's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// HTTP status.
    pub status: u16,
}

/// What Me Feed says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Version.
    pub version: String,
    /// What it speaks.
    pub wire: Wire,
    /// Its clock, in milliseconds since 1970.
    pub time_ms: Option<i64>,
}

/// The wire versions of a server against ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// Ours is among them.
    Ours,
    /// All are older.
    Older,
    /// Ours is not among them any more.
    Newer,
}

/// Where Me Feed answers instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moved {
    /// At the same place by the other scheme: `https://home.example`.
    Scheme(String),
    /// Below another path of the same origin.
    Path(String),
}

/// Why a trial import was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// 401 by revocation.
    Revoked,
    /// 401 otherwise.
    Unknown,
    /// 403.
    Scope,
    /// A redirect, or nothing that Me Feed says.
    Foreign,
    /// No answer, or one that says to come back later.
    Busy,
    /// The server's own code.
    Other(String),
}

/// Reads the answer to the question for the version.
pub fn of_version<E>(answer: Result<HttpResponse, E>) -> Answer {
    let Ok(answer) = answer else { return Answer::None };
    if answer.redirected {
        return Answer::Redirect;
    }
    if matches!(answer.status, 429 | 502..=504) {
        return Answer::Busy;
    }
    let Some(found) = server::version_facts(&answer) else {
        return Answer::Other(Other { status: answer.status });
    };
    let wire = match found.wire_versions.iter().max() {
        _ if found.wire_versions.contains(&SCHEMA_VERSION) => Wire::Ours,
        Some(newest) if *newest > SCHEMA_VERSION => Wire::Newer,
        _ => Wire::Older,
    };
    let time = When::parse(&found.server_time).ok();
    Answer::MeFeed(Facts {
        version: found.version.chars().take(40).collect(),
        wire,
        time_ms: time.map(|time| time.microseconds() / 1_000),
    })
}

/// Reads the answer to a trial import.
pub fn of_import<E>(answer: Result<HttpResponse, E>) -> Result<(), Refusal> {
    let Ok(answer) = answer else { return Err(Refusal::Busy) };
    if answer.redirected {
        return Err(Refusal::Foreign);
    }
    let code = server::problem_code(&answer.body);
    Err(match (answer.status, code.as_str()) {
        (200..=299, _) => return Ok(()),
        (401, "token_revoked") => Refusal::Revoked,
        (401, _) => Refusal::Unknown,
        (403, _) => Refusal::Scope,
        (429 | 500..=599, _) => Refusal::Busy,
        (_, "") => Refusal::Foreign,
        _ => Refusal::Other(code),
    })
}
