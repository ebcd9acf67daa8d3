//! From what was found out to stages and one cause.

use super::{
    Answer, Cause, Code, Facts, Moved, Outcome, Probes, Refusal, Report, Stage, Wire, of_name,
};

/// Clocks that differ by more than this make tokens and dates look wrong, in milliseconds.
const CLOCK_MS: i64 = 5 * 60_000;

/// Judges what was found out.
pub fn examine(probes: &Probes) -> Report {
    let cause = cause(probes);
    let failed = cause.as_ref().map(|cause| cause.code);
    let outcomes = Stage::ALL.map(|stage| outcome(probes, stage, failed)).to_vec();
    let version = match &probes.version {
        Answer::MeFeed(facts) => Some(facts.version.clone()),
        _ => None,
    };
    Report {
        address: probes.address.clone().unwrap_or_default(),
        held: probes.held,
        version,
        outcomes,
        cause,
    }
}

fn cause(probes: &Probes) -> Option<Cause> {
    let Some(address) = &probes.address else { return found(Code::BadAddress, "") };
    match (&probes.version, &probes.moved) {
        (Answer::MeFeed(facts), _) => of_me_feed(probes, facts),
        (Answer::Redirect, Some(Moved::Scheme(there))) => found(Code::Upgraded, there),
        (_, Some(Moved::Scheme(there))) if address.starts_with("http:") => {
            found(Code::HttpOnHttps, there)
        }
        (_, Some(Moved::Scheme(there))) => found(Code::HttpsOnHttp, there),
        (_, Some(Moved::Path(there))) => found(Code::SubPath, there),
        (Answer::Redirect, None) => found(Code::LoginPage, ""),
        (Answer::Busy, None) => found(Code::Busy, ""),
        (Answer::Other(other), None) => found(Code::OtherServer, &other.status.to_string()),
        (Answer::None, None) => unread(probes, address),
    }
}

fn found(code: Code, detail: &str) -> Option<Cause> {
    Some(Cause { code, detail: detail.to_owned() })
}

/// Nothing could be read: perhaps something answers, perhaps the browser names what is the matter.
fn unread(probes: &Probes, address: &str) -> Option<Cause> {
    if probes.speaks {
        return found(Code::Unreadable, "");
    }
    let name = probes.failure.as_ref().map_or("", |failure| failure.0.as_str());
    found(of_name(name, address).unwrap_or(Code::NotReachable), name)
}

fn of_me_feed(probes: &Probes, facts: &Facts) -> Option<Cause> {
    if probes.lent && !probes.held {
        return found(Code::CorsOff, "");
    }
    match facts.wire {
        Wire::Older => return found(Code::ServerTooOld, &facts.version),
        Wire::Newer => return found(Code::ServerTooNew, &facts.version),
        Wire::Ours => {}
    }
    let refused = match &probes.import {
        None | Some(Ok(())) => None,
        Some(Err(refusal)) => Some(match refusal {
            Refusal::Revoked => (Code::TokenRevoked, ""),
            Refusal::Unknown => (Code::TokenUnknown, ""),
            Refusal::Scope => (Code::ScopeMissing, ""),
            Refusal::Foreign => (Code::LoginPage, ""),
            Refusal::Busy => (Code::Busy, ""),
            Refusal::Other(code) => (Code::Refused, code.as_str()),
        }),
    };
    if let Some((code, detail)) = refused {
        return found(code, detail);
    }
    let apart = (facts.time_ms? - probes.now_ms).abs();
    let minutes = (apart + 30_000) / 60_000;
    (apart > CLOCK_MS).then(|| Cause { code: Code::Clock, detail: minutes.to_string() })
}

fn outcome(probes: &Probes, stage: Stage, failed: Option<Code>) -> Outcome {
    let broken = failed.map_or(Stage::ALL.len(), |code| code.stage() as usize);
    let here = stage as usize;
    if failed.is_some() && here == broken {
        return Outcome::Failed;
    }
    let plain = probes.address.as_ref().is_some_and(|address| address.starts_with("http:"));
    let answered = probes.speaks || probes.version != Answer::None;
    match stage {
        // An answer that is not readable says what its way was like all the same.
        Stage::Reach | Stage::Tls if answered && here > broken => way(stage, plain),
        _ if here > broken => Outcome::Skipped,
        Stage::Access if probes.version == Answer::None => Outcome::NotKnown,
        Stage::Tls => way(stage, plain),
        Stage::Upgrade if !plain => Outcome::Skipped,
        Stage::Token if probes.import.is_none() => Outcome::Skipped,
        Stage::Clock if !has_clock(&probes.version) => Outcome::NotKnown,
        _ => Outcome::Passed,
    }
}

/// Without encryption there is no certificate to be judged.
fn way(stage: Stage, plain: bool) -> Outcome {
    if stage == Stage::Tls && plain { Outcome::Skipped } else { Outcome::Passed }
}

fn has_clock(answer: &Answer) -> bool {
    matches!(answer, Answer::MeFeed(Facts { time_ms: Some(_), .. }))
}
