//! Files in which other programs keep a registered device.

use audible_client::credentials::{AuthFileError, Credentials};
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::ids::Marketplace;

use crate::key::Key;

fn audible(key: &str) -> Value {
    json!({
        "website_cookies": {"session-id": "cookie-secret"},
        "adp_token": "{enc:e}{key:k}{iv:i}{name:n}{serial:Mg==}",
        "access_token": "Atna|access-secret",
        "refresh_token": "Atnr|refresh-secret",
        "device_private_key": key,
        "store_authentication_cookie": {"cookie": "store-secret"},
        "device_info": {
            "device_name": "Somebody's Audible for iPhone",
            "device_serial_number": "ABCDEF",
            "device_type": "A2CZJZGLK2JJVM",
        },
        "customer_info": {"name": "Somebody", "user_id": "amzn1.account.X"},
        "expires": 1_767_323_045.678_9,
        "locale_code": "uk",
        "with_username": false,
        "activation_bytes": null,
    })
}

fn account(shop: &str, refresh: &str, key: &str) -> Value {
    json!({
        "AccountId": "somebody@example.com",
        "AccountName": "Somebody",
        "LibraryScan": true,
        "DecryptKey": "00",
        "IdentityTokens": {
            "LocaleName": shop,
            "ExistingAccessToken": {
                "TokenValue": "Atna|access-secret",
                "Expires": "2026-01-02T04:04:05.5+01:00",
            },
            "PrivateKey": {"Value": key},
            "AdpToken": {"Value": "{enc:e}{key:k}{iv:i}{name:n}{serial:Mg==}"},
            "RefreshToken": {"Value": refresh},
            "Cookies": [{"Key": "session-id", "Value": "cookie-secret"}],
            "DeviceSerialNumber": "123456",
            "DeviceName": "Somebody's Libation",
        },
    })
}

fn read(file: &Value, shop: Option<Marketplace>) -> Result<Credentials, AuthFileError> {
    Credentials::from_auth_file(&file.to_string(), shop)
}

#[test]
fn the_file_of_audible_is_read() {
    let key = Key::new();
    let found = read(&audible(&key.pkcs1_pem), None).unwrap();
    assert_eq!(found.marketplace, Marketplace::Uk);
    assert_eq!(found.adp_token.expose(), "{enc:e}{key:k}{iv:i}{name:n}{serial:Mg==}");
    assert_eq!(found.private_key.expose(), key.pkcs1_pem);
    assert_eq!(found.access_token.expose(), "Atna|access-secret");
    assert_eq!(found.access_expires_at, "2026-01-02T03:04:05.678Z".parse::<Timestamp>().unwrap());
    assert_eq!(found.refresh_token.expose(), "Atnr|refresh-secret");
    assert_eq!(found.device_name, "Somebody's Audible for iPhone");
    assert_eq!(found.device_serial, "ABCDEF");
    let asked = read(&audible(&key.pkcs8_base64), Some(Marketplace::De)).unwrap();
    assert_eq!(asked.marketplace, Marketplace::De, "one device serves every shop");
}

#[test]
fn of_libations_accounts_the_one_of_the_shop_is_taken() {
    let key = Key::new();
    let file = json!({"Accounts": [
        {"AccountId": "new", "IdentityTokens": null},
        account("us", "first", &key.pkcs1_pem),
        account("germany", "second", &key.pkcs1_base64),
        account("germany", "third", &key.pkcs1_base64),
    ]});
    let taken = |shop| read(&file, shop).map(|found| found.refresh_token.expose().to_owned());
    assert_eq!(taken(None).as_deref(), Ok("first"));
    assert_eq!(taken(Some(Marketplace::Us)).as_deref(), Ok("first"));
    assert_eq!(taken(Some(Marketplace::De)).as_deref(), Ok("second"));
    assert_eq!(taken(Some(Marketplace::Jp)), Err(AuthFileError::OtherMarketplace));

    let german = read(&file, Some(Marketplace::De)).unwrap();
    assert_eq!(german.marketplace, Marketplace::De);
    assert_eq!(german.private_key.expose(), key.pkcs1_base64);
    assert_eq!(german.access_expires_at, "2026-01-02T03:04:05.5Z".parse::<Timestamp>().unwrap());
    assert_eq!(german.device_name, "Somebody's Libation");
    assert_eq!(german.device_serial, "123456");

    let one = json!({"Accounts": [account("canada", "only", &key.pkcs1_pem)]});
    assert_eq!(read(&one, None).unwrap().marketplace, Marketplace::Ca);
    assert_eq!(read(&one, Some(Marketplace::Fr)).unwrap().marketplace, Marketplace::Fr);
}

#[test]
fn names_of_fields_may_be_written_in_any_case() {
    let key = Key::new();
    let lower = json!({"accounts": [{"identitytokens": {
        "localename": "JAPAN", "privatekey": key.pkcs8_pem, "adptoken": "{enc:e}", "refreshToken": "r",
    }}]});
    let found = read(&lower, None).unwrap();
    assert_eq!(found.marketplace, Marketplace::Jp);
    assert_eq!(found.access_expires_at, Timestamp::UNIX_EPOCH, "so that a new one is fetched");
}

#[test]
fn a_file_that_cannot_be_used_says_why() {
    let key = Key::new();
    let encrypted = json!({"salt": "x", "iv": "y", "ciphertext": "z", "info": "base64"});
    let mut libation = account("us", "r", &key.pkcs1_pem);
    libation["IdentityTokens"]["RefreshToken"]["IsEncrypted"] = json!(true);
    let without = |field: &str| {
        let mut file = audible(&key.pkcs1_pem);
        file.as_object_mut().unwrap().remove(field);
        file
    };
    for (file, expected) in [
        (encrypted, AuthFileError::Encrypted),
        (json!({"Accounts": [libation]}), AuthFileError::Encrypted),
        (json!({"Accounts": []}), AuthFileError::Missing("IdentityTokens")),
        (json!({"items": []}), AuthFileError::OtherFile),
        (json!([1, 2]), AuthFileError::NotJson),
        (without("refresh_token"), AuthFileError::Missing("refresh_token")),
        (without("adp_token"), AuthFileError::Missing("adp_token")),
        (without("device_private_key"), AuthFileError::Missing("device_private_key")),
        (without("locale_code"), AuthFileError::Missing("locale_code")),
        (audible("-----BEGIN RSA PRIVATE KEY-----"), AuthFileError::Unusable("the device's key")),
        (audible("not a key"), AuthFileError::Unusable("the device's key")),
    ] {
        assert_eq!(read(&file, None).unwrap_err(), expected, "{file}");
    }
    assert_eq!(Credentials::from_auth_file("{", None).unwrap_err(), AuthFileError::NotJson);
    let large = " ".repeat(1024 * 1024 + 1);
    assert_eq!(Credentials::from_auth_file(&large, None).unwrap_err(), AuthFileError::TooLarge);
}

#[test]
fn no_secret_shows_in_credentials_or_errors() {
    let found = read(&audible(&Key::new().pkcs1_pem), None).unwrap();
    let shown = format!("{found:?}");
    assert!(!shown.contains("secret") && !shown.contains("{enc") && !shown.contains("BEGIN"));
    let error = read(&audible("key-secret"), None).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("secret"));
    let kept = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Credentials>(&kept).unwrap(), found);
}
