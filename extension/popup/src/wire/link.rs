//! Reads how far a connection with Audible is that the server keeps.

use extension::messages::{LinkState, LinkTrouble, Linked};

use super::{Node, moment, optional, optional_count, text, truth};

/// How far it is.
pub(super) fn state(node: &impl Node) -> Option<LinkState> {
    Some(match text(node, "is")?.as_str() {
        "looking" => LinkState::Looking,
        "open" => LinkState::Open,
        "awaiting_permission" => LinkState::AwaitingPermission,
        "starting" => LinkState::Starting,
        "signing_in" => {
            LinkState::SigningIn { expires_at_ms: moment(&node.field("expires_at_ms")?)? }
        }
        "handing" => LinkState::Handing,
        "connected" => LinkState::Connected {
            linked: linked(&node.field("linked")?)?,
            fresh: truth(node, "fresh")?,
        },
        "failed" => LinkState::Failed { trouble: failure(&node.field("trouble")?)? },
        _ => return None,
    })
}

fn linked(node: &impl Node) -> Option<Linked> {
    Some(Linked {
        device_name: text(node, "device_name")?,
        titles: optional_count(node, "titles")?,
        last_sync_ms: optional(node.field("last_sync_ms"), moment)?,
        ailing: truth(node, "ailing")?,
    })
}

/// One that says no more than its name is a text, the others are objects.
fn failure(node: &impl Node) -> Option<LinkTrouble> {
    if let Some(one) = node.field("too_often") {
        return Some(LinkTrouble::TooOften { again_at_ms: moment(&one.field("again_at_ms")?)? });
    }
    let name = node.text()?;
    LinkTrouble::PLAIN.into_iter().find(|one| one.name() == name)
}
