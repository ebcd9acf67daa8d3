//! The server form: address, a token for those who have one, and what the server said.

use extension::messages::Request;
use leptos::prelude::*;

use extension_popup::{
    i18n::Key,
    model::{Body, Screen, server::TOKEN_COMMAND},
};

use super::{notice, part};
use crate::{
    app::App,
    words::{say, word},
};

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
    let (by_token, stored) = screen.with_untracked(|screen| match &screen.body {
        Body::Server(form) => (form.by_token, form.stored),
        _ => (false, false),
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
    view! {
        {result(screen)}
        // Enter in a field presses the button of the form, which stands at the foot of the page.
        <form id="server-form" novalidate on:submit=|event| event.prevent_default()>
            {field(app, &address)}
            {by_token.then(|| field(app, &token))}
        </form>
        {by_token.then(help)}
        {proxy(app, screen)}
    }
    .into_any()
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
    let typed = move |event| {
        value.set(event_target_value(&event));
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

/// Headers for a proxy with a sign-in of its own; their values are never shown again.
fn proxy(app: App, screen: Memo<Screen>) -> AnyView {
    let [name, value] = [
        ("header-name", "text", Key::HeaderName, Key::HeaderNameHint, app.fields.header),
        ("header-value", "password", Key::HeaderValue, Key::HeaderValueHint, app.fields.value),
    ]
    .map(|(id, kind, label, hint, value)| Field {
        id,
        kind,
        input_mode: "text",
        label,
        hint,
        value,
    });
    let names = part(screen, |screen| match &screen.body {
        Body::Server(form) => form.headers.join(", "),
        _ => String::new(),
    });
    view! {
        <details class="list" id="server-headers">
            <summary>{word(Key::Headers)}</summary>
            <p>{word(Key::HeadersWhat)}</p>
            {field(app, &name)}
            {field(app, &value)}
            <p class="hint" id="header-names">{names}</p>
            <div class="pair">
                {small_button("header-add", Key::HeaderAdd, move || app.add_header())}
                {small_button("header-drop", Key::HeaderDrop, move || app.ask(&Request::DropHeaders))}
            </div>
        </details>
    }
    .into_any()
}

fn small_button(id: &'static str, label: Key, press: impl Fn() + 'static) -> AnyView {
    view! {
        <button type="button" class="button" id=id on:click=move |_| press()>{word(label)}</button>
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
