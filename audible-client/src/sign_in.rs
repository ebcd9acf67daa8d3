//! A sign-in with e-mail address and password: which page Amazon answers with.
//!
//! It is the plain form, sent as it stands. Amazon often wants more than that: a riddle, a look at the
//! browser, a word from another device. Each is an answer with its name; none is got around.

mod page;

use std::convert::Infallible;

use cookie_store::{Cookie, CookieStore};
use reqwest::{
    Method,
    header::{LOCATION, SET_COOKIE},
};
use serde::{Deserialize, Serialize};
use shared::ids::Marketplace;
use url::{Url, form_urlencoded::Serializer};

use self::page::{Form, Kind, Page};
use crate::{
    amazon,
    attempt::Attempt,
    client::Client,
    error::AudibleError,
    landing::AuthorizationCode,
    secret::Secret,
    transport::{Answer, Call, Headers, Pace, Repeat, SMALL},
};

/// Pages and redirects that one sign-in may have.
const MOST_STEPS: usize = 16;

const FORM: &str = "application/x-www-form-urlencoded";

/// Where a sign-in stands.
#[derive(Debug)]
pub enum SignIn {
    /// It is done.
    Done(AuthorizationCode),
    /// Amazon asks for the code of the second factor.
    SecondFactor(Pending),
    /// Amazon says that e-mail address or password are wrong.
    Wrong,
    /// Amazon says that the code is wrong, and asks for it again.
    WrongCode(Pending),
    /// Amazon shows a picture with letters. We never solve it.
    Captcha,
    /// Amazon asks the person to approve the sign-in on another device.
    Approval,
    /// Amazon wants to look at the browser. We never pretend to be one.
    AntiAutomation,
    /// A page that we do not know.
    Unknown,
}

/// A sign-in that waits for the second factor: cookies and form, without the password. Serializing it is
/// for what is encrypted next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// A [`Waiting`] as JSON.
    form: Secret,
}

/// What a [`Pending`] holds.
#[derive(Serialize, Deserialize)]
struct Waiting {
    marketplace: Marketplace,
    form: Form,
    field: String,
    /// One by one: as a store, those that end with the browser would be left out.
    cookies: Vec<Cookie<'static>>,
}

/// What the person typed in. It is dropped when the call ends.
struct Typed<'a> {
    email: &'a str,
    password: &'a Secret,
}

impl Client {
    /// Goes on with the code of the second factor.
    ///
    /// # Errors
    ///
    /// See [`AudibleError`].
    pub async fn second_factor(
        &self,
        pending: Pending,
        code: &str,
    ) -> Result<SignIn, AudibleError> {
        let waiting: Waiting = serde_json::from_str(pending.form.expose())
            .map_err(|_| AudibleError::Unreadable("a sign-in that waits"))?;
        let Waiting { marketplace, mut form, field, cookies } = waiting;
        let cookies =
            CookieStore::from_cookies(cookies.into_iter().map(Ok::<_, Infallible>), false);
        let Ok(cookies) = cookies;
        let mut visit = Visit::new(self, marketplace, cookies);
        form.fill(&field, code.trim());
        let arrived = visit.post(form).await?;
        visit.go_on(arrived, None).await
    }
}

/// Begins with the page of the attempt's address.
pub(crate) async fn with_password(
    client: &Client,
    attempt: &Attempt,
    email: &str,
    password: &Secret,
) -> Result<SignIn, AudibleError> {
    let mut visit = Visit::new(client, attempt.marketplace(), CookieStore::default());
    let arrived = visit.open(attempt.authorize_url()).await?;
    visit.go_on(arrived, Some(Typed { email, password })).await
}

/// Where a request has led.
enum Arrived {
    Landed(AuthorizationCode),
    Page(Page),
    /// Out of the sign-in.
    Elsewhere,
}

/// One visit of the sign-in: it stays at the one host, with cookies of its own.
struct Visit<'a> {
    client: &'a Client,
    marketplace: Marketplace,
    cookies: CookieStore,
    pace: Pace,
    steps: usize,
}

impl<'a> Visit<'a> {
    fn new(client: &'a Client, marketplace: Marketplace, cookies: CookieStore) -> Self {
        Self { client, marketplace, cookies, pace: Pace::default(), steps: 0 }
    }

    /// Fills forms until there is none that can be filled. Nothing is typed in a second time.
    async fn go_on(
        &mut self,
        mut arrived: Arrived,
        typed: Option<Typed<'_>>,
    ) -> Result<SignIn, AudibleError> {
        let mut left = Left { email: typed.is_some(), password: typed.is_some(), choice: true };
        let mut sent = typed.is_none();
        loop {
            let page = match arrived {
                Arrived::Landed(code) => return Ok(SignIn::Done(code)),
                Arrived::Elsewhere => return Ok(SignIn::Unknown),
                Arrived::Page(page) => page,
            };
            let complains = page.complains && sent;
            let form = match page.kind {
                Kind::Captcha => return Ok(SignIn::Captcha),
                Kind::Approval => return Ok(SignIn::Approval),
                Kind::AntiAutomation => return Ok(SignIn::AntiAutomation),
                Kind::Unknown if complains => return Ok(SignIn::Wrong),
                Kind::Unknown => return Ok(SignIn::Unknown),
                Kind::SignIn { .. } if complains => return Ok(SignIn::Wrong),
                // Asked for a code again by the very code: without a code in between it is the first.
                Kind::Code { form, field } => {
                    let again = complains && typed.is_none();
                    let Some(pending) = self.wait(form, field, typed.as_ref())? else {
                        return Ok(SignIn::Unknown);
                    };
                    let asks = if again { SignIn::WrongCode } else { SignIn::SecondFactor };
                    return Ok(asks(pending));
                }
                Kind::Choice(form) if left.choice => {
                    left.choice = false;
                    form
                }
                Kind::Choice(_) => return Ok(SignIn::Unknown),
                Kind::SignIn { form, email, password } => {
                    match left.fill(form, email, password, typed.as_ref()) {
                        Some(form) => form,
                        None => return Ok(SignIn::Unknown),
                    }
                }
            };
            sent = true;
            arrived = self.post(form).await?;
        }
    }

    /// Keeps what is needed to go on with a code, and not the password; none for a form that leads away.
    fn wait(
        &self,
        mut form: Form,
        field: &str,
        typed: Option<&Typed<'_>>,
    ) -> Result<Option<Pending>, AudibleError> {
        if !self.is_home(&form.action) {
            return Ok(None);
        }
        if let Some(typed) = typed {
            let password = typed.password.expose();
            form.fields.retain(|(name, value)| name != "password" && value != password);
        }
        let waiting = Waiting {
            marketplace: self.marketplace,
            form,
            field: field.to_owned(),
            cookies: self.cookies.iter_unexpired().cloned().collect(),
        };
        let text = serde_json::to_string(&waiting)
            .map_err(|_| AudibleError::Unreadable("the form for a code"))?;
        Ok(Some(Pending { form: Secret::new(text) }))
    }

    async fn open(&mut self, url: Url) -> Result<Arrived, AudibleError> {
        let call =
            Call { method: Method::GET, url, body: None, most: SMALL, repeat: Repeat::Always };
        self.follow(call).await
    }

    async fn post(&mut self, form: Form) -> Result<Arrived, AudibleError> {
        let text = Serializer::new(String::new()).extend_pairs(&form.fields).finish();
        let call = Call {
            method: Method::POST,
            url: form.action,
            body: Some((FORM, text)),
            most: SMALL,
            repeat: Repeat::WhileUnsent,
        };
        self.follow(call).await
    }

    /// Sends and follows redirects, at this one host only. The page at the end of a sign-in is not
    /// opened: its address is what counts, and some shops lead on from it.
    async fn follow(&mut self, mut call: Call) -> Result<Arrived, AudibleError> {
        loop {
            self.steps += 1;
            if !self.is_home(&call.url) || self.steps > MOST_STEPS {
                return Ok(Arrived::Elsewhere);
            }
            let answer =
                self.client.send(&call, &self.pace, || Ok(self.headers(&call.url))).await?;
            self.keep_cookies(&answer, &call.url);
            if !(300..=399).contains(&answer.status) {
                let html = String::from_utf8_lossy(&answer.body);
                return Ok(Arrived::Page(page::read(&html, &call.url)));
            }
            let target = answer.header(LOCATION.as_str()).and_then(|to| call.url.join(to).ok());
            let Some(url) = target else { return Ok(Arrived::Elsewhere) };
            if self.is_home(&url)
                && let Ok(code) = AuthorizationCode::from_landing(url.as_str(), self.marketplace)
            {
                return Ok(Arrived::Landed(code));
            }
            if url.path() == amazon::LANDING_PATH {
                return Ok(Arrived::Elsewhere);
            }
            call =
                Call { method: Method::GET, url, body: None, most: SMALL, repeat: Repeat::Always };
        }
    }

    fn is_home(&self, url: &Url) -> bool {
        url.origin() == amazon::www(self.marketplace).origin()
    }

    fn headers(&self, url: &Url) -> Headers {
        let mut headers = vec![
            ("accept", "text/html".to_owned()),
            ("accept-language", self.marketplace.language().to_owned()),
        ];
        let cookies: Vec<String> = self
            .cookies
            .get_request_values(url)
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            headers.push(("cookie", cookies.join("; ")));
        }
        headers
    }

    fn keep_cookies(&mut self, answer: &Answer, url: &Url) {
        for line in answer.headers.get_all(SET_COOKIE) {
            if let Ok(line) = line.to_str() {
                // A cookie that means nothing here is no reason to stop.
                let _ = self.cookies.parse(line, url);
            }
        }
    }
}

/// What has not been given yet.
struct Left {
    email: bool,
    password: bool,
    choice: bool,
}

impl Left {
    /// Fills what is asked for; none when that was given before or is not there to give.
    fn fill(
        &mut self,
        mut form: Form,
        email: bool,
        password: bool,
        typed: Option<&Typed<'_>>,
    ) -> Option<Form> {
        let typed = typed?;
        let again = (password && !self.password) || (email && !password && !self.email);
        if again {
            return None;
        }
        if email {
            form.fill("email", typed.email);
            self.email = false;
        }
        if password {
            form.fill("password", typed.password.expose());
            self.password = false;
        }
        Some(form)
    }
}
