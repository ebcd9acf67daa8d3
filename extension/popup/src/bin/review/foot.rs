//! How many are chosen, what the server said, and the button that sends.

use extension::messages::{Choice, ServerTrouble};
use extension_popup::{
    i18n::Key,
    model::{self, text::Text},
    review::texts::Word,
    words,
};
use leptos::prelude::*;

use crate::{
    page::{CONNECTOR, Page, word},
    permissions,
};

/// Everything below the list.
pub(crate) fn view(page: Page) -> AnyView {
    let numbers = Memo::new(move |_| {
        page.shelf.with(|shelf| {
            let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            let left_out = count(shelf.left_out().len());
            (count(shelf.len()) - left_out, count(shelf.len()))
        })
    });
    let shown = Memo::new(move |_| {
        let shown = page.shown.with(|shown| u32::try_from(shown.len()).unwrap_or(u32::MAX));
        (shown, numbers.get().1)
    });
    let of =
        |word: Word, (part, all): (u32, u32)| words::tell(word.name(), &[part.into(), all.into()]);
    let change = move |event: leptos::ev::Event| {
        let on = event_target_checked(&event);
        page.ask(extension::messages::Request::ImportWithoutAsking { on });
    };
    view! {
        <footer>
            <div class="says">
                <p role="status" id="chosen">
                    <b>{move || of(Word::Chosen, numbers.get())}</b>
                    " · "
                    {move || of(Word::Shown, shown.get())}
                </p>
                <div role="status">{move || server_says(page)}</div>
                <label class="tick">
                    <input
                        type="checkbox"
                        id="without-asking"
                        prop:checked=move || page.without_asking.get()
                        on:change=change
                    />
                    <span>{word(Word::WithoutAsking)}</span>
                </label>
                {notify()}
                {household(page)}
            </div>
            {move || go(page, numbers)}
        </footer>
    }
    .into_any()
}

/// A name for this library, where several of one shop come to the same account.
fn household(page: Page) -> AnyView {
    let change = move |event: leptos::ev::Event| {
        page.ask(extension::messages::Request::NameLibrary { name: event_target_value(&event) });
    };
    view! {
        <details class="household">
            <summary>{word(Word::Household)}</summary>
            <label class="field">
                <span>{word(Word::HouseholdName)}</span>
                <input
                    id="library-name"
                    maxlength="60"
                    prop:value=move || page.library.get()
                    on:change=change
                />
            </label>
            <p class="soft">{word(Word::HouseholdWhat)}</p>
        </details>
    }
    .into_any()
}

/// Notifications are a permission, which the browser asks for in the click.
fn notify() -> AnyView {
    let held = RwSignal::new(false);
    permissions::may_notify(move |may| held.set(may));
    let change = move |event: leptos::ev::Event| {
        permissions::notify(event_target_checked(&event), move |may| held.set(may));
    };
    view! {
        <label class="tick">
            <input type="checkbox" id="notify" prop:checked=move || held.get() on:change=change/>
            <span>{word(Word::Notify)}</span>
        </label>
    }
    .into_any()
}

/// Sends, or leads to where a server is connected.
fn go(page: Page, numbers: Memo<(u32, u32)>) -> AnyView {
    if page.server.with(Option::is_none) {
        let text = words::word(Key::ConnectServer);
        return view! { <a class="button button-filled" href=CONNECTOR>{text}</a> }.into_any();
    }
    let label = move || {
        words::say(&match numbers.get().0 {
            0 => Key::SendNone.into(),
            chosen => Text::counted(chosen, Key::SendOne, Key::Send),
        })
    };
    view! {
        <button
            type="button"
            class="button button-filled"
            id="send"
            disabled=move || !page.loaded.get()
            on:click=move |_| page.send()
        >
            {label}
        </button>
    }
    .into_any()
}

fn server_says(page: Page) -> Vec<AnyView> {
    let address = page.server.get().map(|server| server.address).unwrap_or_default();
    let Some(Choice { compared, untold, .. }) = page.choice.get() else { return Vec::new() };
    let mut said = Vec::new();
    if let Some(told) = compared {
        let text = match told.trouble {
            Some(trouble) => why(Word::NotCompared, &trouble, &address),
            None if told.done < told.of => {
                words::tell(Word::Comparing.name(), &[told.done.into(), told.of.into()])
            }
            None => {
                let [_, new, changed, unchanged, ..] = page.shelf.with(|shelf| shelf.counts());
                let values = [new, changed, unchanged].map(Into::into);
                words::tell(Word::Compared.name(), &values)
            }
        };
        said.push(view! { <p class="soft">{text}</p> }.into_any());
    }
    if let Some(trouble) = untold {
        let text = why(Word::Untold, &trouble, &address);
        said.push(view! { <p class="warn" role="alert">{text}</p> }.into_any());
    }
    said
}

/// What it means, and what is the matter.
fn why(what: Word, trouble: &ServerTrouble, address: &str) -> String {
    let (matter, then) = model::server::words(trouble, address);
    [word(what), words::say(&matter), words::say(&then)].join(" ")
}
