//! A run that rests: what it means for the books, when it goes on, how far it is.

use leptos::prelude::*;

use extension_popup::model::work::Rest;

use super::progress::{facts, meter};
use extension_popup::words::say;

/// The middle of a waiting or stopped run.
pub(super) fn view(rest: &Rest) -> AnyView {
    let resumes = rest.resumes.as_ref().map(|text| {
        view! {
            <p class="rest-resumes">
                <span class="mark mark-clock" aria-hidden="true"></span>
                {say(text)}
            </p>
        }
    });
    let progress = rest.bar.as_ref().map(|bar| {
        view! { <div class="rest-progress">{meter(bar)} {facts(&bar.facts)}</div> }
    });
    view! {
        <div class="rest">
            <p class="rest-kept">
                <span class="mark mark-kept" aria-hidden="true"></span>
                {say(&rest.kept)}
            </p>
            {resumes}
            {progress}
        </div>
    }
    .into_any()
}
