//! The pages of what imports did: every run, and what became of its titles.

use askama::Template;
use axum::{
    Form,
    extract::{
        Path, Query, State,
        rejection::{FormRejection, PathRejection, QueryRejection},
    },
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use jiff::Timestamp;
use serde::Deserialize;
use shared::{ids::Marketplace, origin::Origin, wire::v1::MAIN_LIBRARY};
use uuid::Uuid;

use super::{
    frame::{Frame, Here},
    to,
    view::{fields, origin},
};
use crate::{
    app::App,
    history::{self, AskItems, AskRuns, ItemView, RunView},
    http::{error::Failure, observe, session::SignedIn},
    locale::Locale,
    undo::{self, AskUndo, UndoError},
};

/// `templates/imports.html`
#[derive(Template)]
#[template(path = "imports.html")]
struct ImportsView<'a> {
    locale: Locale,
    base: &'a str,
    frame: Frame,
    runs: Vec<RunLine>,
    next: Option<Uuid>,
    later: bool,
}

/// `templates/import.html`
#[derive(Template)]
#[template(path = "import.html")]
struct ImportView<'a> {
    locale: Locale,
    base: &'a str,
    frame: Frame,
    run: RunLine,
    filters: Vec<Filter>,
    items: Vec<ItemLine>,
    next: Option<String>,
}

/// A run in words.
struct RunLine {
    id: Uuid,
    when: String,
    from: String,
    chain: String,
    complete: bool,
    undone: bool,
    /// What its date follows in the heading.
    heading: &'static str,
    /// The run that took it back, or that it takes back.
    other: Option<Uuid>,
    /// What the button that takes it back says, and what it will do.
    undo: (&'static str, String),
}

/// A way to the titles with one outcome.
struct Filter {
    text: String,
    query: String,
    here: bool,
}

/// A title in words.
struct ItemLine {
    title: String,
    asin: String,
    outcome: String,
    why: String,
    /// It can be taken back by itself.
    undoable: bool,
}

/// Every run, newest first.
pub(in crate::http) async fn imports(
    State(app): State<App>,
    SignedIn { account, .. }: SignedIn,
    headers: HeaderMap,
    query: Result<Query<AskRuns>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(ask) = query.map_err(|_| Failure::NotFound)?;
    let page = history::runs(&app, account.id, &ask).await?;
    let locale = observe::locale(&headers);
    let view = ImportsView {
        locale,
        base: app.settings().base_path(),
        frame: Frame::new(locale, Here::Imports, &account),
        runs: page.runs.iter().map(|run| RunLine::new(locale, run)).collect(),
        next: page.next_cursor,
        later: ask.cursor.is_some(),
    };
    Ok(Html(view.render()?).into_response())
}

/// One run with what became of its titles.
pub(in crate::http) async fn import(
    State(app): State<App>,
    SignedIn { account, .. }: SignedIn,
    headers: HeaderMap,
    run: Result<Path<Uuid>, PathRejection>,
    query: Result<Query<AskItems>, QueryRejection>,
) -> Result<Response, Failure> {
    let (Ok(Path(id)), Ok(Query(ask))) = (run, query) else { return Err(Failure::NotFound) };
    let found = history::run(&app, account.id, id).await?;
    let run = found.ok_or(Failure::NotFound)?;
    let page = history::items(&app, account.id, id, &ask).await?.ok_or(Failure::NotFound)?;
    let locale = observe::locale(&headers);
    let outcome = ask.outcome.as_deref();
    let and = outcome.map(|name| format!("&outcome={name}")).unwrap_or_default();
    let view = ImportView {
        locale,
        base: app.settings().base_path(),
        frame: Frame::new(locale, Here::Imports, &account),
        run: RunLine::new(locale, &run),
        filters: filters(locale, &run, outcome),
        items: page.items.into_iter().map(|item| ItemLine::new(locale, item)).collect(),
        next: page.next_cursor.map(|next| format!("?cursor={next}{and}")),
    };
    Ok(Html(view.render()?).into_response())
}

/// Which title is to be taken back; none for the whole run.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct UndoForm {
    #[serde(default)]
    asin: Option<String>,
}

/// Takes a run or one of its titles back, and shows what became of it.
pub(in crate::http) async fn undo(
    State(app): State<App>,
    SignedIn { account, .. }: SignedIn,
    run: Result<Path<Uuid>, PathRejection>,
    form: Result<Form<UndoForm>, FormRejection>,
) -> Result<Response, Failure> {
    let (Ok(Path(run)), Ok(Form(form))) = (run, form) else { return Err(Failure::NotFound) };
    let ask = AskUndo { asins: form.asin.map(|asin| vec![asin]) };
    let shown = match undo::undo(&app, account, run, ask).await {
        Ok(undone) => undone.run.id,
        // Pressed twice, or in two windows: the run's page says that it was taken back.
        Err(UndoError::AlreadyUndone) => run,
        Err(error) => return Err(error.into()),
    };
    Ok(to(&app, &format!("/imports/{shown}")).into_response())
}

/// All titles, and those with each outcome that there is.
fn filters(locale: Locale, run: &RunView, outcome: Option<&str>) -> Vec<Filter> {
    let counts = run.outcomes();
    let all = counts.iter().map(|(_, count)| count).sum();
    let filter = |name: Option<&str>, count: i64| {
        let label = format!("imports.outcome.{}", name.unwrap_or("all"));
        Filter {
            text: format!("{} {}", locale.text(&label), locale.number(count)),
            query: name.map(|name| format!("?outcome={name}")).unwrap_or_default(),
            here: name == outcome,
        }
    };
    let those = counts.into_iter().filter(|(name, count)| *count > 0 || outcome == Some(name));
    std::iter::once(filter(None, all))
        .chain(those.map(|(name, count)| filter(Some(name), count)))
        .collect()
}

impl RunLine {
    fn new(locale: Locale, run: &RunView) -> Self {
        let moment = run.started_at.parse::<Timestamp>();
        let library = Some(run.library.as_str()).filter(|name| *name != MAIN_LIBRARY);
        let source = source(locale, run);
        let shop = run.marketplace.as_deref().map(shop);
        let took = took(locale, run.duration_seconds);
        let from = [
            Some(source.as_str()),
            run.client.browser.as_deref().map(browser),
            shop.as_deref(),
            library,
            Some(took.as_str()).filter(|_| run.undoes.is_none()),
        ];
        Self {
            id: run.id,
            when: moment.map(|at| locale.moment(at)).unwrap_or_default(),
            from: from.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            chain: chain(locale, run),
            complete: run.complete || run.undoes.is_some(),
            undone: run.undone_by.is_some(),
            other: run.undone_by.or(run.undoes),
            heading: locale.text(match run.undoes {
                Some(_) => "imports.undo.title",
                None => "imports.one",
            }),
            undo: would_undo(locale, run),
        }
    }
}

/// How long it took, in words.
fn took(locale: Locale, seconds: i64) -> String {
    match seconds {
        seconds if seconds < 120 => locale.counted("imports.took.seconds", seconds),
        seconds => locale.counted("imports.took.minutes", (seconds + 30) / 60),
    }
}

/// What the button that takes a run back says, and what it will do.
fn would_undo(locale: Locale, run: &RunView) -> (&'static str, String) {
    let numbers = [run.imported, run.updated, run.removed].map(|n| locale.number(n));
    let [imported, updated, removed] = numbers.each_ref().map(String::as_str);
    if run.undoes.is_some() {
        let values = [("n", removed), ("updated", updated)];
        return (locale.text("imports.redo"), locale.filled("imports.redo.text", &values));
    }
    let values = [("n", imported), ("updated", updated)];
    (locale.text("imports.undo"), locale.filled("imports.undo.text", &values))
}

/// What taking back has done.
fn taken_back(locale: Locale, run: &RunView) -> String {
    let parts = [
        ("imports.chain.removed", run.removed),
        ("imports.chain.restored", run.updated),
        ("imports.chain.put_back", run.imported),
        ("imports.chain.kept", run.kept),
    ];
    let parts = parts.into_iter().filter(|(_, count)| *count > 0);
    let parts = parts.map(|(name, n)| locale.filled(name, &[("n", &locale.number(n))]));
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() {
        locale.text("imports.chain.nothing").to_owned()
    } else {
        parts.join(", ")
    }
}

/// From what the source lists to what is stored.
fn chain(locale: Locale, run: &RunView) -> String {
    if run.undoes.is_some() {
        return taken_back(locale, run);
    }
    let number = |value: i64| locale.number(value);
    let (has, lists) = ("imports.chain.has", "imports.chain.lists");
    let mut parts = Vec::new();
    for (name, value) in [
        (if run.source == "file" { has } else { lists }, run.source_total),
        ("imports.chain.read", run.seen),
        ("imports.chain.sent", Some(run.received)),
        ("imports.chain.left_out", Some(run.not_sent + run.ignored).filter(|left| *left > 0)),
        ("imports.chain.rejected", Some(run.rejected).filter(|left| *left > 0)),
    ] {
        if let Some(value) = value {
            parts.push(locale.filled(name, &[("n", &number(value))]));
        }
    }
    let values = [
        ("n", number(run.imported + run.updated + run.unchanged)),
        ("imported", number(run.imported)),
        ("updated", number(run.updated)),
        ("unchanged", number(run.unchanged)),
    ];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    parts.push(locale.filled("imports.chain.stored", &values));
    parts.join(", ")
}

/// `audible.com`
pub(super) fn shop(code: &str) -> String {
    Marketplace::parse(code)
        .map_or_else(|_| code.to_owned(), |shop| format!("audible.{}", shop.tld()))
}

fn browser(name: &str) -> &str {
    match name {
        "chrome" => "Chrome",
        "firefox" => "Firefox",
        other => other,
    }
}

/// Where a run is from: for a file its program.
fn source(locale: Locale, run: &RunView) -> String {
    match run.source.as_str() {
        "file" => origin(locale, &Origin::new(format!("audible_file:{}", run.client.name))),
        other => locale.text(&format!("imports.source.{other}")).to_owned(),
    }
}

impl ItemLine {
    fn new(locale: Locale, item: ItemView) -> Self {
        let changed = fields(locale, item.changed.iter().map(String::as_str));
        let asin = item.asin.unwrap_or_default();
        Self {
            title: item.title.unwrap_or_else(|| asin.clone()),
            outcome: locale.text(&format!("imports.outcome.{}", item.outcome)).to_owned(),
            undoable: matches!(&*item.outcome, "imported" | "updated" | "removed"),
            why: match item.reason {
                Some(reason) if item.outcome == "kept" => {
                    locale.text(&format!("imports.kept.{reason}")).to_owned()
                }
                Some(reason) => reason,
                None if changed.is_empty() => String::new(),
                None => locale.filled("imports.changed", &[("fields", &changed)]),
            },
            asin,
        }
    }
}
