//! One try of connecting: the secrets that bind its parts together, and the address to sign in at.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use shared::ids::Marketplace;
use url::Url;

use crate::{
    amazon,
    device::{ASSOC_HANDLE, DEVICE_TYPE, PAGE_ID},
    secret::Secret,
};

/// The person says at the sign-in itself who they are.
const ANYBODY: &str = "http://specs.openid.net/auth/2.0/identifier_select";

/// What has to be kept between the address and the registration: the verifier of PKCE and the serial
/// number of the device-to-be. Serializing it is for what is encrypted next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    marketplace: Marketplace,
    verifier: Secret,
    serial: String,
}

impl Attempt {
    /// Starts one from random bytes of the caller's: 32 for the verifier, 16 for the serial number.
    pub fn new(marketplace: Marketplace, random: &[u8; 48]) -> Self {
        let (verifier, serial) = random.split_at(32);
        Self {
            marketplace,
            verifier: Secret::new(URL_SAFE_NO_PAD.encode(verifier)),
            serial: serial.iter().map(|byte| format!("{byte:02X}")).collect(),
        }
    }

    /// The shop.
    pub const fn marketplace(&self) -> Marketplace {
        self.marketplace
    }

    /// Proves at the registration that the code of the sign-in is ours.
    pub(crate) const fn verifier(&self) -> &Secret {
        &self.verifier
    }

    /// Serial number of the device-to-be.
    pub(crate) fn serial(&self) -> &str {
        &self.serial
    }

    /// Serial number and kind of device in one, as hexadecimal digits.
    pub(crate) fn client_id(&self) -> String {
        let id = format!("{}#{DEVICE_TYPE}", self.serial);
        id.bytes().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Where the person signs in, on Amazon's own page.
    pub fn authorize_url(&self) -> Url {
        let www = amazon::www(self.marketplace);
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.expose()));
        let client_id = format!("device:{}", self.client_id());
        let assoc_handle = format!("{ASSOC_HANDLE}{}", self.marketplace.code());
        let return_to = amazon::join(&www, amazon::LANDING_PATH);
        let mut url = amazon::join(&www, amazon::SIGN_IN_PATH);
        url.query_pairs_mut()
            .append_pair("openid.oa2.response_type", "code")
            .append_pair("openid.oa2.code_challenge_method", "S256")
            .append_pair("openid.oa2.code_challenge", &challenge)
            .append_pair("openid.return_to", return_to.as_str())
            .append_pair("openid.assoc_handle", &assoc_handle)
            .append_pair("openid.identity", ANYBODY)
            .append_pair("pageId", PAGE_ID)
            .append_pair("accountStatusPolicy", "P1")
            .append_pair("openid.claimed_id", ANYBODY)
            .append_pair("openid.mode", "checkid_setup")
            .append_pair("openid.ns.oa2", "http://www.amazon.com/ap/ext/oauth/2")
            .append_pair("openid.oa2.client_id", &client_id)
            .append_pair("openid.ns.pape", "http://specs.openid.net/extensions/pape/1.0")
            .append_pair("marketPlaceId", self.marketplace.audible_id())
            .append_pair("openid.oa2.scope", "device_auth_access")
            .append_pair("forceMobileLayout", "true")
            .append_pair("openid.ns", "http://specs.openid.net/auth/2.0")
            .append_pair("openid.pape.max_auth_age", "0");
        url
    }
}
