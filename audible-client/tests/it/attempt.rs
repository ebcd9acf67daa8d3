//! The address at which a person signs in.

use std::collections::BTreeMap;

use audible_client::attempt::Attempt;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use shared::ids::Marketplace;

const RANDOM: [u8; 48] = {
    let mut random = [7; 48];
    random[32] = 0xAB;
    random[47] = 0x0F;
    random
};

#[test]
fn the_address_has_every_part_that_amazon_asks_of_its_app() {
    let url = Attempt::new(Marketplace::Uk, &RANDOM).authorize_url();
    assert_eq!(
        &url[..url::Position::AfterPath],
        "https://www.amazon.co.uk/ap/signin",
        "of the shop that is asked for"
    );
    let found: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    let verifier = URL_SAFE_NO_PAD.encode([7; 32]);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
    let serial = format!("AB{}0F", "07".repeat(14));
    let id = format!("{serial}#A2CZJZGLK2JJVM");
    let id: String = id.bytes().map(|byte| format!("{byte:02x}")).collect();
    let anybody = "http://specs.openid.net/auth/2.0/identifier_select";
    let expected = [
        ("accountStatusPolicy", "P1"),
        ("forceMobileLayout", "true"),
        ("marketPlaceId", "A2I9A3Q2GNFNGQ"),
        ("openid.assoc_handle", "amzn_audible_ios_uk"),
        ("openid.claimed_id", anybody),
        ("openid.identity", anybody),
        ("openid.mode", "checkid_setup"),
        ("openid.ns", "http://specs.openid.net/auth/2.0"),
        ("openid.ns.oa2", "http://www.amazon.com/ap/ext/oauth/2"),
        ("openid.ns.pape", "http://specs.openid.net/extensions/pape/1.0"),
        ("openid.oa2.client_id", &format!("device:{id}")),
        ("openid.oa2.code_challenge", &challenge),
        ("openid.oa2.code_challenge_method", "S256"),
        ("openid.oa2.response_type", "code"),
        ("openid.oa2.scope", "device_auth_access"),
        ("openid.pape.max_auth_age", "0"),
        ("openid.return_to", "https://www.amazon.co.uk/ap/maplanding"),
        ("pageId", "amzn_audible_ios"),
    ];
    let expected: BTreeMap<_, _> =
        expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    assert_eq!(found, expected);
    assert!(!url.as_str().contains(&verifier), "the verifier is never told before the end");
}

#[test]
fn an_attempt_is_the_same_after_it_was_kept_and_shows_no_secret() {
    let attempt = Attempt::new(Marketplace::De, &RANDOM);
    let kept = serde_json::to_string(&attempt).unwrap();
    assert_eq!(serde_json::from_str::<Attempt>(&kept).unwrap(), attempt);
    assert!(!format!("{attempt:?}").contains(&URL_SAFE_NO_PAD.encode([7; 32])));
}
