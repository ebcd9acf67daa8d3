//! Reads what a run waits for and what is wrong with a server.

use extension::messages::{ServerTrouble, Trouble};

use super::{Node, count, text};

/// What a run waits for.
pub(super) fn of_run(node: &impl Node) -> Option<Trouble> {
    Some(match text(node, "why")?.as_str() {
        "signed_out" => Trouble::SignedOut,
        "captcha" => Trouble::Captcha,
        "blocked" => Trouble::Blocked,
        "throttled" => Trouble::Throttled,
        "unavailable" => Trouble::Unavailable,
        "offline" => Trouble::Offline,
        "layout_changed" => Trouble::LayoutChanged { page: count(node, "page")? },
        "permission_missing" => Trouble::PermissionMissing,
        "server" => Trouble::Server { trouble: of_server(&node.field("trouble")?)? },
        _ => return None,
    })
}

/// What is wrong with a server.
pub(crate) fn of_server(node: &impl Node) -> Option<ServerTrouble> {
    Some(match text(node, "why")?.as_str() {
        "bad_address" => ServerTrouble::BadAddress,
        "unencrypted" => ServerTrouble::Unencrypted,
        "not_reachable" => ServerTrouble::NotReachable,
        "redirects" => ServerTrouble::Redirects,
        "not_me_feed" => ServerTrouble::NotMeFeed,
        "incompatible" => ServerTrouble::Incompatible { version: text(node, "version")? },
        "token_refused" => ServerTrouble::TokenRefused,
        "token_revoked" => ServerTrouble::TokenRevoked,
        "scope_missing" => ServerTrouble::ScopeMissing,
        "refused" => {
            ServerTrouble::Refused { code: text(node, "code")?, detail: text(node, "detail")? }
        }
        "busy" => ServerTrouble::Busy,
        _ => return None,
    })
}
