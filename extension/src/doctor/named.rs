//! What browsers call a failed request, read into causes.

use serde::{Deserialize, Serialize};

use super::Code;

/// A failure as the browser names it: `net::ERR_CONNECTION_REFUSED`, `NS_ERROR_UNKNOWN_HOST`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure(pub String);

/// Parts of names and what they mean, the telling ones first. Chromium's begin with `net::ERR_`;
/// Firefox has `NS_ERROR_` for connections and the names of its TLS library for the rest.
const NAMES: [(&str, Code); 22] = [
    ("CONNECTION_REFUSED", Code::WrongPort),
    ("PORT", Code::WrongPort),
    ("NAME_NOT_RESOLVED", Code::NameUnknown),
    ("UNKNOWN_HOST", Code::NameUnknown),
    ("NAME_RESOLUTION", Code::NameUnknown),
    ("CERT_COMMON_NAME", Code::CertificateName),
    ("CERT_DOMAIN", Code::CertificateName),
    ("CERT_DATE", Code::CertificateDate),
    ("EXPIRED", Code::CertificateDate),
    ("CERT", Code::SelfSigned),
    ("ISSUER", Code::SelfSigned),
    ("PKIX", Code::SelfSigned),
    ("SSL", Code::HttpsOnHttp),
    ("INVALID_HTTP", Code::HttpOnHttps),
    ("EMPTY_RESPONSE", Code::HttpOnHttps),
    ("CONNECTION_RESET", Code::HttpOnHttps),
    ("CONNECTION_CLOSED", Code::HttpOnHttps),
    ("NET_RESET", Code::HttpOnHttps),
    ("BLOCKED", Code::Blocked),
    ("TIME", Code::NoRoute),
    ("UNREACHABLE", Code::NoRoute),
    ("OFFLINE", Code::NoRoute),
];

/// The cause that a name stands for at an address; none where it says no more than "failed".
pub fn of_name(name: &str, address: &str) -> Option<Code> {
    let code = NAMES.iter().find(|(part, _)| name.contains(part))?.1;
    let plain = address.starts_with("http:");
    match code {
        // What is cut off without a word says the mix-up only where no TLS was spoken.
        Code::HttpOnHttps if !plain => None,
        Code::HttpsOnHttp if plain => None,
        _ => Some(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, address: &str, expected: Option<Code>) {
        assert_eq!(of_name(name, address), expected, "{name}");
    }

    #[test]
    fn names_of_both_browsers_lead_to_the_same_causes() {
        let address = "https://home.example";
        for (name, code) in [
            ("net::ERR_CONNECTION_REFUSED", Code::WrongPort),
            ("NS_ERROR_CONNECTION_REFUSED", Code::WrongPort),
            ("net::ERR_UNSAFE_PORT", Code::WrongPort),
            ("net::ERR_NAME_NOT_RESOLVED", Code::NameUnknown),
            ("NS_ERROR_UNKNOWN_HOST", Code::NameUnknown),
            ("net::ERR_CERT_AUTHORITY_INVALID", Code::SelfSigned),
            ("SEC_ERROR_UNKNOWN_ISSUER", Code::SelfSigned),
            ("MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT", Code::SelfSigned),
            ("net::ERR_CERT_COMMON_NAME_INVALID", Code::CertificateName),
            ("SSL_ERROR_BAD_CERT_DOMAIN", Code::CertificateName),
            ("net::ERR_CERT_DATE_INVALID", Code::CertificateDate),
            ("SEC_ERROR_EXPIRED_CERTIFICATE", Code::CertificateDate),
            ("net::ERR_SSL_PROTOCOL_ERROR", Code::HttpsOnHttp),
            ("SSL_ERROR_RX_RECORD_TOO_LONG", Code::HttpsOnHttp),
            ("net::ERR_BLOCKED_BY_CLIENT", Code::Blocked),
            ("net::ERR_CONNECTION_TIMED_OUT", Code::NoRoute),
            ("NS_ERROR_NET_TIMEOUT", Code::NoRoute),
            ("net::ERR_ADDRESS_UNREACHABLE", Code::NoRoute),
            ("NS_ERROR_OFFLINE", Code::NoRoute),
        ] {
            check(name, address, Some(code));
        }
        check("net::ERR_FAILED", address, None);
        check("NS_ERROR_ABORT", address, None);
    }

    #[test]
    fn a_connection_cut_off_means_a_mix_up_only_where_no_tls_was_spoken() {
        for name in
            ["net::ERR_INVALID_HTTP_RESPONSE", "net::ERR_EMPTY_RESPONSE", "NS_ERROR_NET_RESET"]
        {
            check(name, "http://home.example:8443", Some(Code::HttpOnHttps));
            check(name, "https://home.example", None);
        }
        check("net::ERR_SSL_PROTOCOL_ERROR", "http://home.example", None);
    }
}
