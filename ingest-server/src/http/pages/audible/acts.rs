//! What is done with a connection: sync now, how far it is, the schedule, its end.

use axum::{
    Form, Json,
    extract::{
        Path,
        rejection::{FormRejection, PathRejection},
    },
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use shared::ids::Marketplace;

use super::{
    Beside, Ended, Visit,
    card::{self, ProgressView},
    words,
};
use crate::{
    audible::{ConnectionError, disconnect, jobs, schedule::Schedule, status},
    http::{error::Failure, pages::to},
};

/// How far a sync is, for the script of the page.
#[derive(Debug, Default, Serialize)]
pub(in crate::http) struct Progress {
    state: String,
    text: String,
    count: String,
    read: u32,
    total: Option<u32>,
}

/// What the form of the schedule says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct ScheduleForm {
    every: String,
    hours: String,
}

/// Begins a sync and shows how far it is.
pub(in crate::http) async fn sync(
    visit: Visit,
    shop: Result<Path<String>, PathRejection>,
) -> Result<Response, Failure> {
    let shop = named(shop)?;
    match jobs::start_now(&visit.app, visit.account.id, Some(shop)).await {
        // Pressed twice, or begun by the schedule: the page shows how far it is.
        Ok(()) | Err(ConnectionError::Running) => Ok(to(&visit.app, "/audible").into_response()),
        Err(ConnectionError::TooOften(seconds)) => {
            let notice = Some(words::too_many_syncs(visit.locale, seconds));
            let beside = Beside { notice, still: true, ..Beside::default() };
            let answer = visit.page(beside).await?;
            Ok(ConnectionError::TooOften(seconds).marked(answer))
        }
        Err(error) => visit.refused(error, Some(shop)).await,
    }
}

/// How far a connection's sync is.
pub(in crate::http) async fn progress(
    visit: Visit,
    shop: Result<Path<String>, PathRejection>,
) -> Result<Json<Progress>, Failure> {
    let shop = named(shop)?;
    let all = status::connections(&visit.app, visit.account.id).await?;
    let Some(one) = all.iter().find(|one| one.marketplace == shop) else {
        // The page that asks is of before: it is shown anew.
        return Ok(Json(Progress::default()));
    };
    let ProgressView { text, count, read, total } =
        ProgressView::new(visit.locale, one.progress.as_ref());
    Ok(Json(Progress { state: card::mark(one), text, count, read, total }))
}

/// Sets how often a connection is synced by itself.
pub(in crate::http) async fn schedule(
    visit: Visit,
    shop: Result<Path<String>, PathRejection>,
    form: Result<Form<ScheduleForm>, FormRejection>,
) -> Result<Response, Failure> {
    let shop = named(shop)?;
    let Form(form) = form.map_err(|_| Failure::Query("the form is not complete"))?;
    let text = match form.every.as_str() {
        "hours" => format!("{}h", form.hours.trim()),
        other => other.to_owned(),
    };
    let Ok(schedule) = Schedule::parse(&text) else {
        return visit.wrong("audible.schedule.wrong", None).await;
    };
    match jobs::set_schedule(&visit.app, visit.account.id, Some(shop), schedule).await {
        Ok(()) => {
            let done = format!("/audible?done=schedule&marketplace={}", shop.code());
            Ok(to(&visit.app, &done).into_response())
        }
        Err(error) => visit.refused(error, Some(shop)).await,
    }
}

/// Ends a connection and says what became of its device.
pub(in crate::http) async fn disconnect(
    visit: Visit,
    shop: Result<Path<String>, PathRejection>,
) -> Result<Response, Failure> {
    let shop = named(shop)?;
    match disconnect::disconnect(&visit.app, visit.account.id, Some(shop)).await {
        Ok(ended) => {
            let ended = Some(Ended::new(visit.locale, ended));
            visit.page(Beside { ended, still: true, ..Beside::default() }).await
        }
        Err(error) => visit.refused(error, Some(shop)).await,
    }
}

fn named(shop: Result<Path<String>, PathRejection>) -> Result<Marketplace, Failure> {
    let Path(code) = shop.map_err(|_| Failure::NotFound)?;
    Marketplace::parse(&code).map_err(|_| Failure::NotFound)
}
