//! Why something with a connection did not go, in words.

use super::Notice;
use crate::{audible::ConnectionError, http::error::Failure, locale::Locale, throttle};

/// Minutes above which a wait is told in hours.
const MINUTES: i64 = 120;

/// What has happened, by its stable word.
pub(in crate::http::pages) fn why(locale: Locale, code: &str) -> &'static str {
    of(locale, "why", code)
}

/// What to do then.
pub(super) fn next(locale: Locale, code: &str) -> &'static str {
    of(locale, "next", code)
}

fn of(locale: Locale, part: &str, code: &str) -> &'static str {
    match locale.text(&format!("audible.{part}.{code}")) {
        "" => locale.text(&format!("audible.{part}.other")),
        text => text,
    }
}

/// What a person is told above a form.
pub(super) fn notice(locale: Locale, error: &ConnectionError) -> Notice {
    if let ConnectionError::TooOften(seconds) = error {
        let wait = wait(locale, *seconds);
        return Notice::danger(locale.filled("audible.too_often.connect", &[("wait", &wait)]));
    }
    let code = error.code();
    Notice::danger(format!("{} {}", why(locale, code), next(locale, code)))
}

/// What a person is told who has begun too many syncs.
pub(super) fn too_many_syncs(locale: Locale, seconds: i64) -> Notice {
    let wait = wait(locale, seconds);
    Notice::danger(locale.filled("audible.too_often.sync", &[("wait", &wait)]))
}

fn wait(locale: Locale, seconds: i64) -> String {
    match throttle::minutes_of(seconds) {
        minutes if minutes <= MINUTES => locale.counted("wait.minutes", minutes),
        minutes => locale.counted("wait.hours", (minutes + 59) / 60),
    }
}

/// What a person can do something about; anything else is a failure of this server.
pub(super) fn of_a_person(error: ConnectionError) -> Result<ConnectionError, Failure> {
    match error {
        ConnectionError::Store(_)
        | ConnectionError::Own(_)
        | ConnectionError::Broken(_)
        | ConnectionError::Import(_) => Err(error.into()),
        other => Ok(other),
    }
}

#[cfg(test)]
mod tests {
    use audible_client::{
        credentials::AuthFileError, error::AudibleError, landing::NoCode, secret::Secret,
    };

    use super::*;
    use crate::audible::{SignInStop, vault::NotOpened};

    fn all() -> Vec<ConnectionError> {
        use ConnectionError as E;
        let landing = [
            NoCode::Empty,
            NoCode::OtherPage,
            NoCode::SignInPage,
            NoCode::WithoutCode,
            NoCode::OtherMarketplace,
            NoCode::TooLong,
        ];
        let files = [
            AuthFileError::TooLarge,
            AuthFileError::NotJson,
            AuthFileError::Encrypted,
            AuthFileError::OtherFile,
            AuthFileError::Missing("adp_token"),
            AuthFileError::Unusable("expires"),
            AuthFileError::OtherMarketplace,
        ];
        let stops = [
            SignInStop::Captcha,
            SignInStop::SecondFactor { state: Secret::new("") },
            SignInStop::Approval,
            SignInStop::Wrong,
            SignInStop::WrongCode { state: Secret::new("") },
            SignInStop::AntiAutomation,
            SignInStop::Unknown,
        ];
        let audible = [
            AudibleError::Unreachable("offline".into()),
            AudibleError::TimedOut,
            AudibleError::TooMany { retry_after: None },
            AudibleError::Down { status: 503 },
            AudibleError::NotAuthenticated,
            AudibleError::CodeRefused,
            AudibleError::Refused { status: 400 },
            AudibleError::Unreadable("items"),
            AudibleError::RegistrationUnreadable,
            AudibleError::BadKey,
        ];
        let own = [
            E::Off,
            E::HttpsRequired,
            E::PasswordOff,
            E::AlreadyConnected,
            E::NotConnected,
            E::MarketplaceRequired,
            E::Request(""),
            E::AttemptUnknown,
            E::Running,
            E::LeaseLost,
            E::TooOften(60),
            E::Vault(NotOpened::OtherKey),
            E::Vault(NotOpened::Damaged),
        ];
        own.into_iter()
            .chain(landing.map(E::NoCode))
            .chain(files.map(E::AuthFile))
            .chain(stops.map(E::SignIn))
            .chain(audible.map(E::Audible))
            .collect()
    }

    #[test]
    fn every_reason_has_its_own_words_in_every_language() {
        for locale in [Locale::English, Locale::German] {
            let mut told = std::collections::BTreeMap::new();
            for code in all().iter().map(ConnectionError::code).chain(["database"]) {
                let why = why(locale, code);
                assert_ne!(why, super::why(locale, "other"), "{code}");
                assert_ne!(next(locale, code), next(locale, "other"), "{code}");
                let before = told.insert(why, code);
                assert_eq!(before, None, "{code} says the same");
            }
        }
    }

    #[test]
    fn waits_are_told_in_minutes_and_long_ones_in_hours() {
        for (seconds, expected) in
            [(1, "a minute"), (61, "2 minutes"), (7_200, "120 minutes"), (7_201, "3 hours")]
        {
            assert_eq!(wait(Locale::English, seconds), expected);
        }
    }
}
