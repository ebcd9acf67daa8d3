//! The connection doctor: what a few harmless requests to a server say about the way to it.
//!
//! The worker gathers [`Probes`], [`examine`] makes a [`Report`] of them: pure, so that every state
//! of a broken connection is a test of its own. What a browser does not tell apart stays one cause
//! with its candidates, until the person lends the permission to look behind it.

mod judge;
mod named;
mod plain;
mod probes;

use serde::{Deserialize, Serialize};

pub use judge::examine;
pub use named::{Failure, of_name};
pub(crate) use plain::origin_of;
pub use plain::{Told, tell};
pub use probes::{Answer, Facts, Moved, Other, Probes, Refusal, Wire, of_import, of_version};

/// What the popup asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnose {
    /// Address as it stands in the form; the stored token is tried only at its own address.
    pub address: String,
    /// The person lends the permissions that name a failure; they are given back afterwards.
    pub named: bool,
    /// The origin was granted before, so it is not given back.
    pub keep: bool,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Normalised address; empty where what was typed is none.
    pub address: String,
    /// The permission for the origin was held before.
    pub held: bool,
    /// The server's version, once it answered as Me Feed.
    pub version: Option<String>,
    /// One for each of [`Stage::ALL`], in that order.
    pub outcomes: Vec<Outcome>,
    /// Why the failed stage failed; none when all is well.
    pub cause: Option<Cause>,
}

/// The stages of a connection, in the order in which they are passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The address is one.
    Address,
    /// The server lets the extension read its answers, or the browser grants it.
    Access,
    /// The name resolves and the port answers.
    Reach,
    /// Both sides mean TLS, and the certificate is trusted.
    Tls,
    /// What was asked over http was not sent on to https.
    Upgrade,
    /// Me Feed answers, no sign-in page and no other program.
    Answer,
    /// Extension and server understand each other.
    Version,
    /// The token is valid and may import.
    Token,
    /// Both clocks show the same time.
    Clock,
}

impl Stage {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Address,
        Self::Access,
        Self::Reach,
        Self::Tls,
        Self::Upgrade,
        Self::Answer,
        Self::Version,
        Self::Token,
        Self::Clock,
    ];

    /// In a few words, for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Access => "access",
            Self::Reach => "name and port",
            Self::Tls => "encryption",
            Self::Upgrade => "http stays http",
            Self::Answer => "answers as Me Feed",
            Self::Version => "versions",
            Self::Token => "token",
            Self::Clock => "clocks",
        }
    }
}

/// What became of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Good.
    Passed,
    /// Here it breaks.
    Failed,
    /// Cannot be told.
    NotKnown,
    /// Not looked at, or without meaning for this address.
    Skipped,
}

/// Why a stage failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Which cause.
    pub code: Code,
    /// The value that its words take: an address, a version, minutes, a code of browser or server.
    pub detail: String,
}

/// Declares [`Code`]: variant, name on the wire, stage.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal in $stage:ident,)*) => {
        /// The causes that are told apart.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)*
        }

        impl Code {
            /// Every cause.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Name for programs.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The stage that fails by it.
            pub const fn stage(self) -> Stage {
                match self { $(Self::$variant => Stage::$stage,)* }
            }
        }
    };
}

codes! {
    /// What was typed is no address.
    BadAddress = "bad_address" in Address,
    /// Something answers, but the extension may not read it.
    Unreadable = "unreadable" in Access,
    /// Me Feed answers, but without the headers that let the extension read it.
    CorsOff = "cors_off" in Access,
    /// The browser itself, or another extension in it, stops the request.
    Blocked = "blocked" in Access,
    /// No answer; what is the matter cannot be told from here.
    NotReachable = "not_reachable" in Reach,
    /// The name has no address.
    NameUnknown = "name_unknown" in Reach,
    /// Nobody listens at this port.
    WrongPort = "wrong_port" in Reach,
    /// There is no way to the machine, or it keeps silent.
    NoRoute = "no_route" in Reach,
    /// The certificate is self-signed, or of an authority that the browser does not know.
    SelfSigned = "self_signed" in Tls,
    /// The certificate is for another name.
    CertificateName = "certificate_name" in Tls,
    /// TLS fails, and the browser says why in its own language.
    TlsFailed = "tls_failed" in Tls,
    /// The certificate is out of date.
    CertificateDate = "certificate_date" in Tls,
    /// An https address, but this port speaks http.
    HttpsOnHttp = "https_on_http" in Tls,
    /// An http address, but this port speaks https.
    HttpOnHttps = "http_on_https" in Tls,
    /// The http address is sent on to https, where Me Feed answers.
    Upgraded = "upgraded" in Upgrade,
    /// A redirect, as to a proxy's sign-in page.
    LoginPage = "login_page" in Answer,
    /// Me Feed answers below another path of this server.
    SubPath = "sub_path" in Answer,
    /// Another program answers.
    OtherServer = "other_server" in Answer,
    /// A proxy answers, but the server behind it does not.
    Busy = "busy" in Answer,
    /// The server is older than the extension.
    ServerTooOld = "server_too_old" in Version,
    /// The server is newer than the extension.
    ServerTooNew = "server_too_new" in Version,
    /// The token was revoked.
    TokenRevoked = "token_revoked" in Token,
    /// The server does not know the token.
    TokenUnknown = "token_unknown" in Token,
    /// The token may not import.
    ScopeMissing = "scope_missing" in Token,
    /// The server refuses a trial import for a reason of its own.
    Refused = "refused" in Token,
    /// The clocks of computer and server differ by more than five minutes.
    Clock = "clock" in Clock,
}

impl Code {
    /// Whether lending a permission tells more.
    pub const fn can_be_named(self) -> bool {
        matches!(self, Self::NotReachable | Self::Unreadable)
    }
}
