//! Files in which other programs keep their registered device: audible-cli's and Libation's.

use jiff::Timestamp;
use serde_json::{Map, Value};
use shared::ids::Marketplace;

use super::{AuthFileError, Credentials};
use crate::{secret::Secret, sign::Signer};

/// Largest file that is read; those seen have some kilobytes.
const LARGEST: usize = 1024 * 1024;

/// Longest name of a device, in letters.
const LONGEST_NAME: usize = 200;

/// A device whose file tells no name.
const NAMELESS: &str = "Audible";

/// What Libation calls the shops where it does not use their code.
const SHOPS: [(&str, Marketplace); 9] = [
    ("australia", Marketplace::Au),
    ("canada", Marketplace::Ca),
    ("france", Marketplace::Fr),
    ("germany", Marketplace::De),
    ("india", Marketplace::In),
    ("italy", Marketplace::It),
    ("japan", Marketplace::Jp),
    ("spain", Marketplace::Es),
    ("brazil", Marketplace::Br),
];

pub(super) fn read(
    text: &str,
    marketplace: Option<Marketplace>,
) -> Result<Credentials, AuthFileError> {
    if text.len() > LARGEST {
        return Err(AuthFileError::TooLarge);
    }
    let text = text.trim_start_matches('\u{feff}');
    let Ok(Value::Object(file)) = serde_json::from_str(text) else {
        return Err(AuthFileError::NotJson);
    };
    let file = Fields(&file);
    if file.has("ciphertext") && file.has("iv") {
        return Err(AuthFileError::Encrypted);
    }
    if let Some(Value::Array(accounts)) = file.get("Accounts") {
        return libation(accounts, marketplace);
    }
    if file.has("adp_token") || file.has("device_private_key") {
        return audible(file, marketplace);
    }
    Err(AuthFileError::OtherFile)
}

/// The file of `audible` and audible-cli: one device.
fn audible(
    file: Fields<'_>,
    marketplace: Option<Marketplace>,
) -> Result<Credentials, AuthFileError> {
    let own = file.text("locale_code").and_then(|code| shop(&code));
    let device = file.object("device_info");
    let named = |field| device.and_then(|device| device.text(field)).unwrap_or_default();
    checked(Credentials {
        marketplace: marketplace.or(own).ok_or(AuthFileError::Missing("locale_code"))?,
        adp_token: file.secret("adp_token")?,
        private_key: file.secret("device_private_key")?,
        refresh_token: file.secret("refresh_token")?,
        access_token: file.secret("access_token").unwrap_or_else(|_| Secret::new("")),
        access_expires_at: file.get("expires").and_then(epoch).unwrap_or(Timestamp::UNIX_EPOCH),
        device_name: named("device_name"),
        device_serial: named("device_serial_number"),
    })
}

/// Libation's file: several accounts, each with the tokens of its device.
fn libation(
    accounts: &[Value],
    marketplace: Option<Marketplace>,
) -> Result<Credentials, AuthFileError> {
    let identities = accounts.iter().filter_map(|account| {
        let account = Fields(account.as_object()?);
        account.object("IdentityTokens")
    });
    let identities: Vec<Fields<'_>> = identities.collect();
    let first = *identities.first().ok_or(AuthFileError::Missing("IdentityTokens"))?;
    let own = |one: &Fields<'_>| one.text("LocaleName").and_then(|name| shop(&name));
    let chosen = match marketplace {
        Some(asked) => match identities.iter().find(|one| own(one) == Some(asked)) {
            Some(found) => *found,
            None if identities.len() == 1 => first,
            None => return Err(AuthFileError::OtherMarketplace),
        },
        None => first,
    };
    let access = chosen.object("ExistingAccessToken");
    let expires = access.and_then(|access| access.text("Expires")?.parse().ok());
    let encrypted =
        access.is_some_and(|access| access.get("IsEncrypted") == Some(&Value::Bool(true)));
    if encrypted {
        return Err(AuthFileError::Encrypted);
    }
    let access_token = access.and_then(|access| access.secret("TokenValue").ok());
    checked(Credentials {
        marketplace: marketplace
            .or_else(|| own(&chosen))
            .ok_or(AuthFileError::Missing("LocaleName"))?,
        adp_token: chosen.secret("AdpToken")?,
        private_key: chosen.secret("PrivateKey")?,
        refresh_token: chosen.secret("RefreshToken")?,
        access_token: access_token.unwrap_or_else(|| Secret::new("")),
        access_expires_at: expires.unwrap_or(Timestamp::UNIX_EPOCH),
        device_name: chosen.text("DeviceName").unwrap_or_default(),
        device_serial: chosen.text("DeviceSerialNumber").unwrap_or_default(),
    })
}

/// A key that cannot sign is better known now than at the first request. Names come from outside: what no
/// name has is left out.
fn checked(mut credentials: Credentials) -> Result<Credentials, AuthFileError> {
    let named = |name: &str, otherwise: &str| {
        let name = name.chars().filter(|letter| !letter.is_control()).take(LONGEST_NAME);
        let name = name.collect::<String>().trim().to_owned();
        if name.is_empty() { otherwise.to_owned() } else { name }
    };
    credentials.device_name = named(&credentials.device_name, NAMELESS);
    credentials.device_serial = named(&credentials.device_serial, "");
    match Signer::new(&credentials.adp_token, &credentials.private_key) {
        Ok(_) => Ok(credentials),
        Err(_) => Err(AuthFileError::Unusable("the device's key")),
    }
}

fn shop(name: &str) -> Option<Marketplace> {
    let name = name.trim().to_ascii_lowercase();
    let by_name = SHOPS.iter().find(|(own, _)| *own == name).map(|(_, shop)| *shop);
    by_name.or_else(|| Marketplace::parse(&name).ok())
}

/// Seconds since 1970, with a fraction.
fn epoch(value: &Value) -> Option<Timestamp> {
    let millis = std::time::Duration::try_from_secs_f64(value.as_f64()?).ok()?.as_millis();
    Timestamp::from_millisecond(i64::try_from(millis).ok()?).ok()
}

/// The fields of an object, whose names are read without regard to capitals.
#[derive(Clone, Copy)]
struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    fn get(self, name: &str) -> Option<&'a Value> {
        let same = || self.0.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        self.0.get(name).or_else(|| same().map(|(_, value)| value))
    }

    fn has(self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn object(self, name: &str) -> Option<Self> {
        self.get(name)?.as_object().map(Fields)
    }

    /// A text that says something.
    fn text(self, name: &str) -> Option<String> {
        let text = self.get(name)?.as_str()?;
        (!text.trim().is_empty()).then(|| text.to_owned())
    }

    /// A secret as a text or, as Libation has it, within an object that may say that it is encrypted.
    fn secret(self, name: &'static str) -> Result<Secret, AuthFileError> {
        if let Some(inner) = self.object(name) {
            if inner.get("IsEncrypted") == Some(&Value::Bool(true)) {
                return Err(AuthFileError::Encrypted);
            }
            return inner.text("Value").map(Secret::new).ok_or(AuthFileError::Missing(name));
        }
        self.text(name).map(Secret::new).ok_or(AuthFileError::Missing(name))
    }
}
