//! The ways to a connection: Amazon's own page and a pasted address, e-mail address and password, the file
//! of another program. The way by the extension begins in the extension.

use audible_client::secret::Secret;
use axum::{
    Form,
    extract::{
        Multipart,
        multipart::{Field, MultipartError, MultipartRejection},
        rejection::FormRejection,
    },
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use shared::ids::Marketplace;

use super::{Visit, steps::Step};
use crate::{
    audible::{
        ConnectionError, SignInStop,
        connect::{self, Ask, NewConnection, Step as Gone},
    },
    http::{error::Failure, pages::to},
};

/// Largest file of another program, in bytes.
const LARGEST_FILE: usize = 1024 * 1024;

/// Says that the person has agreed.
const AGREED: &str = "yes";

/// What the first form says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Begin {
    consent: String,
    marketplace: String,
    way: String,
}

/// The address on which a sign-in ended. It has a code in it, and so no `Debug`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Pasted {
    state: String,
    redirect_url: String,
}

/// E-mail address and password of the Amazon account.
#[derive(Deserialize)]
pub(in crate::http) struct ByPassword {
    #[serde(default)]
    consent: String,
    marketplace: String,
    email: String,
    password: Secret,
}

/// The code of the second factor.
#[derive(Deserialize)]
pub(in crate::http) struct ByCode {
    marketplace: String,
    state: String,
    otp: String,
}

/// Begins on the chosen way.
pub(in crate::http) async fn begin(
    visit: Visit,
    form: Result<Form<Begin>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(form) = form.map_err(incomplete)?;
    let shop = marketplace(&form.marketplace)?;
    if let Err(error) = visit.line.closed() {
        return visit.refused(error, Some(shop)).await;
    }
    if form.consent != AGREED {
        return visit.wrong("audible.consent.missing", Some(shop)).await;
    }
    match form.way.as_str() {
        "password" if visit.app.settings().audible.password_login => {
            visit.step(Step::Password { email: String::new() }, shop)
        }
        "password" => visit.refused(ConnectionError::PasswordOff, Some(shop)).await,
        "file" => visit.step(Step::File, shop),
        _ => visit.went(Ask::Start(shop), shop).await,
    }
}

/// Takes the address on which the sign-in ended. A mistake in pasting keeps the attempt.
pub(in crate::http) async fn finish(
    visit: Visit,
    form: Result<Form<Pasted>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(Pasted { state, redirect_url }) = form.map_err(incomplete)?;
    if let Err(error) = visit.line.closed() {
        return visit.refused(error, None).await;
    }
    let waiting = connect::waiting(&visit.app, visit.account.id, &state).await;
    let (shop, authorize_url) = match waiting {
        Ok(Gone::SignIn { marketplace, authorize_url, .. }) => (marketplace, authorize_url),
        Ok(Gone::Connected(new)) => return Ok(visit.connected(&new)),
        Err(error) => return visit.refused(error, None).await,
    };
    let ask = Ask::Finish { state: state.clone(), redirect_url };
    match connect::connect(&visit.app, visit.account.id, ask).await {
        Err(error) if may_go_on(&error) => {
            visit.step_again(Step::Paste { state, authorize_url }, shop, error)
        }
        went => visit.told(went, shop).await,
    }
}

/// Signs in by password, where the operator allows it.
pub(in crate::http) async fn password(
    visit: Visit,
    form: Result<Form<ByPassword>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(form) = form.map_err(incomplete)?;
    let ByPassword { consent, marketplace: code, email, password } = form;
    let shop = marketplace(&code)?;
    if let Err(error) = visit.line.closed() {
        return visit.refused(error, Some(shop)).await;
    }
    if consent != AGREED {
        return visit.wrong("audible.consent.missing", Some(shop)).await;
    }
    let email = email.trim().to_owned();
    if email.is_empty() || password.expose().is_empty() {
        return visit.step_wrong(Step::Password { email }, shop, "audible.password.empty");
    }
    let ask = Ask::Password { marketplace: shop, email: email.clone(), password, otp: None };
    match connect::connect(&visit.app, visit.account.id, ask).await {
        Err(error) if may_be_entered_again(&error) => {
            visit.step_again(Step::Password { email }, shop, error)
        }
        went => visit.told(went, shop).await,
    }
}

/// Sends the code of the second factor.
pub(in crate::http) async fn code(
    visit: Visit,
    form: Result<Form<ByCode>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(ByCode { marketplace: code, state, otp }) = form.map_err(incomplete)?;
    let shop = marketplace(&code)?;
    if let Err(error) = visit.line.closed() {
        return visit.refused(error, Some(shop)).await;
    }
    let otp = otp.trim().to_owned();
    if otp.is_empty() {
        return visit.step_wrong(Step::Code { state }, shop, "audible.code.empty");
    }
    let ask = Ask::Code { state, otp };
    match connect::connect(&visit.app, visit.account.id, ask).await {
        Err(ConnectionError::SignIn(SignInStop::WrongCode { state })) => {
            let again = Step::Code { state: state.expose().to_owned() };
            visit.step_again(again, shop, ConnectionError::SignIn(SignInStop::WrongCode { state }))
        }
        went => visit.told(went, shop).await,
    }
}

/// Takes the file of another program, chosen or pasted.
pub(in crate::http) async fn file(
    visit: Visit,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failure> {
    let form = form.map_err(|_| Failure::Query("the form is not complete"))?;
    let sent = received(form).await.map_err(|_| Failure::BodyBroken)?;
    let named = Marketplace::parse(&sent.marketplace).ok();
    let shop = named.unwrap_or_else(|| visit.proposed());
    if let Err(error) = visit.line.closed() {
        return visit.refused(error, named).await;
    }
    if sent.consent != AGREED {
        return visit.wrong("audible.consent.missing", named).await;
    }
    if sent.too_large {
        return visit.step_wrong(Step::File, shop, "audible.file.large");
    }
    if sent.text.trim().is_empty() {
        return visit.step_wrong(Step::File, shop, "audible.file.none");
    }
    let ask = Ask::AuthFile { text: sent.text, marketplace: named };
    match connect::connect(&visit.app, visit.account.id, ask).await {
        Err(error @ ConnectionError::AuthFile(_)) => visit.step_again(Step::File, shop, error),
        went => visit.told(went, shop).await,
    }
}

/// What the form of the file says.
#[derive(Default)]
struct Sent {
    consent: String,
    marketplace: String,
    text: String,
    too_large: bool,
}

/// Reads the form. A chosen file wins over a pasted one; the file comes last, since nothing is read any
/// more behind one that is too large.
async fn received(mut form: Multipart) -> Result<Sent, MultipartError> {
    let mut sent = Sent::default();
    while let Some(field) = form.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        let Some(text) = text(field).await? else {
            sent.too_large = true;
            return Ok(sent);
        };
        match name.as_str() {
            "consent" => sent.consent = text,
            "marketplace" => sent.marketplace = text,
            "file" | "pasted" if !text.trim().is_empty() => sent.text = text,
            _ => {}
        }
    }
    Ok(sent)
}

/// The text of a field; none if it is larger than any such file.
async fn text(mut field: Field<'_>) -> Result<Option<String>, MultipartError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LARGEST_FILE {
            return Ok(None);
        }
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

impl Visit {
    async fn went(&self, ask: Ask, shop: Marketplace) -> Result<Response, Failure> {
        self.told(connect::connect(&self.app, self.account.id, ask).await, shop).await
    }

    /// On to the next page, or back to the first one with why not.
    async fn told(
        &self,
        went: Result<Gone, ConnectionError>,
        shop: Marketplace,
    ) -> Result<Response, Failure> {
        match went {
            Ok(Gone::Connected(new)) => Ok(self.connected(&new)),
            Ok(Gone::SignIn { marketplace, state, authorize_url }) => {
                self.step(Step::Paste { state, authorize_url }, marketplace)
            }
            Err(ConnectionError::SignIn(SignInStop::SecondFactor { state })) => {
                self.step(Step::Code { state: state.expose().to_owned() }, shop)
            }
            Err(error) => self.refused(error, Some(shop)).await,
        }
    }

    fn connected(&self, new: &NewConnection) -> Response {
        let code = new.marketplace.code();
        to(&self.app, &format!("/audible?done=connected&marketplace={code}")).into_response()
    }
}

/// The attempt is kept: the address can be pasted once more.
fn may_go_on(error: &ConnectionError) -> bool {
    match error {
        ConnectionError::NoCode(_) => true,
        ConnectionError::Audible(error) => error.passes(),
        _ => false,
    }
}

/// The same form leads on, with other words in it or later.
fn may_be_entered_again(error: &ConnectionError) -> bool {
    match error {
        ConnectionError::SignIn(SignInStop::Wrong) => true,
        ConnectionError::Audible(error) => error.passes(),
        _ => false,
    }
}

fn marketplace(code: &str) -> Result<Marketplace, Failure> {
    Marketplace::parse(code).map_err(|_| Failure::Query("the form is not complete"))
}

fn incomplete(_: FormRejection) -> Failure {
    Failure::Query("the form is not complete")
}
