//! What can go wrong with one question, and how long the run rests after it.

use serde::{Deserialize, Serialize};

use super::{Now, run::Hold};
use crate::{
    messages::{ServerTrouble, Trouble},
    pace::Settings,
};

/// Why a question has no answer that can be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Failure {
    /// Audible shows its sign-in page.
    SignedOut,
    /// Audible asks for a security check.
    Captcha,
    /// Audible shows its "Whoops" page, or refuses outright.
    Blocked,
    /// 429, with the wait it asks for in milliseconds.
    Throttled(Option<i64>),
    /// 5xx, with the wait it asks for in milliseconds; also a browser storage that does not answer.
    Unavailable(Option<i64>),
    /// No answer.
    Offline,
    /// The answer did not come in time.
    TimedOut,
    /// A page or answer that we cannot read.
    Changed,
    /// The server cannot be used, with the wait it asks for in milliseconds.
    Server(ServerTrouble, Option<i64>),
}

impl Failure {
    /// Audible says that it was asked for too much.
    pub(super) const fn is_too_much(&self) -> bool {
        matches!(self, Self::Blocked | Self::Throttled(_) | Self::Unavailable(_))
    }

    /// A smaller page may help; where large ones have come, an error is an outage.
    pub(super) const fn is_of_size(&self, fresh: bool) -> bool {
        matches!(self, Self::TimedOut) || (fresh && matches!(self, Self::Unavailable(_)))
    }

    /// What the popup is told; `unit` names a page.
    pub(super) fn trouble(&self, unit: u32) -> Trouble {
        match self {
            Self::SignedOut => Trouble::SignedOut,
            Self::Captcha => Trouble::Captcha,
            Self::Blocked => Trouble::Blocked,
            Self::Throttled(_) => Trouble::Throttled,
            Self::Unavailable(_) => Trouble::Unavailable,
            Self::Offline | Self::TimedOut => Trouble::Offline,
            Self::Changed => Trouble::LayoutChanged { page: unit },
            Self::Server(trouble, _) => Trouble::Server { trouble: trouble.clone() },
        }
    }

    /// How long the run rests after the `failures`-th refusal in a row, in milliseconds; `None` when
    /// only a person (or an update) can help.
    fn rest_ms(&self, failures: u32, settings: &Settings, chance: f64) -> Option<i64> {
        let asked = match self {
            Self::SignedOut | Self::Captcha | Self::Changed => return None,
            Self::Blocked => return Some(settings.cool_down_ms),
            Self::Offline | Self::TimedOut => None,
            Self::Throttled(asked) | Self::Unavailable(asked) => *asked,
            Self::Server(ServerTrouble::Busy | ServerTrouble::NotReachable, asked) => *asked,
            Self::Server(..) => return None,
        };
        Some(settings.rest_ms(failures, asked, chance))
    }

    /// The pause that follows.
    pub(super) fn hold(&self, unit: u32, failures: u32, settings: &Settings, now: Now) -> Hold {
        Hold::Waiting {
            trouble: self.trouble(unit),
            resumes_at_ms: self.rest_ms(failures, settings, now.chance).map(|rest| now.ms + rest),
        }
    }
}
