//! Before a reading: which marketplace, and the browser's permission for its two hosts.

use extension::messages::{Phase, Request, Snapshot};
use shared::ids::Marketplace;

use super::{Act, Body, Button, Local, Notice, Screen, Shop, Text, Tone};
use crate::i18n::Key;

/// The screen that begins a reading.
pub(super) fn start(shop: Shop) -> Screen {
    let read = Button::filled("read", Key::Read, Act::AllowThen(Request::Read));
    let mut screen = Screen::new("start", Key::StartHeading.into(), Body::Start(shop), vec![read]);
    screen.lead.push(Key::StartLead.into());
    screen
}

/// The setting for the marketplace; `picked` is what the person has chosen there but not yet taken.
pub(super) fn marketplace(snapshot: &Snapshot, local: &Local, present: Shop) -> Screen {
    let picked = Shop(local.picked.unwrap_or(present.0));
    let change = Request::ChooseMarketplace { marketplace: picked.0 };
    let buttons = vec![
        Button::plain("back", Key::Back, Act::Show(None)),
        Button::filled(
            "marketplace-save",
            Text::with(Key::MarketplaceUse, [picked.site().into()]),
            change,
        ),
    ];
    let drops = picked != present && reads(&snapshot.phase);
    let warning =
        drops.then(|| Notice::new(Tone::Warn, Key::MarketplaceDrops, Key::MarketplaceDropsThen));
    let body = Body::Marketplace { picked, warning };
    let mut screen = Screen::new("marketplace", Key::Marketplace.into(), body, buttons);
    screen.lead.push(Key::MarketplaceLead.into());
    screen
}

/// Whether the run still needs the marketplace that it was begun with.
fn reads(phase: &Phase) -> bool {
    use extension::messages::Step;
    match phase {
        Phase::AwaitingPermission | Phase::Reading(_) | Phase::Enriching(_) => true,
        Phase::Waiting { during, .. } | Phase::Stopped { during, .. } => {
            matches!(during, Step::Reading | Step::Enriching)
        }
        Phase::Idle | Phase::History(_) | Phase::Ready(_) | Phase::Sending(_) | Phase::Done(_) => {
            false
        }
    }
}

/// The browser has not granted the two hosts, or not yet.
pub(super) fn permission(shop: Shop, declined: bool) -> Screen {
    let buttons = vec![
        Button::plain("discard", Key::BackToStart, Request::Discard),
        Button::filled("read", Key::PermissionAsk, Act::AllowThen(Request::Read)),
    ];
    let heading = if declined { Key::DeclinedHeading } else { Key::PermissionHeading };
    let mut screen = Screen::new("awaiting-permission", heading.into(), Body::Nothing, buttons);
    screen.tone = if declined { Tone::Warn } else { Tone::Wait };
    screen.lead = if declined {
        vec![Text::with(Key::DeclinedLead, shop.hosts()), Key::DeclinedThen.into()]
    } else {
        vec![Text::with(Key::PermissionLead, shop.hosts()), Key::PermissionHint.into()]
    };
    screen
}

/// The marketplace that is used: the chosen one, else the one that fits the browser's language.
pub(super) fn shop(snapshot: &Snapshot, language: &str) -> Shop {
    Shop(snapshot.marketplace.unwrap_or_else(|| Marketplace::for_language(language)))
}
