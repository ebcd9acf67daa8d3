//! The screen that begins a reading: which shop, what is read, what the browser will ask.

use leptos::prelude::*;

use extension_popup::{
    i18n::Key,
    model::{Body, Screen, text::Text},
};

use super::{marketplace, part};
use extension_popup::words::{say, word};

use crate::app::App;

/// The middle of the start.
pub(super) fn view(app: App, screen: Memo<Screen>) -> AnyView {
    let asks = part(screen, |screen| match &screen.body {
        Body::Start(shop) => Some(Text::with(Key::StartAsksWhat, shop.hosts())),
        _ => None,
    });
    view! {
        {marketplace::at_once(app, screen)}
        <section class="start-part">
            <h2>{word(Key::StartReads)}</h2>
            <ul>
                <li>{word(Key::StartReadsTitles)}</li>
                <li>{word(Key::StartReadsListening)}</li>
                <li>{word(Key::StartReadsCatalog)}</li>
            </ul>
        </section>
        <section class="start-part">
            <h2>{word(Key::StartAsks)}</h2>
            <p>{move || asks().map(|text| say(&text))}</p>
        </section>
    }
    .into_any()
}
