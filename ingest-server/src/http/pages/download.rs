//! What became of the titles of a run as one file, made while it is sent.

use axum::{
    body::{Body, Bytes},
    extract::{Path, State, rejection::PathRejection},
    http::header,
    response::{IntoResponse, Response},
};
use futures::stream;
use uuid::Uuid;

use crate::{
    app::App,
    export::guarded,
    history::{self, AskItems, ItemView},
    http::{error::Failure, session::SignedIn},
    library::LibraryError,
    store::AccountId,
};

/// The forms that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Csv,
    Json,
}

/// Names of the columns.
const COLUMNS: [&str; 5] = ["asin", "title", "outcome", "changed", "reason"];

/// `/imports/{run}/titles.csv` and `/imports/{run}/titles.json`.
pub(in crate::http) async fn titles(
    State(app): State<App>,
    SignedIn { account, .. }: SignedIn,
    path: Result<Path<(Uuid, String)>, PathRejection>,
) -> Result<Response, Failure> {
    let Path((run, file)) = path.map_err(|_| Failure::NotFound)?;
    let (form, kind) = match file.as_str() {
        "titles.csv" => (Form::Csv, "text/csv; charset=utf-8"),
        "titles.json" => (Form::Json, "application/json"),
        _ => return Err(Failure::NotFound),
    };
    history::run(&app, account.id, run).await?.ok_or(Failure::NotFound)?;
    let name = format!("attachment; filename=\"import-{run}-{file}\"");
    let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)];
    let parts = Parts { app, owner: account.id, run, form, next: Next::Begin };
    let body = Body::from_stream(stream::try_unfold(parts, Parts::next));
    Ok((headers, body).into_response())
}

/// A file that is being made: a part for each chunk of the run.
struct Parts {
    app: App,
    owner: AccountId,
    run: Uuid,
    form: Form,
    next: Next,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Begin,
    From(u32),
    End,
}

impl Parts {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, LibraryError> {
        let cursor = match self.next {
            Next::Begin => None,
            Next::From(cursor) => Some(cursor),
            Next::End => return Ok(None),
        };
        let ask = AskItems { outcome: None, cursor };
        let page = history::items(&self.app, self.owner, self.run, &ask).await?;
        let (items, next) = page.map(|page| (page.items, page.next_cursor)).unwrap_or_default();
        let begins = self.next == Next::Begin;
        let next = next.and_then(|next| u32::try_from(next).ok());
        self.next = next.map_or(Next::End, Next::From);
        let part = match self.form {
            Form::Csv => csv(&items, begins),
            Form::Json => json(&items, begins, self.next == Next::End),
        };
        Ok(Some((part.into(), self)))
    }
}

fn csv(items: &[ItemView], begins: bool) -> Vec<u8> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    // Writing into memory does not fail.
    if begins {
        let _header = writer.write_record(COLUMNS);
    }
    for item in items {
        let text = |value: &Option<String>| guarded(value.as_deref().unwrap_or_default());
        let changed = item.changed.join(" ");
        let row = [
            text(&item.asin),
            text(&item.title),
            guarded(&item.outcome),
            guarded(&changed),
            text(&item.reason),
        ];
        let _row = writer.write_record(row);
    }
    writer.into_inner().unwrap_or_default()
}

fn json(items: &[ItemView], begins: bool, ends: bool) -> Vec<u8> {
    let mut text = if begins { "[" } else { "" }.to_owned();
    for (at, item) in items.iter().enumerate() {
        if at > 0 || !begins {
            text.push_str(",\n");
        }
        text.push_str(&serde_json::to_string(item).unwrap_or_default());
    }
    if ends {
        text.push_str("]\n");
    }
    text.into_bytes()
}
