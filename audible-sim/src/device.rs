//! Devices of the account: codes of sign-ins, registration, tokens, and taking a device off the list.

mod key;

use std::collections::HashMap;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rand::rngs::StdRng;
use rand::{RngCore as _, SeedableRng as _};
use serde_json::{Value, json};

use self::key::{Key, Keys};
use crate::clock::{Millis, moment};
use crate::control::Control;
use crate::fault::{Fault, Stage};
use crate::html::value_of;
use crate::marketplace::Marketplace;
use crate::page::unavailable_page;
use crate::signature;
use crate::site::{Answer, Question};

/// How long a code of a sign-in works, in milliseconds.
const CODE_WORKS: Millis = 10 * 60 * 1000;
/// How long an access token works, in milliseconds.
const ACCESS_WORKS: Millis = 60 * 60 * 1000;
/// The kind of device that Audible's app on a phone is.
const DEVICE_TYPE: &str = "A2CZJZGLK2JJVM";
/// The person who owns everything here.
const GIVEN_NAME: &str = "Robin";

/// A device as the account's list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The name under which it was registered, its placeholders filled.
    pub name: String,
    /// Serial number.
    pub serial: String,
    /// Code of the shop at whose host it was registered.
    pub marketplace: &'static str,
    /// False once it was taken off the list.
    pub registered: bool,
}

/// What a sign-in was asked for, and what its code is worth.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) marketplace: Marketplace,
    pub(crate) challenge: String,
    /// Serial number and kind of device as hexadecimal digits.
    pub(crate) client_id: String,
    pub(crate) made: Millis,
}

#[derive(Debug)]
struct Registered {
    shown: Device,
    adp_token: String,
    key: Arc<Key>,
    refresh_token: String,
    /// Token and when it ends.
    access: Vec<(String, Millis)>,
}

/// Everything about devices.
#[derive(Debug)]
pub(crate) struct Devices {
    rng: StdRng,
    keys: Keys,
    codes: HashMap<String, Code>,
    all: Vec<Registered>,
    refreshed: u32,
    /// Whatever was given out or typed in and must not be seen anywhere.
    secrets: Vec<String>,
}

/// Who asks, by signature or token.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Known {
    Yes,
    No,
    /// The header that is not accepted any more: `Bearer` together with `client-id`.
    OldHeader,
}

impl Devices {
    pub(crate) fn new(seed: u64) -> Devices {
        Devices {
            rng: StdRng::seed_from_u64(seed.rotate_left(17) ^ 0xD1CE),
            keys: Keys::default(),
            codes: HashMap::new(),
            all: Vec::new(),
            refreshed: 0,
            secrets: Vec::new(),
        }
    }

    pub(crate) fn list(&self) -> Vec<Device> {
        self.all.iter().map(|device| device.shown.clone()).collect()
    }

    pub(crate) fn secrets(&self) -> Vec<String> {
        self.secrets.clone()
    }

    pub(crate) fn keep_secret(&mut self, text: &str) {
        if !text.is_empty() && !self.secrets.iter().any(|known| known == text) {
            self.secrets.push(text.to_owned());
        }
    }

    pub(crate) fn random(&mut self, bytes: usize) -> String {
        let mut random = vec![0; bytes];
        self.rng.fill_bytes(&mut random);
        URL_SAFE_NO_PAD.encode(random)
    }

    fn secret(&mut self, start: &str, bytes: usize) -> String {
        let secret = format!("{start}{}", self.random(bytes));
        self.secrets.push(secret.clone());
        secret
    }

    /// A code for a sign-in that is done.
    pub(crate) fn new_code(&mut self, code: Code) -> String {
        let text = self.secret("AN", 12);
        self.codes.insert(text.clone(), code);
        text
    }

    pub(crate) fn remove_all(&mut self) {
        for device in &mut self.all {
            device.shown.registered = false;
        }
    }

    /// Registers a device without a sign-in.
    pub(crate) fn give(&mut self, marketplace: Marketplace, name: &str, now: Millis) -> Value {
        let serial = self.random(15).to_ascii_uppercase().replace(['-', '_'], "0");
        let number = self.register(marketplace, name, &serial, now);
        self.all.get(number).map(auth_file).unwrap_or_default()
    }

    fn register(&mut self, shop: Marketplace, name: &str, serial: &str, now: Millis) -> usize {
        let parts: Vec<String> = (0..4).map(|_| STANDARD.encode(self.random(24))).collect();
        let adp_token = match parts.as_slice() {
            [enc, key, iv, name] => {
                format!("{{enc:{enc}}}{{key:{key}}}{{iv:{iv}}}{{name:{name}}}{{serial:Mg==}}")
            }
            _ => String::new(),
        };
        self.secrets.push(adp_token.clone());
        let key = self.keys.next();
        self.keep_secret(key.private_pem.lines().nth(2).unwrap_or_default());
        let access = self.secret("Atna|", 60);
        let refresh_token = self.secret("Atnr|", 60);
        self.all.push(Registered {
            shown: Device {
                name: filled(name),
                serial: serial.to_owned(),
                marketplace: shop.code,
                registered: true,
            },
            adp_token,
            key,
            refresh_token,
            access: vec![(access, now + ACCESS_WORKS)],
        });
        self.all.len() - 1
    }

    /// Who signed this request, or whose token it carries.
    pub(crate) fn known(&self, question: &Question, now: Millis) -> Known {
        let known = |yes| if yes { Known::Yes } else { Known::No };
        let mut listed = self.all.iter().filter(|device| device.shown.registered);
        if let Some(token) = signature::token(question) {
            let device = listed.find(|device| device.adp_token == token);
            return known(
                device.is_some_and(|device| signature::is_right(question, &device.key.public, now)),
            );
        }
        if question.header("authorization").is_some() && question.header("client-id").is_some() {
            return Known::OldHeader;
        }
        let Some(token) = access_token(question) else { return Known::No };
        known(listed.any(|device| device.has_access(token, now)))
    }
}

impl Registered {
    fn has_access(&self, token: &str, now: Millis) -> bool {
        self.access.iter().any(|(known, ends)| known == token && *ends > now)
    }
}

/// The file in which `audible` keeps a device.
fn auth_file(device: &Registered) -> Value {
    let (access, ends) = device.access.last().cloned().unwrap_or_default();
    json!({
        "website_cookies": {},
        "adp_token": device.adp_token,
        "access_token": access,
        "refresh_token": device.refresh_token,
        "device_private_key": device.key.private_pem,
        "store_authentication_cookie": {"cookie": ""},
        "device_info": device_info(&device.shown),
        "customer_info": customer_info(),
        "expires": ends / 1000,
        "locale_code": device.shown.marketplace,
        "with_username": false,
        "activation_bytes": null,
    })
}

/// What a name stands for in the account's list.
fn filled(name: &str) -> String {
    name.replace("%FIRST_NAME%", GIVEN_NAME)
        .replace("%FIRST_NAME_POSSESSIVE_STRING%", "'s ")
        .replace("%DUPE_STRATEGY_1ST%", "")
}

fn access_token(question: &Question) -> Option<&str> {
    let bearer = || question.header("authorization")?.strip_prefix("Bearer ");
    question.header("x-amz-access-token").or_else(bearer)
}

/// Answers at `api.amazon.{tld}`.
pub(crate) fn answer(control: &Control, shop: Marketplace, question: &Question) -> Answer {
    match (question.method.as_str(), question.path.as_str()) {
        ("POST", "/auth/register") => register(control, shop, question),
        ("POST", "/auth/token") => refresh(control, question),
        ("POST", "/auth/deregister") => deregister(control, question),
        _ => Answer::json(404, &json!({ "message": "Not Found" })),
    }
}

fn register(control: &Control, shop: Marketplace, question: &Question) -> Answer {
    let fault = control.strike(Stage::Register, |_| true);
    if fault == Some(Fault::RegisterFails) {
        return error(500, "ServerError", "The server has encountered a runtime error.");
    }
    let Ok(body) = serde_json::from_slice::<Value>(&question.body) else {
        return error(400, "MissingValue", "The request has no readable body.");
    };
    let now = control.now();
    control.devices(|devices| match devices.checked(shop, &body, now) {
        Ok(serial) => {
            let name = body["registration_data"]["device_name"].as_str().unwrap_or_default();
            let number = devices.register(shop, name, &serial, now);
            let request_id = devices.random(12);
            devices.all.get(number).map_or_else(
                || error(500, "ServerError", "The device is not there."),
                |device| match fault {
                    Some(_) => Answer::html(200, unavailable_page()),
                    None => Answer::json(200, &registration(device, shop, &body, &request_id)),
                },
            )
        }
        Err(what) => error(400, "InvalidValue", what),
    })
}

impl Devices {
    /// The serial number of a registration that is right; its code works no more.
    fn checked(
        &mut self,
        shop: Marketplace,
        body: &Value,
        now: Millis,
    ) -> Result<String, &'static str> {
        let (data, auth) = (&body["registration_data"], &body["auth_data"]);
        let text = |of: &Value, name: &str| of[name].as_str().unwrap_or_default().to_owned();
        let verifier = text(auth, "code_verifier");
        self.keep_secret(&verifier);
        let code = self
            .codes
            .remove(&text(auth, "authorization_code"))
            .filter(|code| now - code.made <= CODE_WORKS)
            .ok_or("auth_data.authorization_code is invalid")?;
        let serial = text(data, "device_serial");
        let client_id = hex(&format!("{serial}#{DEVICE_TYPE}"));
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        if code.marketplace != shop {
            return Err("the code was given for another shop");
        }
        if code.challenge != challenge || text(auth, "code_algorithm") != "SHA-256" {
            return Err("auth_data.code_verifier is invalid");
        }
        if code.client_id != client_id || text(auth, "client_id") != client_id {
            return Err("auth_data.client_id is invalid");
        }
        if text(auth, "client_domain") != "DeviceLegacy" || text(data, "domain") != "Device" {
            return Err("a domain is invalid");
        }
        if text(data, "device_type") != DEVICE_TYPE || serial.is_empty() {
            return Err("registration_data.device_type is invalid");
        }
        Ok(serial)
    }
}

fn registration(device: &Registered, shop: Marketplace, asked: &Value, request_id: &str) -> Value {
    let wanted = |kind: &str| {
        let kinds = asked["requested_token_type"].as_array();
        kinds.is_some_and(|kinds| kinds.iter().any(|one| one.as_str() == Some(kind)))
    };
    let access = device.access.last().map(|(token, _)| token.as_str());
    let mut tokens = json!({
        "bearer": {
            "access_token": access,
            "refresh_token": device.refresh_token,
            "expires_in": "3600",
        },
        "mac_dms": {
            "adp_token": device.adp_token,
            "device_private_key": device.key.private_pem,
        },
    });
    if wanted("website_cookies") {
        tokens["website_cookies"] = json!([{
            "Name": "session-id",
            "Value": "\"140-0000000-0000000\"",
            "Domain": format!(".amazon.{}", shop.tld),
            "Path": "/",
            "Expires": "2 Oct 2045 16:26:51 GMT",
            "Secure": "true",
            "HttpOnly": "false",
        }]);
        tokens["website_cookies_ttl"] = json!(31_536_000);
    }
    if wanted("store_authentication_cookie") {
        tokens["store_authentication_cookie"] = json!({ "cookie": "sim" });
    }
    json!({
        "request_id": request_id,
        "response": { "success": {
            "customer_id": "amzn1.account.SIM",
            "tokens": tokens,
            "extensions": {
                "device_info": device_info(&device.shown),
                "customer_info": customer_info(),
            },
        } },
    })
}

fn device_info(device: &Device) -> Value {
    json!({
        "device_name": device.name,
        "device_serial_number": device.serial,
        "device_type": DEVICE_TYPE,
    })
}

fn customer_info() -> Value {
    json!({
        "account_pool": "Amazon",
        "user_id": "amzn1.account.SIM",
        "home_region": "NA",
        "name": format!("{GIVEN_NAME} Reader"),
        "given_name": GIVEN_NAME,
    })
}

/// Every second answer names the tokens that newer accounts have beside.
fn refresh(control: &Control, question: &Question) -> Answer {
    let fields = question.fields();
    let field = |name| value_of(&fields, name).unwrap_or_default();
    let asked = (field("source_token_type"), field("requested_token_type"));
    let now = control.now();
    control.devices(|devices| {
        let access = devices.secret("Atna|", 60);
        devices.refreshed += 1;
        let with_actor = devices.refreshed.is_multiple_of(2);
        let device = devices.all.iter_mut().find(|device| {
            device.shown.registered && device.refresh_token == field("source_token")
        });
        let Some(device) = device.filter(|_| asked == ("refresh_token", "access_token")) else {
            let body = json!({
                "error": "invalid_grant",
                "error_description": "The request has an invalid grant parameter : refresh_token",
            });
            return Answer::json(400, &body);
        };
        device.access.push((access.clone(), now + ACCESS_WORKS));
        let mut body = json!({
            "access_token": access,
            "token_type": "bearer",
            "expires_in": 3600,
        });
        if with_actor {
            body["actor_access_token"] = json!(access);
            body["actor_refresh_token"] = json!(device.refresh_token);
        }
        Answer::json(200, &body)
    })
}

fn deregister(control: &Control, question: &Question) -> Answer {
    if control.strike(Stage::Deregister, |fault| *fault == Fault::DeregisterDown).is_some() {
        return Answer::html(503, unavailable_page());
    }
    let body: Value = serde_json::from_slice(&question.body).unwrap_or_default();
    let everywhere = body["deregister_all_existing_accounts"].as_bool() == Some(true);
    let now = control.now();
    let done = control.devices(|devices| {
        let token = access_token(question)?;
        let own =
            |device: &&mut Registered| device.shown.registered && device.has_access(token, now);
        let serial = devices.all.iter_mut().find(own)?.shown.serial.clone();
        for device in &mut devices.all {
            device.shown.registered &= !everywhere && device.shown.serial != serial;
        }
        Some(devices.random(12))
    });
    match done {
        Some(request_id) => {
            Answer::json(200, &json!({ "request_id": request_id, "response": { "success": {} } }))
        }
        None => error(401, "InvalidToken", "The token is not accepted."),
    }
}

fn error(status: u16, code: &str, message: &str) -> Answer {
    let error = json!({ "code": code, "message": message });
    Answer::json(status, &json!({ "request_id": "sim", "response": { "error": error } }))
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a client id is one of a device of the app, as hexadecimal digits.
pub(crate) fn is_client_id(client_id: &str) -> bool {
    client_id.ends_with(&hex(&format!("#{DEVICE_TYPE}"))) && client_id.len() > 30
}

/// The moment that a query names; the beginning of all where there is none that can be read.
pub(crate) fn since(text: Option<&str>) -> Millis {
    text.and_then(moment).unwrap_or_default()
}
