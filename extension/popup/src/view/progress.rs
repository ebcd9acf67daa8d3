//! A run that works: a bar and its numbers.

use leptos::prelude::*;

use extension_popup::{
    i18n::Key,
    model::{
        Body, Screen,
        text::{Text, Value},
        work::Bar,
    },
};

use super::part;
use extension_popup::words::{say, word};

/// The bar follows the run without being built anew, so that nothing flickers or loses the focus.
pub(super) fn view(screen: Memo<Screen>) -> AnyView {
    let bar = part(screen, |screen| match &screen.body {
        Body::Progress(bar) => Some(bar.clone()),
        _ => None,
    });
    view! {
        <div class="progress">
            {move || bar().map(|bar| view! {
                {meter(&bar)}
                {facts(&bar.facts)}
            })}
            <p class="hint">{word(Key::CloseWindow)}</p>
        </div>
    }
    .into_any()
}

/// The bar with its label.
pub(super) fn meter(bar: &Bar) -> AnyView {
    let percent =
        bar.percent().map(|percent| say(&Text::with(Key::Number, [Value::Percent(percent)])));
    let (value, max) = bar.share.unzip();
    view! {
        <div class="meter">
            <p class="meter-label">
                <span id="meter-label">{say(&bar.label)}</span>
                <span aria-hidden="true">{percent}</span>
            </p>
            <progress aria-labelledby="meter-label" value=value max=max></progress>
        </div>
    }
    .into_any()
}

/// Names and values, one pair a line.
pub(super) fn facts(facts: &[(Text, Text)]) -> AnyView {
    let pairs: Vec<_> = facts
        .iter()
        .map(|(name, value)| {
            view! {
                <div>
                    <dt>{say(name)}</dt>
                    <dd>{say(value)}</dd>
                </div>
            }
        })
        .collect();
    view! { <dl class="facts">{pairs}</dl> }.into_any()
}
