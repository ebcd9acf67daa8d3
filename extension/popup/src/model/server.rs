//! The server: its form and settings, what the last check said, and the words for each trouble with it.

use extension::{
    headers::{self, Fault},
    messages::{
        FarewellView, PairingState, PairingTrouble, PairingView, Phase, Request, ServerState,
        ServerTrouble, ServerView, Snapshot,
    },
    server::pattern,
};

use super::{Act, Body, Button, Local, Notice, Panel, Screen, Text, Tone};
use crate::i18n::Key;

/// What a person enters on the server's machine to get a token.
pub const TOKEN_COMMAND: &str =
    "ingest-server token create --user you@example.org --name \"my browser\"";

/// The fields and what the last check said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerForm {
    /// Address to begin with.
    pub address: String,
    /// What is entered.
    pub entry: Entry,
    /// A token is stored already.
    pub stored: bool,
    /// The server is being asked.
    pub checking: bool,
    /// Which server was left, and what the last check said.
    pub notices: Vec<Notice>,
    /// Name of the trouble that the last check found, for programs.
    pub trouble: Option<&'static str>,
}

/// What the person enters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Entry {
    /// The address alone; the token comes by pairing.
    #[default]
    Address,
    /// The address, and a token made by hand.
    Token,
    /// Headers for a proxy in front of the server.
    Headers,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The address is empty.
    Address,
    /// The token is empty.
    Token,
    /// The name of a header is none.
    HeaderName,
    /// That header may not be set.
    HeaderTaken,
    /// The value of a header is none.
    HeaderValue,
    /// The person has not agreed that the server becomes a device.
    Consent,
}

impl Missing {
    /// What the person reads below the field.
    pub fn words(self) -> Text {
        match self {
            Self::Address => Key::ServerAddressMissing.into(),
            Self::Token => Key::ServerTokenMissing.into(),
            Self::HeaderName => Key::HeaderNameMissing.into(),
            Self::HeaderTaken => Key::HeaderTaken.into(),
            Self::HeaderValue => Key::HeaderValueMissing.into(),
            Self::Consent => Key::LinkAgreeMissing.into(),
        }
    }

    /// Id of the field.
    pub fn field(self) -> &'static str {
        match self {
            Self::Address => "server-address",
            Self::Token => "server-token",
            Self::HeaderName | Self::HeaderTaken => "header-name",
            Self::HeaderValue => "header-value",
            Self::Consent => "link-agree",
        }
    }
}

/// The request to keep what was entered; without a token, to ask the server for one. White space
/// around it comes from pasting.
pub fn entered(address: &str, token: Option<&str>) -> Result<Request, Missing> {
    let (address, token) = (address.trim(), token.map(str::trim));
    match token {
        _ if address.is_empty() => Err(Missing::Address),
        Some("") => Err(Missing::Token),
        Some(token) => {
            Ok(Request::SetServer { address: address.to_owned(), token: token.to_owned() })
        }
        None => Ok(Request::Connect { address: address.to_owned() }),
    }
}

/// The request to send a header.
pub fn header_entered(name: &str, value: &str) -> Result<Request, Missing> {
    match headers::check(name, value) {
        Err(Fault::Name) => Err(Missing::HeaderName),
        Err(Fault::Taken) => Err(Missing::HeaderTaken),
        Err(Fault::Value) => Err(Missing::HeaderValue),
        Ok(()) => Ok(Request::SetHeader { name: name.to_owned(), value: value.to_owned() }),
    }
}

/// An address without its scheme, as it fits into a sentence.
pub fn short(address: &str) -> String {
    let bare = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    bare.unwrap_or(address).trim_end_matches('/').to_owned()
}

/// The screen with the fields: the first screen of all, and later the settings.
pub(super) fn screen(snapshot: &Snapshot, local: &Local) -> Screen {
    let server = snapshot.server.as_ref();
    let pairing = snapshot.pairing.as_ref();
    let trouble = trouble(snapshot);
    let address = pairing.map(|pairing| &pairing.address);
    let address = address.or(server.map(|server| &server.address)).cloned().unwrap_or_default();
    let farewell = snapshot.farewell.as_ref().map(farewell);
    let result = match (trouble, server.map(|server| &server.state)) {
        (Some(trouble), _) => Some(objection(trouble, &address)),
        (None, Some(ServerState::Ready { version }))
            if pairing.is_none() && local.entry == Entry::Address =>
        {
            let values = [address.as_str().into(), version.as_str().into()];
            Some(Notice::new(Tone::Ok, Key::ServerOk, Text::with(Key::ServerOkThen, values)))
        }
        (None, _) => None,
    };
    let headers = (!snapshot.headers.is_empty()).then(|| {
        let names = snapshot.headers.join(", ");
        Notice { tone: Tone::Info, what: Key::HeaderNames.into(), then: Some(Text::plain(names)) }
    });
    let buttons = match local.entry {
        Entry::Headers => header_buttons(snapshot, &address),
        entry => buttons(snapshot, local, entry, &address),
    };
    let form = ServerForm {
        address,
        entry: local.entry,
        stored: server.is_some(),
        checking: is_checking(snapshot),
        notices: farewell.into_iter().chain(result).chain(headers).collect(),
        trouble: trouble.map(name),
    };
    let silent = form.notices.is_empty();
    let heading = match (local.entry, server) {
        (Entry::Headers, _) => Key::Headers,
        (_, None) => Key::ServerHeadingFirst,
        (_, Some(_)) => Key::ServerHeading,
    };
    let mut screen = Screen::new("server", heading.into(), Body::Server(form), buttons);
    let lead = match local.entry {
        Entry::Headers if snapshot.headers.is_empty() => Some(Key::HeadersWhat),
        Entry::Address | Entry::Token if server.is_none() && silent => Some(Key::ServerLead),
        _ => None,
    };
    screen.lead.extend(lead.map(Text::from));
    screen
}

fn header_buttons(snapshot: &Snapshot, address: &str) -> Vec<Button> {
    let mut buttons = Vec::new();
    if !snapshot.headers.is_empty() {
        buttons.push(Button::quiet("header-drop", Key::HeaderDrop, Request::DropHeaders));
    }
    buttons.push(Button::plain("back", Key::Back, Act::Enter(Entry::Address)));
    buttons.push(Button::filled("header-add", Key::HeaderAdd, Act::AddHeader(pattern(address))));
    buttons
}

fn buttons(snapshot: &Snapshot, local: &Local, entry: Entry, address: &str) -> Vec<Button> {
    let (server, trouble) = (snapshot.server.as_ref(), trouble(snapshot));
    let idle = snapshot.pairing.is_none();
    let opened = local.panel == Some(Panel::Server);
    let mut buttons = Vec::new();
    if !idle {
        buttons.push(Button::quiet("pair-cancel", Key::Cancel, Request::StopPairing));
    } else if server.is_some() {
        buttons.push(Button::quiet("server-forget", Key::ServerForget, Request::ForgetServer));
    }
    let (id, other, turned) = match entry {
        Entry::Token => ("server-by-pairing", Key::ServerByPairing, Entry::Address),
        _ => ("server-by-token", Key::ServerByToken, Entry::Token),
    };
    buttons.push(Button::quiet(id, other, Act::Enter(turned)));
    let may_have_proxy = trouble.map_or(opened && server.is_some(), proxy_may_stand_there);
    if may_have_proxy && entry == Entry::Address {
        let headers = Act::Enter(Entry::Headers);
        buttons.push(Button::quiet("server-headers", Key::HeadersOpen, headers));
    }
    if opened && idle && is_ready(snapshot) && entry == Entry::Address {
        buttons.push(Button::plain("link-open", Key::LinkOpen, Request::AskLink));
    }
    if trouble == Some(&ServerTrouble::NotReachable) {
        let allow = Act::AllowServer(pattern(address));
        buttons.push(Button::plain("server-allow", Key::ServerAllow, allow));
    }
    if trouble == Some(&ServerTrouble::Unencrypted) {
        let go_on = Request::GoOnUnencrypted;
        buttons.push(Button::plain("server-unencrypted", Key::GoOnUnencrypted, go_on));
    } else if opened && idle {
        buttons.push(Button::plain("back", Key::Back, Act::Show(None)));
    } else if idle && trouble.is_some_and(|one| one.may_be_asked() && !one.wants_token()) {
        buttons.push(Button::plain("try-now", Key::TryNow, Request::TryNow));
    }
    buttons.push(next_step(snapshot, entry));
    buttons
}

fn next_step(snapshot: &Snapshot, entry: Entry) -> Button {
    let checking = is_checking(snapshot);
    let stored = snapshot.server.is_some();
    let (id, label) = match entry {
        Entry::Token => ("server-save", Key::ServerSave),
        _ if stored && trouble(snapshot).is_some_and(ServerTrouble::wants_token) => {
            ("connect-again", Key::ConnectAgain)
        }
        _ if stored && snapshot.pairing.is_none() => ("server-connect", Key::ConnectAgain),
        _ => ("server-connect", Key::Connect),
    };
    Button::filled(id, if checking { Key::ServerCheckingNow } else { label }, Act::SaveServer)
}

/// Whether a header for a proxy could help.
fn proxy_may_stand_there(trouble: &ServerTrouble) -> bool {
    matches!(
        trouble,
        ServerTrouble::NotReachable | ServerTrouble::Redirects | ServerTrouble::NotMeFeed
    )
}

fn is_checking(snapshot: &Snapshot) -> bool {
    let asking = |pairing: &PairingView| pairing.state == PairingState::Asking;
    let checking = |server: &ServerView| server.state == ServerState::Checking;
    snapshot.pairing.as_ref().is_some_and(asking) || snapshot.server.as_ref().is_some_and(checking)
}

/// What is wrong with the server that is being paired, or else with the one that is stored.
fn trouble(snapshot: &Snapshot) -> Option<&ServerTrouble> {
    match (&snapshot.pairing, &snapshot.server) {
        (Some(pairing), _) => match &pairing.state {
            PairingState::Failed { trouble: PairingTrouble::Server { trouble } } => Some(trouble),
            _ => None,
        },
        (None, Some(ServerView { state: ServerState::Trouble { trouble }, .. })) => Some(trouble),
        (None, _) => None,
    }
}

fn objection(trouble: &ServerTrouble, address: &str) -> Notice {
    let (what, then) = words(trouble, address);
    let warning = *trouble == ServerTrouble::Unencrypted;
    Notice { tone: if warning { Tone::Warn } else { Tone::Danger }, what, then: Some(then) }
}

fn farewell(farewell: &FarewellView) -> Notice {
    let address = || [short(&farewell.address).into()];
    if farewell.untold {
        let what = Text::with(Key::FarewellUntold, address());
        Notice::new(Tone::Warn, what, Key::FarewellUntoldThen)
    } else {
        Notice { tone: Tone::Wait, what: Text::with(Key::Farewell, address()), then: None }
    }
}

/// Whether the first thing to do is to enter or mend the server.
pub(super) fn comes_first(snapshot: &Snapshot) -> bool {
    snapshot.phase == Phase::Idle && !is_ready(snapshot)
}

fn is_ready(snapshot: &Snapshot) -> bool {
    matches!(&snapshot.server, Some(ServerView { state: ServerState::Ready { .. }, .. }))
}

/// Pairs anew with the server that does not take the token any more.
pub(super) fn connect_again(address: &str) -> Button {
    let connect = Request::Connect { address: address.to_owned() };
    Button::filled("connect-again", Key::ConnectAgain, connect)
}

/// Opens the settings of the server.
pub(super) fn settings(kind: fn(&'static str, Key, Act) -> Button) -> Button {
    kind("server-settings", Key::ChangeServer, Act::Show(Some(Panel::Server)))
}

/// Whether the person has to change something before the server can be used.
pub(super) fn needs_the_person(trouble: &ServerTrouble) -> bool {
    match trouble {
        ServerTrouble::BadAddress
        | ServerTrouble::Unencrypted
        | ServerTrouble::Redirects
        | ServerTrouble::NotMeFeed
        | ServerTrouble::TokenRefused
        | ServerTrouble::TokenRevoked
        | ServerTrouble::ScopeMissing => true,
        ServerTrouble::NotReachable
        | ServerTrouble::Incompatible { .. }
        | ServerTrouble::Refused { .. }
        | ServerTrouble::Busy => false,
    }
}

/// What happened, and what it means and what to do.
pub fn words(trouble: &ServerTrouble, address: &str) -> (Text, Text) {
    let address = || [short(address).into()];
    match trouble {
        ServerTrouble::BadAddress => (Key::BadAddress.into(), Key::BadAddressThen.into()),
        ServerTrouble::Unencrypted => {
            (Text::with(Key::Unencrypted, address()), Key::UnencryptedThen.into())
        }
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
        ServerTrouble::TokenRevoked => (Key::TokenRevoked.into(), Key::TokenRevokedThen.into()),
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
        ServerTrouble::Unencrypted => "unencrypted",
        ServerTrouble::NotReachable => "not_reachable",
        ServerTrouble::Redirects => "redirects",
        ServerTrouble::NotMeFeed => "not_me_feed",
        ServerTrouble::Incompatible { .. } => "incompatible",
        ServerTrouble::TokenRefused => "token_refused",
        ServerTrouble::TokenRevoked => "token_revoked",
        ServerTrouble::ScopeMissing => "scope_missing",
        ServerTrouble::Refused { .. } => "refused",
        ServerTrouble::Busy => "busy",
    }
}
