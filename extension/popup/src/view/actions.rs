//! The buttons at the foot of a screen: the next step last and filled.

use leptos::prelude::*;

use extension_popup::model::{Act, Body, Button, Screen, Weight};

use super::part;
use crate::{app::App, words::say};

/// The row of buttons. A button that stays keeps the focus, whatever becomes of its label.
pub(super) fn view(app: App, screen: Memo<Screen>) -> AnyView {
    let buttons = part(screen, |screen| screen.buttons.clone());
    view! {
        <div class="actions">
            <For
                each=move || buttons.get()
                key=|button| (button.id, is_link(button))
                children=move |button| one(app, screen, buttons, &button)
            />
        </div>
    }
    .into_any()
}

fn is_link(button: &Button) -> bool {
    matches!(button.act, Act::Visit(_))
}

fn one(app: App, screen: Memo<Screen>, all: Memo<Vec<Button>>, first: &Button) -> AnyView {
    let id = first.id;
    // The row is rebuilt a moment after the list has changed, so a button may be gone already.
    let now = Memo::new(move |_| all.with(|all| all.iter().find(|one| one.id == id).cloned()));
    let label = move || now.get().map(|button| say(&button.label));
    let class = move || now.get().map_or("button", |button| class(button.weight));
    if let Act::Visit(address) = &first.act {
        let address = address.clone();
        return view! {
            <a class=class id=id href=address target="_blank" rel="noopener noreferrer">{label}</a>
        }
        .into_any();
    }
    let busy = part(screen, |screen| match &screen.body {
        Body::Server(form) => form.checking,
        _ => false,
    });
    let waits = move || id == "server-save" && busy.get();
    let press = move |event: leptos::ev::MouseEvent| {
        // The button belongs to a form; Enter in a field presses it too.
        event.prevent_default();
        if let Some(button) = now.get_untracked().filter(|_| !waits()) {
            app.act(button.act);
        }
    };
    let form = (first.act == Act::SaveServer).then_some("server-form");
    let kind = if form.is_some() { "submit" } else { "button" };
    view! {
        <button
            type=kind
            form=form
            class=class
            id=id
            aria-disabled=move || waits().then_some("true")
            on:click=press
        >
            {label}
        </button>
    }
    .into_any()
}

fn class(weight: Weight) -> &'static str {
    match weight {
        Weight::Filled => "button button-filled",
        Weight::Plain => "button",
        Weight::Quiet => "button button-quiet",
    }
}
