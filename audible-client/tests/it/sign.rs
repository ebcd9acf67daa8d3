//! Signatures, checked with the public half of the key.

use audible_client::{error::AudibleError, secret::Secret, sign::Signer};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use url::Url;

use crate::key::Key;

const TOKEN: &str = "{enc:e}{key:k}{iv:i}{name:n}{serial:Mg==}";

#[test]
fn a_signature_covers_method_address_time_body_and_token() {
    let key = Key::new();
    let signer = Signer::new(&Secret::new(TOKEN), &Secret::new(&*key.pkcs1_pem)).unwrap();
    let url = "https://api.audible.de/1.0/library?a=1%2C2&b=x+y#part";
    let url = Url::parse(url).unwrap();
    let now = "2026-01-02T03:04:05.678901Z".parse().unwrap();
    let headers = signer.headers("POST", &url, "{\"ä\":1}", now).unwrap();
    let [token, algorithm, signature] = headers;
    assert_eq!(token, ("x-adp-token", TOKEN.to_owned()));
    assert_eq!(algorithm, ("x-adp-alg", "SHA256withRSA:1.0".to_owned()));
    let (name, value) = signature;
    assert_eq!(name, "x-adp-signature");
    let (signature, date) = value.split_once(':').unwrap();
    assert_eq!(date, "2026-01-02T03:04:05.678901+00:00Z");
    let text = format!("POST\n/1.0/library?a=1%2C2&b=x+y\n{date}\n{{\"ä\":1}}\n{TOKEN}");
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &key.public);
    let signature = STANDARD.decode(signature).unwrap();
    public.verify(text.as_bytes(), &signature).unwrap();
    assert!(public.verify(text.replace("b=x", "b=y").as_bytes(), &signature).is_err());
}

#[test]
fn the_moment_is_written_as_python_writes_it() {
    let key = Key::new();
    let signer = Signer::new(&Secret::new(TOKEN), &Secret::new(&*key.pkcs8_pem)).unwrap();
    let url = Url::parse("https://api.audible.com/").unwrap();
    for (moment, expected) in [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00Z"),
        ("2026-01-02T03:04:05.000000999Z", "2026-01-02T03:04:05+00:00Z"),
        ("2026-01-02T03:04:05.000001Z", "2026-01-02T03:04:05.000001+00:00Z"),
        ("2026-12-31T23:59:59.9999999Z", "2026-12-31T23:59:59.999999+00:00Z"),
        ("2026-07-01T00:00:00.5Z", "2026-07-01T00:00:00.500000+00:00Z"),
    ] {
        let [_, _, (_, value)] = signer.headers("GET", &url, "", moment.parse().unwrap()).unwrap();
        assert_eq!(value.split_once(':').unwrap().1, expected);
    }
}

#[test]
fn a_key_signs_the_same_in_every_form() {
    let key = Key::new();
    let url = Url::parse("https://api.audible.com/1.0/library").unwrap();
    let forms = [&key.pkcs1_pem, &key.pkcs8_pem, &key.pkcs1_base64, &key.pkcs8_base64];
    let signed = forms.map(|form| {
        let signer = Signer::new(&Secret::new(TOKEN), &Secret::new(&**form)).unwrap();
        signer.headers("GET", &url, "", jiff::Timestamp::UNIX_EPOCH).unwrap()
    });
    assert!(signed.iter().all(|one| *one == signed[0]));
}

#[test]
fn what_is_no_key_or_no_token_is_refused_at_once() {
    let key = Key::new();
    for (token, key) in [
        (TOKEN, "not a key"),
        (TOKEN, ""),
        (TOKEN, "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"),
        ("", &key.pkcs1_pem),
        ("two\nlines", &key.pkcs1_pem),
    ] {
        let refused = Signer::new(&Secret::new(token), &Secret::new(key));
        assert!(matches!(refused, Err(AudibleError::BadKey)), "{token}");
    }
}
