//! Leaving a server: the token is given up there before it is forgotten here.

use serde::{Deserialize, Serialize};

use super::{Effect, Server, State};
use crate::messages::FarewellView;

/// A server that is being left, or could not be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaving {
    /// Its address.
    address: String,
    /// The token that is being given up; gone once the server has answered or was not reached.
    token: Option<String>,
}

impl Leaving {
    /// What the popup is told.
    pub(super) fn view(&self) -> FarewellView {
        FarewellView { address: self.address.clone(), untold: self.token.is_none() }
    }

    /// The question that is still to be answered.
    pub(super) fn question(&self) -> Option<Effect> {
        let token = self.token.clone()?;
        Some(Effect::Revoke { address: self.address.clone(), token })
    }
}

/// Forgets the server, and gives its token up there.
pub(super) fn leave(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(server) = state.server.take() else { return };
    // A server that was never asked knows nothing of the token.
    if server.trouble().is_some_and(|trouble| !trouble.may_be_asked()) {
        return let_go(state, effects);
    }
    let leaving = Leaving { address: server.address, token: Some(server.token) };
    effects.extend(leaving.question());
    state.leaving = Some(leaving);
}

/// A server has given another token: the former one is given up there, if it still works.
pub(super) fn replace(state: &mut State, before: Server, effects: &mut Vec<Effect>) {
    let works = before.trouble().is_none_or(|trouble| !trouble.wants_token());
    if works && state.leaving.is_none() {
        let leaving = Leaving { address: before.address, token: Some(before.token) };
        effects.extend(leaving.question());
        state.leaving = Some(leaving);
    }
}

/// Headers and permission were for the server that is left.
fn let_go(state: &mut State, effects: &mut Vec<Effect>) {
    state.proxy = None;
    effects.push(Effect::ReleaseServers(None));
}

/// The server was told, or could not be.
pub(super) fn left(state: &mut State, address: &str, told: bool, effects: &mut Vec<Effect>) {
    let Some(leaving) = state.leaving.as_mut().filter(|one| one.address == address) else { return };
    if told {
        state.leaving = None;
    } else {
        leaving.token = None;
    }
    // Another server may have been entered meanwhile.
    if state.server.is_none() && state.pairing.is_none() {
        let_go(state, effects);
    }
}

/// What could not be told has been read when the person goes on.
pub(super) fn hear_out(state: &mut State) {
    if state.leaving.as_ref().is_some_and(|one| one.token.is_none()) {
        state.leaving = None;
    }
}
