//! The page around every screen: head, heading, middle, buttons, foot, and where the focus goes.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use extension_popup::{
    i18n::Key,
    model::{Body, Screen, Tone, announcement, text::Text},
};

use extension_popup::words::{say, word};

use crate::app::App;

mod actions;
mod delivered;
mod doctor;
mod found;
mod head;
mod list;
mod marketplace;
mod notice;
mod pairing;
mod progress;
mod rest;
mod server;
mod skeleton;
mod start;

/// The whole page.
pub(crate) fn page(app: App) -> impl IntoView {
    let screen = Memo::new(move |_| app.screen());
    let identity = Memo::new(move |_| screen.with(Screen::identity));
    keep_focus(identity);
    let said = announcements(screen);
    view! {
        <div
            class="page"
            data-screen=move || identity.get().0
            data-trouble=move || identity.get().1
            data-server-trouble=move || identity.get().2
        >
            {head::view(app)}
            <main aria-labelledby="heading">
                {move || screen.with(|screen| screen.step.clone()).map(|step| {
                    view! { <p class="step">{say(&step)}</p> }
                })}
                {heading(screen)}
                {paragraphs(screen)}
                {move || {
                    identity.track();
                    body(app, screen)
                }}
            </main>
            {actions::view(app, screen)}
            <footer>{word(Key::Disclaimer)}</footer>
            <div role="status" class="visually-hidden">{move || said.get()}</div>
        </div>
    }
}

fn heading(screen: Memo<Screen>) -> AnyView {
    let tone = part(screen, |screen| screen.tone);
    let text = part(screen, |screen| screen.heading.clone());
    view! {
        <div class="title">
            {move || sign(tone())}
            <h1 id="heading" tabindex="-1">{move || say(&text())}</h1>
        </div>
    }
    .into_any()
}

fn paragraphs(screen: Memo<Screen>) -> impl Fn() -> Vec<AnyView> {
    move || screen.with(|screen| screen.lead.iter().map(paragraph).collect())
}

fn paragraph(text: &Text) -> AnyView {
    view! { <p class="lead">{say(text)}</p> }.into_any()
}

/// The middle of the screen. What moves while a screen stays is followed inside, so that fields
/// keep what was typed and buttons keep the focus.
fn body(app: App, screen: Memo<Screen>) -> AnyView {
    match screen.with_untracked(|screen| screen.body.clone()) {
        Body::Skeleton => skeleton::view(),
        Body::Nothing => ().into_any(),
        Body::Server(_) => server::view(app, screen),
        Body::Consent => server::agreement(app),
        Body::Start(_) => start::view(app, screen),
        Body::Marketplace { .. } => marketplace::view(app, screen),
        Body::Progress(_) => progress::view(screen),
        Body::Pairing(_)
        | Body::Doctor(_)
        | Body::Rest(_)
        | Body::Found(_)
        | Body::Delivered(_) => (move || screen.with(|screen| settled(&screen.body))).into_any(),
    }
}

/// A middle that is built anew when it changes, which is rare.
fn settled(body: &Body) -> AnyView {
    match body {
        Body::Pairing(code) => pairing::view(code),
        Body::Doctor(finding) => doctor::view(finding.as_ref()),
        Body::Rest(rest) => rest::view(rest),
        Body::Found(found) => found::view(found),
        Body::Delivered(delivered) => delivered::view(delivered),
        _ => ().into_any(),
    }
}

/// A part of the screen. Whoever shows it is asked again with every snapshot; what has not changed
/// leaves the page alone.
fn part<T>(screen: Memo<Screen>, read: fn(&Screen) -> T) -> impl Fn() -> T + Copy + Send + Sync
where
    T: 'static,
{
    move || screen.with(read)
}

/// The sign of a tone; the words beside it say the same.
fn sign(tone: Tone) -> Option<AnyView> {
    let class = match tone {
        Tone::Calm => return None,
        Tone::Info => "sign sign-info",
        Tone::Ok => "sign sign-ok",
        Tone::Wait => "sign sign-wait",
        Tone::Pause => "sign sign-pause",
        Tone::Warn => "sign sign-warn",
        Tone::Danger => "sign sign-danger",
    };
    Some(view! { <span class=class aria-hidden="true"></span> }.into_any())
}

/// A new screen takes the focus to its heading, where reading begins.
fn keep_focus<T>(identity: Memo<T>)
where
    T: PartialEq + Clone + Send + Sync + 'static,
{
    Effect::new(move |first: Option<()>| {
        identity.track();
        // The window has just opened: the browser's own focus is right.
        if first.is_some() {
            focus("heading");
        }
    });
}

/// Puts the focus on the element with this id once the page has been brought up to date.
pub(crate) fn focus(id: &'static str) {
    request_animation_frame(move || {
        let element = document().get_element_by_id(id);
        if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            // An element that cannot take the focus leaves it where it is.
            let _focused = element.focus();
        }
    });
}

/// Puts the focus there if the element that had it is gone.
fn focus_if_lost(id: &'static str) {
    request_animation_frame(move || {
        let page = document();
        let holder = page.active_element();
        if holder.is_none() || holder.as_ref() == page.body().as_deref() {
            focus(id);
        }
    });
}

fn announcements(screen: Memo<Screen>) -> RwSignal<String> {
    let said = RwSignal::new(String::new());
    Effect::new(move |before: Option<Screen>| {
        let after = screen.get();
        if let Some(text) = announcement(before.as_ref(), &after) {
            said.set(say(&text));
        }
        after
    });
    said
}
