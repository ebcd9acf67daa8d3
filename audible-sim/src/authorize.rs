//! The sign-in that ends in a code for a device: what Amazon shows on the way, in every variant.
//!
//! It begins at `/ap/signin` with `openid.oa2.response_type=code` and ends at `/ap/maplanding`, an
//! address whose page is not found, with the code in its query.

mod pages;

use std::collections::HashMap;

use crate::control::Control;
use crate::device::{Code, is_client_id};
use crate::html::{pairs, query_value, value_of};
use crate::marketplace::Marketplace;
use crate::page::unavailable_page;
use crate::signin::SIGN_IN_PATH;
use crate::site::{Answer, Question};

const LANDING_PATH: &str = "/ap/maplanding";
/// Where a code of the second factor is posted.
const FACTOR_PATH: &str = "/ap/mfa";
/// Where an answer to a riddle is posted.
const RIDDLE_PATH: &str = "/ap/cvf/verify";
/// Where a sign-in waits until it is approved elsewhere: a program looks there again and again, a person
/// goes on.
const APPROVED_PATH: &str = "/ap/cvf/approval";

/// What Amazon wants besides e-mail address and password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SignInVariant {
    /// Nothing.
    #[default]
    Plain,
    /// E-mail address and password on two pages.
    TwoPages,
    /// A picture with letters; a person types them.
    Captcha,
    /// A look at another device; a person approves there (`Control::approve`) or goes on here.
    Approval,
    /// A check of the browser by a script, which goes on by itself where scripts run.
    AntiAutomation,
    /// Another password.
    WrongPassword,
    /// A page that nobody has seen yet; a person goes on.
    Unknown,
    /// This code, on a page of its own or appended to the password.
    SecondFactor(String),
}

/// Sign-ins under way: by their id, what they were asked for.
#[derive(Debug, Default)]
pub(crate) struct SignIns {
    open: HashMap<String, Asked>,
    variant: SignInVariant,
}

impl SignIns {
    pub(crate) fn set_variant(&mut self, variant: SignInVariant) {
        self.variant = variant;
    }

    /// Approves every sign-in that waits for it.
    pub(crate) fn approve(&mut self) {
        self.open.values_mut().for_each(|asked| asked.approved |= asked.known);
    }
}

/// What a program asks a person to allow.
#[derive(Debug, Clone)]
struct Asked {
    challenge: String,
    client_id: String,
    assoc_handle: String,
    /// E-mail address and password were right.
    known: bool,
    /// It was approved elsewhere.
    approved: bool,
}

/// Whether this belongs to such a sign-in, and not to that of the web site.
pub(crate) fn is_asked(question: &Question) -> bool {
    match question.path.as_str() {
        SIGN_IN_PATH if question.method == "POST" => {
            value_of(&question.fields(), "workflowState").is_some_and(|id| id != "sim")
        }
        SIGN_IN_PATH => value_of(&pairs(&question.query), "openid.oa2.response_type").is_some(),
        path => [LANDING_PATH, FACTOR_PATH, RIDDLE_PATH, APPROVED_PATH].contains(&path),
    }
}

pub(crate) fn answer(control: &Control, shop: Marketplace, question: &Question) -> Answer {
    match (question.method.as_str(), question.path.as_str()) {
        ("GET", SIGN_IN_PATH) => begin(control, shop, question),
        ("GET", LANDING_PATH) if shop.code == "br" => {
            Answer::redirect(format!("https://{}/", shop.amazon()))
        }
        ("GET", LANDING_PATH) => Answer::html(404, pages::not_found()),
        ("GET", APPROVED_PATH) => look_again(control, shop, question),
        ("POST", path) => go_on(control, shop, path, question),
        _ => Answer::html(404, unavailable_page()),
    }
}

fn begin(control: &Control, shop: Marketplace, question: &Question) -> Answer {
    let fields = pairs(&question.query);
    let Some(asked) = asked(shop, &fields) else {
        return Answer::html(400, pages::broken());
    };
    let id = control.devices(|devices| devices.random(12));
    let first = control.sign_ins(|sign_ins| {
        sign_ins.open.insert(id.clone(), asked);
        sign_ins.variant != SignInVariant::TwoPages
    });
    let session = format!("session-id={id}; Path=/; Secure; HttpOnly; SameSite=Lax");
    Answer::html(200, pages::sign_in(shop, &id, None, first, false)).cookies(vec![session])
}

/// What the address asks for, if every part of it is right.
fn asked(shop: Marketplace, fields: &[(String, String)]) -> Option<Asked> {
    let field = |name| value_of(fields, name);
    let anybody = Some("http://specs.openid.net/auth/2.0/identifier_select");
    let fixed = [
        ("openid.oa2.response_type", Some("code")),
        ("openid.oa2.code_challenge_method", Some("S256")),
        ("openid.oa2.scope", Some("device_auth_access")),
        ("openid.ns.oa2", Some("http://www.amazon.com/ap/ext/oauth/2")),
        ("openid.ns", Some("http://specs.openid.net/auth/2.0")),
        ("openid.mode", Some("checkid_setup")),
        ("openid.identity", anybody),
        ("openid.claimed_id", anybody),
        ("marketPlaceId", Some(shop.id)),
    ];
    let home = format!("https://{}{LANDING_PATH}", shop.amazon());
    let right = fixed.iter().all(|(name, text)| field(name) == *text)
        && field("openid.return_to") == Some(home.as_str());
    let client_id = field("openid.oa2.client_id")?.strip_prefix("device:")?;
    let challenge = field("openid.oa2.code_challenge")?;
    let assoc_handle = field("openid.assoc_handle")?;
    let of_the_shop = assoc_handle.ends_with(&format!("_{}", shop.code));
    (right && of_the_shop && is_client_id(client_id) && challenge.len() == 43).then(|| Asked {
        challenge: challenge.to_owned(),
        client_id: client_id.to_owned(),
        assoc_handle: assoc_handle.to_owned(),
        known: false,
        approved: false,
    })
}

/// The sign-in that a request names, if it is of the browser that began it.
fn found(control: &Control, question: &Question, id: &str) -> Option<(Asked, SignInVariant)> {
    let own = question.cookies.split(';').any(|pair| pair.trim() == format!("session-id={id}"));
    let found = control
        .sign_ins(|sign_ins| Some((sign_ins.open.get(id).cloned()?, sign_ins.variant.clone())));
    found.filter(|_| own)
}

/// Leads on once the sign-in was approved.
fn look_again(control: &Control, shop: Marketplace, question: &Question) -> Answer {
    let fields = pairs(&question.query);
    let id = value_of(&fields, "workflowState").unwrap_or_default();
    match found(control, question, id) {
        Some((asked, SignInVariant::Approval)) if asked.approved => land(control, shop, id, asked),
        Some((asked, SignInVariant::Approval)) if asked.known => {
            Answer::html(200, pages::approval(id))
        }
        _ => Answer::html(200, pages::broken()),
    }
}

fn go_on(control: &Control, shop: Marketplace, path: &str, question: &Question) -> Answer {
    let fields = question.fields();
    let field = |name| value_of(&fields, name).unwrap_or_default().trim();
    let id = field("workflowState").to_owned();
    let Some((asked, variant)) = found(control, question, &id) else {
        return Answer::html(200, pages::broken());
    };
    control.devices(|devices| {
        for name in ["email", "password", "otpCode"] {
            devices.keep_secret(field(name));
        }
    });
    let page = |html: String| Answer::html(200, html);
    if path == SIGN_IN_PATH && !asked.known {
        let (email, password) = (field("email"), field("password"));
        if variant == SignInVariant::TwoPages && password.is_empty() && !email.is_empty() {
            return page(pages::sign_in(shop, &id, Some(email), true, false));
        }
        let wrong = email.is_empty() || password.is_empty();
        if wrong || variant == SignInVariant::WrongPassword {
            return page(pages::sign_in(shop, &id, None, true, true));
        }
        control.sign_ins(|sign_ins| {
            if let Some(asked) = sign_ins.open.get_mut(&id) {
                asked.known = true;
            }
        });
        return match &variant {
            SignInVariant::Captcha => page(pages::captcha(&id)),
            SignInVariant::Approval => {
                let (host, id) = (shop.amazon(), query_value(&id));
                Answer::redirect(format!("https://{host}{APPROVED_PATH}?workflowState={id}"))
            }
            SignInVariant::AntiAutomation => page(pages::anti_automation(&id)),
            SignInVariant::Unknown => page(pages::unknown(&id)),
            SignInVariant::SecondFactor(code) if !password.ends_with(code.as_str()) => {
                page(pages::second_factor(&id, false))
            }
            _ => land(control, shop, &id, asked),
        };
    }
    let passes = asked.known
        && match &variant {
            SignInVariant::SecondFactor(code) => path == FACTOR_PATH && field("otpCode") == code,
            SignInVariant::Captcha => !field("guess").is_empty(),
            SignInVariant::AntiAutomation => field("cvf_aamation_response_token") == "looked-at",
            _ => true,
        };
    match variant {
        _ if passes => land(control, shop, &id, asked),
        SignInVariant::SecondFactor(_) => page(pages::second_factor(&id, true)),
        SignInVariant::Captcha => page(pages::captcha(&id)),
        SignInVariant::AntiAutomation => page(pages::anti_automation(&id)),
        _ => page(pages::broken()),
    }
}

/// Leads to the address with the code.
fn land(control: &Control, shop: Marketplace, id: &str, asked: Asked) -> Answer {
    control.sign_ins(|sign_ins| sign_ins.open.remove(id));
    let made = control.now();
    let Asked { challenge, client_id, assoc_handle, .. } = asked;
    let code = Code { marketplace: shop, challenge, client_id, made };
    let code = control.devices(|devices| devices.new_code(code));
    Answer::redirect(format!(
        "https://{}{LANDING_PATH}?openid.assoc_handle={assoc_handle}\
         &aToken=sim&openid.mode=id_res&openid.claimed_id=https%3A%2F%2F{}%2Fap%2Fid%2Fsim\
         &openid.oa2.scope=device_auth_access&openid.oa2.authorization_code={}\
         &openid.ns=http%3A%2F%2Fspecs.openid.net%2Fauth%2F2.0\
         &openid.ns.oa2=http%3A%2F%2Fwww.amazon.com%2Fap%2Fext%2Foauth%2F2",
        shop.amazon(),
        shop.amazon(),
        query_value(&code),
    ))
}
