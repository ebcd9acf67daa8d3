//! What only this page reads of a snapshot and asks of the worker, field by field as in
//! [`crate::wire`].

use extension::messages::{Choice, Compared, Request, Snapshot};

use crate::wire::{self, Node, count, optional, text, trouble, truth};

/// A value of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// A text.
    Text(String),
    /// Yes or no.
    Truth(bool),
    /// Texts.
    List(Vec<String>),
}

/// The fields of a request that this page makes.
pub fn request(request: Request) -> Vec<(&'static str, Field)> {
    let ask = |name: &str| ("ask", Field::Text(name.to_owned()));
    match request {
        Request::Compare => vec![ask("compare")],
        Request::Send => vec![ask("send")],
        Request::Choose { left_out } => {
            vec![ask("choose"), ("left_out", Field::List(left_out))]
        }
        Request::Ignore { asins, wanted } => {
            vec![ask("ignore"), ("asins", Field::List(asins)), ("wanted", Field::Truth(wanted))]
        }
        Request::NameLibrary { name } => {
            vec![ask("name_library"), ("name", Field::Text(name))]
        }
        Request::ImportWithoutAsking { on } => {
            vec![ask("import_without_asking"), ("on", Field::Truth(on))]
        }
        // The others are the popup's.
        _ => vec![ask("look")],
    }
}

/// A snapshot with what there is to choose from; none if the value is something else.
pub fn snapshot(node: &impl Node) -> Option<Snapshot> {
    Some(Snapshot {
        choice: optional(node.field("choice"), choice)?,
        without_asking: truth(node, "without_asking")?,
        library: text(node, "library")?,
        ..wire::snapshot(node)?
    })
}

fn choice(node: &impl Node) -> Option<Choice> {
    Some(Choice {
        run: text(node, "run")?,
        batches: count(node, "batches")?,
        left_out: count(node, "left_out")?,
        settled: truth(node, "settled")?,
        compared: optional(node.field("compared"), compared)?,
        told: count(node, "told")?,
        untold: optional(node.field("untold"), trouble::of_server)?,
    })
}

fn compared(node: &impl Node) -> Option<Compared> {
    Some(Compared {
        done: count(node, "done")?,
        of: count(node, "of")?,
        imported: count(node, "imported")?,
        updated: count(node, "updated")?,
        unchanged: count(node, "unchanged")?,
        ignored: count(node, "ignored")?,
        rejected: count(node, "rejected")?,
        trouble: optional(node.field("trouble"), trouble::of_server)?,
    })
}
