//! Reads how far a pairing is, and of which server the worker takes leave.

use extension::messages::{FarewellView, PairingState, PairingTrouble, PairingView};

use super::{Node, moment, text, trouble, truth};

/// A pairing.
pub(super) fn view(node: &impl Node) -> Option<PairingView> {
    let state = node.field("state")?;
    let state = match text(&state, "is")?.as_str() {
        "asking" => PairingState::Asking,
        "deciding" => PairingState::Deciding {
            user_code: text(&state, "user_code")?,
            page: text(&state, "page")?,
            expires_at_ms: moment(&state.field("expires_at_ms")?)?,
        },
        "failed" => PairingState::Failed { trouble: failure(&state.field("trouble")?)? },
        _ => return None,
    };
    Some(PairingView { address: text(node, "address")?, state })
}

fn failure(node: &impl Node) -> Option<PairingTrouble> {
    if let Some(one) = node.field("server") {
        let trouble = trouble::of_server(&one.field("trouble")?)?;
        return Some(PairingTrouble::Server { trouble });
    }
    Some(match node.text()?.as_str() {
        "denied" => PairingTrouble::Denied,
        "expired" => PairingTrouble::Expired,
        "gone" => PairingTrouble::Gone,
        _ => return None,
    })
}

/// A server that is being left, or could not be told.
pub(super) fn farewell(node: &impl Node) -> Option<FarewellView> {
    Some(FarewellView { address: text(node, "address")?, untold: truth(node, "untold")? })
}
