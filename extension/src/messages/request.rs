//! What the popup asks of the worker.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::ids::Marketplace;

/// What the popup asks of the worker. The answer to each is the [`super::Snapshot`] afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case", try_from = "Value")]
pub enum Request {
    /// Show the present state.
    Look,
    /// Keep this server and token, and check both.
    SetServer {
        /// Address as the person typed it.
        address: String,
        /// API token, `mf_…`.
        token: String,
    },
    /// Ask this server for a token, which the person allows on its page; what is stored stays until
    /// the token is there.
    Connect {
        /// Address as the person typed it.
        address: String,
    },
    /// Go on although the way to the server is open to all.
    GoOnUnencrypted,
    /// Ask the connected server for a token that may also connect Audible; the person allows it.
    Widen,
    /// Look how the connection stands that the server keeps with Audible.
    AskLink,
    /// The person has agreed that the server becomes a device: open Amazon's sign-in page. The popup has
    /// asked the browser for Amazon's host in the same click; if it is not granted yet, the worker goes
    /// on when it is.
    Link,
    /// Bring the tab with Amazon's sign-in page to the front.
    ShowSignIn,
    /// Leave that screen; an attempt under way is given up.
    EndLink,
    /// End the pairing.
    StopPairing,
    /// Send this header to the server's origin from now on, for a proxy in front of it.
    SetHeader {
        /// Name.
        name: String,
        /// Value; never shown again.
        value: String,
    },
    /// Send no such headers any more.
    DropHeaders,
    /// Give the token up at the server, and drop address and token.
    ForgetServer,
    /// Work with this marketplace from now on; the permission for the former one is given back.
    ChooseMarketplace {
        /// The shop.
        marketplace: Marketplace,
    },
    /// Read the library. The popup has asked the browser for the two origins in the same click;
    /// if they are not granted yet, the worker goes on when they are.
    Read,
    /// Stop reading or sending; what was read is kept.
    Stop,
    /// Go on at once from wherever the run is waiting.
    TryNow,
    /// Open the tab where the person signs in or solves the security check.
    OpenAudible,
    /// Read the purchase history, which knows when titles were bought; [`Request::Stop`] goes on with
    /// what was found so far.
    ReadHistory,
    /// Send what was read and not left out to the server.
    Send,
    /// Ask the server what it would make of what was read; nothing is stored there.
    Compare,
    /// Send all titles but these.
    Choose {
        /// Their ASINs.
        left_out: Vec<String>,
    },
    /// Never import titles from now on, from whatever source, or take them in again.
    Ignore {
        /// Their ASINs.
        asins: Vec<String>,
        /// Take them in again.
        wanted: bool,
    },
    /// Send complete readings without asking from now on, or ask again.
    ImportWithoutAsking {
        /// Without asking.
        on: bool,
    },
    /// Tell this library from others of the same shop, as households have them, by this name.
    NameLibrary {
        /// Up to 60 characters; empty for the usual one.
        name: String,
    },
    /// Fetch once more what an incomplete reading lacks; what was read is kept.
    FetchMissing,
    /// Drop the present run (read titles, receipt) and go back to the start.
    Discard,
}

/// A message is no request of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no request that the worker knows")]
pub struct NotARequest;

/// Reads what serde writes. Left to serde, this would cost a fiftieth of the module.
impl TryFrom<Value> for Request {
    type Error = NotARequest;

    fn try_from(value: Value) -> Result<Self, NotARequest> {
        let text = |name: &str| value[name].as_str().map(str::to_owned).ok_or(NotARequest);
        let truth = |name: &str| value[name].as_bool().ok_or(NotARequest);
        let texts = |name: &str| -> Result<Vec<String>, NotARequest> {
            let all = value[name].as_array().ok_or(NotARequest)?.iter();
            all.map(|one| one.as_str().map(str::to_owned).ok_or(NotARequest))
                .collect::<Result<_, _>>()
        };
        Ok(match value["ask"].as_str().unwrap_or_default() {
            "look" => Self::Look,
            "set_server" => Self::SetServer { address: text("address")?, token: text("token")? },
            "connect" => Self::Connect { address: text("address")? },
            "go_on_unencrypted" => Self::GoOnUnencrypted,
            "widen" => Self::Widen,
            "ask_link" => Self::AskLink,
            "link" => Self::Link,
            "show_sign_in" => Self::ShowSignIn,
            "end_link" => Self::EndLink,
            "stop_pairing" => Self::StopPairing,
            "set_header" => Self::SetHeader { name: text("name")?, value: text("value")? },
            "drop_headers" => Self::DropHeaders,
            "forget_server" => Self::ForgetServer,
            "choose_marketplace" => {
                let code = value["marketplace"].as_str().unwrap_or_default();
                let marketplace = Marketplace::parse(code).map_err(|_| NotARequest)?;
                Self::ChooseMarketplace { marketplace }
            }
            "read" => Self::Read,
            "stop" => Self::Stop,
            "try_now" => Self::TryNow,
            "open_audible" => Self::OpenAudible,
            "read_history" => Self::ReadHistory,
            "send" => Self::Send,
            "compare" => Self::Compare,
            "choose" => Self::Choose { left_out: texts("left_out")? },
            "ignore" => Self::Ignore { asins: texts("asins")?, wanted: truth("wanted")? },
            "import_without_asking" => Self::ImportWithoutAsking { on: truth("on")? },
            "name_library" => Self::NameLibrary { name: text("name")? },
            "fetch_missing" => Self::FetchMissing,
            "discard" => Self::Discard,
            _ => return Err(NotARequest),
        })
    }
}
