//! Reads what a run waits for and what is wrong with a server. What says no more than its name is a
//! text; the others are objects with that name for their only field.

use extension::messages::{ServerTrouble, Trouble};

use super::{Node, count, text};

/// What a run waits for.
pub(super) fn of_run(node: &impl Node) -> Option<Trouble> {
    if let Some(one) = node.field("layout_changed") {
        return Some(Trouble::LayoutChanged { page: count(&one, "page")? });
    }
    if let Some(one) = node.field("server") {
        return Some(Trouble::Server { trouble: of_server(&one.field("trouble")?)? });
    }
    Some(match node.text()?.as_str() {
        "signed_out" => Trouble::SignedOut,
        "captcha" => Trouble::Captcha,
        "blocked" => Trouble::Blocked,
        "throttled" => Trouble::Throttled,
        "unavailable" => Trouble::Unavailable,
        "offline" => Trouble::Offline,
        "permission_missing" => Trouble::PermissionMissing,
        _ => return None,
    })
}

/// What is wrong with a server.
pub(crate) fn of_server(node: &impl Node) -> Option<ServerTrouble> {
    if let Some(one) = node.field("incompatible") {
        return Some(ServerTrouble::Incompatible { version: text(&one, "version")? });
    }
    if let Some(one) = node.field("refused") {
        let (code, detail) = (text(&one, "code")?, text(&one, "detail")?);
        return Some(ServerTrouble::Refused { code, detail });
    }
    Some(match node.text()?.as_str() {
        "bad_address" => ServerTrouble::BadAddress,
        "unencrypted" => ServerTrouble::Unencrypted,
        "not_reachable" => ServerTrouble::NotReachable,
        "redirects" => ServerTrouble::Redirects,
        "not_me_feed" => ServerTrouble::NotMeFeed,
        "token_refused" => ServerTrouble::TokenRefused,
        "token_revoked" => ServerTrouble::TokenRevoked,
        "scope_missing" => ServerTrouble::ScopeMissing,
        "busy" => ServerTrouble::Busy,
        _ => return None,
    })
}
