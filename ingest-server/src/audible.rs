//! Use cases: the connection with Audible that the server keeps for a person: connect, sync, disconnect,
//! status.
//!
//! Reading order: [`vault`] (secrets at rest), [`connect`], [`sync`] (one reading of a library),
//! [`jobs`] (who syncs when), [`schedule`], [`status`], [`disconnect`], [`rotate`] (another master key).

pub mod connect;
pub mod disconnect;
mod finished;
pub mod jobs;
pub mod rotate;
pub mod schedule;
mod sender;
pub mod status;
pub mod sync;
pub mod vault;
mod waits;
mod webhook;
pub mod wishes;

use audible_client::{
    client::{Client, Manners, Network},
    credentials::{AuthFileError, Credentials},
    error::AudibleError,
    landing::NoCode,
    secret::Secret,
};
use shared::ids::Marketplace;
use url::Url;

use self::vault::{MasterKey, NotOpened, Purpose, Vault};
use crate::{
    app::App,
    store::{
        AccountId, StoreError,
        connections::{AuthRow, Connected},
    },
    throttle::Throttled,
};

/// What an operator may set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Seals what is stored; without one there are no connections.
    pub key: Option<MasterKey>,
    /// The one before, while keys are rotated.
    pub previous_key: Option<MasterKey>,
    /// People may give the server their Amazon password.
    pub password_login: bool,
    /// Is told when a connection stops syncing.
    pub webhook: Option<Url>,
    /// The way to Audible.
    pub network: Network,
    /// How patient and polite to be.
    pub manners: Manners,
    /// How many connections are synced at once, by themselves and by hand.
    pub at_once: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            key: None,
            previous_key: None,
            password_login: false,
            webhook: None,
            network: Network::default(),
            manners: Manners::default(),
            at_once: 2,
        }
    }
}

/// What every use case here needs: keys and the way to Audible.
#[derive(Debug)]
pub struct Audible {
    pub(crate) vault: Vault,
    pub(crate) client: Client,
}

/// Whose connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whose {
    /// The account.
    pub account: AccountId,
    /// The shop.
    pub marketplace: Marketplace,
}

/// Why something about a connection was not done.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// No master key is set.
    #[error("AUDIBLE_ENCRYPTION_KEY is not set")]
    Off,
    /// It would go over an open line.
    #[error("a secret would go over an open line")]
    HttpsRequired,
    /// The operator does not allow passwords.
    #[error("signing in by password is not allowed")]
    PasswordOff,
    /// There is one already.
    #[error("this shop is connected already")]
    AlreadyConnected,
    /// There is none.
    #[error("there is no such connection")]
    NotConnected,
    /// There are several, and none is named.
    #[error("there are several connections")]
    MarketplaceRequired,
    /// The request is none of those that there are.
    #[error("the request is none of those that there are")]
    Request(&'static str),
    /// The attempt is over, or never was.
    #[error("there is no such attempt")]
    AttemptUnknown,
    /// What was pasted has no code.
    #[error(transparent)]
    NoCode(#[from] NoCode),
    /// The file of another program cannot be used.
    #[error(transparent)]
    AuthFile(#[from] AuthFileError),
    /// Amazon shows something that only the person can deal with.
    #[error("Amazon asks for more: {0:?}")]
    SignIn(SignInStop),
    /// Another sync is at work.
    #[error("a sync is under way")]
    Running,
    /// Another server has taken the job over.
    #[error("the job was taken over")]
    LeaseLost,
    /// Too often; so many seconds to wait.
    #[error("too often")]
    TooOften(i64),
    /// Audible did not do its part.
    #[error(transparent)]
    Audible(#[from] AudibleError),
    /// What is stored does not open.
    #[error(transparent)]
    Vault(#[from] NotOpened),
    /// What was written here cannot be read here.
    #[error("own JSON could not be written or read")]
    Own(#[source] serde_json::Error),
    /// What was read was not taken in.
    #[error(transparent)]
    Import(#[from] crate::ingest::Refused),
    /// The work broke off.
    #[error("the work broke off")]
    Broken(#[source] tokio::task::JoinError),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// At which of Amazon's pages a sign-in by password stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInStop {
    /// A picture with letters.
    Captcha,
    /// The code of the second factor is wanted; with this it goes on.
    SecondFactor {
        /// What goes with the code.
        state: Secret,
    },
    /// The person has to approve it on another device.
    Approval,
    /// E-mail address or password are wrong.
    Wrong,
    /// The code is wrong; with this it goes on.
    WrongCode {
        /// What goes with the next one.
        state: Secret,
    },
    /// Amazon wants to look at the browser.
    AntiAutomation,
    /// A page that nobody here knows.
    Unknown,
}

impl From<Throttled> for ConnectionError {
    fn from(throttled: Throttled) -> Self {
        match throttled {
            Throttled::TooMany(seconds) => Self::TooOften(seconds),
            Throttled::Store(error) => Self::Store(error),
        }
    }
}

impl ConnectionError {
    /// Its stable name.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Off => "audible_connection_off",
            Self::HttpsRequired => "https_required",
            Self::PasswordOff => "audible_password_login_off",
            Self::AlreadyConnected => "audible_already_connected",
            Self::NotConnected => "audible_not_connected",
            Self::MarketplaceRequired => "marketplace_required",
            Self::Request(_) => "audible_request_invalid",
            Self::AttemptUnknown => "audible_attempt_unknown",
            Self::NoCode(NoCode::Empty) => "audible_landing_empty",
            Self::NoCode(NoCode::OtherPage) => "audible_landing_other_page",
            Self::NoCode(NoCode::SignInPage) => "audible_landing_sign_in_page",
            Self::NoCode(NoCode::WithoutCode) => "audible_landing_without_code",
            Self::NoCode(NoCode::OtherMarketplace) => "audible_landing_other_marketplace",
            Self::NoCode(NoCode::TooLong) => "audible_landing_too_long",
            Self::AuthFile(AuthFileError::TooLarge) => "audible_auth_file_too_large",
            Self::AuthFile(AuthFileError::Unusable(_)) => "audible_auth_file_unusable",
            Self::AuthFile(AuthFileError::NotJson) => "audible_auth_file_not_json",
            Self::AuthFile(AuthFileError::Encrypted) => "audible_auth_file_encrypted",
            Self::AuthFile(AuthFileError::OtherFile) => "audible_auth_file_unknown",
            Self::AuthFile(AuthFileError::Missing(_)) => "audible_auth_file_incomplete",
            Self::AuthFile(AuthFileError::OtherMarketplace) => {
                "audible_auth_file_other_marketplace"
            }
            Self::SignIn(SignInStop::Captcha) => "audible_captcha",
            Self::SignIn(SignInStop::SecondFactor { .. }) => "audible_second_factor",
            Self::SignIn(SignInStop::Approval) => "audible_approval",
            Self::SignIn(SignInStop::Wrong) => "audible_wrong_password",
            Self::SignIn(SignInStop::WrongCode { .. }) => "audible_wrong_code",
            Self::SignIn(SignInStop::AntiAutomation) => "audible_anti_automation",
            Self::SignIn(SignInStop::Unknown) => "audible_unknown_page",
            Self::Running => "audible_sync_running",
            Self::LeaseLost => "audible_sync_taken_over",
            Self::TooOften(_) => "rate_limited",
            Self::Audible(error) => error.code(),
            Self::Vault(NotOpened::OtherKey) => "audible_other_key",
            Self::Vault(NotOpened::Damaged | NotOpened::Cipher) => "audible_secrets_damaged",
            Self::Import(refused) => refused.name(),
            Self::Store(_) => "database",
            Self::Own(_) | Self::Broken(_) => "internal",
        }
    }

    /// Whether it may go by itself.
    pub const fn passes(&self) -> bool {
        match self {
            // One odd answer proves nothing yet.
            Self::Audible(AudibleError::Refused { .. } | AudibleError::Unreadable(_)) => true,
            Self::Audible(error) => error.passes(),
            Self::Store(_)
            | Self::Import(_)
            | Self::LeaseLost
            | Self::Running
            // What one library sets off, the next reading may not.
            | Self::Broken(_) => true,
            _ => false,
        }
    }
}

impl Audible {
    /// Makes ready what the settings allow; none without a key.
    ///
    /// # Errors
    ///
    /// The way to Audible cannot be used as it is set.
    pub fn new(
        settings: &Settings,
        now: audible_client::client::Now,
    ) -> Result<Option<Self>, AudibleError> {
        let Some(key) = settings.key.clone() else { return Ok(None) };
        let client = Client::new(&settings.network, settings.manners, now)?;
        Ok(Some(Self { vault: Vault::new(key, settings.previous_key.clone()), client }))
    }

    /// The credentials of a connection.
    fn credentials(&self, row: &AuthRow) -> Result<Credentials, ConnectionError> {
        let whose = whose(row)?;
        let text = self.vault.open(&whose, Purpose::Credentials, &row.encrypted_token)?;
        serde_json::from_str(&text).map_err(ConnectionError::Own)
    }
}

impl App {
    /// Keys and the way to Audible, where a key is set.
    fn audible(&self) -> Result<&Audible, ConnectionError> {
        self.kept_audible().ok_or(ConnectionError::Off)
    }
}

/// Whose a stored connection is.
fn whose(row: &AuthRow) -> Result<Whose, StoreError> {
    let marketplace = Marketplace::parse(&row.marketplace)
        .map_err(|error| StoreError::row("audible_auth", "marketplace", row.id, &error))?;
    Ok(Whose { account: row.user_id.0, marketplace })
}

/// The connection of a shop; of the only one if none is named.
async fn connection(
    app: &App,
    owner: AccountId,
    marketplace: Option<Marketplace>,
) -> Result<Connected, ConnectionError> {
    let mut all = app.store().connections(owner).await?;
    if let Some(marketplace) = marketplace {
        all.retain(|(auth, _)| auth.marketplace == marketplace.code());
    }
    match all.len() {
        0 => Err(ConnectionError::NotConnected),
        1 => Ok(all.remove(0)),
        _ => Err(ConnectionError::MarketplaceRequired),
    }
}
