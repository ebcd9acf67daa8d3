//! The buttons at the foot of a screen: the next step last and filled.

use leptos::prelude::*;

use extension_popup::model::{Act, Body, Button, Screen, Weight, server::Entry};

use extension_popup::words::say;

use crate::app::App;

/// The row of buttons. Each keeps its element as long as it is there, so that the focus never
/// slides from one button to its neighbour.
pub(super) fn view(app: App, screen: Memo<Screen>) -> AnyView {
    let ids = Memo::new(move |_| {
        screen.with(|screen| screen.buttons.iter().map(|button| button.id).collect::<Vec<_>>())
    });
    catch_focus(ids);
    view! {
        <section class="actions" aria-labelledby="heading">
            <For each=move || ids.get() key=|id| *id children=move |id| one(app, screen, id)/>
        </section>
    }
    .into_any()
}

/// A button that goes while it has the focus hands it to the heading.
fn catch_focus(ids: Memo<Vec<&'static str>>) {
    Effect::new(move |first: Option<()>| {
        ids.track();
        if first.is_some() {
            super::focus_if_lost("heading");
        }
    });
}

fn one(app: App, screen: Memo<Screen>, id: &'static str) -> AnyView {
    let class = move || find(screen, id, |button| class(button.weight));
    let label = move || find(screen, id, |button| say(&button.label));
    let visited = untrack(|| find(screen, id, |button| matches!(button.act, Act::Visit(_))));
    if visited == Some(true) {
        let address = move || {
            find(screen, id, |button| match &button.act {
                Act::Visit(address) => address.clone(),
                _ => String::new(),
            })
        };
        return view! {
            <a class=class id=id href=address target="_blank" rel="noopener noreferrer">{label}</a>
        }
        .into_any();
    }
    // Enter in a field presses the button of the form; while the check runs it does nothing.
    let saves = untrack(|| find(screen, id, |button| is_of_form(&button.act))) == Some(true);
    let waits = move || saves && screen.with(|screen| is_checking(&screen.body));
    let press = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        if waits() {
            return;
        }
        if let Some(act) = find(screen, id, |button| button.act.clone()) {
            app.act(act);
        }
    };
    view! {
        <button
            type=if saves { "submit" } else { "button" }
            form=saves.then_some("server-form")
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

/// A part of the button with this id; none when the button is just going.
fn find<T>(screen: Memo<Screen>, id: &str, read: impl FnOnce(&Button) -> T) -> Option<T> {
    screen.with(|screen| screen.buttons.iter().find(|button| button.id == id).map(read))
}

fn is_of_form(act: &Act) -> bool {
    matches!(act, Act::SaveServer | Act::AddHeader(_))
}

fn is_checking(body: &Body) -> bool {
    matches!(body, Body::Server(form) if form.checking && form.entry != Entry::Headers)
}

fn class(weight: Weight) -> &'static str {
    match weight {
        Weight::Filled => "button button-filled",
        Weight::Plain => "button",
        Weight::Quiet => "button button-quiet",
    }
}
