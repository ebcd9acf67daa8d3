//! The page of files: one in, the library out.

use askama::Template;
use axum::{
    extract::{
        Multipart, Query, State,
        multipart::{MultipartError, MultipartRejection},
        rejection::QueryRejection,
    },
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use importers::Format as Program;
use serde::Deserialize;
use shared::ids::Marketplace;

use super::{
    frame::{Frame, Here},
    imports::shop,
    notice::Notice,
    to,
};
use crate::{
    accounts::Account,
    app::App,
    export::Format,
    files::upload::{self, Upload},
    http::{body, error::Failure, observe, session::SignedIn},
    locale::Locale,
};

/// Failures of a file that are told above the form, each with a text of its own.
const TOLD: [&str; 10] = [
    "none",
    "file_too_large",
    "file_empty",
    "file_unknown",
    "file_damaged",
    "file_wishlist",
    "file_unpacks_too_large",
    "body_broken",
    "body_too_slow",
    "server_busy",
];

/// `templates/files.html`
#[derive(Template)]
#[template(path = "files.html")]
struct FilesPage<'a> {
    locale: Locale,
    base: &'a str,
    frame: Frame,
    notice: Option<Notice>,
    waiting: Vec<Line>,
    shops: Vec<(&'static str, String)>,
    programs: String,
    limit: String,
    exports: [Format; 5],
}

/// A file that was put here before.
struct Line {
    id: uuid::Uuid,
    name: String,
    text: String,
}

/// What the page's address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Ask {
    refused: Option<String>,
}

/// The page.
pub(in crate::http) async fn files(
    State(app): State<App>,
    SignedIn { account, .. }: SignedIn,
    headers: HeaderMap,
    ask: Result<Query<Ask>, QueryRejection>,
) -> Result<Response, Failure> {
    let locale = observe::locale(&headers);
    let refused = ask.ok().and_then(|Query(ask)| ask.refused);
    let refused = refused.filter(|code| TOLD.contains(&code.as_str()));
    let limit = mebibytes(locale, app.settings().file_limit);
    let told = refused.map(|code| {
        let text = locale.filled(&format!("files.refused.{code}"), &[("limit", &limit)]);
        Notice::danger(text)
    });
    let waiting = upload::all(&app, account.id).await?;
    let view = FilesPage {
        locale,
        base: app.settings().base_path(),
        frame: Frame::new(locale, Here::Files, &account),
        notice: told,
        waiting: waiting.iter().map(|upload| Line::new(locale, upload)).collect(),
        shops: shops(),
        programs: Program::ALL.map(Program::name).join(", "),
        limit,
        exports: Format::ALL,
    };
    Ok(Html(view.render()?).into_response())
}

/// Takes a file and shows what it is; what is no library goes back to the form, by its name.
pub(in crate::http) async fn take(
    State(app): State<App>,
    SignedIn { account, .. }: SignedIn,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failure> {
    let form = form.map_err(|_| Failure::Query("the form is not complete"))?;
    let taken = match received(&app, &headers, form).await {
        Ok(Some(sent)) => begun(&app, account, sent).await,
        Ok(None) => return Ok(to(&app, "/files?refused=none").into_response()),
        Err(failure) => Err(failure),
    };
    match taken {
        Ok(id) => Ok(to(&app, &format!("/files/{id}")).into_response()),
        Err(failure) => told(&app, failure),
    }
}

/// Opens the file when it is its turn.
async fn begun(app: &App, account: Account, sent: Sent) -> Result<uuid::Uuid, Failure> {
    let _turn = body::turn(app).await?;
    let begun = upload::begin(app, account, &sent.name, sent.marketplace, sent.file);
    begun.await.map_err(Failure::File)
}

/// A file as the form sent it.
struct Sent {
    name: String,
    marketplace: Option<Marketplace>,
    file: std::fs::File,
}

async fn received(
    app: &App,
    headers: &HeaderMap,
    mut form: Multipart,
) -> Result<Option<Sent>, Failure> {
    let broken = |_: MultipartError| Failure::BodyBroken;
    let (mut marketplace, mut received) = (None, None);
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("marketplace") => {
                let code = body::short(app, field).await?;
                marketplace = Marketplace::parse(&code).ok();
            }
            Some("file") => {
                let name = field.file_name().unwrap_or_default().to_owned();
                if name.is_empty() {
                    body::short(app, field).await?;
                } else {
                    received = Some((name, body::spool(app, headers, field).await?));
                }
            }
            _ => drop(body::short(app, field).await?),
        }
    }
    Ok(received.map(|(name, file)| Sent { name, marketplace, file }))
}

/// The form once more, with what was wrong with the file; everything else is a failure of its own.
fn told(app: &App, failure: Failure) -> Result<Response, Failure> {
    match TOLD.into_iter().find(|code| *code == failure.name()) {
        Some(code) => Ok(to(app, &format!("/files?refused={code}")).into_response()),
        None => Err(failure),
    }
}

/// Every shop, for people.
pub(super) fn shops() -> Vec<(&'static str, String)> {
    Marketplace::ALL.into_iter().map(|one| (one.code(), shop(one.code()))).collect()
}

fn mebibytes(locale: Locale, bytes: usize) -> String {
    locale.number(i64::try_from(bytes / (1024 * 1024)).unwrap_or(i64::MAX))
}

impl FilesPage<'_> {
    fn export(&self, format: &Format) -> (&str, &'static str) {
        (
            self.locale.text(match format {
                Format::Json => "files.out.json",
                Format::Csv => "files.out.csv",
                Format::Goodreads => "files.out.goodreads",
                Format::Storygraph => "files.out.storygraph",
                Format::Hardcover => "files.out.hardcover",
            }),
            format.code(),
        )
    }
}

impl Line {
    fn new(locale: Locale, upload: &Upload) -> Self {
        let state = match upload.stalled {
            true => "stalled",
            false => upload.state.code(),
        };
        let titles = locale.counted("files.titles", upload.titles);
        let state = locale.text(&format!("files.state.{state}"));
        let text = [upload.format.name(), &titles, state].join(" · ");
        Self { id: upload.id, name: upload.name.clone(), text }
    }
}
