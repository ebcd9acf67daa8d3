//! API tokens of an account: list and revoke.

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{auth, error::Failure};
use crate::{
    accounts::{self, Scope},
    app::App,
    store::TokenRow,
};

/// A token without its secret, which nobody keeps.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TokenView {
    /// Id.
    #[schema(value_type = String)]
    id: Uuid,
    /// What it is for.
    name: String,
    /// What it may do, separated by spaces.
    scopes: String,
    /// When it was made.
    created_at: String,
    /// When it was last used, to the minute.
    last_used_at: Option<String>,
}

/// The account's tokens that work, newest first.
#[utoipa::path(get, path = "/api/tokens", tag = "account", security(("token" = [])),
    responses(
        (status = 200, description = "Tokens without their secrets", body = [TokenView]),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn list(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Json<Vec<TokenView>>, Failure> {
    let account = auth::account(&app, &headers, Scope::LibraryRead).await?;
    let tokens = app.store().tokens(account.id).await?;
    Ok(Json(tokens.into_iter().map(view).collect()))
}

/// Revokes a token of the same account: its own, or any with the scope `library:write`.
#[utoipa::path(delete, path = "/api/tokens/{id}", tag = "account", security(("token" = [])),
    params(("id" = String, Path, description = "The token's id")),
    responses(
        (status = 204, description = "It works no more"),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn revoke(
    State(app): State<App>,
    headers: HeaderMap,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<StatusCode, Failure> {
    let Path(id) = id.map_err(|_| Failure::NotFound)?;
    let found = accounts::revoke_as(&app, auth::bearer(&headers), id).await?;
    if found { Ok(StatusCode::NO_CONTENT) } else { Err(Failure::NotFound) }
}

fn view(row: TokenRow) -> TokenView {
    TokenView {
        id: row.id,
        name: row.name,
        scopes: row.scopes.to_string(),
        created_at: row.created_at.to_string(),
        last_used_at: row.last_used_at.map(|at| at.to_string()),
    }
}
