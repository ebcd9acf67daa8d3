//! A registered device that signs its requests with few words of its own, as the protocol describes it.

use audible_sim::{Marketplace, Sim};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::client::{Browser, Page};
use crate::person::{Attempt, NOW, later};

/// What the registration gave, and the browser that now speaks for the device.
pub(crate) struct Phone {
    pub(crate) browser: Browser,
    pub(crate) shop: Marketplace,
    pub(crate) adp_token: String,
    pub(crate) key: RsaKeyPair,
    pub(crate) access: String,
    pub(crate) refresh: String,
}

/// A request as it is signed and as it is sent; a test may change it in between.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) method: &'static str,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) body: String,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Phone {
    /// Signs in and registers while the simulator's clock stands at [`NOW`].
    pub(crate) async fn new(sim: &Sim, shop: Marketplace, number: u8) -> Phone {
        later(sim.control(), 0);
        let mut browser = Browser::new(sim);
        let attempt = Attempt::new(shop, number);
        let code = attempt.code(&mut browser).await;
        browser.cookies.clear();
        let told = register(&browser, shop, &attempt.registration(&code)).await;
        assert_eq!(told.status, 200, "{}", told.text);
        let told = told.json();
        let tokens = &told["response"]["success"]["tokens"];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Phone {
            browser,
            shop,
            adp_token: text(&tokens["mac_dms"]["adp_token"]),
            key: key(tokens["mac_dms"]["device_private_key"].as_str().unwrap()),
            access: text(&tokens["bearer"]["access_token"]),
            refresh: text(&tokens["bearer"]["refresh_token"]),
        }
    }

    /// A signed request, at a date as Python writes it.
    pub(crate) fn signed_at(
        &self,
        date: &str,
        method: &'static str,
        target: &str,
        body: &str,
    ) -> Sent {
        let text = format!("{method}\n{target}\n{date}\n{body}\n{}", self.adp_token);
        let mut signature = vec![0; self.key.public_modulus_len()];
        let chance = SystemRandom::new();
        self.key.sign(&RSA_PKCS1_SHA256, &chance, text.as_bytes(), &mut signature).unwrap();
        let headers = vec![
            ("x-adp-token", self.adp_token.clone()),
            ("x-adp-alg", "SHA256withRSA:1.0".to_owned()),
            ("x-adp-signature", format!("{}:{date}", STANDARD.encode(signature))),
        ];
        Sent { method, target: target.to_owned(), body: body.to_owned(), headers }
    }

    pub(crate) fn signed(&self, method: &'static str, target: &str, body: &str) -> Sent {
        self.signed_at(&date(0), method, target, body)
    }

    /// To the API of the device's shop.
    pub(crate) async fn send(&self, sent: Sent) -> Page {
        let host = format!("https://api.audible.{}", self.shop.tld);
        self.browser
            .send(sent.method, &format!("{host}{}", sent.target), &sent.headers, sent.body)
            .await
    }

    /// A signed GET.
    pub(crate) async fn get(&self, target: &str) -> Page {
        self.send(self.signed("GET", target, "")).await
    }

    /// A GET with headers of the test's own and no signature.
    pub(crate) async fn get_with(&self, target: &str, headers: &[(&'static str, String)]) -> Page {
        let (target, headers) = (target.to_owned(), headers.to_vec());
        self.send(Sent { method: "GET", target, body: String::new(), headers }).await
    }
}

/// So many seconds behind [`NOW`], as Python writes it: with offset and `Z`.
pub(crate) fn date(seconds: i64) -> String {
    let now: jiff::Timestamp = NOW.parse().unwrap();
    let moment = now + jiff::SignedDuration::from_secs(seconds);
    moment.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00Z").to_string()
}

/// Sends a registration to a shop's host.
pub(crate) async fn register(browser: &Browser, shop: Marketplace, body: &Value) -> Page {
    let url = format!("https://api.amazon.{}/auth/register", shop.tld);
    let json = [("content-type", "application/json".to_owned())];
    browser.send("POST", &url, &json, body.to_string()).await
}

/// Reads PEM of PKCS#1.
fn key(pem: &str) -> RsaKeyPair {
    let inner = pem.strip_prefix("-----BEGIN RSA PRIVATE KEY-----\n").unwrap();
    let inner = inner.strip_suffix("-----END RSA PRIVATE KEY-----\n").unwrap();
    let lines: Vec<&str> = inner.lines().collect();
    assert!(lines.iter().all(|line| !line.is_empty() && line.len() <= 64), "{lines:?}");
    RsaKeyPair::from_der(&STANDARD.decode(lines.concat()).unwrap()).unwrap()
}
