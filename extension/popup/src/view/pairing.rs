//! The code that the person compares with the one on the server's page.

use leptos::prelude::*;

use extension_popup::{i18n::Key, model::pairing::Code};

use crate::words::{say, word};

/// The middle of the pairing screen.
pub(super) fn view(code: &Code) -> AnyView {
    view! {
        <p class="code" id="pair-code">{code.code.clone()}</p>
        <p>{word(Key::PairCompare)}</p>
        <p class="hint">{say(&code.until)}</p>
    }
    .into_any()
}
