//! Reads snapshots from the browser's values and writes requests, field by field.
//!
//! The worker leaves this to serde. Here that would cost a third of the module, so the same wire
//! form is read by hand; tests compare every variant with what serde makes of it.

pub mod doctor;
mod link;
mod pairing;
pub(crate) mod trouble;

use extension::messages::{
    Phase, Progress, Receipt, Request, ServerState, ServerView, Snapshot, Step, Summary,
};
use shared::{
    ids::Marketplace,
    problem::{Problem, Reason},
    wire::v1::{ItemReceipt, Outcome},
};

/// A value as JSON knows it. What is not there and what is `null` are the same.
pub trait Node: Sized {
    /// A field of an object.
    fn field(&self, name: &str) -> Option<Self>;
    /// A text.
    fn text(&self) -> Option<String>;
    /// A number.
    fn number(&self) -> Option<f64>;
    /// Yes or no.
    fn truth(&self) -> Option<bool>;
    /// The elements of a list.
    fn items(&self) -> Option<Vec<Self>>;
}

/// The fields of a request; all values are texts.
pub fn request(request: &Request) -> Vec<(&'static str, String)> {
    let ask = match request {
        Request::Look => "look",
        Request::SetServer { .. } => "set_server",
        Request::Connect { .. } => "connect",
        Request::GoOnUnencrypted => "go_on_unencrypted",
        Request::StopPairing => "stop_pairing",
        Request::Widen => "widen",
        Request::AskLink => "ask_link",
        Request::Link => "link",
        Request::ShowSignIn => "show_sign_in",
        Request::EndLink => "end_link",
        Request::SetHeader { .. } => "set_header",
        Request::DropHeaders => "drop_headers",
        Request::ForgetServer => "forget_server",
        Request::ChooseMarketplace { .. } => "choose_marketplace",
        Request::Read => "read",
        Request::Stop => "stop",
        Request::TryNow => "try_now",
        Request::OpenAudible => "open_audible",
        Request::Send => "send",
        Request::ReadHistory => "read_history",
        Request::FetchMissing => "fetch_missing",
        Request::Discard => "discard",
        // These are asked on the page of the choice, by its own form of this.
        Request::Compare
        | Request::Choose { .. }
        | Request::Ignore { .. }
        | Request::NameLibrary { .. }
        | Request::ImportWithoutAsking { .. } => "look",
    };
    let mut fields = vec![("ask", ask.to_owned())];
    match request {
        Request::SetServer { address, token } => {
            fields.push(("address", address.clone()));
            fields.push(("token", token.clone()));
        }
        Request::SetHeader { name, value } => {
            fields.push(("name", name.clone()));
            fields.push(("value", value.clone()));
        }
        Request::Connect { address } => fields.push(("address", address.clone())),
        Request::ChooseMarketplace { marketplace } => {
            fields.push(("marketplace", marketplace.code().to_owned()));
        }
        _ => {}
    }
    fields
}

/// A snapshot; none if the value is something else, as from another version of the worker.
pub fn snapshot(node: &impl Node) -> Option<Snapshot> {
    Some(Snapshot {
        server: optional(node.field("server"), server)?,
        pairing: optional(node.field("pairing"), pairing::view)?,
        headers: list(node, "headers", Node::text)?,
        farewell: optional(node.field("farewell"), pairing::farewell)?,
        link: optional(node.field("link"), link::state)?,
        marketplace: optional(node.field("marketplace"), |code| {
            Marketplace::parse(&code.text()?).ok()
        })?,
        phase: phase(&node.field("phase")?)?,
        choice: None,
        without_asking: false,
        library: String::new(),
    })
}

/// What is there must also be readable.
#[expect(clippy::option_option, reason = "the outer one says that reading failed")]
pub(crate) fn optional<N, T>(
    node: Option<N>,
    read: impl FnOnce(&N) -> Option<T>,
) -> Option<Option<T>> {
    match node {
        Some(node) => read(&node).map(Some),
        None => Some(None),
    }
}

pub(crate) fn text(node: &impl Node, name: &str) -> Option<String> {
    node.field(name)?.text()
}

pub(crate) fn truth(node: &impl Node, name: &str) -> Option<bool> {
    node.field(name)?.truth()
}

pub(crate) fn count(node: &impl Node, name: &str) -> Option<u32> {
    whole(&node.field(name)?)
}

fn optional_text(node: &impl Node, name: &str) -> Option<Option<String>> {
    optional(node.field(name), Node::text)
}

fn optional_count(node: &impl Node, name: &str) -> Option<Option<u32>> {
    optional(node.field(name), whole)
}

fn list<N: Node, T>(node: &N, name: &str, read: fn(&N) -> Option<T>) -> Option<Vec<T>> {
    node.field(name)?.items()?.iter().map(read).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked before")]
pub(crate) fn whole(node: &impl Node) -> Option<u32> {
    let number = node.number()?;
    let fits = number >= 0.0 && number <= f64::from(u32::MAX) && number.fract() == 0.0;
    fits.then_some(number as u32)
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are far below 2^53")]
fn moment(node: &impl Node) -> Option<i64> {
    node.number().map(|number| number as i64)
}

fn server(node: &impl Node) -> Option<ServerView> {
    let state = node.field("state")?;
    let state = if let Some(one) = state.field("ready") {
        ServerState::Ready { version: text(&one, "version")? }
    } else if let Some(one) = state.field("trouble") {
        ServerState::Trouble { trouble: trouble::of_server(&one.field("trouble")?)? }
    } else {
        (state.text()? == "checking").then_some(ServerState::Checking)?
    };
    Some(ServerView { address: text(node, "address")?, state })
}

fn phase(node: &impl Node) -> Option<Phase> {
    Some(match text(node, "phase")?.as_str() {
        "idle" => Phase::Idle,
        "awaiting_permission" => Phase::AwaitingPermission,
        "reading" => Phase::Reading(progress(node)?),
        "enriching" => Phase::Enriching(progress(node)?),
        "history" => Phase::History(progress(node)?),
        "sending" => Phase::Sending(progress(node)?),
        "waiting" => Phase::Waiting {
            during: step(node)?,
            trouble: trouble::of_run(&node.field("trouble")?)?,
            resumes_at_ms: optional(node.field("resumes_at_ms"), moment)?,
            progress: progress(&node.field("progress")?)?,
        },
        "stopped" => {
            Phase::Stopped { during: step(node)?, progress: progress(&node.field("progress")?)? }
        }
        "ready" => Phase::Ready(summary(node)?),
        "done" => Phase::Done(receipt(node)?),
        _ => return None,
    })
}

fn step(node: &impl Node) -> Option<Step> {
    Some(match text(node, "during")?.as_str() {
        "reading" => Step::Reading,
        "enriching" => Step::Enriching,
        "history" => Step::History,
        "sending" => Step::Sending,
        _ => return None,
    })
}

fn progress(node: &impl Node) -> Option<Progress> {
    Some(Progress {
        done: count(node, "done")?,
        of: optional_count(node, "of")?,
        titles: count(node, "titles")?,
        titles_of: optional_count(node, "titles_of")?,
        titles_per_minute: optional_count(node, "titles_per_minute")?,
        seconds_left: optional_count(node, "seconds_left")?,
    })
}

fn summary(node: &impl Node) -> Option<Summary> {
    Some(Summary {
        titles: count(node, "titles")?,
        source_total: count(node, "source_total")?,
        complete: truth(node, "complete")?,
        not_enriched: count(node, "not_enriched")?,
        problem_count: count(node, "problem_count")?,
        problems: list(node, "problems", problem)?,
        dated: optional_count(node, "dated")?,
        history_open: truth(node, "history_open")?,
    })
}

fn problem(node: &impl Node) -> Option<Problem> {
    let reason = match text(node, "reason")?.as_str() {
        "missing" => Reason::Missing,
        "malformed" => Reason::Malformed,
        "too_large" => Reason::TooLarge,
        "foreign_address" => Reason::ForeignAddress,
        "unknown_unit" => Reason::UnknownUnit,
        "not_enriched" => Reason::NotEnriched,
        "layout_changed" => Reason::LayoutChanged,
        "moving" => Reason::Moving,
        _ => return None,
    };
    Some(Problem {
        asin: optional_text(node, "asin")?,
        place: text(node, "place")?,
        field: text(node, "field")?,
        reason,
        detail: text(node, "detail")?,
    })
}

fn receipt(node: &impl Node) -> Option<Receipt> {
    Some(Receipt {
        imported: count(node, "imported")?,
        updated: count(node, "updated")?,
        unchanged: count(node, "unchanged")?,
        ignored: count(node, "ignored")?,
        duplicate: count(node, "duplicate")?,
        rejected: count(node, "rejected")?,
        total: count(node, "total")?,
        read: count(node, "read")?,
        source_total: count(node, "source_total")?,
        complete: truth(node, "complete")?,
        refused: list(node, "refused", refused)?,
        library_url: text(node, "library_url")?,
    })
}

fn refused(node: &impl Node) -> Option<ItemReceipt> {
    let outcome = match text(node, "outcome")?.as_str() {
        "imported" => Outcome::Imported,
        "updated" => Outcome::Updated,
        "unchanged" => Outcome::Unchanged,
        "ignored" => Outcome::Ignored,
        "duplicate" => Outcome::Duplicate,
        "rejected" => Outcome::Rejected,
        _ => return None,
    };
    Some(ItemReceipt {
        asin: optional_text(node, "asin")?,
        outcome,
        reason: optional_text(node, "reason")?,
        pointer: optional_text(node, "pointer")?,
        changed: Vec::new(),
    })
}
