//! The list: of however many titles, only the rows in sight are on the page.

use extension_popup::{review::texts::Word, words};
use leptos::{ev, html, prelude::*};

use crate::{
    page::{Page, word},
    row,
};

/// Rows kept on each side of those in sight, so that the next one is there before it is seen.
const SPARE: usize = 6;

/// Where the list stands, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sight {
    /// Scrolled by.
    top: i32,
    /// Height of what is in sight.
    height: i32,
    /// Height of a row, which follows the size of letters.
    row: i32,
}

impl Sight {
    /// The first row on the page and the one behind the last.
    fn rows(self, all: usize) -> (usize, usize) {
        let row = usize::try_from(self.row).unwrap_or_default().max(1);
        let above = usize::try_from(self.top).unwrap_or_default() / row;
        let fit = usize::try_from(self.height).unwrap_or_default() / row + 2;
        // What was scrolled to may lie behind the end of a list that has become shorter.
        let first = above.saturating_sub(SPARE).min(all.saturating_sub(fit));
        (first, all.min(above + fit + SPARE))
    }
}

/// The list, or what is said in its place.
pub(crate) fn view(page: Page) -> AnyView {
    let sight = RwSignal::new(Sight::default());
    let (frame, probe) = (NodeRef::<html::Div>::new(), NodeRef::<html::Div>::new());
    let look = move || {
        let (Some(frame), Some(probe)) = (frame.get_untracked(), probe.get_untracked()) else {
            return;
        };
        let (top, height) = (frame.scroll_top(), frame.client_height());
        sight.set(Sight { top, height, row: probe.offset_height() });
    };
    // A row has its height only once the page is laid out.
    Effect::new(move || request_animation_frame(look));
    // The page is never left without being closed, so the handle is not needed.
    let _resized = window_event_listener(ev::resize, move |_| look());
    // Another search or filter begins at its top.
    Effect::new(move || {
        page.show.track();
        page.search.track();
        if let Some(frame) = frame.get_untracked() {
            frame.set_scroll_top(0);
        }
        request_animation_frame(look);
    });
    let all = Memo::new(move |_| page.shown.with(Vec::len));
    let range = Memo::new(move |_| sight.get().rows(all.get()));
    let places = move || {
        let (first, end) = range.get();
        let within = |places: &Vec<usize>| {
            let rows = places.get(first..end).unwrap_or_default();
            rows.iter().enumerate().map(|(at, place)| (first + at, *place)).collect::<Vec<_>>()
        };
        page.shown.with(within)
    };
    let pixels = move |rows: usize| {
        [&(i64::from(sight.get().row) * i64::try_from(rows).unwrap_or_default()).to_string(), "px"]
            .concat()
    };
    view! {
        <div
            class="list"
            role="region"
            aria-label=word(Word::Heading)
            tabindex="0"
            node_ref=frame
            on:scroll=move |_| look()
        >
            <div class="probe" aria-hidden="true" node_ref=probe></div>
            {move || nothing(page)}
            <ul
                style:height=move || pixels(all.get())
                style:padding-block-start=move || pixels(range.get().0)
            >
                <For each=places key=|one| *one children=move |(at, place)| {
                    row::view(page, place, at, all)
                }/>
            </ul>
        </div>
    }
    .into_any()
}

/// Said while titles are read, and where no title fits.
fn nothing(page: Page) -> Option<AnyView> {
    let read = page.shelf.with(|shelf| u32::try_from(shelf.len()).unwrap_or(u32::MAX));
    if page.silent.get() {
        return Some(view! { <p class="instead" role="alert">{word(Word::Silent)}</p> }.into_any());
    }
    if !page.loaded.get() {
        let text = words::tell(Word::Loading.name(), &[read.into()]);
        return Some(view! { <p class="instead">{text}</p> }.into_any());
    }
    page.shown.with(Vec::is_empty).then(|| {
        view! {
            <div class="instead">
                <p><b>{word(Word::Nothing)}</b></p>
                <p>{word(Word::NothingThen)}</p>
            </div>
        }
        .into_any()
    })
}
