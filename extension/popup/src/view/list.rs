//! A list that opens at a click: what could not be used, or why titles were rejected.

use leptos::prelude::*;

use extension_popup::model::lists::{Group, List};

use extension_popup::words::say;

/// The list, closed at first.
pub(super) fn view(id: &'static str, list: &List) -> AnyView {
    let groups: Vec<_> = list.groups.iter().map(group).collect();
    let cut = list.cut.as_ref().map(|cut| view! { <p class="hint">{say(cut)}</p> });
    view! {
        <details class="list" id=id>
            <summary>{say(&list.title)}</summary>
            <ul>{groups}</ul>
            {cut}
        </details>
    }
    .into_any()
}

fn group(group: &Group) -> AnyView {
    let places: Vec<_> = group.places.iter().map(say).collect();
    view! {
        <li>
            <span class="list-what">{say(&group.what)}</span>
            <span class="list-places">{places.join(", ")}</span>
        </li>
    }
    .into_any()
}
