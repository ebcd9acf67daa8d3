//! What the popup asks for, and the connection to the server.

use serde::{Deserialize, Serialize};
use shared::ids::{Marketplace, RunId};

use super::{
    Effect, Now, State,
    run::{self, Hold, Run, Stage},
};
use crate::{
    messages::{Request, ServerState, ServerTrouble, Trouble},
    server,
};

/// The server and what it last said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// Normalised address; as typed where it is none.
    pub address: String,
    /// API token.
    pub token: String,
    /// What the last check or call said.
    pub state: ServerState,
}

impl Server {
    /// A chunk was taken; after a trouble that calls for a fresh look.
    pub(super) fn works(&mut self) -> Option<Effect> {
        let trouble = matches!(self.state, ServerState::Trouble { .. });
        trouble.then(|| {
            self.state = ServerState::Checking;
            self.check()
        })
    }

    /// The question whether address and token can be used.
    pub(super) fn check(&self) -> Effect {
        Effect::CheckServer { address: self.address.clone(), token: self.token.clone() }
    }
}

/// Does what the popup asks for.
pub(super) fn ask(state: &mut State, request: Request, fresh: RunId, effects: &mut Vec<Effect>) {
    match request {
        Request::Look => {}
        Request::SetServer { address, token } => set_server(state, &address, &token, effects),
        Request::ForgetServer => forget_server(state),
        Request::ChooseMarketplace { marketplace } => choose(state, marketplace, effects),
        Request::Read => read(state, fresh, effects),
        Request::Stop => stop(state),
        Request::TryNow => try_now(state, effects),
        Request::OpenAudible => {
            let marketplace = state.run.as_ref().map(|run| run.marketplace).or(state.marketplace);
            let known = state.tab;
            effects.extend(marketplace.map(|marketplace| Effect::OpenTab { marketplace, known }));
        }
        Request::Send => send(state),
        Request::Discard => discard(state, effects),
    }
}

fn set_server(state: &mut State, address: &str, token: &str, effects: &mut Vec<Effect>) {
    let token = token.trim().to_owned();
    let server = match server::normalise(address) {
        Ok(address) => Server { address, token, state: ServerState::Checking },
        Err(trouble) => Server {
            address: address.trim().to_owned(),
            token,
            state: ServerState::Trouble { trouble },
        },
    };
    if server.state == ServerState::Checking {
        effects.push(server.check());
    }
    state.server = Some(server);
}

/// Without a server nothing can be sent; what was read stays.
fn forget_server(state: &mut State) {
    state.server = None;
    if let Some(run) = state.run.as_mut().filter(|run| run.stage == Stage::Sending) {
        run.stage = Stage::Ready;
        run.resume();
        run.reopen();
    }
}

/// The server was checked; a run that waited for it goes on.
pub(super) fn checked(
    state: &mut State,
    address: &str,
    token: &str,
    result: Result<String, ServerTrouble>,
    now: Now,
) {
    let same = |server: &&mut Server| server.address == address && server.token == token;
    let Some(server) = state.server.as_mut().filter(same) else { return };
    server.state = match result {
        Ok(version) => ServerState::Ready { version },
        Err(trouble) => ServerState::Trouble { trouble },
    };
    let usable = matches!(server.state, ServerState::Ready { .. });
    if let Some(run) = &mut state.run
        && let Some(Hold::Waiting { trouble: Trouble::Server { .. }, resumes_at_ms }) =
            &mut run.hold
        && usable
    {
        *resumes_at_ms = Some(now.ms);
    }
}

/// Changes the shop. A run that is still reading belongs to the former shop's permission and goes;
/// one that has read everything stays.
fn choose(state: &mut State, marketplace: Marketplace, effects: &mut Vec<Effect>) {
    let stays = |run: &Run| run.marketplace == marketplace || !run.needs_audible();
    if state.run.as_ref().is_some_and(|run| !stays(run)) {
        discard(state, effects);
    }
    if state.marketplace != Some(marketplace) {
        state.tab = None;
    }
    state.marketplace = Some(marketplace);
    effects.push(Effect::ReleaseOthers(marketplace));
}

/// Reads, or goes on reading; a run that is through makes room for a new one.
fn read(state: &mut State, fresh: RunId, effects: &mut Vec<Effect>) {
    let Some(marketplace) = state.marketplace else { return };
    match &mut state.run {
        Some(run) if !matches!(run.stage, Stage::Ready | Stage::Done) => {
            run.try_again();
            effects.extend(run.permission_question());
        }
        _ => {
            discard(state, effects);
            let run = Run::new(fresh, marketplace);
            effects.extend(run.permission_question());
            state.run = Some(run);
        }
    }
}

fn stop(state: &mut State) {
    match &mut state.run {
        Some(run) if run.stage == Stage::Permission => state.run = None,
        Some(run) if !matches!(run.stage, Stage::Ready | Stage::Done) => {
            run.hold = Some(Hold::Stopped);
        }
        _ => {}
    }
}

fn try_now(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(run) = &mut state.run {
        if matches!(run.hold, Some(Hold::Waiting { .. })) {
            run.try_again();
        }
        effects.extend(run.permission_question());
    }
    if let Some(server) = &mut state.server
        && matches!(server.state, ServerState::Trouble { ref trouble } if *trouble != ServerTrouble::BadAddress)
    {
        server.state = ServerState::Checking;
        effects.push(server.check());
    }
}

fn send(state: &mut State) {
    let State { run: Some(run), server: Some(_), .. } = state else { return };
    if run.stage == Stage::Ready {
        run.stage = Stage::Sending;
        run.resume();
    } else if run.stage == Stage::Sending {
        run.resume();
    }
}

fn discard(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(run) = state.run.take() else { return };
    if run.stage != Stage::Done {
        run::forget(state, run.stored(), effects);
    }
}
