//! One title.

use extension_popup::{
    model::text::Value,
    review::{
        shelf::{Book, Shelf},
        texts::Word,
        title::{Heard, Title},
        verdict::Verdict,
    },
    words,
};
use leptos::prelude::*;

use crate::page::{Page, word};

/// The row of a title: `at` is its number among those that are shown.
pub(crate) fn view(page: Page, place: usize, at: usize, all: Memo<usize>) -> Option<AnyView> {
    let title = page.shelf.with_untracked(|shelf| Some(shelf.book(place)?.title.clone()))?;
    let chosen = of(page, place, |book| !book.left_out);
    let verdict = Memo::new(move |_| of(page, place, |book| book.verdict.clone())().flatten());
    let name = title.name.clone();
    let id = format!("pick-{}", title.asin);
    Some(
        view! {
            <li
                class="row"
                class:left-out=move || chosen() == Some(false)
                data-asin=title.asin
                aria-posinset=at + 1
                aria-setsize=move || all.get()
            >
                <input
                    type="checkbox"
                    id=id.clone()
                    prop:checked=move || chosen() == Some(true)
                    on:change=move |event| page.choose(&[place], event_target_checked(&event))
                />
                {cover(&title)}
                <div class="what">
                    <label class="name" for=id title=title.name.clone()>{name}</label>
                    <p class="soft">{people(&title)}</p>
                    <p class="soft">{state(&title)}</p>
                </div>
                <p class="badges">{kinds(&title)} {move || verdict.get().map(badge)}</p>
                {move || never(page, place, verdict.get() == Some(Verdict::Ignored))}
            </li>
        }
        .into_any(),
    )
}

/// Follows a part of a title.
fn of<T: Send + Sync + 'static>(
    page: Page,
    place: usize,
    read: fn(&Book) -> T,
) -> impl Fn() -> Option<T> + Copy + Send + Sync {
    move || page.shelf.with(|shelf: &Shelf| shelf.book(place).map(read))
}

fn cover(title: &Title) -> AnyView {
    match title.cover.clone() {
        Some(cover) => view! {
            <img src=cover alt="" width="64" height="64" loading="lazy" decoding="async"
                referrerpolicy="no-referrer"/>
        }
        .into_any(),
        None => view! { <div class="blank" aria-hidden="true"></div> }.into_any(),
    }
}

fn people(title: &Title) -> String {
    let narrators = match title.narrators.as_str() {
        "" => String::new(),
        names => words::tell(Word::NarratedBy.name(), &[names.into()]),
    };
    joined([title.authors.clone(), narrators])
}

fn state(title: &Title) -> String {
    let heard = match title.heard {
        Heard::NotSaid => String::new(),
        Heard::Nothing => word(Word::NotStarted),
        Heard::Part(percent) => words::tell(Word::Part.name(), &[Value::Percent(percent)]),
        Heard::All => word(Word::ShowFinished),
    };
    let length = title.minutes.map(length).unwrap_or_default();
    joined([title.series.clone().unwrap_or_default(), length, heard])
}

fn joined<const N: usize>(parts: [String; N]) -> String {
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" · ")
}

fn length(minutes: u32) -> String {
    if minutes < 60 {
        words::tell(Word::Minutes.name(), &[minutes.into()])
    } else {
        words::tell(Word::Hours.name(), &[(minutes / 60).into(), (minutes % 60).into()])
    }
}

/// What the title is.
fn kinds(title: &Title) -> Vec<AnyView> {
    let kinds = [
        (title.podcast, Word::Podcast),
        (title.plus, Word::ShowPlus),
        (title.unavailable, Word::ShowUnavailable),
    ];
    let kinds = kinds.into_iter().filter(|(is, _)| *is);
    kinds.map(|(_, name)| view! { <span class="tag">{word(name)}</span> }.into_any()).collect()
}

/// What the server would make of it.
fn badge(verdict: Verdict) -> AnyView {
    let (class, text) = match verdict {
        Verdict::New => ("tag tag-new", word(Word::ShowNew)),
        Verdict::Changed(fields) => {
            let names: Vec<_> = fields.into_iter().map(words::word).collect();
            let names = names.join(", ");
            ("tag tag-changed", words::tell(Word::Changed.name(), &[names.into()]))
        }
        Verdict::Unchanged => ("tag", word(Word::ShowUnchanged)),
        Verdict::Ignored => ("tag", word(Word::ShowIgnored)),
        Verdict::Refused => ("tag tag-refused", word(Word::ShowRefused)),
    };
    view! { <span class=class>{text}</span> }.into_any()
}

/// Only a server can remember what is never to be imported.
fn never(page: Page, place: usize, ignored: bool) -> Option<AnyView> {
    page.server.with(Option::is_some).then(|| {
        let label = word(if ignored { Word::Again } else { Word::Never });
        let press = move |_| page.ignore(&[place], ignored);
        view! {
            <button type="button" class="button button-quiet never-one" on:click=press>
                {label}
            </button>
        }
        .into_any()
    })
}
