//! The sign-in page on its own origin, and the session cookies that come from it.

use crate::html::{escape, query_value};
use crate::marketplace::Marketplace;

/// Path of the sign-in page on the amazon host.
pub(crate) const SIGN_IN_PATH: &str = "/ap/signin";

/// Path on the web site that turns a ticket into cookies.
pub(crate) const ARRIVE_PATH: &str = "/ap/arrive";

/// Where a signed-out person is sent; afterwards the way leads back to `path`.
pub(crate) fn sign_in_address(marketplace: Marketplace, path: &str) -> String {
    let back = format!("https://{}{path}", marketplace.www());
    format!(
        "https://{}{SIGN_IN_PATH}?clientContext=sim&openid.return_to={}\
         &openid.identity=http%3A%2F%2Fspecs.openid.net%2Fauth%2F2.0%2Fidentifier_select\
         &openid.assoc_handle=amzn_audible_{}&openid.mode=checkid_setup&marketPlaceId={}\
         &pageId=amzn_audible_bc_{}&openid.ns=http%3A%2F%2Fspecs.openid.net%2Fauth%2F2.0",
        marketplace.amazon(),
        query_value(&back),
        marketplace.code,
        marketplace.id,
        marketplace.code,
    )
}

/// The path to return to: only one on the web site of this marketplace, else the start page.
pub(crate) fn return_path(marketplace: Marketplace, return_to: Option<&str>) -> String {
    let start = format!("https://{}/", marketplace.www());
    match return_to.and_then(|address| address.strip_prefix(&start)) {
        Some(path) => format!("/{path}"),
        None => "/?loginAttempt=true".to_owned(),
    }
}

/// The sign-in form; `wrong` adds the box that says that something is missing.
pub(crate) fn sign_in_page(marketplace: Marketplace, return_to: &str, wrong: bool) -> String {
    let name = format!("Amazon.{}", marketplace.tld);
    let box_ = if wrong {
        "<div id=\"auth-error-message-box\" class=\"a-box a-alert a-alert-error\">\
         <h4 class=\"a-alert-heading\">There was a problem</h4>\
         <span class=\"a-list-item\">Enter an e-mail address and a password</span></div>\n"
    } else {
        ""
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"{lang}\" class=\"a-no-js\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title dir=\"ltr\">Amazon Sign In</title>\n<style>{STYLE}</style>\n</head>\n<body class=\"ap-locale-sim\">\n\
         <div id=\"a-page\">\n<h2>{name}</h2>\n{box_}\
         <form name=\"signIn\" method=\"post\" novalidate action=\"https://{host}{SIGN_IN_PATH}\" class=\"auth-validate-form\">\n\
         <input type=\"hidden\" name=\"appActionToken\" value=\"sim\">\n\
         <input type=\"hidden\" name=\"appAction\" value=\"SIGNIN\">\n\
         <input type=\"hidden\" name=\"subPageType\" value=\"SignInCollectPassword\">\n\
         <input type=\"hidden\" name=\"openid.return_to\" value=\"{back}\">\n\
         <input type=\"hidden\" name=\"workflowState\" value=\"sim\">\n\
         <input type=\"hidden\" name=\"metadata1\" value=\"\">\n\
         <h1 class=\"a-spacing-small\">Sign in</h1>\n\
         <label for=\"ap_email\">Email</label>\n\
         <input type=\"email\" maxlength=\"128\" id=\"ap_email\" autocomplete=\"username\" name=\"email\" tabindex=\"1\">\n\
         <label for=\"ap_password\">Password</label>\n\
         <input type=\"password\" maxlength=\"1024\" id=\"ap_password\" autocomplete=\"current-password\" name=\"password\" tabindex=\"2\">\n\
         <input id=\"signInSubmit\" class=\"a-button-input\" type=\"submit\" tabindex=\"5\" value=\"Sign in\">\n\
         </form>\n<p class=\"note\">A simulated sign-in: any words do, and none are kept.</p>\n</div>\n</body>\n</html>\n",
        lang = marketplace.lang,
        host = marketplace.amazon(),
        back = escape(return_to),
    )
}

pub(crate) const STYLE: &str = "body{font:15px system-ui,sans-serif;display:grid;justify-content:center;padding:2rem}\
#a-page{width:330px}form{border:1px solid #ccc;border-radius:8px;padding:1.2rem;display:grid;gap:.5rem}\
input{padding:.5rem;font:inherit}.a-button-input{background:#ffd814;border:1px solid #e0b800;border-radius:8px}\
.a-alert-error{border:1px solid #c40000;border-radius:8px;padding:.6rem;margin-bottom:1rem}.note{color:#555}";

/// Name of the cookie that carries the session.
pub(crate) fn session_cookie(marketplace: Marketplace) -> String {
    format!("at-{}", marketplace.cookie_suffix())
}

/// The `Set-Cookie` lines of a new session, with the names and guards of the real ones.
pub(crate) fn set_cookies(marketplace: Marketplace, value: &str) -> Vec<String> {
    let suffix = marketplace.cookie_suffix();
    let rest = format!("Domain=.audible.{}; Path=/; Max-Age=31536000", marketplace.tld);
    let short: String = value.chars().take(16).collect();
    vec![
        format!("session-id=140-{short}; {rest}; Secure"),
        format!("session-id-time=2082787201l; {rest}; Secure"),
        format!("ubid-{suffix}=131-{short}; {rest}; Secure"),
        format!("x-{suffix}=\"{short}\"; {rest}; Secure; SameSite=Lax"),
        format!("at-{suffix}=Atza|{value}; {rest}; Secure; HttpOnly; SameSite=Lax"),
        format!("sess-at-{suffix}=\"{short}\"; {rest}; Secure; HttpOnly; SameSite=Strict"),
        format!("lc-{suffix}={}; {rest}; Secure", marketplace.lang.replace('-', "_")),
    ]
}

/// The `Set-Cookie` lines that end a session.
pub(crate) fn clear_cookies(marketplace: Marketplace) -> Vec<String> {
    let suffix = marketplace.cookie_suffix();
    ["x", "at", "sess-at"]
        .map(|name| {
            format!(
                "{name}-{suffix}=-; Domain=.audible.{}; Path=/; Max-Age=0; Secure",
                marketplace.tld
            )
        })
        .to_vec()
}

/// The value of the session in a `Cookie` header.
pub(crate) fn session_value(marketplace: Marketplace, cookies: &str) -> Option<&str> {
    let name = session_cookie(marketplace);
    cookies.split(';').map(str::trim).find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        (key == name).then(|| value.trim_matches('"'))?.strip_prefix("Atza|")
    })
}

/// Whether a `Cookie` header holds any cookie of a session of any marketplace.
pub(crate) fn carries_session(cookies: &str) -> bool {
    cookies.split(';').filter_map(|pair| pair.trim().split_once('=')).any(|(name, _)| {
        ["at-", "sess-at-", "x-"].iter().any(|start| {
            name.strip_prefix(start).is_some_and(|end| end == "main" || end.starts_with("acb"))
        })
    })
}
