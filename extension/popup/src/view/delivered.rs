//! The receipt: what became of the titles.

use leptos::prelude::*;

use extension_popup::{
    i18n::Key,
    model::{
        Tone,
        outcome::{Count, Delivered},
    },
};

use super::{list, notice};
use extension_popup::words::{say, word};

/// Numbers, the verdict, and why titles were rejected.
pub(super) fn view(delivered: &Delivered) -> AnyView {
    let counts: Vec<_> = delivered.counts.iter().map(count).collect();
    let verdict = notice::view(&delivered.notice);
    // What is not as it should be comes before the numbers.
    let (first, last) = match delivered.notice.tone {
        Tone::Ok => (None, Some(verdict)),
        _ => (Some(verdict), None),
    };
    let refused = delivered.refused.as_ref().map(|refused| list::view("refused", refused));
    view! {
        <div class="delivered">
            {first}
            <dl class="receipt" aria-label=word(Key::Receipt)>{counts}</dl>
            {last}
            {refused}
        </div>
    }
    .into_any()
}

fn count(count: &Count) -> AnyView {
    let shown = say(&extension_popup::model::work::number(count.count));
    view! {
        <div class="count">
            <dt>{say(&count.label)}</dt>
            <dd id=count.id data-count=count.count.to_string()>{shown}</dd>
        </div>
    }
    .into_any()
}
