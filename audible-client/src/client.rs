//! How requests get out: connections, pace, retries. One client serves every account of a server.

use std::{fmt, sync::Arc, time::Duration};

use jiff::Timestamp;
use reqwest::{Certificate, Proxy, redirect};
use url::Url;

use crate::{
    account::Account, attempt::Attempt, credentials::Credentials, device, error::AudibleError,
    landing::AuthorizationCode, secret::Secret, sign_in, sign_in::SignIn, tokens,
};

/// The way out of this machine. The default is the system's: its certificates, and the proxy that
/// `HTTPS_PROXY` names.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// A proxy that tunnels (CONNECT).
    pub proxy: Option<Url>,
    /// Certificates of authorities that are trusted instead of the system's, as PEM.
    pub authorities: Option<String>,
}

/// How patient and how polite.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// Between two requests of one account.
    pub pause: Duration,
    /// First wait before a request is sent again; it doubles.
    pub first_wait: Duration,
    /// Longest wait, also where Audible asks for more; then it is told instead.
    pub longest_wait: Duration,
    /// How often one request is sent at most.
    pub tries: u32,
    /// For one answer.
    pub time_out: Duration,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            pause: Duration::from_millis(350),
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(60),
            tries: 6,
            time_out: Duration::from_secs(60),
        }
    }
}

/// Tells the time to whatever is signed.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Speaks with Audible; copies share connections.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    manners: Manners,
    now: Now,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

impl Client {
    /// Makes one.
    ///
    /// # Errors
    ///
    /// Certificates or a proxy address that cannot be used.
    pub fn new(network: &Network, manners: Manners, now: Now) -> Result<Self, AudibleError> {
        // Redirects are off: nothing that a request carries may go where it was not sent.
        let mut http = reqwest::Client::builder()
            .user_agent(device::USER_AGENT)
            .redirect(redirect::Policy::none())
            .https_only(true)
            .referer(false);
        if let Some(proxy) = &network.proxy {
            http = http.proxy(Proxy::all(proxy.clone()).map_err(unusable)?);
        }
        if let Some(pem) = &network.authorities {
            let authorities = Certificate::from_pem_bundle(pem.as_bytes()).map_err(unusable)?;
            if authorities.is_empty() {
                return Err(AudibleError::Unreachable("there is no certificate".into()));
            }
            http = http.tls_certs_only(authorities);
        }
        Ok(Self { http: http.build().map_err(unusable)?, manners, now })
    }

    pub(crate) const fn http(&self) -> &reqwest::Client {
        &self.http
    }

    pub(crate) const fn manners(&self) -> &Manners {
        &self.manners
    }

    pub(crate) const fn now(&self) -> &Now {
        &self.now
    }

    /// Registers a device with the code of a sign-in. The code works once, so this is sent again only
    /// while there is no connection.
    ///
    /// # Errors
    ///
    /// See [`AudibleError`].
    pub async fn register(
        &self,
        attempt: &Attempt,
        code: &AuthorizationCode,
    ) -> Result<Credentials, AudibleError> {
        tokens::register(self, attempt, code).await
    }

    /// Signs in with e-mail address and password, without any disguise.
    ///
    /// # Errors
    ///
    /// See [`AudibleError`]; pages of Amazon's that ask for more are answers, not errors.
    pub async fn sign_in(
        &self,
        attempt: &Attempt,
        email: &str,
        password: &Secret,
    ) -> Result<SignIn, AudibleError> {
        sign_in::with_password(self, attempt, email, password).await
    }

    /// Speaks for one registered device.
    pub fn account(&self, credentials: Credentials) -> Account {
        Account::new(self.clone(), credentials)
    }
}

fn unusable(error: reqwest::Error) -> AudibleError {
    AudibleError::Unreachable(Box::new(error.without_url()))
}
