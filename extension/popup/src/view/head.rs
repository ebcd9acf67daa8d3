//! The head: name, way into a tab, and two small buttons that say how things stand.

use leptos::prelude::*;

use extension_popup::{
    i18n::Key,
    model::{Chip, Panel, chips},
};

use super::sign;
use extension_popup::words::{say, word};

use crate::app::App;

/// The head of every screen.
pub(super) fn view(app: App) -> AnyView {
    let buttons = move || {
        let (chips, open) = app
            .local
            .with(|local| (app.link.with(|link| chips(link, &local.language)), local.panel));
        chips.map(|chips| chips.map(|chip| small_button(app, &chip, open == Some(chip.opens))))
    };
    view! {
        <header>
            <div class="brand">
                <img src="icons/32.png" alt="" width="24" height="24"/>
                <span class="brand-name">{word(Key::AppName)}</span>
                <a
                    class="to-tab"
                    id="open-in-tab"
                    href="popup.html?tab=1"
                    target="_blank"
                    rel="noopener"
                    title=word(Key::OpenInTab)
                    aria-label=word(Key::OpenInTab)
                ></a>
            </div>
            <nav class="chips" aria-label=word(Key::Settings)>{buttons}</nav>
        </header>
    }
    .into_any()
}

fn small_button(app: App, chip: &Chip, open: bool) -> AnyView {
    let opens = chip.opens;
    let (id, class) = match opens {
        Panel::Marketplace => ("chip-marketplace", "mark mark-shop"),
        Panel::Server => ("chip-server", "mark mark-server"),
    };
    view! {
        <button
            type="button"
            class="chip"
            id=id
            aria-label=say(&chip.spoken)
            aria-pressed=open.to_string()
            on:click=move |_| app.show((!open).then_some(opens))
        >
            <span class=class aria-hidden="true"></span>
            <span class="chip-label">{say(&chip.label)}</span>
            {sign(chip.tone)}
        </button>
    }
    .into_any()
}
