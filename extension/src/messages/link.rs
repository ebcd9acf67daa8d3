//! The connection with Audible that the server keeps, as the popup shows it.

use serde::{Deserialize, Serialize};

/// How far a connection with Audible is that the server keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum LinkState {
    /// The server is asked how it stands.
    Looking,
    /// It can be made; the person has yet to agree.
    Open,
    /// The person has agreed; the browser has not granted Amazon's host (yet).
    AwaitingPermission,
    /// The server is asked where to sign in.
    Starting,
    /// The person signs in at Amazon, in a tab of its own.
    SigningIn {
        /// When the attempt ends, in milliseconds since 1970.
        expires_at_ms: i64,
    },
    /// The person has signed in, and the server becomes a device.
    Handing,
    /// The server has it.
    Connected {
        /// What it is.
        linked: Linked,
        /// It was made just now.
        fresh: bool,
    },
    /// It came to nothing.
    Failed {
        /// Why.
        trouble: LinkTrouble,
    },
}

/// A connection with Audible that the server has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// As Amazon's list of devices shows it.
    pub device_name: String,
    /// Titles that Audible listed last; none before it has said so.
    pub titles: Option<u32>,
    /// When the last sync that went well ended, in milliseconds since 1970.
    pub last_sync_ms: Option<i64>,
    /// The last sync failed, or none is tried any more.
    pub ailing: bool,
}

/// Why the server did not get a connection with Audible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkTrouble {
    /// Its operator has not made connections possible.
    Off,
    /// Others could read the code on its way to the server.
    HttpsRequired,
    /// The token may not connect.
    ScopeMissing,
    /// It was tried too often, or Amazon asks to slow down.
    TooOften {
        /// When it may be tried again, in milliseconds since 1970.
        again_at_ms: i64,
    },
    /// The browser took Amazon's host away while the person signed in.
    PermissionGone,
    /// The tab was closed before the sign-in had ended.
    TabClosed,
    /// The sign-in ended without a code.
    WithoutCode,
    /// The attempt has run out, or was used up.
    AttemptOver,
    /// Amazon did not take the code.
    CodeRefused,
    /// The address that the server gave is none of Amazon's sign-in page; it was not opened.
    NotAmazon,
    /// The server cannot reach Amazon just now.
    AmazonAway,
    /// The server does not answer, or asks to wait.
    ServerAway,
    /// The server does not take the token any more.
    TokenRefused,
    /// The server says something that is not known here.
    Odd,
}

impl LinkTrouble {
    /// Those that say no more than their name.
    pub const PLAIN: [Self; 13] = [
        Self::Off,
        Self::HttpsRequired,
        Self::ScopeMissing,
        Self::PermissionGone,
        Self::TabClosed,
        Self::WithoutCode,
        Self::AttemptOver,
        Self::CodeRefused,
        Self::NotAmazon,
        Self::AmazonAway,
        Self::ServerAway,
        Self::TokenRefused,
        Self::Odd,
    ];

    /// Name for programs, as on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::HttpsRequired => "https_required",
            Self::ScopeMissing => "scope_missing",
            Self::TooOften { .. } => "too_often",
            Self::PermissionGone => "permission_gone",
            Self::TabClosed => "tab_closed",
            Self::WithoutCode => "without_code",
            Self::AttemptOver => "attempt_over",
            Self::CodeRefused => "code_refused",
            Self::NotAmazon => "not_amazon",
            Self::AmazonAway => "amazon_away",
            Self::ServerAway => "server_away",
            Self::TokenRefused => "token_refused",
            Self::Odd => "odd",
        }
    }
}
