//! Bearer tokens: the header, and nothing but the header.

use axum::http::{HeaderMap, header};

use super::error::Failure;
use crate::{
    accounts::{self, Account, Scope},
    app::App,
};

/// The account whose token the request carries, if the token has the scope.
pub(super) async fn account(
    app: &App,
    headers: &HeaderMap,
    scope: Scope,
) -> Result<Account, Failure> {
    Ok(accounts::authorize(app, bearer(headers), scope).await?)
}

/// The token's secret.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(secret.trim())
}
