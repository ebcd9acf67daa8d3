//! Web addresses that may be kept: https on Audible's and Amazon's media hosts, nothing else.

use crate::ids::Marketplace;

/// Hosts (with all below them) that serve Audible's covers, beside the shops themselves.
pub const MEDIA_HOSTS: [&str; 2] = ["media-amazon.com", "ssl-images-amazon.com"];

/// An https address on a media host or an Audible shop: a cover.
pub fn is_media(address: &str) -> bool {
    host(address).is_some_and(|host| {
        MEDIA_HOSTS.into_iter().any(|one| is_within(&host, one)) || is_shop(&host)
    })
}

/// An https address on one of the eleven Audible shops: a product page.
pub fn is_audible(address: &str) -> bool {
    host(address).is_some_and(|host| is_shop(&host))
}

fn is_shop(host: &str) -> bool {
    Marketplace::ALL.into_iter().any(|one| {
        host.find("audible.").is_some_and(|at| {
            let behind = host.get(at + "audible.".len()..);
            let label_starts = at == 0 || host.as_bytes().get(at - 1) == Some(&b'.');
            label_starts && behind == Some(one.tld())
        })
    })
}

fn is_within(host: &str, parent: &str) -> bool {
    host.strip_suffix(parent).is_some_and(|front| front.is_empty() || front.ends_with('.'))
}

/// The lower-case host of an https address without user, port, or any character that a browser
/// would read differently (backslash, white space, beyond ASCII); otherwise `None`.
fn host(address: &str) -> Option<String> {
    let odd = |byte: u8| {
        !byte.is_ascii_graphic() || matches!(byte, b'\\' | b'"' | b'<' | b'>' | b'`' | b'{' | b'}')
    };
    if address.bytes().any(odd) {
        return None;
    }
    let rest = address.strip_prefix("https://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let fits = !authority.is_empty()
        && authority.bytes().all(plain)
        && authority.split('.').all(|label| !label.is_empty());
    fits.then(|| authority.to_ascii_lowercase())
}
