//! A person who signs in on Amazon's page for a device-to-be, filling in one form after the other.

use audible_sim::{Control, Marketplace};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Url;
use serde_json::{Value, json};

use crate::client::{Browser, Page};

pub(crate) const EMAIL: &str = "robin@reader.example";
pub(crate) const PASSWORD: &str = "correct horse battery";

/// The moment at which the simulator's clock stands in tests that sign.
pub(crate) const NOW: &str = "2026-03-04T05:06:07.891234Z";

/// Stops the simulator's clock so many seconds behind [`NOW`].
pub(crate) fn later(control: &Control, seconds: i64) {
    let now: jiff::Timestamp = NOW.parse().unwrap();
    control.set_now_ms(now.as_millisecond() + seconds * 1_000);
}

const DEVICE_TYPE: &str = "A2CZJZGLK2JJVM";

/// What a program keeps between the address of a sign-in and the registration.
#[derive(Clone)]
pub(crate) struct Attempt {
    pub(crate) shop: Marketplace,
    pub(crate) verifier: String,
    pub(crate) serial: String,
}

/// Serial number and kind of device as hexadecimal digits.
pub(crate) fn client_id(serial: &str) -> String {
    format!("{serial}#{DEVICE_TYPE}").bytes().map(|byte| format!("{byte:02x}")).collect()
}

impl Attempt {
    pub(crate) fn new(shop: Marketplace, number: u8) -> Attempt {
        let verifier = URL_SAFE_NO_PAD.encode([number; 32]);
        Attempt { shop, verifier, serial: format!("{number:032X}") }
    }

    /// The parts of the address at which the sign-in begins.
    pub(crate) fn parts(&self) -> Vec<(&'static str, String)> {
        let Attempt { shop, verifier, serial } = self;
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        let anybody = "http://specs.openid.net/auth/2.0/identifier_select";
        let landing = format!("https://www.amazon.{}/ap/maplanding", shop.tld);
        vec![
            ("openid.oa2.response_type", "code".to_owned()),
            ("openid.oa2.code_challenge_method", "S256".to_owned()),
            ("openid.oa2.code_challenge", challenge),
            ("openid.return_to", landing),
            ("openid.assoc_handle", format!("amzn_audible_ios_{}", shop.code)),
            ("openid.identity", anybody.to_owned()),
            ("openid.claimed_id", anybody.to_owned()),
            ("openid.mode", "checkid_setup".to_owned()),
            ("openid.ns", "http://specs.openid.net/auth/2.0".to_owned()),
            ("openid.ns.oa2", "http://www.amazon.com/ap/ext/oauth/2".to_owned()),
            ("openid.oa2.client_id", format!("device:{}", client_id(serial))),
            ("openid.oa2.scope", "device_auth_access".to_owned()),
            ("marketPlaceId", shop.id.to_owned()),
        ]
    }

    pub(crate) fn address(&self) -> String {
        address(self.shop, &self.parts())
    }

    /// The body of a registration that is right.
    pub(crate) fn registration(&self, code: &str) -> Value {
        json!({
            "requested_token_type":
                ["bearer", "mac_dms", "website_cookies", "store_authentication_cookie"],
            "cookies": {"website_cookies": [], "domain": format!(".amazon.{}", self.shop.tld)},
            "registration_data": {
                "domain": "Device", "app_version": "3.56.2", "device_serial": self.serial,
                "device_type": DEVICE_TYPE, "os_version": "15.0.0", "device_model": "iPhone",
                "device_name": "%FIRST_NAME%%FIRST_NAME_POSSESSIVE_STRING%%DUPE_STRATEGY_1ST%Phone",
                "software_version": "35602678", "app_name": "Audible",
            },
            "auth_data": {
                "client_id": client_id(&self.serial), "authorization_code": code,
                "code_verifier": self.verifier, "code_algorithm": "SHA-256",
                "client_domain": "DeviceLegacy",
            },
            "requested_extensions": ["device_info", "customer_info"],
        })
    }

    /// The whole way of the plain sign-in; gives the code at its end.
    pub(crate) async fn code(&self, browser: &mut Browser) -> String {
        let form = begin(browser, &self.address()).await;
        let landed = fill(browser, &form, self.shop, &[("email", EMAIL), ("password", PASSWORD)]);
        landed_code(&landed.await, self.shop)
    }
}

/// The address with these parts.
pub(crate) fn address(shop: Marketplace, parts: &[(&str, String)]) -> String {
    let page = format!("https://www.amazon.{}/ap/signin", shop.tld);
    Url::parse_with_params(&page, parts).unwrap().into()
}

/// Opens the sign-in as a new visitor.
pub(crate) async fn begin(browser: &mut Browser, address: &str) -> Page {
    browser.cookies.clear();
    let page = browser.get(address).await;
    browser.keep_cookies(&page);
    page
}

/// Sends the form of a page, with what is typed in instead of what stands there.
pub(crate) async fn fill(
    browser: &Browser,
    page: &Page,
    shop: Marketplace,
    typed: &[(&str, &str)],
) -> Page {
    let (head, form) = page.text.split_once("<form ").unwrap().1.split_once('>').unwrap();
    let home = Url::parse(&format!("https://www.amazon.{}/ap/", shop.tld)).unwrap();
    let action = home.join(attribute(head, "action").unwrap()).unwrap();
    let inputs = form.split_once("</form>").unwrap().0.split("<input ").skip(1);
    let mut fields: Vec<(&str, &str)> = inputs
        .filter_map(|input| {
            let input = input.split_once('>')?.0;
            Some((attribute(input, "name")?, attribute(input, "value").unwrap_or_default()))
        })
        .collect();
    fields.retain(|(name, _)| typed.iter().all(|(own, _)| own != name));
    fields.extend_from_slice(typed);
    browser.post(action.as_str(), &fields).await
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let rest = tag.split_once(&format!("{name}=\""))?.1;
    Some(rest.split_once('"')?.0)
}

/// The code in the address on which a sign-in ends.
#[track_caller]
pub(crate) fn landed_code(page: &Page, shop: Marketplace) -> String {
    assert_eq!(page.status, 302, "{}", page.text);
    let landed = Url::parse(&page.location).unwrap();
    assert_eq!(landed.host_str(), Some(format!("www.amazon.{}", shop.tld).as_str()));
    assert_eq!(landed.path(), "/ap/maplanding");
    let code = landed.query_pairs().find(|(name, _)| name == "openid.oa2.authorization_code");
    code.unwrap().1.into_owned()
}
