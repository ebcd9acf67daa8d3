//! The server: its form, what the last check said, and the words for each trouble with it.

use extension::messages::{Phase, Request, ServerState, ServerTrouble, ServerView, Snapshot};

use super::{Act, Body, Button, Notice, Panel, Screen, Text, Tone};
use crate::i18n::Key;

/// What a person enters on the server's machine to get a token.
pub const TOKEN_COMMAND: &str =
    "ingest-server token create --user you@example.org --name \"my browser\"";

/// The two fields and what the last check said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerForm {
    /// Address to begin with.
    pub address: String,
    /// A token is stored already.
    pub stored: bool,
    /// The check is running.
    pub checking: bool,
    /// What the last check said, with the name of the trouble for programs.
    pub result: Option<(Notice, Option<&'static str>)>,
}

/// Which field is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The address.
    Address,
    /// The token.
    Token,
}

impl Missing {
    /// What the person reads below the field.
    pub fn words(self) -> Text {
        match self {
            Self::Address => Key::ServerAddressMissing.into(),
            Self::Token => Key::ServerTokenMissing.into(),
        }
    }
}

/// The request to keep what was entered. White space around it comes from pasting.
pub fn entered(address: &str, token: &str) -> Result<Request, Missing> {
    let (address, token) = (address.trim(), token.trim());
    if address.is_empty() {
        Err(Missing::Address)
    } else if token.is_empty() {
        Err(Missing::Token)
    } else {
        Ok(Request::SetServer { address: address.to_owned(), token: token.to_owned() })
    }
}

/// An address without its scheme, as it fits into a sentence.
pub fn short(address: &str) -> String {
    let bare = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    bare.unwrap_or(address).trim_end_matches('/').to_owned()
}

/// The screen with the two fields: the first screen of all, and later the settings.
pub(super) fn screen(snapshot: Option<&Snapshot>, opened: bool) -> Screen {
    let server = snapshot.and_then(|snapshot| snapshot.server.as_ref());
    let checking = server.is_some_and(|server| server.state == ServerState::Checking);
    let save = match (checking, server) {
        (true, _) => Key::ServerCheckingNow,
        (false, None) => Key::ConnectServer,
        (false, Some(_)) => Key::ServerSave,
    };
    let mut buttons = Vec::new();
    if server.is_some() {
        buttons.push(Button::quiet("server-forget", Key::ServerForget, Request::ForgetServer));
    }
    if opened {
        buttons.push(Button::plain("back", Key::Back, Act::Show(None)));
    } else if server.is_some_and(can_be_asked_again) {
        buttons.push(Button::plain("try-now", Key::TryNow, Request::TryNow));
    }
    buttons.push(Button::filled("server-save", save, Act::SaveServer));
    let form = ServerForm {
        address: server.map(|server| server.address.clone()).unwrap_or_default(),
        stored: server.is_some(),
        checking,
        result: server.and_then(result),
    };
    let heading = if server.is_none() { Key::ServerHeadingFirst } else { Key::ServerHeading };
    let mut screen = Screen::new("server", heading.into(), Body::Server(form), buttons);
    if server.is_none() {
        screen.lead.push(Key::ServerLead.into());
    }
    screen
}

fn can_be_asked_again(server: &ServerView) -> bool {
    match &server.state {
        ServerState::Trouble { trouble } => *trouble != ServerTrouble::BadAddress,
        ServerState::Checking | ServerState::Ready { .. } => false,
    }
}

fn result(server: &ServerView) -> Option<(Notice, Option<&'static str>)> {
    match &server.state {
        ServerState::Checking => None,
        ServerState::Ready { version } => {
            let values = [server.address.as_str().into(), version.as_str().into()];
            let then = Text::with(Key::ServerOkThen, values);
            Some((Notice::new(Tone::Ok, Key::ServerOk, then), None))
        }
        ServerState::Trouble { trouble } => {
            let (what, then) = words(trouble, &server.address);
            Some((Notice { tone: Tone::Danger, what, then: Some(then) }, Some(name(trouble))))
        }
    }
}

/// Whether the first thing to do is to enter or mend the server.
pub(super) fn comes_first(snapshot: &Snapshot) -> bool {
    let usable =
        matches!(&snapshot.server, Some(ServerView { state: ServerState::Ready { .. }, .. }));
    snapshot.phase == Phase::Idle && !usable
}

/// Opens the settings of the server.
pub(super) fn settings(kind: fn(&'static str, Key, Act) -> Button) -> Button {
    kind("server-settings", Key::ChangeServer, Act::Show(Some(Panel::Server)))
}

/// Whether the person has to change something before the server can be used.
pub(super) fn needs_the_person(trouble: &ServerTrouble) -> bool {
    match trouble {
        ServerTrouble::BadAddress
        | ServerTrouble::Redirects
        | ServerTrouble::NotMeFeed
        | ServerTrouble::TokenRefused
        | ServerTrouble::ScopeMissing => true,
        ServerTrouble::NotReachable
        | ServerTrouble::Incompatible { .. }
        | ServerTrouble::Refused { .. }
        | ServerTrouble::Busy => false,
    }
}

/// What happened, and what it means and what to do.
pub(super) fn words(trouble: &ServerTrouble, address: &str) -> (Text, Text) {
    let address = || [short(address).into()];
    match trouble {
        ServerTrouble::BadAddress => (Key::BadAddress.into(), Key::BadAddressThen.into()),
        ServerTrouble::NotReachable => {
            (Text::with(Key::NotReachable, address()), Key::NotReachableThen.into())
        }
        ServerTrouble::Redirects => {
            (Text::with(Key::Redirects, address()), Key::RedirectsThen.into())
        }
        ServerTrouble::NotMeFeed => {
            (Text::with(Key::NotMeFeed, address()), Key::NotMeFeedThen.into())
        }
        ServerTrouble::Incompatible { version } => {
            (Key::Incompatible.into(), Text::with(Key::IncompatibleThen, [version.as_str().into()]))
        }
        ServerTrouble::TokenRefused => (Key::TokenRefused.into(), Key::TokenRefusedThen.into()),
        ServerTrouble::ScopeMissing => (Key::ScopeMissing.into(), Key::ScopeMissingThen.into()),
        ServerTrouble::Refused { code, detail } => (
            Key::Refused.into(),
            Text::with(
                Key::RefusedThen,
                [detail.trim_end_matches('.').into(), code.as_str().into()],
            ),
        ),
        ServerTrouble::Busy => (Key::Busy.into(), Key::BusyThen.into()),
    }
}

/// Name for programs, as on the wire.
pub(super) fn name(trouble: &ServerTrouble) -> &'static str {
    match trouble {
        ServerTrouble::BadAddress => "bad_address",
        ServerTrouble::NotReachable => "not_reachable",
        ServerTrouble::Redirects => "redirects",
        ServerTrouble::NotMeFeed => "not_me_feed",
        ServerTrouble::Incompatible { .. } => "incompatible",
        ServerTrouble::TokenRefused => "token_refused",
        ServerTrouble::ScopeMissing => "scope_missing",
        ServerTrouble::Refused { .. } => "refused",
        ServerTrouble::Busy => "busy",
    }
}
