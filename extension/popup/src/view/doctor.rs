//! The connection doctor: a list of stages, the broken one with what to do about it.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use web_sys::Element;

use extension_popup::model::doctor::Finding;

use extension_popup::words::{cause, word};

/// The middle of the doctor's screen; nothing while it checks. The list is built by hand: it is only
/// ever shown anew as a whole, and the framework's way of following each part would double the size
/// of this.
pub(super) fn view(finding: Option<&Arc<Finding>>) -> AnyView {
    let state = finding.map_or("checking", |finding| &finding.code).to_owned();
    if let Some(finding) = finding.cloned() {
        // Once it stands on the page.
        spawn_local(async move {
            if let Some(place) = document().get_element_by_id("doctor") {
                fill(&place, &finding);
            }
        });
    }
    view! { <ol class="stages" id="doctor" data-doctor=state></ol> }.into_any()
}

fn fill(list: &Element, finding: &Finding) {
    for line in finding.lines() {
        let class = if line.failed { "stage-failed" } else { "" };
        let Some(item) = child(list, "li", class, "") else { return };
        child(&item, "span", line.sign, "");
        child(&item, "span", "stage-label", &word(line.label));
        child(&item, "span", "stage-outcome", &word(line.outcome));
        if line.failed {
            child(&item, "p", "stage-words notice-what", &cause(finding, ""));
            child(&item, "p", "stage-words", &cause(finding, "_then"));
            if let Some(name) = finding.named() {
                child(&item, "code", "stage-words", name);
            }
            // The window may be too small for the whole list; this is the part that matters.
            item.scroll_into_view_with_bool(false);
        }
    }
}

fn child(parent: &Element, tag: &str, class: &str, text: &str) -> Option<Element> {
    let child = document().create_element(tag).ok()?;
    child.set_class_name(class);
    child.set_text_content(Some(text));
    parent.append_child(&child).ok()?;
    Some(child)
}
