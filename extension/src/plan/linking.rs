//! Linking: the server gets a connection of its own with Audible. The person signs in on Amazon's page in a
//! tab, and the code at its end goes to the server.
//!
//! All of it is in the stored state but the code: while it is handed over it stands in the tab's address,
//! where a worker that comes later finds it again.

use serde::{Deserialize, Serialize};
use shared::ids::{Marketplace, RunId};

use super::{Effect, LinkAsk, LinkSaid, Now, Server, State};
use crate::{
    link::{Code, Place, SignIn, Stop},
    messages::{LinkState, LinkTrouble, Linked, Request},
};

/// So often a question is asked again where its answer may come the next time.
const TRIES: u32 = 5;
/// So often the server is asked whether it is through: for 72 seconds, of which it may need 60.
const LOOKS: u32 = 9;
/// Pause before that, in milliseconds; it grows by as much each time.
const PAUSE_MS: i64 = 2_000;

/// A connection that is looked at or made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linking {
    /// Tells its answers from those of another one.
    id: RunId,
    marketplace: Marketplace,
    /// The tab that was opened for it, until it was led back.
    tab: Option<i64>,
    stage: Stage,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Stage {
    /// The server is asked how the connection stands.
    Looking,
    /// It can be made.
    Open,
    /// The person has agreed; the browser has not granted Amazon's host.
    Permission,
    /// The server is asked where to sign in.
    Starting,
    /// The tab is being opened.
    Opening(SignIn),
    /// The person signs in.
    SigningIn(SignIn),
    /// The code goes to the server.
    Handing(SignIn, Tries),
    /// The server is asked whether there is a connection now; `unless` tells what is so if there is none.
    Confirming { unless: LinkTrouble, tries: Tries },
    /// The server has it.
    Connected { linked: Linked, fresh: bool },
    /// It came to nothing.
    Failed(LinkTrouble),
}

/// A question that may be asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Tries {
    /// How often it was answered in vain.
    failed: u32,
    turn: Turn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Turn {
    /// It goes at this moment, in milliseconds since 1970.
    At(i64),
    /// What it needs is looked for.
    Looks,
    /// It is in flight.
    Asked,
}

impl Tries {
    /// The first one, in flight.
    const FIRST: Self = Self { failed: 0, turn: Turn::Asked };
    /// The first one, due at once.
    const NOW: Self = Self { failed: 0, turn: Turn::At(0) };

    /// One more after a pause; none after the last of `most`.
    fn again(self, most: u32, now: Now) -> Option<Self> {
        let failed = self.failed + 1;
        let turn = Turn::At(now.ms + PAUSE_MS * i64::from(failed));
        (failed < most).then_some(Self { failed, turn })
    }

    /// Whether it is time; then what it needs is looked for.
    const fn take(&mut self, now: Now) -> bool {
        let due = matches!(self.turn, Turn::At(at) if at <= now.ms);
        if due {
            self.turn = Turn::Looks;
        }
        due
    }

    const fn next_moment(self) -> Option<i64> {
        match self.turn {
            Turn::At(at) => Some(at),
            Turn::Looks | Turn::Asked => None,
        }
    }
}

impl Linking {
    /// What the popup shows: nothing of the attempt but when it ends.
    pub(super) fn view(&self) -> LinkState {
        match &self.stage {
            Stage::Looking => LinkState::Looking,
            Stage::Open => LinkState::Open,
            Stage::Permission => LinkState::AwaitingPermission,
            Stage::Starting | Stage::Opening(_) => LinkState::Starting,
            Stage::SigningIn(sign_in) => LinkState::SigningIn { expires_at_ms: sign_in.expires_ms },
            Stage::Handing(..) | Stage::Confirming { .. } => LinkState::Handing,
            Stage::Connected { linked, fresh } => {
                LinkState::Connected { linked: linked.clone(), fresh: *fresh }
            }
            Stage::Failed(trouble) => LinkState::Failed { trouble: trouble.clone() },
        }
    }

    /// The tab in which the person signs in.
    pub(crate) fn watched(&self) -> Option<i64> {
        let watched = matches!(self.stage, Stage::SigningIn(_) | Stage::Handing(..));
        self.tab.filter(|_| watched)
    }

    const fn has_ended(&self) -> bool {
        matches!(self.stage, Stage::Connected { .. } | Stage::Failed(_))
    }

    /// When something is to be done, in milliseconds since 1970.
    pub(super) const fn next_moment(&self) -> Option<i64> {
        match &self.stage {
            Stage::SigningIn(sign_in) => Some(sign_in.expires_ms),
            Stage::Handing(_, tries) | Stage::Confirming { tries, .. } => tries.next_moment(),
            _ => None,
        }
    }

    /// When a dead worker must be woken, no sooner than `soonest`.
    pub(super) fn alarm(&self, soonest: i64) -> Option<i64> {
        let rests = matches!(self.stage, Stage::Open | Stage::Permission)
            || (self.has_ended() && self.tab.is_none());
        (!rests).then(|| self.next_moment().unwrap_or(soonest).max(soonest))
    }

    /// What is to be asked now.
    fn question(&self, server: &Server) -> Option<Effect> {
        match &self.stage {
            Stage::Looking | Stage::Confirming { .. } => Some(self.ask(server, LinkAsk::Standing)),
            Stage::Permission => Some(Effect::CheckAmazon(self.marketplace)),
            Stage::Starting => Some(self.ask(server, LinkAsk::Begin)),
            Stage::Opening(sign_in) => {
                Some(Effect::OpenSignIn { id: self.id, address: sign_in.address.clone() })
            }
            Stage::SigningIn(_) | Stage::Handing(..) => self.tab.map(Effect::LookAtTab),
            Stage::Connected { .. } | Stage::Failed(_) => Some(self.farewell(true)),
            Stage::Open => None,
        }
    }

    /// Nothing of Amazon is needed any more.
    fn farewell(&self, back: bool) -> Effect {
        self.tab.map_or(Effect::ReleaseAmazon, |tab| Effect::LeaveTab { tab, back })
    }

    fn ask(&self, server: &Server, ask: LinkAsk) -> Effect {
        Effect::AskLink {
            id: self.id,
            address: server.address.clone(),
            token: server.token.clone(),
            marketplace: self.marketplace,
            ask,
        }
    }

    /// It ends: the person is led back, and Amazon's host is given back.
    fn end(&mut self, stage: Stage, effects: &mut Vec<Effect>) {
        self.stage = stage;
        effects.push(self.farewell(true));
    }

    /// Whether there is a connection now is asked at once.
    fn confirm(&mut self, unless: LinkTrouble) {
        self.stage = Stage::Confirming { unless, tries: Tries::NOW };
    }

    fn fail(&mut self, trouble: LinkTrouble, effects: &mut Vec<Effect>) {
        self.end(Stage::Failed(trouble), effects);
    }
}

/// A new worker: nothing is in flight any more.
pub(super) fn wake(state: &mut State, effects: &mut Vec<Effect>) {
    // The former worker may have ended before it gave the host back. Where the person may be about to
    // grant it, it is left alone.
    if state.linking.is_none() {
        effects.push(Effect::ReleaseAmazon);
    }
    let (Some(linking), Some(server)) = (&mut state.linking, &state.server) else { return };
    match &mut linking.stage {
        Stage::Handing(_, tries) | Stage::Confirming { tries, .. } => {
            if tries.next_moment().is_none() {
                tries.turn = Turn::At(0);
            }
        }
        _ => effects.extend(linking.question(server)),
    }
}

/// Does what the popup asks for.
pub(super) fn ask(state: &mut State, request: &Request, fresh: RunId, effects: &mut Vec<Effect>) {
    match request {
        Request::AskLink => look(state, fresh, effects),
        Request::Link => agree(state, effects),
        Request::ShowSignIn => {
            let tab = state.linking.as_ref().and_then(Linking::watched);
            effects.extend(tab.map(Effect::ShowTab));
        }
        _ => drop_it(state, effects),
    }
}

/// Looks how the connection of the chosen shop stands.
fn look(state: &mut State, fresh: RunId, effects: &mut Vec<Effect>) {
    let State { server: Some(server), marketplace: Some(marketplace), .. } = state else { return };
    // What is under way goes on.
    if state.linking.as_ref().is_some_and(|one| !one.has_ended() && one.stage != Stage::Open) {
        return;
    }
    let tab = state.linking.as_ref().and_then(|one| one.tab);
    let linking = Linking { id: fresh, marketplace: *marketplace, tab, stage: Stage::Looking };
    effects.extend(linking.question(server));
    state.linking = Some(linking);
}

fn agree(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(linking) = &mut state.linking else { return };
    if matches!(linking.stage, Stage::Open | Stage::Permission) {
        linking.tab = None;
        linking.stage = Stage::Permission;
        effects.push(Effect::CheckAmazon(linking.marketplace));
    }
}

/// Gives up what is under way; nothing of it is kept.
pub(super) fn drop_it(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(linking) = state.linking.take() else { return };
    effects.push(linking.farewell(false));
}

/// There is another token: where it was the token that stood in the way, the way is looked at again.
pub(super) fn token_changed(state: &mut State, effects: &mut Vec<Effect>) {
    let (Some(linking), Some(server)) = (&mut state.linking, &state.server) else { return };
    let stood_in_the_way = [LinkTrouble::ScopeMissing, LinkTrouble::TokenRefused];
    if matches!(&linking.stage, Stage::Failed(trouble) if stood_in_the_way.contains(trouble)) {
        linking.stage = Stage::Looking;
        effects.extend(linking.question(server));
    } else {
        drop_it(state, effects);
    }
}

/// The browser's word on Amazon's host.
pub(super) fn amazon(
    state: &mut State,
    marketplace: Marketplace,
    held: bool,
    effects: &mut Vec<Effect>,
) {
    let (Some(linking), Some(server)) = (&mut state.linking, &state.server) else { return };
    if linking.marketplace != marketplace {
        return;
    }
    match (&linking.stage, held) {
        (Stage::Permission, true) => {
            linking.stage = Stage::Starting;
            effects.extend(linking.question(server));
        }
        (Stage::SigningIn(_), false) => linking.fail(LinkTrouble::PermissionGone, effects),
        _ => {}
    }
}

/// The question whether Amazon's host is held, while that matters.
pub(super) fn permission_question(state: &State) -> Option<Effect> {
    let linking = state.linking.as_ref()?;
    matches!(linking.stage, Stage::Permission | Stage::SigningIn(_))
        .then_some(Effect::CheckAmazon(linking.marketplace))
}

/// What the server says, or why it does not.
pub(super) fn said(
    state: &mut State,
    id: RunId,
    result: Result<LinkSaid, Stop>,
    now: Now,
    effects: &mut Vec<Effect>,
) {
    let (Some(linking), Some(server)) = (&mut state.linking, &state.server) else { return };
    if linking.id != id {
        return;
    }
    match (linking.stage.clone(), result) {
        (Stage::Looking, Ok(LinkSaid::Stands(None))) => linking.stage = Stage::Open,
        (Stage::Looking, Ok(LinkSaid::Stands(Some(linked)))) => {
            linking.end(Stage::Connected { linked, fresh: false }, effects);
        }
        (Stage::Starting, Ok(LinkSaid::Begun(sign_in))) => {
            linking.stage = Stage::Opening(sign_in);
            effects.extend(linking.question(server));
        }
        // There is a connection meanwhile.
        (Stage::Starting, Err(Stop::Look)) => {
            linking.stage = Stage::Looking;
            effects.extend(linking.question(server));
        }
        (Stage::Handing(..), Ok(LinkSaid::Taken(linked)))
        | (Stage::Confirming { .. }, Ok(LinkSaid::Stands(Some(linked)))) => {
            linking.end(Stage::Connected { linked, fresh: true }, effects);
        }
        // An earlier question may have arrived although its answer did not.
        (Stage::Handing(..), Err(Stop::Look)) => linking.confirm(LinkTrouble::AttemptOver),
        (Stage::Handing(sign_in, tries), Err(Stop::Again(trouble))) => {
            match tries.again(TRIES, now) {
                Some(tries) => linking.stage = Stage::Handing(sign_in, tries),
                None => linking.fail(trouble, effects),
            }
        }
        // The server may still be at it.
        (Stage::Confirming { unless, tries }, Ok(_) | Err(Stop::Again(_))) => {
            match tries.again(LOOKS, now) {
                Some(tries) => linking.stage = Stage::Confirming { unless, tries },
                None => linking.fail(unless, effects),
            }
        }
        (
            Stage::Looking | Stage::Starting | Stage::Handing(..) | Stage::Confirming { .. },
            Err(Stop::Again(trouble) | Stop::End(trouble)),
        ) => linking.fail(trouble, effects),
        _ => {}
    }
}

/// The tab is open, or the browser would not open it.
pub(super) fn opened(state: &mut State, id: RunId, tab: Option<i64>, effects: &mut Vec<Effect>) {
    let Some(linking) = state.linking.as_mut().filter(|one| one.id == id) else {
        // It was given up meanwhile.
        return effects.extend(tab.map(Effect::CloseTab));
    };
    let Stage::Opening(sign_in) = &linking.stage else { return };
    if tab.is_none() {
        return linking.fail(LinkTrouble::TabClosed, effects);
    }
    linking.stage = Stage::SigningIn(sign_in.clone());
    linking.tab = tab;
    // It may have been there for a while: a former worker opened it.
    effects.extend(tab.map(Effect::LookAtTab));
}

/// The tab is somewhere.
pub(super) fn tab_at(state: &mut State, tab: i64, place: Place, effects: &mut Vec<Effect>) {
    let (Some(linking), Some(server)) = (&mut state.linking, &state.server) else { return };
    if linking.watched() != Some(tab) {
        return;
    }
    match (&linking.stage, place) {
        (Stage::SigningIn(_), Place::Gone) => {
            linking.tab = None;
            linking.fail(LinkTrouble::TabClosed, effects);
        }
        (Stage::SigningIn(_), Place::Landed(_, None)) => {
            linking.fail(LinkTrouble::WithoutCode, effects);
        }
        (Stage::SigningIn(sign_in), Place::Landed(shop, Some(code)))
            if shop == linking.marketplace =>
        {
            let sign_in = sign_in.clone();
            hand_over(linking, server, (sign_in, Tries::FIRST), code, effects);
        }
        (
            Stage::Handing(sign_in, Tries { failed, turn: Turn::Looks }),
            Place::Landed(shop, Some(code)),
        ) if shop == linking.marketplace => {
            let tries = Tries { failed: *failed, turn: Turn::Asked };
            let sign_in = sign_in.clone();
            hand_over(linking, server, (sign_in, tries), code, effects);
        }
        // The code is gone with the address. The server may have it.
        (Stage::Handing(_, Tries { turn: Turn::Looks, .. }), _) => {
            linking.confirm(LinkTrouble::TabClosed);
        }
        _ => {}
    }
}

fn hand_over(
    linking: &mut Linking,
    server: &Server,
    (sign_in, tries): (SignIn, Tries),
    code: Code,
    effects: &mut Vec<Effect>,
) {
    let state = sign_in.state.clone();
    effects.push(linking.ask(server, LinkAsk::Take { state, code }));
    linking.stage = Stage::Handing(sign_in, tries);
}

/// The tab shows our page again, or is gone.
pub(super) fn led_back(state: &mut State, tab: i64) {
    if let Some(linking) = &mut state.linking {
        linking.tab.take_if(|one| *one == tab);
    }
}

/// Asks again where it is time, and ends what has lasted too long.
pub(super) fn advance(state: &mut State, now: Now, effects: &mut Vec<Effect>) {
    let (Some(linking), Some(server)) = (&mut state.linking, &state.server) else { return };
    let due = match &mut linking.stage {
        Stage::SigningIn(sign_in) if sign_in.expires_ms <= now.ms => {
            return linking.fail(LinkTrouble::AttemptOver, effects);
        }
        Stage::Handing(_, tries) | Stage::Confirming { tries, .. } => tries.take(now),
        _ => false,
    };
    if due {
        effects.extend(linking.question(server));
    }
}
