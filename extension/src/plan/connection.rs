//! What the popup asks for, and the connection to the server.

use serde::{Deserialize, Serialize};
use shared::ids::{Marketplace, RunId};

use super::{
    Effect, Now, State, choosing, history, leaving, linking, pairing,
    run::{self, Hold, Run, Stage},
    wishing,
};
use crate::{
    headers::Bound,
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

    /// What is wrong with it.
    pub(super) const fn trouble(&self) -> Option<&ServerTrouble> {
        match &self.state {
            ServerState::Trouble { trouble } => Some(trouble),
            ServerState::Checking | ServerState::Ready { .. } => None,
        }
    }

    /// The question whether address and token can be used.
    pub(super) fn check(&self) -> Effect {
        Effect::CheckServer { address: self.address.clone(), token: self.token.clone() }
    }
}

/// Does what the popup asks for. What needs a shop begins with the proposed one where none is chosen yet.
pub(super) fn ask(
    state: &mut State,
    request: Request,
    proposed: Marketplace,
    fresh: RunId,
    effects: &mut Vec<Effect>,
) {
    if matches!(request, Request::Read | Request::AskLink) && state.marketplace.is_none() {
        choose(state, proposed, effects);
    }
    match request {
        // Whoever looks needs no mark.
        Request::Look => effects.extend(state.marked.map(|_| Effect::Mark(None))),
        Request::SetServer { address, token } => set_server(state, &address, &token, effects),
        Request::Connect { address } => pairing::connect(state, &address, fresh, effects),
        Request::GoOnUnencrypted => go_on_unencrypted(state, effects),
        Request::StopPairing => state.pairing = None,
        Request::Widen => pairing::widen(state, fresh, effects),
        Request::AskLink | Request::Link | Request::ShowSignIn | Request::EndLink => {
            linking::ask(state, &request, fresh, effects);
        }
        Request::SetHeader { name, value } => set_header(state, &name, &value, effects),
        Request::DropHeaders => state.proxy = None,
        Request::ForgetServer => forget_server(state, effects),
        Request::ChooseMarketplace { marketplace } => choose(state, marketplace, effects),
        Request::Read => read(state, fresh, effects),
        Request::Stop => stop(state),
        Request::TryNow => try_now(state, effects),
        Request::OpenAudible => {
            let marketplace = state.run.as_ref().map(|run| run.marketplace).or(state.marketplace);
            let known = state.tab;
            let history = state.run.as_ref().is_some_and(Run::reads_history);
            let path = if history { "/account/purchase-history" } else { "/library/titles" };
            let open = |marketplace| Effect::OpenTab { marketplace, known, path };
            effects.extend(marketplace.map(open));
        }
        Request::ReadHistory => effects.extend(history::read(state)),
        Request::Send => send(state),
        Request::Compare => choosing::compare(state),
        Request::Choose { left_out } => effects.extend(choosing::choose(state, left_out)),
        Request::Ignore { asins, wanted } => wishing::wish(state, asins, wanted),
        Request::NameLibrary { name } => state.library = named(&name),
        Request::ImportWithoutAsking { on } => state.without_asking = on,
        Request::FetchMissing => fetch_missing(state),
        Request::Discard => discard(state, effects),
    }
}

/// A name as the wire format takes it.
fn named(name: &str) -> String {
    let name: String = name.trim().chars().filter(|c| !c.is_control()).take(60).collect();
    name.trim_end().to_owned()
}

fn set_server(state: &mut State, address: &str, token: &str, effects: &mut Vec<Effect>) {
    let token = token.trim().to_owned();
    leaving::hear_out(state);
    linking::drop_it(state, effects);
    state.pairing = None;
    let server = match server::normalise(address) {
        Ok(address) if server::is_open_to_all(&address) => {
            let state = ServerState::Trouble { trouble: ServerTrouble::Unencrypted };
            Server { address, token, state }
        }
        Ok(address) => Server { address, token, state: ServerState::Checking },
        Err(trouble) => Server {
            address: address.trim().to_owned(),
            token,
            state: ServerState::Trouble { trouble },
        },
    };
    settle_at(state, &server.address, effects);
    if server.state == ServerState::Checking {
        effects.push(server.check());
    }
    state.server = Some(server);
}

/// Another origin gets neither the headers nor keeps the permission of the former one.
pub(super) fn settle_at(state: &mut State, address: &str, effects: &mut Vec<Effect>) {
    let origin = server::origin(address);
    if state.proxy.as_ref().is_some_and(|proxy| proxy.origin != origin) {
        state.proxy = None;
    }
    effects.push(Effect::ReleaseServers(Some(address.to_owned())));
}

/// Headers go to the address that was entered last; where it could not be used, it is asked again.
fn set_header(state: &mut State, name: &str, value: &str, effects: &mut Vec<Effect>) {
    let paired = state.pairing.as_ref().map(|pairing| &pairing.address);
    let Some(address) = paired.or(state.server.as_ref().map(|server| &server.address)) else {
        return;
    };
    let origin = server::origin(address).to_owned();
    let mut proxy = state.proxy.take().filter(|proxy| proxy.origin == origin);
    let bound = proxy.get_or_insert(Bound { origin, headers: Vec::new() });
    bound.set(name, value);
    state.proxy = proxy;
    ask_server_again(state, ServerTrouble::may_be_asked, effects);
}

/// The person knows that others on the way can read along.
fn go_on_unencrypted(state: &mut State, effects: &mut Vec<Effect>) {
    ask_server_again(state, |trouble| *trouble == ServerTrouble::Unencrypted, effects);
}

/// Without a server nothing can be sent; what was read stays.
fn forget_server(state: &mut State, effects: &mut Vec<Effect>) {
    state.pairing = None;
    linking::drop_it(state, effects);
    state.wishes.drop_all();
    leaving::leave(state, effects);
    let sends = |run: &&mut Run| matches!(run.stage, Stage::Cutting { .. } | Stage::Sending);
    if let Some(run) = state.run.as_mut().filter(sends) {
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
    if let Some(run) = state.run.as_mut().filter(|run| run.reads_history()) {
        run.leave_history();
    }
    let stays = |run: &Run| run.marketplace == marketplace || !run.needs_audible();
    if state.run.as_ref().is_some_and(|run| !stays(run)) {
        discard(state, effects);
    }
    if state.marketplace != Some(marketplace) {
        state.tab = None;
        linking::drop_it(state, effects);
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
        Some(run) if run.reads_history() => run.leave_history(),
        // A moment's work that nothing can stop.
        Some(run) if matches!(run.stage, Stage::Dating { .. }) => {}
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
    ask_server_again(state, ServerTrouble::may_be_asked, effects);
}

/// Asks the server once more where it is in trouble; `may` says after which.
pub(super) fn ask_server_again(
    state: &mut State,
    may: fn(&ServerTrouble) -> bool,
    effects: &mut Vec<Effect>,
) {
    pairing::ask_again(state, may, effects);
    if let Some(server) = state.server.as_mut().filter(|server| server.trouble().is_some_and(may)) {
        server.state = ServerState::Checking;
        effects.push(server.check());
    }
}

fn send(state: &mut State) {
    let State { run: Some(run), server: Some(_), .. } = state else { return };
    if run.stage == Stage::Ready {
        // Chunks that were cut once are sent as they are.
        run.stage = if run.is_cut() { Stage::Sending } else { Stage::Cutting { asked: false } };
        run.resume();
    } else if run.stage == Stage::Sending {
        run.resume();
    }
}

/// The pages of an incomplete reading are still there; what was made of them is made anew.
fn fetch_missing(state: &mut State) {
    let State { run: Some(run), trash, .. } = state else { return };
    let id = run.id;
    run.go_on();
    trash.retain(|stored| stored.run != id);
}

fn discard(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(run) = state.run.take() else { return };
    if run.stage != Stage::Done {
        run::forget(state, run.stored(), effects);
    }
}
