//! What browsers call a failed request, read into causes.

use serde::{Deserialize, Serialize};

use super::Code;

/// A failure as the browser names it: `net::ERR_CONNECTION_REFUSED`, `NS_ERROR_UNKNOWN_HOST`, or for
/// TLS in Firefox a sentence in the language of the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure(pub String);

/// Parts of names and what they mean, the telling ones first. Chromium's begin with `net::ERR_`,
/// Firefox' with `NS_ERROR_`.
const NAMES: [(&str, Code); 20] = [
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

/// Parts of Firefox' sentences in English.
const SENTENCES: [(&str, Code); 5] = [
    ("expired", Code::CertificateDate),
    ("not yet valid", Code::CertificateDate),
    ("domain name", Code::CertificateName),
    ("received a record", Code::HttpsOnHttp),
    ("ertificate", Code::SelfSigned),
];

/// The cause that a name stands for at an address; none where it says no more than "failed".
pub fn of_name(name: &str, address: &str) -> Option<Code> {
    let known = |parts: &[(&str, Code)]| {
        parts.iter().find(|(part, _)| name.contains(part)).map(|(_, code)| *code)
    };
    if name.contains(' ') {
        return Some(known(&SENTENCES).unwrap_or(Code::TlsFailed));
    }
    let code = known(&NAMES)?;
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
            ("The certificate is not trusted because it is self-signed.", Code::SelfSigned),
            ("Peer’s Certificate issuer is not recognized.", Code::SelfSigned),
            ("net::ERR_CERT_COMMON_NAME_INVALID", Code::CertificateName),
            (
                "Unable to communicate securely with peer: requested domain name does not match the \
                 server’s certificate.",
                Code::CertificateName,
            ),
            ("net::ERR_CERT_DATE_INVALID", Code::CertificateDate),
            ("Peer’s Certificate has expired.", Code::CertificateDate),
            ("The server presented a certificate that is not yet valid.", Code::CertificateDate),
            ("net::ERR_SSL_PROTOCOL_ERROR", Code::HttpsOnHttp),
            (
                "SSL received a record that exceeded the maximum permissible length.",
                Code::HttpsOnHttp,
            ),
            ("Dem Zertifikat wird nicht vertraut, weil es selbst signiert ist.", Code::TlsFailed),
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
