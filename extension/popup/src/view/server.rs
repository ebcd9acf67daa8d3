//! The server form: address, a token for those who have one, and what the server said.

use leptos::prelude::*;

use extension_popup::{
    i18n::Key,
    model::{
        Body, Screen,
        server::{Entry, TOKEN_COMMAND},
    },
};

use super::{notice, part};
use extension_popup::words::{say, word};

use crate::app::App;

/// A field with its label, hint, and what is wrong with it.
struct Field {
    id: &'static str,
    kind: &'static str,
    input_mode: &'static str,
    label: Key,
    hint: Key,
    value: RwSignal<String>,
}

/// The middle of the server screen.
pub(super) fn view(app: App, screen: Memo<Screen>) -> AnyView {
    follow_address(app, screen);
    let (entry, stored) = screen.with_untracked(|screen| match &screen.body {
        Body::Server(form) => (form.entry, form.stored),
        _ => (Entry::Address, false),
    });
    let address = Field {
        id: "server-address",
        kind: "text",
        input_mode: "url",
        label: Key::ServerAddress,
        hint: Key::ServerAddressHint,
        value: app.fields.address,
    };
    let token = Field {
        id: "server-token",
        kind: "password",
        input_mode: "text",
        label: Key::ServerToken,
        hint: if stored { Key::ServerTokenStored } else { Key::ServerTokenHint },
        value: app.fields.token,
    };
    let name = Field {
        id: "header-name",
        kind: "text",
        input_mode: "text",
        label: Key::HeaderName,
        hint: Key::HeaderNameHint,
        value: app.fields.header,
    };
    let value = Field {
        id: "header-value",
        kind: "password",
        input_mode: "text",
        label: Key::HeaderValue,
        hint: Key::HeaderValueHint,
        value: app.fields.value,
    };
    let (first, second) = match entry {
        Entry::Address => (address, None),
        Entry::Token => (address, Some(token)),
        Entry::Headers => (name, Some(value)),
    };
    view! {
        {result(screen)}
        // Enter in a field presses the button of the form, which stands at the foot of the page.
        <form id="server-form" novalidate on:submit=|event| event.prevent_default()>
            {field(app, &first)}
            {second.map(|second| field(app, &second))}
        </form>
        {(entry == Entry::Token).then(help)}
    }
    .into_any()
}

/// The tick by which the person agrees that the server becomes a device.
pub(super) fn agreement(app: App) -> AnyView {
    let tick = Field {
        id: "link-agree",
        kind: "checkbox",
        input_mode: "none",
        label: Key::LinkAgree,
        hint: Key::LinkApart,
        value: app.fields.agreed,
    };
    field(app, &tick)
}

/// The field begins with the stored address, and shows it as the worker has normalised it.
fn follow_address(app: App, screen: Memo<Screen>) {
    let stored = part(screen, |screen| match &screen.body {
        Body::Server(form) => Some(form.address.clone()),
        _ => None,
    });
    Effect::new(move |before: Option<Option<String>>| {
        let now = stored().filter(|address| !address.is_empty());
        if now != before.flatten()
            && let Some(address) = &now
        {
            app.fields.address.set(address.clone());
        }
        now
    });
}

fn result(screen: Memo<Screen>) -> AnyView {
    let trouble = part(screen, |screen| match &screen.body {
        Body::Server(form) => form.trouble,
        _ => None,
    });
    let notices = part(screen, |screen| match &screen.body {
        Body::Server(form) => form.notices.iter().map(notice::view).collect(),
        _ => Vec::new(),
    });
    view! {
        <div role="status" id="server-result" data-server-trouble=trouble>
            {notices}
        </div>
    }
    .into_any()
}

fn field(app: App, field: &Field) -> AnyView {
    let (id, value, missing) = (field.id, field.value, app.fields.missing);
    let hint = format!("{id}-hint");
    let problem = format!("{id}-problem");
    let described = format!("{problem} {hint} server-result");
    let advice = word(field.hint);
    let wrong = move || missing.get().filter(|wrong| wrong.field() == id);
    let is_tick = field.kind == "checkbox";
    let typed = move |event| {
        value.set(match (is_tick, is_tick && event_target_checked(&event)) {
            (false, _) => event_target_value(&event),
            (true, false) => String::new(),
            (true, true) => "yes".to_owned(),
        });
        missing.set(None);
    };
    view! {
        <div class="field">
            <label for=id>{word(field.label)}</label>
            <input
                id=id
                type=field.kind
                inputmode=field.input_mode
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                required
                aria-describedby=described
                aria-invalid=move || wrong().map(|_| "true")
                prop:value=move || value.get()
                on:input=typed
            />
            <p class="field-problem" id=problem>
                {move || wrong().map(|wrong| say(&wrong.words()))}
            </p>
            <p class="hint" id=hint>{advice}</p>
        </div>
    }
    .into_any()
}

fn help() -> AnyView {
    view! {
        <details class="list">
            <summary>{word(Key::ServerTokenHelp)}</summary>
            <p>{word(Key::ServerTokenWhat)}</p>
            <p>{word(Key::ServerTokenHow)}</p>
            <pre tabindex="0"><code>{TOKEN_COMMAND}</code></pre>
        </details>
    }
    .into_any()
}
