//! `/api/ignored`: titles that an account does not want, from whatever source they come.

use axum::{
    Json,
    body::Bytes,
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
    http::{HeaderMap, StatusCode},
};
use serde::{Deserialize, Serialize};
use shared::ids::{Asin, Marketplace};
use utoipa::ToSchema;

use super::{auth, error::Failure};
use crate::{
    accounts::Scope,
    app::App,
    library::moment,
    store::{AccountId, StoreError, rows::IgnoredRow},
};

/// Most titles in one answer.
const MOST: usize = 500;
/// What is said of a cursor that is none.
const CURSOR: Failure = Failure::Query("cursor is the next_cursor of an answer");
/// Most titles in one question.
const MOST_AT_ONCE: usize = 1_000;

/// Where the list goes on.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct Ask {
    /// `next_cursor` of the part before.
    cursor: String,
}

/// A title that is not wanted.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct IgnoredView {
    /// The shop.
    pub(super) marketplace: String,
    /// Product number.
    pub(super) asin: String,
    /// Title, where the library has it.
    pub(super) title: Option<String>,
    /// Since when.
    pub(super) ignored_at: String,
}

/// Titles that are not wanted, by product number.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct IgnoredPage {
    /// This part, at most 500.
    pub(super) ignored: Vec<IgnoredView>,
    /// Cursor of the next part; none at the end.
    pub(super) next_cursor: Option<String>,
}

/// What is said of many titles of one shop.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AskMany {
    /// Code of the shop, as in an import.
    marketplace: String,
    /// Product numbers, at most 1,000.
    asins: Vec<String>,
    /// `false`: never import them from now on; `true`: take them in again.
    wanted: bool,
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Changed {
    /// Titles of which the opposite was so before.
    changed: u64,
}

type Title = Result<Path<(String, String)>, PathRejection>;

/// The titles that the account does not want.
#[utoipa::path(get, path = "/api/ignored", tag = "import", security(("token" = [])), params(Ask),
    responses(
        (status = 200, description = "Titles", body = IgnoredPage),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn list(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<Ask>, QueryRejection>,
) -> Result<Json<IgnoredPage>, Failure> {
    let account = auth::account(&app, &headers, Scope::LibraryRead).await?;
    let Query(Ask { cursor }) = query.map_err(|_| CURSOR)?;
    Ok(Json(part(&app, account.id, &cursor, MOST).await?))
}

/// At most `most` titles after the cursor.
pub(super) async fn part(
    app: &App,
    account: AccountId,
    cursor: &str,
    most: usize,
) -> Result<IgnoredPage, Failure> {
    let after = match cursor {
        "" => ("", ""),
        text => text.split_once(':').filter(|_| !text.contains('\0')).ok_or(CURSOR)?,
    };
    let mut rows = app.store().ignored_titles(account, after, most + 1).await?;
    let full = rows.len() > most;
    rows.truncate(most);
    let last = rows.last().filter(|_| full);
    let next_cursor = last.map(|row| format!("{}:{}", row.asin, row.marketplace));
    let ignored = rows.into_iter().map(view).collect::<Result<_, _>>()?;
    Ok(IgnoredPage { ignored, next_cursor })
}

/// Says of many titles of one shop that they are never to be imported, or are wanted again.
#[utoipa::path(post, path = "/api/ignored", tag = "import", security(("token" = [])),
    request_body = AskMany,
    responses(
        (status = 200, description = "Done", body = Changed),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn many(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Changed>, Failure> {
    let account = auth::account(&app, &headers, Scope::ImportWrite).await?;
    let (marketplace, asins, wanted) = parsed_many(&body).ok_or(Failure::Query(
        "the body is {\"marketplace\": \"us\", \"asins\": [\"B000000001\"], \"wanted\": false}, \
         with at most 1000 product numbers",
    ))?;
    let now = app.clock().now().as_microsecond();
    let changed = if wanted {
        app.store().want_again(account.id, marketplace, &asins).await?
    } else {
        app.store().ignore(account.id, marketplace, &asins, now).await?
    };
    Ok(Json(Changed { changed }))
}

/// Whether the account does not want a title: 404 if nothing is said against it.
#[utoipa::path(get, path = "/api/ignored/{marketplace}/{asin}", tag = "import",
    security(("token" = [])),
    params(
        ("marketplace" = String, Path, description = "Code of the shop, as in an import"),
        ("asin" = String, Path, description = "Product number"),
    ),
    responses(
        (status = 200, description = "It is not wanted", body = IgnoredView),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn one(
    State(app): State<App>,
    headers: HeaderMap,
    title: Title,
) -> Result<Json<IgnoredView>, Failure> {
    let account = auth::account(&app, &headers, Scope::LibraryRead).await?;
    let (marketplace, asin) = parsed(title)?;
    let row = app.store().ignored_title(account.id, marketplace, &asin).await?;
    Ok(Json(view(row.ok_or(Failure::NotFound)?)?))
}

/// Never imports a title from now on; what the library has of it stays as it is.
#[utoipa::path(put, path = "/api/ignored/{marketplace}/{asin}", tag = "import",
    security(("token" = [])),
    params(
        ("marketplace" = String, Path, description = "Code of the shop, as in an import"),
        ("asin" = String, Path, description = "Product number"),
    ),
    responses(
        (status = 204, description = "It is not wanted, now or already"),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn put(
    State(app): State<App>,
    headers: HeaderMap,
    title: Title,
) -> Result<StatusCode, Failure> {
    let account = auth::account(&app, &headers, Scope::ImportWrite).await?;
    let (marketplace, asin) = parsed(title)?;
    let now = app.clock().now().as_microsecond();
    app.store().ignore(account.id, marketplace, &[asin], now).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a title in again at the next import.
#[utoipa::path(delete, path = "/api/ignored/{marketplace}/{asin}", tag = "import",
    security(("token" = [])),
    params(
        ("marketplace" = String, Path, description = "Code of the shop, as in an import"),
        ("asin" = String, Path, description = "Product number"),
    ),
    responses(
        (status = 204, description = "It is wanted again"),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn delete(
    State(app): State<App>,
    headers: HeaderMap,
    title: Title,
) -> Result<StatusCode, Failure> {
    let account = auth::account(&app, &headers, Scope::ImportWrite).await?;
    let (marketplace, asin) = parsed(title)?;
    let found = app.store().want_again(account.id, marketplace, &[asin]).await?;
    if found > 0 { Ok(StatusCode::NO_CONTENT) } else { Err(Failure::NotFound) }
}

/// Everything that is said must be understood.
fn parsed_many(body: &[u8]) -> Option<(Marketplace, Vec<Asin>, bool)> {
    let ask: AskMany = serde_json::from_slice(body).ok()?;
    let marketplace = Marketplace::parse(&ask.marketplace).ok()?;
    let asins = ask.asins.iter().map(|asin| Asin::parse(asin).ok()).collect::<Option<Vec<_>>>()?;
    (asins.len() <= MOST_AT_ONCE).then_some((marketplace, asins, ask.wanted))
}

/// What is no title is not found.
fn parsed(title: Title) -> Result<(Marketplace, Asin), Failure> {
    let Path((marketplace, asin)) = title.map_err(|_| Failure::NotFound)?;
    let marketplace = Marketplace::parse(&marketplace).map_err(|_| Failure::NotFound)?;
    Ok((marketplace, Asin::parse(&asin).map_err(|_| Failure::NotFound)?))
}

fn view(row: IgnoredRow) -> Result<IgnoredView, StoreError> {
    let ignored_at = moment(row.ignored_at)
        .map_err(|error| StoreError::row("ignored", "ignored_at", row.user_id, &error))?
        .to_string();
    Ok(IgnoredView { marketplace: row.marketplace, asin: row.asin, title: row.title, ignored_at })
}
