//! The code that the person compares with the one on the server's page.

use leptos::prelude::*;

/// The middle of the pairing screen.
pub(super) fn view(code: &str) -> AnyView {
    view! { <p class="code" id="pair-code">{code.to_owned()}</p> }.into_any()
}
