//! How a program gets a token that a person allows in the browser (RFC 8628), and gives it up.

use axum::{
    Form, Json,
    extract::{State, rejection::FormRejection},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{client::ClientAddress, error::Failure};
use crate::{
    accounts,
    app::App,
    grant::{self, Refusal, Wish},
};

/// The one kind of grant that there is.
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What a program asks for.
#[derive(Deserialize, ToSchema)]
pub(super) struct Authorization {
    /// `audible-connector`, `audible-export` or `command-line`.
    client_id: String,
    /// Scopes, separated by spaces; `import:write library:read` if absent.
    #[serde(default)]
    scope: String,
    /// What the person knows the program by, at most 60 characters: `Firefox on Linux`.
    #[serde(default)]
    client_name: String,
}

/// Codes and where the person goes.
#[derive(Serialize, ToSchema)]
pub(super) struct Codes {
    /// The program's secret.
    device_code: String,
    /// What the program shows: `BCDF-GHJK`.
    user_code: String,
    /// The page on which the person enters the code.
    verification_uri: String,
    /// The same page with the code filled in.
    verification_uri_complete: String,
    /// Seconds for which the codes work.
    expires_in: i64,
    /// Seconds between two questions for the token.
    interval: i64,
}

/// A program's question for its token.
#[derive(Deserialize, ToSchema)]
pub(super) struct Question {
    /// `urn:ietf:params:oauth:grant-type:device_code`
    grant_type: String,
    /// The program's secret.
    #[serde(default)]
    device_code: String,
    /// As in the request for the codes.
    #[serde(default)]
    client_id: String,
}

/// A token, given this once.
#[derive(Serialize, ToSchema)]
pub(super) struct Given {
    /// `mf_…`
    access_token: String,
    /// `Bearer`
    token_type: &'static str,
    /// What it may do, separated by spaces.
    scope: String,
    /// What the account's list of tokens calls it.
    token_name: String,
}

/// A secret to be given up.
#[derive(Deserialize, ToSchema)]
pub(super) struct Revocation {
    /// `mf_…`
    token: String,
}

/// Gives codes: one for the program, one for the person. They work for ten minutes.
#[utoipa::path(post, path = "/api/oauth/device_authorization", tag = "account",
    request_body(content = Authorization, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "Codes", body = Codes),
        (status = 400, description = "`error` by RFC 6749", body = ref("#/components/schemas/OAuthError")),
        (status = 429, description = "Too many requests are open", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn device_authorization(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    form: Result<Form<Authorization>, FormRejection>,
) -> Result<Json<Codes>, Failure> {
    let Form(form) = form.map_err(|_| Failure::Grant(Refusal::InvalidRequest.into()))?;
    let wish = Wish {
        client_id: &form.client_id,
        client_name: &form.client_name,
        scope: &form.scope,
        address: &address.to_string(),
    };
    let codes = grant::ask(&app, &wish).await?;
    let pair = format!("{}/pair", app.settings().public_url.as_str().trim_end_matches('/'));
    Ok(Json(Codes {
        device_code: codes.device_code,
        verification_uri_complete: format!("{pair}?user_code={}", codes.user_code),
        user_code: codes.user_code.to_string(),
        verification_uri: pair,
        expires_in: grant::WORKS,
        interval: grant::PAUSE,
    }))
}

/// Gives the token, once, when the person has allowed it.
#[utoipa::path(post, path = "/api/oauth/token", tag = "account",
    request_body(content = Question, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The token", body = Given),
        (status = 400, description = "`error` by RFC 6749 and RFC 8628", body = ref("#/components/schemas/OAuthError")),
    ))]
pub(super) async fn token(
    State(app): State<App>,
    form: Result<Form<Question>, FormRejection>,
) -> Result<Json<Given>, Failure> {
    let Form(form) = form.map_err(|_| Failure::Grant(Refusal::InvalidRequest.into()))?;
    if form.grant_type != DEVICE_CODE {
        return Err(Failure::Grant(Refusal::UnsupportedGrant.into()));
    }
    let (secret, granted) = grant::fetch(&app, &form.client_id, &form.device_code).await?;
    Ok(Json(Given {
        access_token: secret,
        token_type: "Bearer",
        scope: granted.scopes.to_string(),
        token_name: granted.name,
    }))
}

/// RFC 7009: whoever holds a token may end it. The answer is the same for one that nobody knows.
#[utoipa::path(post, path = "/api/oauth/revoke", tag = "account",
    request_body(content = Revocation, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "It works no more, if it ever did"),
        (status = 400, description = "`error` by RFC 6749", body = ref("#/components/schemas/OAuthError")),
    ))]
pub(super) async fn revoke(
    State(app): State<App>,
    form: Result<Form<Revocation>, FormRejection>,
) -> Result<StatusCode, Failure> {
    let Form(form) = form.map_err(|_| Failure::Grant(Refusal::InvalidRequest.into()))?;
    accounts::give_up(&app, &form.token).await?;
    Ok(StatusCode::OK)
}
