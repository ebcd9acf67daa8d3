//! The connection doctor's question and report.

use extension::doctor::Diagnose;

use super::{Node, text, truth};
use crate::model::doctor::Finding;

/// The fields of the question, as texts and as yes or no.
pub fn question(ask: &Diagnose) -> (&str, [(&'static str, bool); 2]) {
    (&ask.address, [("named", ask.named), ("keep", ask.keep)])
}

/// A report; none if the value is something else, as from another version of the worker.
pub fn finding(node: &impl Node) -> Option<Finding> {
    Some(Finding {
        held: truth(node, "held")?,
        stages: text(node, "stages")?,
        code: text(node, "code")?,
        detail: text(node, "detail")?,
        host: text(node, "host")?,
        origin: text(node, "origin")?,
        plain: text(node, "plain")?,
    })
}
