//! Why Audible did not do what was asked; each has a name.

use std::time::Duration;

/// What went wrong between here and Audible.
#[derive(Debug, thiserror::Error)]
pub enum AudibleError {
    /// No connection: offline, name unknown, certificate not trusted.
    #[error("Audible cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It took too long.
    #[error("Audible did not answer in time")]
    TimedOut,
    /// Too many requests; how long to wait, where Audible says it.
    #[error("Audible asks to slow down")]
    TooMany {
        /// From `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// Audible is down or stumbles (5xx).
    #[error("Audible answers with status {status}")]
    Down {
        /// The last status, after all tries.
        status: u16,
    },
    /// The device is not known any more: it gets no new token either.
    #[error("Audible does not accept this device any more")]
    NotAuthenticated,
    /// The code of the sign-in was used, is too old or is of another attempt.
    #[error("Audible does not accept the code of this sign-in")]
    CodeRefused,
    /// Audible refuses the request itself (400, 404), or does not believe a device that Amazon still knows
    /// (401, 403).
    #[error("Audible refuses the request with status {status}")]
    Refused {
        /// 4xx.
        status: u16,
    },
    /// The answer is not what it used to be.
    #[error("an answer of Audible cannot be read: {0}")]
    Unreadable(&'static str),
    /// A device may have been registered: the answer is not what it used to be.
    #[error("Amazon's answer to a registration cannot be read")]
    RegistrationUnreadable,
    /// What is stored of the device cannot be used.
    #[error("the device's key cannot be used")]
    BadKey,
}

impl AudibleError {
    /// Its stable name: `audible_unreachable`, …
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "audible_unreachable",
            Self::TimedOut => "audible_timed_out",
            Self::TooMany { .. } => "audible_too_many_requests",
            Self::Down { .. } => "audible_down",
            Self::NotAuthenticated => "audible_not_authenticated",
            Self::CodeRefused => "audible_code_refused",
            Self::Refused { .. } => "audible_refused",
            Self::Unreadable(_) => "audible_unreadable",
            Self::RegistrationUnreadable => "audible_registration_unreadable",
            Self::BadKey => "audible_bad_key",
        }
    }

    /// Whether it may go by itself.
    pub const fn passes(&self) -> bool {
        matches!(
            self,
            Self::Unreachable(_) | Self::TimedOut | Self::TooMany { .. } | Self::Down { .. }
        )
    }
}
