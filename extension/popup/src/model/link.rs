//! The server's connection with Audible: what the person agrees to, the sign-in at Amazon, and how it ends.

use extension::messages::{LinkState, LinkTrouble, Linked, Request, Snapshot};

use super::{
    Act, Body, Button, Local, Notice, Screen, Shop, Text, Tone, outcome::Found, server,
    text::Value, work,
};
use crate::i18n::Key;

/// What it is for, and what the person agrees to, point by point.
const CONSENT: [Key; 5] =
    [Key::LinkLead, Key::LinkBecomesDevice, Key::LinkReads, Key::LinkStores, Key::LinkEnds];

/// What differs between its screens.
struct Part {
    name: &'static str,
    tone: Tone,
    heading: Text,
    lead: Vec<Text>,
    body: Body,
    buttons: Vec<Button>,
}

/// The screen of it.
pub(super) fn screen(snapshot: &Snapshot, shop: Shop, local: &Local) -> Screen {
    let state = snapshot.link.as_ref().unwrap_or(&LinkState::Looking);
    let Part { name, tone, heading, lead, body, buttons } = part(state, snapshot, shop, local);
    let mut screen = Screen::new(name, heading, body, buttons);
    (screen.tone, screen.lead) = (tone, lead);
    match state {
        LinkState::AwaitingPermission => screen.trouble = local.declined.then_some("declined"),
        LinkState::Failed { trouble } => screen.trouble = Some(trouble.name()),
        _ => {}
    }
    screen
}

fn part(state: &LinkState, snapshot: &Snapshot, shop: Shop, local: &Local) -> Part {
    let with_amazon = |key| Text::with(key, [shop.amazon().into()]);
    let agree = |label| vec![back(Button::plain), Button::filled("link-agreed", label, Act::Agree)];
    let working = |name, heading: Key| Part {
        name,
        tone: Tone::Calm,
        heading: heading.into(),
        lead: Vec::new(),
        body: Body::Skeleton,
        buttons: Vec::new(),
    };
    match state {
        LinkState::Looking => working("link-looking", Key::LinkOpen),
        LinkState::Starting => working("link-starting", Key::LinkStarting),
        LinkState::Handing => working("link-handing", Key::LinkHanding),
        LinkState::Open => Part {
            lead: CONSENT.map(Text::from).into(),
            body: Body::Consent,
            buttons: agree(with_amazon(Key::SignIn)),
            ..working("link-consent", Key::LinkOpen)
        },
        LinkState::AwaitingPermission => {
            let (tone, heading, then) = if local.declined {
                (Tone::Warn, Key::LinkDeclined, Key::LinkDeclinedThen)
            } else {
                (Tone::Wait, Key::PermissionHeading, Key::LinkPermission)
            };
            Part {
                tone,
                lead: vec![with_amazon(then)],
                body: Body::Nothing,
                buttons: agree(Key::PermissionAsk.into()),
                ..working("link-permission", heading)
            }
        }
        LinkState::SigningIn { expires_at_ms } => Part {
            name: "link-sign-in",
            tone: Tone::Wait,
            heading: with_amazon(Key::SignIn),
            lead: vec![
                Key::LinkSignIn.into(),
                Text::with(Key::LinkUntil, [Value::Clock(*expires_at_ms)]),
            ],
            body: Body::Nothing,
            buttons: vec![
                Button::plain("link-back", Key::Cancel, Request::EndLink),
                Button::filled("link-show", Key::LinkShow, Request::ShowSignIn),
            ],
        },
        LinkState::Connected { linked, fresh } => connected(snapshot, linked, *fresh, shop),
        LinkState::Failed { trouble } => failed(trouble),
    }
}

fn back(kind: fn(&'static str, Key, Request) -> Button) -> Button {
    kind("link-back", Key::Back, Request::EndLink)
}

/// The server has it.
fn connected(snapshot: &Snapshot, linked: &Linked, fresh: bool, shop: Shop) -> Part {
    let mut facts = vec![(Key::LinkDevice.into(), Text::plain(&linked.device_name))];
    facts.extend(linked.titles.map(|titles| (Key::LinkTitles.into(), work::number(titles))));
    let synced = |at| (Key::LinkSynced.into(), Text::with(Key::Number, [Value::Moment(at)]));
    facts.extend(linked.last_sync_ms.map(synced));
    let ailing = || Notice::new(Tone::Warn, Key::LinkAiling, Key::LinkAilingThen);
    let notices = linked.ailing.then(ailing).into_iter().collect();
    let address = snapshot.server.as_ref().map(|server| server.address.as_str());
    let page = Act::Visit(format!("{}/audible", address.unwrap_or_default()));
    Part {
        name: "link-connected",
        tone: Tone::Ok,
        heading: Text::with(Key::LinkConnected, [shop.site().into()]),
        lead: fresh.then(|| Key::LinkFresh.into()).into_iter().collect(),
        body: Body::Found(Found { facts, notices, problems: None }),
        buttons: vec![back(Button::plain), Button::filled("link-page", Key::LinkPage, page)],
    }
}

/// It came to nothing.
fn failed(trouble: &LinkTrouble) -> Part {
    let (heading, then) = words(trouble);
    let (name, tone, body, buttons) = ("link", Tone::Warn, Body::Nothing, ways_on(trouble));
    Part { name, tone, heading, lead: vec![then], body, buttons }
}

fn ways_on(trouble: &LinkTrouble) -> Vec<Button> {
    let next = match trouble {
        LinkTrouble::Off | LinkTrouble::TooOften { .. } | LinkTrouble::NotAmazon => {
            return vec![back(Button::filled)];
        }
        LinkTrouble::HttpsRequired => server::settings(Button::filled),
        LinkTrouble::ScopeMissing | LinkTrouble::TokenRefused => {
            Button::filled("link-widen", Key::ConnectAgain, Request::Widen)
        }
        _ => Button::filled("link-again", Key::LinkAgain, Request::AskLink),
    };
    vec![back(Button::plain), next]
}

/// What happened, and what it means and what to do.
fn words(trouble: &LinkTrouble) -> (Text, Text) {
    let (what, then) = match trouble {
        LinkTrouble::Off => (Key::LinkOff, Key::LinkOffThen),
        LinkTrouble::HttpsRequired => (Key::LinkHttps, Key::LinkHttpsThen),
        LinkTrouble::ScopeMissing => (Key::LinkScope, Key::LinkScopeThen),
        LinkTrouble::PermissionGone => (Key::LinkPermissionGone, Key::LinkBegin),
        LinkTrouble::TabClosed => (Key::LinkTabClosed, Key::LinkBegin),
        LinkTrouble::WithoutCode => (Key::LinkWithoutCode, Key::LinkBegin),
        LinkTrouble::AttemptOver => (Key::LinkOver, Key::LinkBegin),
        LinkTrouble::CodeRefused => (Key::LinkRefused, Key::LinkBegin),
        LinkTrouble::NotAmazon => (Key::LinkNotAmazon, Key::LinkNotAmazonThen),
        LinkTrouble::AmazonAway => (Key::LinkAmazonAway, Key::LinkBegin),
        LinkTrouble::ServerAway => (Key::LinkServerAway, Key::LinkBegin),
        LinkTrouble::TokenRefused => (Key::TokenRefused, Key::LinkTokenThen),
        LinkTrouble::Odd => (Key::LinkOdd, Key::LinkNotAmazonThen),
        LinkTrouble::TooOften { again_at_ms } => {
            let then = Text::with(Key::LinkTooOftenThen, [Value::Clock(*again_at_ms)]);
            return (Key::LinkTooOften.into(), then);
        }
    };
    (what.into(), then.into())
}
