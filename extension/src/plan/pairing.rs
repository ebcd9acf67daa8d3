//! Pairing: a code is asked for, the person allows it on the server's page, the token is fetched.
//!
//! All of it is in the stored state, so it goes on when the popup is closed or the worker has ended.

use serde::{Deserialize, Serialize};
use shared::ids::RunId;

use super::{Effect, Now, Server, State, connection, leaving, linking};
use crate::{
    grant::{Grant, Poll, SLOWER_MS},
    messages::{PairingState, PairingTrouble, PairingView, ServerState, ServerTrouble},
    server,
};

/// So many questions in a row without an answer, and the server counts as gone.
const SILENT: u32 = 3;

/// A pairing under way, or how the last one ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pairing {
    /// Tells its answers from those of another one.
    id: RunId,
    /// Normalised address; as typed where it is none.
    pub(super) address: String,
    /// The token is to connect Audible, too.
    #[serde(default)]
    wide: bool,
    stage: Stage,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Stage {
    /// The server is asked for codes.
    Asking,
    /// The person decides.
    Deciding(Deciding),
    /// It came to nothing.
    Failed(PairingTrouble),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Deciding {
    device_code: String,
    user_code: String,
    page: String,
    expires_ms: i64,
    interval_ms: i64,
    /// When the next question may go.
    next_ms: i64,
    /// A question is in flight.
    open: bool,
    /// Questions in a row without an answer.
    silent: u32,
}

impl Pairing {
    /// What the popup shows: the user code, never the device code.
    pub(super) fn view(&self) -> PairingView {
        let state = match &self.stage {
            Stage::Asking => PairingState::Asking,
            Stage::Deciding(one) => PairingState::Deciding {
                user_code: one.user_code.clone(),
                page: one.page.clone(),
                expires_at_ms: one.expires_ms,
            },
            Stage::Failed(trouble) => PairingState::Failed { trouble: trouble.clone() },
        };
        PairingView { address: self.address.clone(), state }
    }

    /// Whether something will happen without the person.
    pub(super) const fn is_going(&self) -> bool {
        !matches!(self.stage, Stage::Failed(_))
    }

    /// When something is to be done, in milliseconds since 1970.
    pub(super) fn next_moment(&self) -> Option<i64> {
        match &self.stage {
            Stage::Deciding(one) if !one.open => Some(one.next_ms.min(one.expires_ms)),
            _ => None,
        }
    }

    /// A new worker: nothing is in flight any more.
    pub(super) fn wake(&mut self) -> Option<Effect> {
        match &mut self.stage {
            Stage::Asking => Some(self.question()),
            Stage::Deciding(one) => {
                one.open = false;
                None
            }
            Stage::Failed(_) => None,
        }
    }

    fn question(&self) -> Effect {
        Effect::AskCode { id: self.id, address: self.address.clone(), wide: self.wide }
    }

    fn trouble(&self) -> Option<&ServerTrouble> {
        match &self.stage {
            Stage::Failed(PairingTrouble::Server { trouble }) => Some(trouble),
            _ => None,
        }
    }
}

/// Asks a server for codes; nothing is sent where the way there is open to all.
pub(super) fn connect(state: &mut State, typed: &str, fresh: RunId, effects: &mut Vec<Effect>) {
    begin(state, typed, false, fresh, effects);
}

/// Asks the connected server for a token that may connect Audible, too.
pub(super) fn widen(state: &mut State, fresh: RunId, effects: &mut Vec<Effect>) {
    let Some(address) = state.server.as_ref().map(|server| server.address.clone()) else { return };
    begin(state, &address, true, fresh, effects);
}

fn begin(state: &mut State, typed: &str, wide: bool, fresh: RunId, effects: &mut Vec<Effect>) {
    leaving::hear_out(state);
    let (address, trouble) = match server::normalise(typed) {
        Ok(address) => {
            let open = server::is_open_to_all(&address);
            (address, open.then_some(ServerTrouble::Unencrypted))
        }
        Err(trouble) => (typed.trim().to_owned(), Some(trouble)),
    };
    connection::settle_at(state, &address, effects);
    let stage =
        trouble.map_or(Stage::Asking, |trouble| Stage::Failed(PairingTrouble::Server { trouble }));
    // What was asked for stays so when it is asked for again.
    let before = state.pairing.as_ref().filter(|before| before.address == address);
    let wide = wide || before.is_some_and(|before| before.wide);
    let pairing = Pairing { id: fresh, address, wide, stage };
    if pairing.is_going() {
        effects.push(pairing.question());
    }
    state.pairing = Some(pairing);
}

/// Asks once more where the server could not be asked; `may` says after which trouble.
pub(super) fn ask_again(
    state: &mut State,
    may: fn(&ServerTrouble) -> bool,
    effects: &mut Vec<Effect>,
) {
    let Some(pairing) = &mut state.pairing else { return };
    if pairing.trouble().is_some_and(may) {
        pairing.stage = Stage::Asking;
        effects.push(pairing.question());
    }
}

/// The server gave codes, or did not.
pub(super) fn coded(
    state: &mut State,
    id: RunId,
    result: Result<Grant, ServerTrouble>,
    now: Now,
    effects: &mut Vec<Effect>,
) {
    let Some(pairing) = state.pairing.as_mut().filter(|one| one.id == id) else { return };
    if pairing.stage != Stage::Asking {
        return;
    }
    pairing.stage = match result {
        Ok(grant) => {
            effects.push(Effect::OpenPage(grant.page.clone()));
            Stage::Deciding(Deciding {
                expires_ms: now.ms + grant.lives_ms,
                interval_ms: grant.interval_ms,
                next_ms: now.ms + grant.interval_ms,
                open: false,
                silent: 0,
                device_code: grant.device_code,
                user_code: grant.user_code,
                page: grant.page,
            })
        }
        Err(trouble) => Stage::Failed(PairingTrouble::Server { trouble }),
    };
}

/// The server's word on whether the person has decided.
pub(super) fn polled(
    state: &mut State,
    device_code: &str,
    poll: Poll,
    now: Now,
    effects: &mut Vec<Effect>,
) {
    let Some(pairing) = &mut state.pairing else { return };
    let Stage::Deciding(one) = &mut pairing.stage else { return };
    if !one.open || one.device_code != device_code {
        return;
    }
    one.open = false;
    if !matches!(poll, Poll::Trouble(_)) {
        one.silent = 0;
    }
    let ended = match poll {
        Poll::Pending => None,
        Poll::SlowDown => {
            one.interval_ms += SLOWER_MS;
            None
        }
        Poll::Denied => Some(PairingTrouble::Denied),
        Poll::Expired => Some(PairingTrouble::Expired),
        Poll::Trouble(_) => {
            one.silent += 1;
            (one.silent >= SILENT).then_some(PairingTrouble::Gone)
        }
        Poll::Token(token) => {
            let address = std::mem::take(&mut pairing.address);
            state.pairing = None;
            let checking = ServerState::Checking;
            let server = Server { address: address.clone(), token, state: checking };
            effects.push(server.check());
            let before = state.server.replace(server);
            match before.filter(|before| before.address == address) {
                Some(before) => {
                    leaving::replace(state, before, effects);
                    linking::token_changed(state, effects);
                }
                None => linking::drop_it(state, effects),
            }
            return;
        }
    };
    // After each silence the pause is longer by one.
    one.next_ms = now.ms + one.interval_ms * i64::from(one.silent + 1);
    if let Some(trouble) = ended {
        pairing.stage = Stage::Failed(trouble);
    }
}

/// Asks for the token where it is time, and ends what has lasted too long.
pub(super) fn advance(state: &mut State, now: Now, effects: &mut Vec<Effect>) {
    let Some(Pairing { address, stage, .. }) = &mut state.pairing else { return };
    let Stage::Deciding(one) = stage else { return };
    if one.open {
        return;
    }
    if one.expires_ms <= now.ms {
        *stage = Stage::Failed(PairingTrouble::Expired);
    } else if one.next_ms <= now.ms {
        one.open = true;
        let (address, device_code) = (address.clone(), one.device_code.clone());
        effects.push(Effect::Poll { address, device_code });
    }
}
