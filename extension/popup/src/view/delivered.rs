//! The receipt: what became of the titles.

use leptos::prelude::*;

use extension_popup::{
    i18n::Key,
    model::outcome::{Count, Delivered},
};

use super::{list, notice};
use crate::words::{say, word};

/// Numbers, the verdict, and why titles were rejected.
pub(super) fn view(delivered: &Delivered) -> AnyView {
    let counts: Vec<_> = delivered.counts.iter().map(count).collect();
    let refused = delivered.refused.as_ref().map(|refused| list::view("refused", refused));
    view! {
        <div class="delivered">
            <dl class="receipt" aria-label=word(Key::Receipt)>{counts}</dl>
            {notice::view(&delivered.notice)}
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
