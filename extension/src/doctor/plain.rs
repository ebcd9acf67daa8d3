//! A report as it is told: small for the popup, and as plain text for people who ask for help.

use serde::Serialize;

use super::{Outcome, Report, Stage};

/// A report as the popup reads it; made for it, so that it need not know causes and stages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The permission for the origin was held before.
    pub held: bool,
    /// A letter for each stage: `p`assed, `f`ailed, `n`ot known, `s`kipped.
    pub stages: String,
    /// Name of the cause, or `well`.
    pub code: &'static str,
    /// The value that its words take.
    pub detail: String,
    /// Host and port, which its words may take, too.
    pub host: String,
    /// The origin pattern to ask the browser for, where lending the permission tells more; else empty.
    pub origin: String,
    /// The report as text, without any secret.
    pub plain: String,
}

/// Tells a report. `extension` is the version of this program.
pub fn tell(report: &Report, extension: &str) -> Told {
    let letter = |outcome: &Outcome| match outcome {
        Outcome::Passed => 'p',
        Outcome::Failed => 'f',
        Outcome::NotKnown => 'n',
        Outcome::Skipped => 's',
    };
    let cause = report.cause.as_ref();
    let lend = cause.is_some_and(|cause| cause.code.can_be_named());
    Told {
        held: report.held,
        stages: report.outcomes.iter().map(letter).collect(),
        code: cause.map_or("well", |cause| cause.code.name()),
        detail: cause.map(|cause| cause.detail.clone()).unwrap_or_default(),
        host: authority_of(&report.address).to_owned(),
        origin: if lend { origin_of(&report.address) } else { String::new() },
        plain: plain(report, extension),
    }
}

/// In English, whatever language the browser has: it is read by whoever helps.
fn plain(report: &Report, extension: &str) -> String {
    let version = report.version.as_deref().unwrap_or("unknown");
    let mut lines = vec![
        format!("Me Feed Audible Connector {extension}"),
        format!("server {}, version {version}", report.address),
    ];
    for (stage, outcome) in Stage::ALL.into_iter().zip(&report.outcomes) {
        let outcome = match outcome {
            Outcome::Passed => "good",
            Outcome::Failed => "fails",
            Outcome::NotKnown => "not known",
            Outcome::Skipped => "not checked",
        };
        lines.push(format!("{}: {outcome}", stage.name()));
    }
    match &report.cause {
        Some(cause) => lines.push(format!("cause: {} {}", cause.code.name(), cause.detail)),
        None => lines.push("no cause found".to_owned()),
    }
    lines.join("\n")
}

fn authority_of(address: &str) -> &str {
    address.split('/').nth(2).unwrap_or_default()
}

/// The pattern for an address: patterns know no port in Firefox, so it means all of the host's.
pub(crate) fn origin_of(address: &str) -> String {
    let scheme = address.split("://").next().unwrap_or_default();
    let authority = authority_of(address);
    let end = authority.rfind(':').filter(|colon| !authority[*colon..].contains(']'));
    format!("{scheme}://{}/*", &authority[..end.unwrap_or(authority.len())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Cause, Code};

    fn report(code: Code) -> Report {
        let mut outcomes = vec![Outcome::Skipped; 9];
        outcomes[code.stage() as usize] = Outcome::Failed;
        Report {
            address: "https://home.example:8443/books".to_owned(),
            held: false,
            version: None,
            outcomes,
            cause: Some(Cause { code, detail: "7".to_owned() }),
        }
    }

    #[test]
    fn an_origin_pattern_has_no_port() {
        for (address, pattern) in [
            ("https://home.example/books", "https://home.example/*"),
            ("http://192.168.1.20:8787", "http://192.168.1.20/*"),
            ("http://[::1]:8787/a", "http://[::1]/*"),
            ("http://[::1]", "http://[::1]/*"),
        ] {
            assert_eq!(origin_of(address), pattern);
        }
    }

    #[test]
    fn a_permission_is_asked_for_only_where_it_tells_more() {
        for code in Code::ALL.iter().copied() {
            let told = tell(&report(code), "0.1.0");
            let more = matches!(code, Code::NotReachable | Code::Unreadable);
            assert_eq!(told.origin, if more { "https://home.example/*" } else { "" });
            assert_eq!(told.stages.find('f'), Some(code.stage() as usize));
            assert_eq!((told.code, told.host.as_str()), (code.name(), "home.example:8443"));
        }
    }

    #[test]
    fn the_text_says_where_it_breaks() {
        let text = tell(&report(Code::WrongPort), "0.1.0").plain;
        assert!(text.starts_with("Me Feed Audible Connector 0.1.0\n"), "{text}");
        assert!(text.contains("https://home.example:8443/books"), "{text}");
        assert!(text.contains("name and port: fails\n"), "{text}");
        assert!(text.ends_with("cause: wrong_port 7"), "{text}");
    }
}
