//! The buttons at the foot of a screen: the next step last and filled.

use leptos::prelude::*;

use extension_popup::model::{Act, Body, Button, Screen, Weight};

use crate::{app::App, words::say};

/// The row of buttons. A button that stays keeps the focus, whatever becomes of its label.
pub(super) fn view(app: App, screen: Memo<Screen>) -> AnyView {
    let buttons = move || {
        screen.with(|screen| {
            let busy = matches!(&screen.body, Body::Server(form) if form.checking);
            screen.buttons.iter().map(|button| one(app, button, busy)).collect::<Vec<_>>()
        })
    };
    view! { <div class="actions">{buttons}</div> }.into_any()
}

fn one(app: App, button: &Button, busy: bool) -> AnyView {
    let (id, class, label) = (button.id, class(button.weight), say(&button.label));
    if let Act::Visit(address) = &button.act {
        let address = address.clone();
        return view! {
            <a class=class id=id href=address target="_blank" rel="noopener noreferrer">{label}</a>
        }
        .into_any();
    }
    // Enter in a field presses the button of the form; while the check runs it does nothing.
    let form = (button.act == Act::SaveServer).then_some("server-form");
    let waits = busy && form.is_some();
    let act = button.act.clone();
    let press = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        if !waits {
            app.act(act.clone());
        }
    };
    view! {
        <button
            type=if form.is_some() { "submit" } else { "button" }
            form=form
            class=class
            id=id
            aria-disabled=waits.then_some("true")
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
