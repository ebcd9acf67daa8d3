//! `/api/account`: everything that is stored about an account, and its end. Both ask for the password.

use std::fs::File;

use axum::{
    Json,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use futures::stream;
use jiff::tz::TimeZone;
use tokio::io::AsyncReadExt;

use super::{auth, error::Failure};
use crate::{
    accounts::{self, Account, Scope},
    app::App,
    personal::{self, Deleted},
};

/// The header with the account's password, beside the token.
const PASSWORD: &str = "x-account-password";
/// Bytes of one part of a file.
const PART: usize = 64 * 1024;

/// Everything that is stored about the account, as a zip with a README in it.
///
/// Without secrets: no hash of a password, token or link. Needs the account's password once more.
#[utoipa::path(get, path = "/api/account/export", tag = "account", security(("token" = [])),
    params(("x-account-password" = String, Header, description = "The account's password")),
    responses(
        (status = 200, description = "The archive", content_type = "application/zip", body = Vec<u8>),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn export(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let account = auth::account(&app, &headers, Scope::LibraryRead).await?;
    proved(&app, &account, &headers).await?;
    archive(&app, &account).await
}

/// Deletes the account with everything about it, at once and for good. Needs its password once more.
#[utoipa::path(delete, path = "/api/account", tag = "account", security(("token" = [])),
    params(("x-account-password" = String, Header, description = "The account's password")),
    responses(
        (status = 200, description = "What was deleted", body = Deleted),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn delete(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Json<Deleted>, Failure> {
    let account = auth::account(&app, &headers, Scope::LibraryWrite).await?;
    proved(&app, &account, &headers).await?;
    Ok(Json(personal::delete(&app, &account).await?))
}

async fn proved(app: &App, account: &Account, headers: &HeaderMap) -> Result<(), Failure> {
    let password = headers.get(PASSWORD).map(header::HeaderValue::as_bytes).unwrap_or_default();
    let password = String::from_utf8_lossy(password);
    accounts::prove(app, account.id, &password).await.map_err(Failure::SignIn)
}

/// The archive as an answer.
pub(super) async fn archive(app: &App, account: &Account) -> Result<Response, Failure> {
    let file = personal::everything(app, account).await?;
    let today = app.clock().now().to_zoned(TimeZone::UTC).date();
    let name = format!("attachment; filename=\"me-feed-account-{today}.zip\"");
    let headers =
        [(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, parts(file)).into_response())
}

fn parts(file: File) -> Body {
    let file = tokio::fs::File::from_std(file);
    Body::from_stream(stream::try_unfold(file, |mut file| async move {
        let mut part = vec![0; PART];
        let read = file.read(&mut part).await?;
        part.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(part), file)))
    }))
}
