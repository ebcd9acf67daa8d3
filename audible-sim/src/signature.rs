//! Signatures of a device's requests, verified by the words of the protocol alone.
//!
//! Signed is `METHOD \n path and query as sent \n date \n body \n token`, with RSA (PKCS#1 v1.5) and
//! SHA-256; the date stands behind the signature and ends with both an offset and `Z`.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::clock::{Millis, moment};
use crate::site::Question;

/// How far a date may be away, in milliseconds.
const TOLERANCE: Millis = 15 * 60 * 1000;

/// The token that a request names.
pub(crate) fn token(question: &Question) -> Option<&str> {
    question.header("x-adp-token")
}

/// Whether this key signed exactly this request, just now.
pub(crate) fn is_right(question: &Question, public_key: &[u8], now: Millis) -> bool {
    verified(question, public_key, now).is_some()
}

fn verified(question: &Question, public_key: &[u8], now: Millis) -> Option<()> {
    let token = token(question)?;
    if question.header("x-adp-alg") != Some("SHA256withRSA:1.0") {
        return None;
    }
    let (signature, date) = question.header("x-adp-signature")?.split_once(':')?;
    let signed_at = moment(date.strip_suffix('Z').filter(|date| date.ends_with("+00:00"))?)?;
    if (signed_at - now).abs() > TOLERANCE {
        return None;
    }
    let mark = if question.query.is_empty() { "" } else { "?" };
    let head = format!("{}\n{}{mark}{}\n{date}\n", question.method, question.path, question.query);
    let mut text = head.into_bytes();
    text.extend_from_slice(&question.body);
    text.push(b'\n');
    text.extend_from_slice(token.as_bytes());
    let signature = STANDARD.decode(signature).ok()?;
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public_key).verify(&text, &signature).ok()
}
