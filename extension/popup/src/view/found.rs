//! What was read, before the person decides.

use leptos::prelude::*;

use extension_popup::model::outcome::Found;

use super::{list, notice, progress::facts};

/// Numbers, remarks, and what could not be used.
pub(super) fn view(found: &Found) -> AnyView {
    let notices: Vec<_> = found.notices.iter().map(notice::view).collect();
    let problems = found.problems.as_ref().map(|problems| list::view("problems", problems));
    let numbers = (!found.facts.is_empty()).then(|| facts(&found.facts));
    view! { <div class="found">{numbers} {notices} {problems}</div> }.into_any()
}
