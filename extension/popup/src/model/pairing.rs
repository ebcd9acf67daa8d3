//! Pairing: the code to compare, and how a pairing can end without a token.

use extension::messages::{PairingState, PairingTrouble, PairingView, Request};

use super::{Act, Body, Button, Screen, Text, Tone, server::short, text::Value};
use crate::i18n::Key;

/// The screen of a pairing; none while the form shows all there is to say.
pub(super) fn screen(pairing: &PairingView) -> Option<Screen> {
    match &pairing.state {
        PairingState::Asking | PairingState::Failed { trouble: PairingTrouble::Server { .. } } => {
            None
        }
        PairingState::Deciding { user_code, page, expires_at_ms } => {
            let until = Text::with(Key::PairUntil, [Value::Clock(*expires_at_ms)]);
            let code = Body::Pairing(user_code.clone());
            let open = Button::filled("pair-open", Key::PairOpen, Act::Visit(page.clone()));
            let mut screen =
                Screen::new("pairing", Key::PairHeading.into(), code, vec![cancel(), open]);
            screen.lead = vec![
                Text::with(Key::PairLead, [short(&pairing.address).into()]),
                Key::PairCompare.into(),
                until,
            ];
            Some(screen)
        }
        PairingState::Failed { trouble } => {
            let (heading, then, name) = words(trouble);
            let again = Request::Connect { address: pairing.address.clone() };
            let again = Button::filled("pair-again", Key::PairAgain, again);
            let mut screen =
                Screen::new("pairing", heading.into(), Body::Nothing, vec![cancel(), again]);
            screen.trouble = Some(name);
            screen.tone = Tone::Warn;
            screen.lead.push(Text::with(then, [short(&pairing.address).into()]));
            Some(screen)
        }
    }
}

fn cancel() -> Button {
    Button::quiet("pair-cancel", Key::Cancel, Request::StopPairing)
}

/// What happened, what to do, and a name for programs as RFC 8628 has it.
fn words(trouble: &PairingTrouble) -> (Key, Key, &'static str) {
    match trouble {
        PairingTrouble::Denied => (Key::PairDenied, Key::PairDeniedThen, "access_denied"),
        PairingTrouble::Expired => (Key::PairExpired, Key::PairExpiredThen, "expired_token"),
        PairingTrouble::Gone | PairingTrouble::Server { .. } => {
            (Key::PairGone, Key::PairGoneThen, "server_gone")
        }
    }
}
