//! The page of one title: what the sources say, and beside it what its owner says.

use std::collections::BTreeMap;

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
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::origin::{Origin, Origins};
use uuid::Uuid;

use super::{
    frame::{Frame, Here},
    imports::shop,
    notice::Notice,
    to,
    view::{self, TitleView, fields, origin},
};
use crate::{
    app::App,
    edits::{self, OwnField, Patch},
    http::{error::Failure, observe, session::SignedIn},
    locale::Locale,
};

/// `templates/title.html`
#[derive(Template)]
#[template(path = "title.html")]
struct TitlePage<'a> {
    locale: Locale,
    base: &'a str,
    frame: Frame,
    id: Uuid,
    notice: Option<Notice>,
    title: TitleView,
    summary: Option<String>,
    facts: Vec<(String, String)>,
    editions: Vec<(Uuid, String)>,
    form: EditForm,
    source: SourceWords,
}

/// What the form says; an empty field is the source's.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(in crate::http) struct EditForm {
    status: String,
    rating: String,
    notes: String,
    consumed_at: String,
    hidden: Option<String>,
}

/// What the fields are when they are given back.
struct SourceWords {
    status: String,
    rating: String,
    consumed_at: Option<String>,
}

/// Whether the form was just kept.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Done {
    done: Option<String>,
}

impl EditForm {
    /// The person's own fields, as they are stored.
    fn of(title: &edits::TitleView) -> Self {
        let own = &title.own;
        let text = |field: &Option<OwnField>| match field.as_ref().map(|field| &field.value) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        Self {
            status: text(&own.status),
            rating: text(&own.rating),
            notes: text(&own.notes),
            consumed_at: text(&own.consumed_at),
            hidden: title.hidden.then(String::new),
        }
    }

    fn patch(&self) -> Result<Patch, String> {
        let said = |text: &str| (!text.is_empty()).then(|| json!(text));
        let rating =
            self.rating.parse::<u8>().map_or_else(|_| said(&self.rating), |n| Some(json!(n)));
        let patch = json!({
            "status": said(&self.status), "rating": rating, "notes": said(self.notes.trim()),
            "consumed_at": said(&self.consumed_at), "hidden": self.hidden.is_some(),
        });
        Patch::parse(patch.to_string().as_bytes()).map_err(|problems| {
            let first = problems.into_iter().next();
            first.map(|problem| problem.pointer.replace('/', "")).unwrap_or_default()
        })
    }
}

/// One title.
pub(in crate::http) async fn title(
    State(app): State<App>,
    who: SignedIn,
    headers: HeaderMap,
    id: Result<Path<Uuid>, PathRejection>,
    done: Result<Query<Done>, QueryRejection>,
) -> Result<Response, Failure> {
    let Path(id) = id.map_err(|_| Failure::NotFound)?;
    let locale = observe::locale(&headers);
    let done = done.is_ok_and(|Query(done)| done.done.is_some());
    let notice = done.then(|| Notice::done(locale.text("title.saved").to_owned()));
    let found = edits::title(&app, who.account.id, id).await?.ok_or(Failure::NotFound)?;
    let form = EditForm::of(&found);
    page(&app, &who, locale, &found, form, notice)
}

/// Keeps what the owner says; a form with a mistake comes back as it was filled in.
pub(in crate::http) async fn edit(
    State(app): State<App>,
    who: SignedIn,
    headers: HeaderMap,
    id: Result<Path<Uuid>, PathRejection>,
    form: Result<Form<EditForm>, FormRejection>,
) -> Result<Response, Failure> {
    let Path(id) = id.map_err(|_| Failure::NotFound)?;
    let Form(form) = form.map_err(|_| Failure::Query("the form is not complete"))?;
    match form.patch() {
        Ok(patch) => {
            let kept = edits::edit(&app, who.account.id, id, &patch).await?;
            kept.ok_or(Failure::NotFound)?;
            Ok(to(&app, &format!("/titles/{id}?done=1")).into_response())
        }
        Err(field) => {
            let locale = observe::locale(&headers);
            let text = locale.text(&format!("title.wrong.{field}")).to_owned();
            let found = edits::title(&app, who.account.id, id).await?.ok_or(Failure::NotFound)?;
            page(&app, &who, locale, &found, form, Some(Notice::danger(text)))
        }
    }
}

fn page(
    app: &App,
    who: &SignedIn,
    locale: Locale,
    found: &edits::TitleView,
    form: EditForm,
    notice: Option<Notice>,
) -> Result<Response, Failure> {
    let base = app.settings().base_path();
    let editions = found.editions.iter();
    let editions = editions.map(|one| (one.id, edition(one))).collect();
    let view = TitlePage {
        locale,
        base,
        frame: Frame::new(locale, Here::Library, &who.account),
        id: found.title.id,
        notice,
        title: TitleView::new(locale, base, &found.title),
        summary: found.title.media.media_metadata.summary.clone(),
        facts: facts(locale, found),
        editions,
        source: SourceWords::new(locale, found),
        form,
    };
    Ok(Html(view.render()?).into_response())
}

impl TitlePage<'_> {
    fn is_status(&self, name: &str) -> bool {
        self.form.status == name
    }

    fn is_rating(&self, stars: &str) -> bool {
        self.form.rating == stars
    }
}

impl SourceWords {
    fn new(locale: Locale, found: &edits::TitleView) -> Self {
        let percent = view::whole(found.title.user_media.percent);
        let status =
            |name: &str| locale.filled(&format!("status.{name}"), &[("percent", &percent)]);
        let source = |own: &Option<OwnField>| own.as_ref().map(|own| own.source.clone());
        let now = || json!(found.title.user_media.status);
        let name = source(&found.own.status).unwrap_or_else(now);
        let rating = source(&found.own.rating).unwrap_or_else(|| json!(found.rating));
        let day = source(&found.own.consumed_at)
            .unwrap_or_else(|| json!(found.title.user_media.consumed_at));
        let as_source = |text: &str| locale.filled("title.as_source", &[("value", text)]);
        Self {
            status: as_source(&status(name.as_str().unwrap_or_default())),
            rating: match rating.as_i64() {
                Some(stars) => as_source(&locale.counted("title.stars", stars)),
                None => locale.text("title.no_rating").to_owned(),
            },
            consumed_at: day.as_str().map(|day| as_source(view::day(day))),
        }
    }
}

/// What is known of the title, and which sources said it.
fn facts(locale: Locale, found: &edits::TitleView) -> Vec<(String, String)> {
    let title = &found.title;
    let (about, side) = (&title.media.media_metadata, &title.user_media);
    let finished = side
        .consumed_at
        .as_ref()
        .filter(|_| side.consumed_at_basis.as_deref() == Some("finish_date"));
    let values = [
        ("title.fact.acquired", side.acquired_at.as_deref().map(|at| view::day(at).to_owned())),
        ("title.fact.finished", finished.map(|at| view::day(at).to_owned())),
        ("title.fact.released", title.media.release_date.clone()),
        ("title.fact.publisher", about.publisher.clone()),
        ("title.fact.language", about.language.clone()),
        ("title.fact.categories", Some(about.categories.join(", ")).filter(|all| !all.is_empty())),
        ("title.fact.shop", title.marketplace.as_deref().map(shop)),
        ("title.fact.asin", Some(title.asin.clone())),
        ("title.fact.source", Some(origin(locale, &found.origins.most))),
    ];
    let known =
        values.into_iter().filter_map(|(name, value)| Some((locale.text(name).to_owned(), value?)));
    known.chain(other_sources(locale, &found.origins)).collect()
}

/// Sources of single values, each with the names of these.
fn other_sources(locale: Locale, origins: &Origins) -> Vec<(String, String)> {
    let mut sources: BTreeMap<&Origin, Vec<&str>> = BTreeMap::new();
    for (field, origin) in &origins.others {
        sources.entry(origin).or_default().push(field);
    }
    let named = |(one, names): (&Origin, Vec<&str>)| {
        let source = origin(locale, one);
        (
            locale.filled("title.fact.also", &[("source", &source)]),
            fields(locale, names.into_iter()),
        )
    };
    sources.into_iter().map(named).collect()
}

fn edition(one: &edits::EditionView) -> String {
    let shop = one.marketplace.as_deref().map(shop);
    [Some(one.title.clone()), shop].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
