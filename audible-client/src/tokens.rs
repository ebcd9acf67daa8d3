//! Devices and tokens at Amazon: register, refresh, deregister.

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use shared::ids::Marketplace;
use url::form_urlencoded::Serializer;

use crate::{
    amazon,
    attempt::Attempt,
    client::Client,
    credentials::Credentials,
    device::{
        APP_NAME, APP_VERSION, DEVICE_MODEL, DEVICE_NAME, DEVICE_NAME_TEMPLATE, DEVICE_TYPE,
        OS_VERSION, SOFTWARE_VERSION,
    },
    error::AudibleError,
    landing::AuthorizationCode,
    secret::Secret,
    transport::{Answer, Call, Headers, Pace, Repeat, SMALL},
};

const REGISTER_PATH: &str = "/auth/register";
const REFRESH_PATH: &str = "/auth/token";
const DEREGISTER_PATH: &str = "/auth/deregister";

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// An access token and when it ends.
#[derive(Debug)]
pub(crate) struct Access {
    pub(crate) token: Secret,
    pub(crate) expires_at: Timestamp,
}

/// Registers a device. Of what comes back, only key and tokens are kept: cookies of the web site and
/// the person's name are asked for because it is unproven that Amazon registers without, and dropped
/// unread.
pub(crate) async fn register(
    client: &Client,
    attempt: &Attempt,
    code: &AuthorizationCode,
) -> Result<Credentials, AudibleError> {
    let body = registration(attempt, code).to_string();
    let call = post(attempt.marketplace(), REGISTER_PATH, (JSON, body), Repeat::WhileUnsent);
    let answer = client.send(&call, &Pace::default(), || Ok(accept_json())).await?;
    if matches!(answer.status, 400 | 401 | 403) {
        return Err(AudibleError::CodeRefused);
    }
    let registered: Registered =
        answer.fine()?.json("a registration").map_err(|_| AudibleError::RegistrationUnreadable)?;
    let Some(success) = registered.response.success else {
        return Err(AudibleError::CodeRefused);
    };
    let device = success.extensions.device_info;
    Ok(Credentials {
        marketplace: attempt.marketplace(),
        adp_token: success.tokens.mac_dms.adp_token,
        private_key: success.tokens.mac_dms.device_private_key,
        access_token: success.tokens.bearer.access_token,
        access_expires_at: ends((client.now())(), success.tokens.bearer.expires_in),
        refresh_token: success.tokens.bearer.refresh_token,
        device_name: device.device_name.unwrap_or_else(|| DEVICE_NAME.to_owned()),
        device_serial: device.device_serial_number.unwrap_or_else(|| attempt.serial().to_owned()),
    })
}

fn registration(attempt: &Attempt, code: &AuthorizationCode) -> Value {
    json!({
        "requested_token_type": ["bearer", "mac_dms", "website_cookies"],
        "cookies": {
            "website_cookies": [],
            "domain": format!(".amazon.{}", attempt.marketplace().tld()),
        },
        "registration_data": {
            "domain": "Device",
            "app_version": APP_VERSION,
            "device_serial": attempt.serial(),
            "device_type": DEVICE_TYPE,
            "device_name": DEVICE_NAME_TEMPLATE,
            "os_version": OS_VERSION,
            "software_version": SOFTWARE_VERSION,
            "device_model": DEVICE_MODEL,
            "app_name": APP_NAME,
        },
        "auth_data": {
            "client_id": attempt.client_id(),
            "authorization_code": code.expose(),
            "code_verifier": attempt.verifier().expose(),
            "code_algorithm": "SHA-256",
            "client_domain": "DeviceLegacy",
        },
        "requested_extensions": ["device_info", "customer_info"],
    })
}

/// Fetches a new access token.
pub(crate) async fn refresh(
    client: &Client,
    pace: &Pace,
    marketplace: Marketplace,
    refresh_token: &Secret,
) -> Result<Access, AudibleError> {
    let body = Serializer::new(String::new())
        .append_pair("app_name", APP_NAME)
        .append_pair("app_version", APP_VERSION)
        .append_pair("source_token", refresh_token.expose())
        .append_pair("source_token_type", "refresh_token")
        .append_pair("requested_token_type", "access_token")
        .finish();
    let call = post(marketplace, REFRESH_PATH, (FORM, body), Repeat::Always);
    let answer = client.send(&call, pace, || Ok(accept_json())).await?;
    // A refused token is refused with 400 too, as OAuth has it.
    if matches!(answer.status, 400 | 401 | 403) {
        return Err(AudibleError::NotAuthenticated);
    }
    let refreshed: Refreshed = answer.fine()?.json("a new access token")?;
    let expires_at = ends((client.now())(), refreshed.expires_in);
    Ok(Access { token: refreshed.access_token, expires_at })
}

/// Takes a device off Amazon's list.
pub(crate) async fn deregister(
    client: &Client,
    pace: &Pace,
    marketplace: Marketplace,
    access_token: &Secret,
) -> Result<(), AudibleError> {
    let body = json!({ "deregister_all_existing_accounts": false }).to_string();
    let call = post(marketplace, DEREGISTER_PATH, (JSON, body), Repeat::Always);
    let headers = || {
        let mut headers = accept_json();
        headers.push(("x-amz-access-token", access_token.expose().to_owned()));
        Ok(headers)
    };
    let answer = client.send(&call, pace, headers).await?;
    if answer.status == 400 || refused_within(&answer) {
        return Err(AudibleError::NotAuthenticated);
    }
    answer.fine().map(drop)
}

/// An answer with status 200 can say that it did not work.
fn refused_within(answer: &Answer) -> bool {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    body["response"]["error"].is_object()
}

fn post(
    marketplace: Marketplace,
    path: &str,
    body: (&'static str, String),
    repeat: Repeat,
) -> Call {
    let url = amazon::join(&amazon::devices(marketplace), path);
    Call { method: Method::POST, url, body: Some(body), most: SMALL, repeat }
}

fn accept_json() -> Headers {
    vec![("accept", JSON.to_owned())]
}

fn ends(now: Timestamp, seconds: u32) -> Timestamp {
    now.saturating_add(SignedDuration::from_secs(seconds.into())).unwrap_or(now)
}

#[derive(Deserialize)]
struct Registered {
    response: Response,
}

#[derive(Deserialize)]
struct Response {
    success: Option<Success>,
}

#[derive(Deserialize)]
struct Success {
    tokens: Tokens,
    #[serde(default)]
    extensions: Extensions,
}

#[derive(Deserialize)]
struct Tokens {
    bearer: Bearer,
    mac_dms: MacDms,
}

#[derive(Deserialize)]
struct Bearer {
    access_token: Secret,
    refresh_token: Secret,
    #[serde(deserialize_with = "seconds")]
    expires_in: u32,
}

#[derive(Deserialize)]
struct MacDms {
    adp_token: Secret,
    device_private_key: Secret,
}

#[derive(Default, Deserialize)]
struct Extensions {
    #[serde(default)]
    device_info: DeviceInfo,
}

#[derive(Default, Deserialize)]
struct DeviceInfo {
    device_name: Option<String>,
    device_serial_number: Option<String>,
}

#[derive(Deserialize)]
struct Refreshed {
    access_token: Secret,
    #[serde(deserialize_with = "seconds")]
    expires_in: u32,
}

/// A number that Amazon writes as a number or as a text.
fn seconds<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(u32),
        Text(String),
    }
    match Written::deserialize(from)? {
        Written::Number(seconds) => Ok(seconds),
        Written::Text(text) => {
            text.trim().parse().map_err(|_| serde::de::Error::custom("no number of seconds"))
        }
    }
}
