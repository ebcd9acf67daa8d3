//! The choice of the Audible shop: as a field of the start, and as a setting.

use extension::messages::Request;
use leptos::prelude::*;
use shared::ids::Marketplace;

use extension_popup::{
    i18n::Key,
    model::{Body, Screen, shop::Shop},
};

use super::{notice, part};
use extension_popup::words::word;

use crate::app::App;

/// The setting: the choice is taken with the button below.
pub(super) fn view(app: App, screen: Memo<Screen>) -> AnyView {
    let shop = part(screen, |screen| match &screen.body {
        Body::Marketplace { picked, .. } => Some(*picked),
        _ => None,
    });
    let warning = part(screen, |screen| match &screen.body {
        Body::Marketplace { warning, .. } => warning.clone(),
        _ => None,
    });
    let pick = move |marketplace| app.local.update(|local| local.picked = Some(marketplace));
    view! {
        {field(shop, pick)}
        <div role="status">{move || warning().as_ref().map(notice::view)}</div>
    }
    .into_any()
}

/// The field of the start: the choice is taken at once.
pub(super) fn at_once(app: App, screen: Memo<Screen>) -> AnyView {
    let shop = part(screen, |screen| match &screen.body {
        Body::Start(shop) => Some(*shop),
        _ => None,
    });
    field(shop, move |marketplace| app.ask(&Request::ChooseMarketplace { marketplace }))
}

fn field(
    shop: impl Fn() -> Option<Shop> + Copy + Send + Sync + 'static,
    take: impl Fn(Marketplace) + 'static,
) -> AnyView {
    let options: Vec<_> = Marketplace::ALL
        .into_iter()
        .map(|one| {
            let chosen = move || shop() == Some(Shop(one));
            view! { <option value=one.code() prop:selected=chosen>{Shop(one).site()}</option> }
        })
        .collect();
    let changed = move |event| {
        if let Ok(marketplace) = Marketplace::parse(&event_target_value(&event)) {
            take(marketplace);
        }
    };
    view! {
        <div class="field">
            <label for="marketplace">{word(Key::Marketplace)}</label>
            <select id="marketplace" aria-describedby="marketplace-hint" on:change=changed>
                {options}
            </select>
            <p class="hint" id="marketplace-hint">{word(Key::MarketplaceHint)}</p>
        </div>
    }
    .into_any()
}
