//! What is asked for in the name of one registered device.

use std::fmt;

use jiff::SignedDuration;
use reqwest::Method;
use shared::{
    ids::{Asin, Marketplace},
    raw::RawItem,
};
use tokio::sync::Mutex;

use crate::{
    amazon,
    client::Client,
    credentials::Credentials,
    error::AudibleError,
    library::{Ask, Reading},
    lists,
    secret::Secret,
    sign::Signer,
    tokens,
    transport::{Answer, Call, Pace, Repeat},
};

/// How long before its end an access token is renewed, in seconds.
const EARLY: i64 = 60;

/// One registered device. Signed requests need no token; the few others fetch a new one early, and only
/// once however many ask at the same time.
pub struct Account {
    client: Client,
    marketplace: Marketplace,
    /// None when the key cannot be read.
    signer: Option<Signer>,
    /// Locked while a new token is fetched, so that everybody waits for the one.
    credentials: Mutex<Credentials>,
    pace: Pace,
}

/// Something that was marked as finished, or unmarked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinishedEvent {
    /// Which title, unchecked.
    pub asin: String,
    /// False when the mark was taken off.
    pub finished: bool,
    /// RFC 3339, as Audible says it.
    pub at: String,
}

/// A title of the wishlist.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// The title.
    pub raw: RawItem,
    /// When it was added, as Audible says it.
    pub added_at: Option<String>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("marketplace", &self.marketplace).finish_non_exhaustive()
    }
}

impl Account {
    pub(crate) fn new(client: Client, credentials: Credentials) -> Self {
        Self {
            client,
            marketplace: credentials.marketplace,
            signer: Signer::new(&credentials.adp_token, &credentials.private_key).ok(),
            credentials: Mutex::new(credentials),
            pace: Pace::default(),
        }
    }

    /// The credentials as they are now; after a refresh they differ from those it was made of.
    pub async fn credentials(&self) -> Credentials {
        self.credentials.lock().await.clone()
    }

    /// How many titles the library has.
    ///
    /// # Errors
    ///
    /// See [`AudibleError`].
    pub async fn books_count(&self) -> Result<u32, AudibleError> {
        lists::books_count(self).await
    }

    /// Reads the library, page by page.
    pub fn library(&self, ask: Ask) -> Reading<'_> {
        Reading::new(self, ask)
    }

    /// Everything that was marked as finished since a moment (RFC 3339), oldest first.
    ///
    /// # Errors
    ///
    /// See [`AudibleError`].
    pub async fn finished_since(&self, since: &str) -> Result<Vec<FinishedEvent>, AudibleError> {
        lists::finished_since(self, since).await
    }

    /// The whole wishlist, newest first.
    ///
    /// # Errors
    ///
    /// See [`AudibleError`].
    pub async fn wishlist(&self) -> Result<Vec<Wish>, AudibleError> {
        lists::wishlist(self).await
    }

    /// What the catalog knows of titles, 50 a request; those it does not know are missing.
    ///
    /// # Errors
    ///
    /// See [`AudibleError`].
    pub async fn catalog(&self, asins: &[Asin]) -> Result<Vec<RawItem>, AudibleError> {
        lists::catalog(self, asins).await
    }

    /// Takes the device off Amazon's list. A device that is not there any more counts as taken off.
    ///
    /// # Errors
    ///
    /// See [`AudibleError`]; then the device may still be there.
    pub async fn deregister(&self) -> Result<(), AudibleError> {
        // A refused token may just be out of date; a device that gets no new one is gone.
        for fresh in [false, true] {
            let token = match self.access_token(fresh).await {
                Ok(token) => token,
                Err(AudibleError::NotAuthenticated) => return Ok(()),
                Err(other) => return Err(other),
            };
            match tokens::deregister(&self.client, &self.pace, self.marketplace, &token).await {
                Err(AudibleError::NotAuthenticated) => {}
                done => return done,
            }
        }
        Err(AudibleError::NotAuthenticated)
    }

    /// The access token, renewed where it ends soon or where a new one is wanted.
    async fn access_token(&self, fresh: bool) -> Result<Secret, AudibleError> {
        let mut held = self.credentials.lock().await;
        let soon = (self.client.now())().saturating_add(SignedDuration::from_secs(EARLY));
        let lasts = soon.is_ok_and(|soon| held.access_expires_at > soon);
        if fresh || !lasts || held.access_token.expose().is_empty() {
            let refresh_token = held.refresh_token.clone();
            let access =
                tokens::refresh(&self.client, &self.pace, self.marketplace, &refresh_token).await?;
            held.access_token = access.token;
            held.access_expires_at = access.expires_at;
        }
        Ok(held.access_token.clone())
    }

    /// A signed request to the shop.
    pub(crate) async fn get(
        &self,
        path: &str,
        query: &[(&str, &str)],
        most: usize,
        repeat: Repeat,
    ) -> Result<Answer, AudibleError> {
        let signer = self.signer.as_ref().ok_or(AudibleError::BadKey)?;
        let mut url = amazon::join(&amazon::library(self.marketplace), path);
        url.query_pairs_mut().extend_pairs(query);
        let call = Call { method: Method::GET, url, body: None, most, repeat };
        let headers = || {
            let now = (self.client.now())();
            let mut headers = vec![("accept", "application/json".to_owned())];
            headers.extend(signer.headers("GET", &call.url, "", now)?);
            Ok(headers)
        };
        let answer = self.client.send(&call, &self.pace, headers).await?;
        let status = answer.status;
        match answer.fine() {
            Err(AudibleError::NotAuthenticated) => Err(self.unbelieved(status).await),
            other => other,
        }
    }

    /// Why a signature was not believed. A device that gets a new token is still known: then only this
    /// request was refused, which may be a bad day of Audible's or a firewall's.
    async fn unbelieved(&self, status: u16) -> AudibleError {
        match self.access_token(true).await {
            Ok(_) => AudibleError::Refused { status },
            Err(error) => error,
        }
    }
}
