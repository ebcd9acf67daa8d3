//! What was read, before it is sent, and what became of it afterwards.

use extension::messages::{Receipt, Request, Snapshot, Summary};

use super::{
    Act, Body, Button, Notice, Panel, Screen, Shop, Text, Tone,
    lists::{self, List},
    server::short,
};
use crate::i18n::Key;

/// Titles that can be sent, and what is worth knowing about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Names and values.
    pub facts: Vec<(Text, Text)>,
    /// Good news and warnings.
    pub notices: Vec<Notice>,
    /// What could not be used.
    pub problems: Option<List>,
}

/// What became of the titles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// How many titles had which fate.
    pub counts: Vec<Count>,
    /// Whether the server has everything now.
    pub notice: Notice,
    /// The rejected titles with reasons.
    pub refused: Option<List>,
}

/// A number of the receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Id of the element, for programs.
    pub id: &'static str,
    /// Name of the number.
    pub label: Text,
    /// The number.
    pub count: u32,
}

/// All was read; the person decides.
pub(super) fn ready(snapshot: &Snapshot, shop: Shop, summary: &Summary) -> Screen {
    let again = if summary.complete {
        Button::quiet("read", Key::ReadAgain, Act::AllowThen(Request::Read))
    } else {
        Button::quiet("fetch-missing", Key::FetchMissing, Request::FetchMissing)
    };
    let drop = Button::quiet("discard", Key::Discard, Request::Discard);
    let history = Act::AllowThen(Request::ReadHistory);
    let history = Button::quiet("history", Key::ReadHistory, history);
    let go = if snapshot.server.is_none() {
        let settings = Act::Show(Some(Panel::Server));
        Button::filled("server-settings", Key::ConnectServer, settings)
    } else {
        let label = match summary.titles {
            0 => Key::SendNone.into(),
            titles => Text::counted(titles, Key::SendOne, Key::Send),
        };
        Button::filled("send", label, Request::Send)
    };
    let heading = match summary.titles {
        0 => Text::with(Key::ReadyHeadingNone, [shop.site().into()]),
        titles => Text::counted(titles, Key::ReadyHeadingOne, Key::ReadyHeading),
    };
    let body = Body::Found(found(summary));
    let look = Button::plain("review", Key::Review, Act::Visit("review.html".to_owned()));
    let buttons = match summary.titles {
        0 => vec![drop, again, go],
        _ if summary.history_open => vec![drop, again, history, look, go],
        _ => vec![drop, again, look, go],
    };
    let mut screen = Screen::new("ready", heading, body, buttons);
    screen.lead.push(match (&snapshot.server, summary.titles) {
        (_, 0) => Key::ReadyNone.into(),
        (Some(server), _) => Text::with(Key::ReadyLead, [short(&server.address).into()]),
        (None, _) => Key::ReadyNoServer.into(),
    });
    screen
}

fn found(summary: &Summary) -> Found {
    let of = |part: u32, whole: u32| Text::with(Key::NumberOf, [part.into(), whole.into()]);
    let enriched = summary.titles.saturating_sub(summary.not_enriched);
    let mut notices = vec![if summary.complete {
        Notice::new(Tone::Ok, Key::Complete, Key::CompleteThen)
    } else {
        let values = [summary.titles.into(), summary.source_total.into()];
        Notice::new(Tone::Warn, Key::Incomplete, Text::with(Key::IncompleteThen, values))
    }];
    if summary.not_enriched > 0 {
        let what = Text::counted(summary.not_enriched, Key::NotEnrichedOne, Key::NotEnriched);
        notices.push(Notice::new(Tone::Info, what, Key::NotEnrichedThen));
    }
    let mut facts = if summary.titles == 0 && summary.source_total == 0 {
        Vec::new()
    } else {
        vec![
            (Key::Usable.into(), of(summary.titles, summary.source_total.max(summary.titles))),
            (Key::WithDetails.into(), of(enriched, summary.titles)),
        ]
    };
    let dated = summary.dated.filter(|_| summary.titles > 0);
    facts.extend(dated.map(|dated| (Key::WithDates.into(), of(dated, summary.titles.max(dated)))));
    Found { facts, notices, problems: lists::problems(summary) }
}

/// All was sent.
pub(super) fn done(receipt: &Receipt, address: Option<&str>) -> Screen {
    let delivered = receipt.total.saturating_sub(receipt.rejected);
    let heading = match (receipt.total, delivered) {
        (0, _) => Key::DoneHeadingNone.into(),
        (_, 0) => Key::DoneHeadingRejected.into(),
        _ => Text::counted(delivered, Key::DoneHeadingOne, Key::DoneHeading),
    };
    let mut buttons = vec![Button::plain("read", Key::ReadAgain, Act::AllowThen(Request::Read))];
    if is_web_address(&receipt.library_url) {
        let visit = Act::Visit(receipt.library_url.clone());
        buttons.push(Button::filled("open-library", Key::OpenLibrary, visit));
    }
    let body = Body::Delivered(Delivered {
        counts: counts(receipt),
        notice: verdict(receipt, delivered),
        refused: lists::refused(receipt),
    });
    let mut screen = Screen::new("done", heading, body, buttons);
    screen.tone = if receipt.complete { Tone::Ok } else { Tone::Warn };
    screen.lead.extend(address.map(|address| Text::plain(short(address))));
    let stored = receipt.imported + receipt.updated + receipt.unchanged;
    let chain = [receipt.source_total, receipt.read, receipt.total, stored];
    screen.lead.push(Text::with(Key::DoneChain, chain.map(Into::into)));
    screen
}

/// An address from elsewhere becomes a link only if it leads to a page.
fn is_web_address(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://")
}

fn verdict(receipt: &Receipt, delivered: u32) -> Notice {
    if receipt.complete {
        Notice { tone: Tone::Ok, what: Key::DoneComplete.into(), then: None }
    } else {
        let values = [delivered.into(), receipt.source_total.into()];
        let then = Text::with(Key::DoneIncompleteThen, values);
        Notice::new(Tone::Warn, Key::DoneIncomplete, then)
    }
}

/// The four numbers that everybody asks for, and the rarer two when there is something to tell.
fn counts(receipt: &Receipt) -> Vec<Count> {
    let count = |id, label: Key, count| Count { id, label: label.into(), count };
    let mut counts = vec![
        count("receipt-imported", Key::ReceiptImported, receipt.imported),
        count("receipt-updated", Key::ReceiptUpdated, receipt.updated),
        count("receipt-unchanged", Key::ReceiptUnchanged, receipt.unchanged),
        count("receipt-rejected", Key::ReceiptRejected, receipt.rejected),
    ];
    if receipt.ignored > 0 {
        counts.push(count("receipt-ignored", Key::ReceiptIgnored, receipt.ignored));
    }
    if receipt.duplicate > 0 {
        counts.push(count("receipt-duplicate", Key::ReceiptDuplicate, receipt.duplicate));
    }
    counts
}
