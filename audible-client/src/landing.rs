//! The code in the address on which a sign-in ends, in any shape in which people paste it.

mod flat;

use shared::ids::Marketplace;

use self::flat::Flat;
use crate::{
    amazon::{LANDING_PATH, SIGN_IN_PATH},
    secret::Secret,
};

/// Longest text that is looked at; such an address has one or two thousand characters.
const LONGEST: usize = 16 * 1024;

/// Bounds of a code; those seen have twenty characters.
const CODE: std::ops::RangeInclusive<usize> = 4..=512;

/// What the code stands behind.
const KEY: &str = "openid.oa2.authorization_code=";

/// Hosts on which a sign-in can end; the shop's ending follows.
const HOSTS: [&str; 4] = ["www.amazon.", "amazon.", "www.audible.", "audible."];

/// The code of one sign-in. It works once and for minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationCode(Secret);

/// Why a text has no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoCode {
    /// Nothing was pasted.
    #[error("the text is empty")]
    Empty,
    /// It is no address on which a sign-in ends.
    #[error("this is not the address of the page on which the sign-in ended")]
    OtherPage,
    /// It is the page of the sign-in itself, which comes before.
    #[error("this is the address of the sign-in page; sign in there first")]
    SignInPage,
    /// The sign-in ended without a code.
    #[error("the sign-in ended without a code")]
    WithoutCode,
    /// It is of another shop.
    #[error("this sign-in was at another shop")]
    OtherMarketplace,
    /// Longer than any address.
    #[error("the text is longer than any such address")]
    TooLong,
}

impl AuthorizationCode {
    /// Takes the address as pasted: with spaces, line breaks, quotes, angle brackets or text around it,
    /// without scheme, with encoded or HTML-escaped ampersands, or the bare query.
    pub fn from_landing(pasted: &str, marketplace: Marketplace) -> Result<Self, NoCode> {
        if pasted.len() > LONGEST {
            return Err(NoCode::TooLong);
        }
        let flat = Flat::new(pasted);
        if flat.is_empty() {
            return Err(NoCode::Empty);
        }
        // An address can be encoded as a whole, and that again.
        let shapes = std::iter::successors(Some(flat), Flat::decoded).take(4).collect::<Vec<_>>();
        let Some((flat, at)) =
            shapes.iter().find_map(|shape| Some((shape, shape.text().find(KEY)?)))
        else {
            return Err(page_without_code(shapes.last().map(Flat::text).unwrap_or_default()));
        };
        match host(&flat.text()[..at]) {
            Host::Shop(shop) if shop != marketplace => return Err(NoCode::OtherMarketplace),
            Host::Foreign => return Err(NoCode::OtherPage),
            Host::Shop(_) | Host::None => {}
        }
        let code = flat.word(at + KEY.len());
        if CODE.contains(&code.len()) {
            Ok(Self(Secret::new(code)))
        } else {
            Err(NoCode::WithoutCode)
        }
    }

    /// The code, for the registration.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// Whose address stands before the code.
enum Host {
    Shop(Marketplace),
    Foreign,
    /// Only the query was pasted.
    None,
}

/// The host of the first address of a shop; addresses within its query come later.
fn host(before: &str) -> Host {
    let lower = before.to_ascii_lowercase();
    if lower.contains("://") {
        return lower.split("://").skip(1).find_map(shop_of).map_or(Host::Foreign, Host::Shop);
    }
    let starts = HOSTS.iter().filter_map(|host| lower.find(host));
    starts.min().and_then(|at| shop_of(&lower[at..])).map_or(Host::None, Host::Shop)
}

fn shop_of(address: &str) -> Option<Marketplace> {
    let end = address.find(|sign: char| !(sign.is_ascii_alphanumeric() || "-.".contains(sign)));
    let name = &address[..end.unwrap_or(address.len())];
    let tld = HOSTS.iter().find_map(|host| name.strip_prefix(host))?;
    Marketplace::ALL.into_iter().find(|shop| shop.tld() == tld)
}

/// Which page it is; an address may name another one in its query, so the first name counts.
fn page_without_code(text: &str) -> NoCode {
    let lower = text.to_ascii_lowercase();
    let first = |names: &[&str]| names.iter().filter_map(|name| lower.find(name)).min();
    let landing = first(&[LANDING_PATH, "openid.mode=cancel", "openid.mode=error"]);
    let sign_in = first(&[SIGN_IN_PATH, "/ap/mfa", "/ap/cvf", "/ap/challenge"]);
    match (landing, sign_in) {
        (Some(landing), Some(sign_in)) if sign_in < landing => NoCode::SignInPage,
        (Some(_), _) => NoCode::WithoutCode,
        (None, Some(_)) => NoCode::SignInPage,
        (None, None) => NoCode::OtherPage,
    }
}
