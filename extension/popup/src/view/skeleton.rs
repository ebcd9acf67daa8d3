//! What stands on the page until the worker has answered.

use leptos::prelude::*;

/// Grey bars where text will be; the heading is read aloud instead.
pub(super) fn view() -> AnyView {
    view! {
        <div class="skeleton" aria-hidden="true">
            <span class="bone bone-heading"></span>
            <span class="bone"></span>
            <span class="bone bone-short"></span>
            <span class="bone bone-field"></span>
            <span class="bone bone-field"></span>
        </div>
    }
    .into_any()
}
