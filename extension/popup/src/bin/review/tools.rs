//! Search, filters, and buttons for many titles at once.

use extension_popup::{
    review::{shelf::Show, texts::Word},
    words,
};
use leptos::prelude::*;

use crate::page::{Page, word};

/// Everything above the list.
pub(crate) fn view(page: Page) -> AnyView {
    view! {
        <section class="tools" aria-label=word(Word::Show)>
            <label class="field">
                <span>{word(Word::Search)}</span>
                <input
                    type="search"
                    id="search"
                    maxlength="200"
                    placeholder=word(Word::SearchHint)
                    prop:value=move || page.search.get()
                    on:input=move |event| page.search.set(event_target_value(&event))
                />
            </label>
            {filters(page)}
            {many(page)}
        </section>
    }
    .into_any()
}

/// Kinds that there are, with their numbers.
fn filters(page: Page) -> AnyView {
    let counts = Memo::new(move |_| page.shelf.with(|shelf| shelf.counts()));
    let kinds = Memo::new(move |_| {
        let counts = counts.get();
        let there = |(show, count): &(Show, u32)| {
            *show == Show::All || *count > 0 || page.show.get() == *show
        };
        let kinds = Show::ALL.into_iter().zip(counts).filter(there);
        kinds.map(|(show, _)| show).collect::<Vec<_>>()
    });
    let count = move |show: Show| {
        let place = Show::ALL.iter().position(|one| *one == show).unwrap_or_default();
        counts.get()[place]
    };
    view! {
        <fieldset class="filters">
            <legend class="visually-hidden">{word(Word::Show)}</legend>
            <For each=move || kinds.get() key=|show| *show children=move |show| view! {
                <label class="filter">
                    <input
                        type="radio"
                        name="show"
                        value=show.name()
                        prop:checked=move || page.show.get() == show
                        on:change=move |_| page.show.set(show)
                    />
                    <span>{word(label(show))} " " <b>{move || number(count(show))}</b></span>
                </label>
            }/>
        </fieldset>
    }
    .into_any()
}

/// What can be done with all titles, and with those that are shown while that is not all.
fn many(page: Page) -> AnyView {
    let some = Memo::new(move |_| {
        let shown = page.shown.with(Vec::len);
        (shown < page.shelf.with(|shelf| shelf.len())).then_some(shown).filter(|shown| *shown > 0)
    });
    let all = move |chosen| {
        let places = page.shelf.with_untracked(|shelf| shelf.all());
        page.choose(&places, chosen);
    };
    let shown = move |chosen| page.shown.with_untracked(|places| page.choose(places, chosen));
    view! {
        <div class="many">
            <button type="button" class="button" id="pick-all" on:click=move |_| all(true)>
                {word(Word::PickAll)}
            </button>
            <button type="button" class="button" id="pick-none" on:click=move |_| all(false)>
                {word(Word::PickNone)}
            </button>
            {move || some.get().map(|count| view! {
                <button type="button" class="button" id="pick-shown" on:click=move |_| shown(true)>
                    {about(Word::PickShown, count)}
                </button>
                <button type="button" class="button" id="drop-shown" on:click=move |_| shown(false)>
                    {about(Word::DropShown, count)}
                </button>
                {never(page, count)}
            })}
        </div>
    }
    .into_any()
}

/// What is never imported is said to the server at once, so it asks for a second click.
fn never(page: Page, count: usize) -> Option<AnyView> {
    page.server.get()?;
    let press = move |_| page.shown.with_untracked(|places| page.ignore(places, false));
    Some(
        view! {
            <details class="never">
                <summary class="button button-quiet">{about(Word::NeverShown, count)}</summary>
                <div>
                    <p>{word(Word::NeverWhat)}</p>
                    <button type="button" class="button" id="never-shown" on:click=press>
                        {about(Word::NeverShown, count)}
                    </button>
                </div>
            </details>
        }
        .into_any(),
    )
}

fn about(word: Word, count: usize) -> String {
    words::tell(word.name(), &[u32::try_from(count).unwrap_or(u32::MAX).into()])
}

/// A number in the browser's language.
fn number(number: u32) -> String {
    words::say(&extension_popup::model::text::Text::with(
        extension_popup::i18n::Key::Number,
        [number.into()],
    ))
}

const fn label(show: Show) -> Word {
    match show {
        Show::All => Word::ShowAll,
        Show::New => Word::ShowNew,
        Show::Changed => Word::ShowChanged,
        Show::Unchanged => Word::ShowUnchanged,
        Show::Ignored => Word::ShowIgnored,
        Show::Refused => Word::ShowRefused,
        Show::LeftOut => Word::ShowLeftOut,
        Show::Podcasts => Word::ShowPodcasts,
        Show::Plus => Word::ShowPlus,
        Show::Unavailable => Word::ShowUnavailable,
        Show::Finished => Word::ShowFinished,
    }
}
