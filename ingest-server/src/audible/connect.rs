//! Use case: a person connects an Audible library, in one of three ways, or by a device that another
//! program has registered already.
//!
//! What an attempt has to remember between two calls (the verifier of PKCE, or the form that waits for a
//! second factor) is sealed and lies in the database, so that any server goes on with it. Its name is a
//! secret of the caller; its hash is kept. It is used up by the registration.

mod attempts;

use std::time::Duration;

use audible_client::{
    attempt::Attempt, credentials::Credentials, landing::AuthorizationCode, secret::Secret,
    sign_in::SignIn,
};
use shared::ids::Marketplace;
use tokio::time::timeout;

use self::attempts::Remembered;
use super::{
    Audible, ConnectionError, SignInStop, Whose, connection, disconnect, schedule::Schedule,
    vault::Purpose,
};
use crate::{
    app::App,
    audit::{self, What},
    clock::new_id,
    store::{
        AccountId,
        connections::{AttemptRow, AuthRow, SyncRow},
        rows::Key,
    },
    throttle::{self, Limit},
};

/// How long an attempt may take, in seconds.
pub const ATTEMPT_SECONDS: i64 = 30 * 60;
/// Attempts of an account in an hour.
const PER_HOUR: i64 = 3;
/// How long the number of titles may take; the first sync tells it, too.
const COUNTING: Duration = Duration::from_secs(10);
/// Why a connection syncs no more and may be replaced.
const LOST: [&str; 2] = ["audible_not_authenticated", "audible_secrets_damaged"];
/// Seconds in an hour.
const HOUR: i64 = 3600;

/// What a person, or the extension, asks for. There are secrets in it, and so no `Debug`.
pub enum Ask {
    /// Where to sign in.
    Start(Marketplace),
    /// The address on which the sign-in ended.
    Finish {
        /// From the answer to `Start`.
        state: String,
        /// As it was pasted.
        redirect_url: String,
    },
    /// Sign in by password.
    Password {
        /// The shop.
        marketplace: Marketplace,
        /// Of the Amazon account.
        email: String,
        /// Lives as long as this call.
        password: Secret,
        /// The code of the second factor, where it is known already.
        otp: Option<String>,
    },
    /// The code of the second factor.
    Code {
        /// From the answer to `Password`.
        state: String,
        /// The code.
        otp: String,
    },
    /// The file of another program that has registered a device.
    AuthFile {
        /// The file.
        text: String,
        /// The shop; the file's own if none is named.
        marketplace: Option<Marketplace>,
    },
}

/// How far it has come. The name of an attempt is a secret, and so there is no `Debug`.
pub enum Step {
    /// The person signs in at this address.
    SignIn {
        /// The shop.
        marketplace: Marketplace,
        /// What goes with the address on which it ends.
        state: String,
        /// On Amazon's own page.
        authorize_url: String,
    },
    /// It is done.
    Connected(NewConnection),
}

/// A connection that was just made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewConnection {
    /// The shop.
    pub marketplace: Marketplace,
    /// As Amazon's list of devices shows it.
    pub device_name: String,
    /// How many titles the library has; none if Audible would not say it just now.
    pub books_count: Option<u32>,
}

/// Goes one step. It goes on when the caller goes away: a device that was registered is kept, or taken off
/// Amazon's list again.
///
/// # Errors
///
/// See [`ConnectionError`].
pub async fn connect(app: &App, account: AccountId, ask: Ask) -> Result<Step, ConnectionError> {
    let app = app.clone();
    let step = tokio::spawn(async move { step(&app, account, ask).await });
    step.await.map_err(ConnectionError::Broken)?
}

async fn step(app: &App, account: AccountId, ask: Ask) -> Result<Step, ConnectionError> {
    let audible = app.audible()?;
    let connecting = Connecting { app, audible, account };
    let (marketplace, result) = match ask {
        Ask::Start(marketplace) => match connecting.start(marketplace).await {
            Ok(step) => return Ok(step),
            Err(error) => (marketplace.code(), Err(error)),
        },
        Ask::Finish { state, redirect_url } => connecting.finish(&state, &redirect_url).await,
        Ask::Password { marketplace, email, password, otp } => {
            (marketplace.code(), connecting.password(marketplace, &email, &password, otp).await)
        }
        Ask::Code { state, otp } => connecting.code(&state, &otp).await,
        Ask::AuthFile { text, marketplace } => connecting.auth_file(&text, marketplace).await,
    };
    // What came too often was not looked at; noted, it would push out what was done.
    if !matches!(result, Err(ConnectionError::TooOften(_))) {
        let told = result.as_ref().map_or_else(ConnectionError::code, |_| "done");
        audit::note(app, account, What::Connect, marketplace, told).await;
    }
    result.map(Step::Connected)
}

/// Where the person signs in, of an attempt that waits for its end.
///
/// # Errors
///
/// See [`ConnectionError`].
pub async fn waiting(app: &App, account: AccountId, state: &str) -> Result<Step, ConnectionError> {
    let connecting = Connecting { app, audible: app.audible()?, account };
    let (_, Remembered { attempt, .. }) = connecting.remembered(state).await?;
    Ok(Step::SignIn {
        marketplace: attempt.marketplace(),
        state: state.to_owned(),
        authorize_url: attempt.authorize_url().to_string(),
    })
}

/// Where a connection is kept: the one that was there is replaced, and no other.
struct Place(Option<AuthRow>);

struct Connecting<'a> {
    app: &'a App,
    audible: &'a Audible,
    account: AccountId,
}

/// The shop that is concerned, for the audit, and how it went.
type Told = (&'static str, Result<NewConnection, ConnectionError>);

impl Connecting<'_> {
    async fn start(&self, marketplace: Marketplace) -> Result<Step, ConnectionError> {
        self.allowed(marketplace).await?;
        let attempt = self.attempt(marketplace);
        let authorize_url = attempt.authorize_url().to_string();
        let state = self.remember(&Remembered { attempt, pending: None }).await?;
        Ok(Step::SignIn { marketplace, state, authorize_url })
    }

    async fn finish(&self, state: &str, redirect_url: &str) -> Told {
        let (row, remembered) = match self.remembered(state).await {
            Ok(found) => found,
            Err(error) => return ("", Err(error)),
        };
        let marketplace = remembered.attempt.marketplace();
        let result = async {
            let code = AuthorizationCode::from_landing(redirect_url, marketplace)?;
            let place = self.vacant(marketplace).await?;
            self.use_up(&row).await?;
            self.register(&remembered.attempt, &code, place).await
        };
        let result = self.may_go_on(&row, result.await).await;
        (marketplace.code(), result)
    }

    /// Where Amazon could not be asked, or did not answer, the same attempt may go on; a code that was used
    /// all the same is refused then.
    async fn may_go_on(
        &self,
        row: &AttemptRow,
        result: Result<NewConnection, ConnectionError>,
    ) -> Result<NewConnection, ConnectionError> {
        if matches!(&result, Err(ConnectionError::Audible(error)) if error.passes()) {
            self.app.store().add_connecting(row).await?;
        }
        result
    }

    async fn password(
        &self,
        marketplace: Marketplace,
        email: &str,
        password: &Secret,
        otp: Option<String>,
    ) -> Result<NewConnection, ConnectionError> {
        if !self.app.settings().audible.password_login {
            return Err(ConnectionError::PasswordOff);
        }
        self.allowed(marketplace).await?;
        let attempt = self.attempt(marketplace);
        let mut signed = self.audible.client.sign_in(&attempt, email, password).await?;
        if let (SignIn::SecondFactor(pending), Some(otp)) = (&signed, otp) {
            signed = self.audible.client.second_factor(pending.clone(), &otp).await?;
        }
        self.signed_in(attempt, signed).await
    }

    async fn code(&self, state: &str, otp: &str) -> Told {
        let (row, remembered) = match self.remembered(state).await {
            Ok(found) => found,
            Err(error) => return ("", Err(error)),
        };
        let Remembered { attempt, pending } = remembered;
        let marketplace = attempt.marketplace().code();
        let result = async {
            let pending = pending.ok_or(ConnectionError::AttemptUnknown)?;
            self.use_up(&row).await?;
            let signed = self.audible.client.second_factor(pending, otp).await?;
            self.signed_in(attempt, signed).await
        };
        let result = self.may_go_on(&row, result.await).await;
        (marketplace, result)
    }

    async fn auth_file(&self, text: &str, marketplace: Option<Marketplace>) -> Told {
        let credentials = match Credentials::from_auth_file(text, marketplace) {
            Ok(credentials) => credentials,
            Err(error) => return (marketplace.map_or("", Marketplace::code), Err(error.into())),
        };
        let marketplace = credentials.marketplace;
        let result = async {
            let place = self.allowed(marketplace).await?;
            // A file that does not work is refused at once, and not found out by the first sync.
            let books_count =
                self.audible.client.account(credentials.clone()).books_count().await?;
            self.keep(&credentials, Some(books_count), place).await?;
            let device_name = credentials.device_name.clone();
            Ok(NewConnection { marketplace, device_name, books_count: Some(books_count) })
        };
        (marketplace.code(), result.await)
    }

    async fn signed_in(
        &self,
        attempt: Attempt,
        signed: SignIn,
    ) -> Result<NewConnection, ConnectionError> {
        let stop = match signed {
            SignIn::Done(code) => {
                let place = self.vacant(attempt.marketplace()).await?;
                return self.register(&attempt, &code, place).await;
            }
            SignIn::SecondFactor(pending) => {
                SignInStop::SecondFactor { state: self.waits(attempt, pending).await? }
            }
            SignIn::WrongCode(pending) => {
                SignInStop::WrongCode { state: self.waits(attempt, pending).await? }
            }
            SignIn::Wrong => SignInStop::Wrong,
            SignIn::Captcha => SignInStop::Captcha,
            SignIn::Approval => SignInStop::Approval,
            SignIn::AntiAutomation => SignInStop::AntiAutomation,
            SignIn::Unknown => SignInStop::Unknown,
        };
        Err(ConnectionError::SignIn(stop))
    }

    /// Registers the device and keeps its secrets at once. A device that cannot be kept is taken off
    /// Amazon's list again.
    async fn register(
        &self,
        attempt: &Attempt,
        code: &AuthorizationCode,
        place: Place,
    ) -> Result<NewConnection, ConnectionError> {
        let credentials = self.audible.client.register(attempt, code).await?;
        let (marketplace, device_name) = (credentials.marketplace, credentials.device_name.clone());
        let account = self.audible.client.account(credentials.clone());
        if let Err(error) = self.keep(&credentials, None, place).await {
            if let Err(left) = account.deregister().await {
                tracing::error!(code = left.code(), "a device stays registered that nobody uses");
            }
            return Err(error);
        }
        let books_count = timeout(COUNTING, account.books_count()).await;
        let books_count = books_count.ok().and_then(Result::ok);
        Ok(NewConnection { marketplace, device_name, books_count })
    }

    async fn keep(
        &self,
        credentials: &Credentials,
        books_count: Option<u32>,
        place: Place,
    ) -> Result<(), ConnectionError> {
        let whose = Whose { account: self.account, marketplace: credentials.marketplace };
        let text = serde_json::to_string(credentials).map_err(ConnectionError::Own)?;
        let encrypted_token = self.audible.vault.seal(&whose, Purpose::Credentials, &text)?;
        let now = self.now();
        let marketplace = credentials.marketplace.code().to_owned();
        let auth = AuthRow {
            user_id: Key(self.account),
            marketplace: marketplace.clone(),
            id: Key(new_id(self.app.clock().now(), self.app.chance())),
            encrypted_token,
            device_name: credentials.device_name.clone(),
            last_sync_at: None,
            created_at: now,
            updated_at: now,
        };
        let sync = SyncRow {
            user_id: Key(self.account),
            marketplace,
            schedule: Schedule::DAILY.to_string(),
            // The first sync is due at once.
            due_at: Some(now),
            lease: String::new(),
            lease_until: 0,
            state_token: String::new(),
            full_at: None,
            anew: 0,
            not_before: None,
            books_count: books_count.map(i64::from),
            failures: 0,
            error_code: String::new(),
            stopped: false,
            progress: String::new(),
            run_id: None,
        };
        // The device that was there is known no more, as Audible said; if that was a mistake, it goes now.
        if let Some(before) = &place.0 {
            let mut others = disconnect::others(self.app, before).await?;
            others.push(credentials.clone());
            disconnect::taken_off(self.app, before, &others).await;
        }
        let before = place.0.as_ref().map(|before| before.id.0);
        if !self.app.store().keep_connection(&auth, &sync, before).await? {
            return Err(ConnectionError::AlreadyConnected);
        }
        self.app.jobs_changed().notify_one();
        Ok(())
    }

    /// An attempt may begin: the shop is not connected, and there were not too many.
    async fn allowed(&self, marketplace: Marketplace) -> Result<Place, ConnectionError> {
        let place = self.vacant(marketplace).await?;
        throttle::count(self.app, &[limit(self.account)]).await?;
        Ok(place)
    }

    /// A connection whose device Audible does not know any more, or whose secrets cannot be read, may be
    /// replaced; no other may, since its device would be forgotten and yet stay on Amazon's list.
    async fn vacant(&self, marketplace: Marketplace) -> Result<Place, ConnectionError> {
        match connection(self.app, self.account, Some(marketplace)).await {
            Err(ConnectionError::NotConnected) => Ok(Place(None)),
            Ok((auth, sync)) if LOST.contains(&sync.error_code.as_str()) => Ok(Place(Some(auth))),
            Ok(_) => Err(ConnectionError::AlreadyConnected),
            Err(error) => Err(error),
        }
    }

    fn now(&self) -> i64 {
        self.app.clock().now().as_microsecond()
    }
}

/// Attempts of an account.
fn limit(account: AccountId) -> Limit {
    Limit::new("audible_connect", &account.to_string(), PER_HOUR, HOUR)
}

/// The key under which an account's attempts are counted.
pub(crate) fn attempts_of(account: AccountId) -> String {
    limit(account).into_key()
}
