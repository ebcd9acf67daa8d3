//! `/api/audible`: the connection with Audible that the server keeps.

use axum::{
    Json,
    body::Body,
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::{ids::Marketplace, wire::v1};
use utoipa::ToSchema;

use super::{auth, body, client::Line, error::Failure};
use crate::{
    accounts::Scope,
    app::App,
    audible::{
        ConnectionError,
        connect::{self, Ask, NewConnection, Step},
        disconnect::{self, Disconnected},
        jobs,
        schedule::Schedule,
        status::{self, Connection, State as Doing},
        sync::{Progress, Synced},
    },
};
use audible_client::secret::Secret;

/// Which connection.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Code of the shop; it may be left out where there is one connection.
    marketplace: String,
}

/// What is asked of a connection that is to be made: a shop to begin; the address on which the sign-in
/// ended; e-mail address and password; a code of the second factor; or another program's file. There are
/// secrets in it, and so no `Debug`.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct AskConnect {
    /// Code of the shop: `de`.
    marketplace: Option<String>,
    /// From an earlier answer.
    state: Option<String>,
    /// The address of the page on which the sign-in ended, as it was pasted.
    redirect_url: Option<String>,
    /// Of the Amazon account.
    email: Option<String>,
    /// Of the Amazon account; kept for this call alone.
    password: Option<String>,
    /// Code of the second factor.
    otp: Option<String>,
    /// The file of audible-cli (`*.json`) or Libation (`AccountsSettings.json`).
    auth_file: Option<Value>,
}

/// How far connecting has come: where to sign in, or what was made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum Connecting {
    /// The person signs in at this address.
    SignIn {
        /// The shop.
        marketplace: String,
        /// Goes with the address on which it ends.
        state: String,
        /// On Amazon's own page.
        authorize_url: String,
        /// Seconds in which it has to be done.
        expires_in: i64,
    },
    /// It is done.
    Connected {
        /// Always.
        success: bool,
        /// The shop.
        marketplace: String,
        /// As Amazon's list of devices shows it.
        device_name: String,
        /// How many titles the library has; null if Audible would not say it just now.
        books_count: Option<u32>,
    },
}

/// What a sync did.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SyncedView {
    /// New titles.
    imported: u32,
    /// Titles with a changed value.
    updated: u32,
    /// Titles that Audible lists.
    total: u32,
    /// The run in the history.
    run: String,
    /// Everything that is listed was read.
    complete: bool,
    /// Titles that are the same.
    unchanged: u32,
    /// Titles on the account's ignore list.
    ignored: u32,
    /// Titles that could not be taken.
    rejected: u32,
}

/// How a connection is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConnectionView {
    /// The shop.
    marketplace: String,
    /// As Amazon's list of devices shows it.
    device_name: String,
    /// Since when.
    connected_at: String,
    /// When the last sync that went well ended.
    last_sync: Option<String>,
    /// When the next one is due.
    next_sync: Option<String>,
    /// How many titles Audible listed last.
    books_count: Option<i64>,
    /// `off`, `daily`, `weekly`, or hours such as `6h`.
    schedule: String,
    /// How it is doing.
    state: Doing,
    /// Why the last sync failed, as a stable word.
    error_code: Option<String>,
    /// How far the present sync is.
    #[schema(value_type = Option<Object>)]
    progress: Option<Progress>,
    /// The run of the last sync.
    run: Option<String>,
}

/// How the connections of an account are.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Status {
    /// The operator has made connections possible.
    available: bool,
    /// Why not, as a stable word.
    unavailable_reason: Option<&'static str>,
    /// There is the connection that was asked for.
    connected: bool,
    /// When its last sync that went well ended.
    last_sync: Option<String>,
    /// How many titles Audible listed last.
    books_count: Option<i64>,
    /// The connection that was asked for.
    connection: Option<ConnectionView>,
    /// All of them.
    connections: Vec<ConnectionView>,
}

/// How often a connection is synced by itself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AskSchedule {
    /// `off`, `daily`, `weekly`, or hours from 1 to 168 such as `6h`.
    schedule: String,
}

/// A title of the wishlist.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WishView {
    /// The shop.
    marketplace: String,
    /// When it was added, as Audible says it.
    added_at: Option<String>,
    /// The title, as in an import.
    #[schema(value_type = Object)]
    item: v1::Item,
}

/// The wishlist as the last sync found it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Wishlist {
    /// Newest first.
    wishes: Vec<WishView>,
}

/// Makes a connection, or goes one step towards it.
///
/// Begin with `{"marketplace"}`, let the person sign in at `authorize_url`, and end with
/// `{"state", "redirect_url"}`. Or `{"email", "password", "marketplace"}` where the operator allows it, or
/// `{"auth_file"}`. Three attempts an hour; the calls of one attempt count once.
#[utoipa::path(post, path = "/api/audible/connect", tag = "audible", security(("token" = [])),
    request_body = AskConnect,
    responses(
        (status = 200, description = "Where to sign in, or what was made", body = Connecting),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn connect(
    State(app): State<App>,
    line: Line,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Connecting>, Failure> {
    let account = auth::account(&app, &headers, Scope::AudibleConnect).await?;
    line.closed()?;
    body::is_json(&headers)?;
    let bytes = body::read(&app, &headers, body).await?;
    let ask = ask(&bytes)?;
    Ok(Json(connect::connect(&app, account.id, ask).await?.into()))
}

/// Which of the requests it is.
fn ask(bytes: &[u8]) -> Result<Ask, ConnectionError> {
    let wrong = ConnectionError::Request(
        "send {marketplace}, {state, redirect_url}, {email, password, marketplace}, {state, otp} or \
         {auth_file}",
    );
    let Ok(ask) = serde_json::from_slice(bytes) else { return Err(wrong) };
    let AskConnect { marketplace, state, redirect_url, email, password, otp, auth_file } = ask;
    let shop = marketplace.as_deref().map(shop).transpose()?;
    Ok(match (shop, state, redirect_url, email, password, otp, auth_file) {
        (Some(shop), None, None, None, None, None, None) => Ask::Start(shop),
        (None, Some(state), Some(redirect_url), None, None, None, None) => {
            Ask::Finish { state, redirect_url }
        }
        (Some(marketplace), None, None, Some(email), Some(password), otp, None) => {
            Ask::Password { marketplace, email, password: Secret::new(password), otp }
        }
        (None, Some(state), None, None, None, Some(otp), None) => Ask::Code { state, otp },
        (marketplace, None, None, None, None, None, Some(file)) => {
            Ask::AuthFile { text: file.to_string(), marketplace }
        }
        _ => return Err(wrong),
    })
}

fn shop(code: &str) -> Result<Marketplace, ConnectionError> {
    let wrong = "marketplace is one of us, uk, de, fr, ca, it, au, in, jp, es, br";
    Marketplace::parse(code).map_err(|_| ConnectionError::Request(wrong))
}

/// The shop that a query names.
fn which(query: Result<Query<Which>, QueryRejection>) -> Result<Option<Marketplace>, Failure> {
    let wrong = "marketplace is one of us, uk, de, fr, ca, it, au, in, jp, es, br";
    let Query(Which { marketplace }) = query.map_err(|_| Failure::Query(wrong))?;
    let named = Some(marketplace).filter(|code| !code.is_empty());
    Ok(named.as_deref().map(shop).transpose()?)
}

/// Syncs now, and answers when it is done. Ten a day; a caller who goes away stops nothing.
#[utoipa::path(post, path = "/api/audible/sync", tag = "audible", security(("token" = [])), params(Which),
    responses(
        (status = 200, description = "What it did", body = SyncedView),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn sync(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<Which>, QueryRejection>,
) -> Result<Json<SyncedView>, Failure> {
    let account = auth::account(&app, &headers, Scope::AudibleConnect).await?;
    let marketplace = which(query)?;
    Ok(Json(jobs::sync_now(&app, account.id, marketplace).await?.into()))
}

/// Ends a connection: takes the device off Amazon's list and deletes its secrets here.
#[utoipa::path(delete, path = "/api/audible/disconnect", tag = "audible", security(("token" = [])), params(Which),
    responses(
        (status = 200, description = "It has ended", body = Disconnected),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn disconnect(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<Which>, QueryRejection>,
) -> Result<Json<Disconnected>, Failure> {
    let account = auth::account(&app, &headers, Scope::AudibleConnect).await?;
    let marketplace = which(query)?;
    Ok(Json(disconnect::disconnect(&app, account.id, marketplace).await?))
}

/// How the connections are.
#[utoipa::path(get, path = "/api/audible/status", tag = "audible", security(("token" = [])), params(Which),
    responses(
        (status = 200, description = "How they are", body = Status),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn status(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<Which>, QueryRejection>,
) -> Result<Json<Status>, Failure> {
    let account = auth::account(&app, &headers, Scope::AudibleConnect).await?;
    let marketplace = which(query)?;
    let all = status::connections(&app, account.id).await?;
    let connections = all.iter().cloned().map(ConnectionView::from).collect();
    let chosen = status::chosen(all, marketplace)?.map(ConnectionView::from);
    let available = status::is_available(&app);
    Ok(Json(Status {
        available,
        unavailable_reason: (!available).then_some("encryption_key_missing"),
        connected: chosen.is_some(),
        last_sync: chosen.as_ref().and_then(|one| one.last_sync.clone()),
        books_count: chosen.as_ref().and_then(|one| one.books_count),
        connection: chosen,
        connections,
    }))
}

/// Sets how often a connection is synced by itself. One that had stopped begins again.
#[utoipa::path(put, path = "/api/audible/schedule", tag = "audible", security(("token" = [])), params(Which),
    request_body = AskSchedule,
    responses(
        (status = 204, description = "It is set"),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn schedule(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<Which>, QueryRejection>,
    body: axum::body::Bytes,
) -> Result<axum::http::StatusCode, Failure> {
    let account = auth::account(&app, &headers, Scope::AudibleConnect).await?;
    body::is_json(&headers)?;
    let marketplace = which(query)?;
    let wrong = "send {\"schedule\": …} with off, daily, weekly, or hours from 1 to 168 such as 6h";
    let ask = serde_json::from_slice::<AskSchedule>(&body).ok();
    let schedule = ask.and_then(|ask| Schedule::parse(&ask.schedule).ok());
    let schedule = schedule.ok_or(ConnectionError::Request(wrong))?;
    jobs::set_schedule(&app, account.id, marketplace, schedule).await?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}

/// The wishlist as the last sync found it: of one shop, or of all.
#[utoipa::path(get, path = "/api/wishlist", tag = "library", security(("token" = [])), params(Which),
    responses(
        (status = 200, description = "Titles", body = Wishlist),
        (status = "4XX", description = "A problem", content_type = "application/problem+json", body = ref("#/components/schemas/Problem")),
    ))]
pub(super) async fn wishlist(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<Which>, QueryRejection>,
) -> Result<Json<Wishlist>, Failure> {
    let account = auth::account(&app, &headers, Scope::LibraryRead).await?;
    let marketplace = which(query)?;
    let wishes = crate::audible::wishes::all(&app, account.id, marketplace).await?;
    let wishes = wishes.into_iter().map(|wish| WishView {
        marketplace: wish.marketplace.code().to_owned(),
        added_at: wish.added_at,
        item: wish.item,
    });
    Ok(Json(Wishlist { wishes: wishes.collect() }))
}

impl From<Step> for Connecting {
    fn from(step: Step) -> Self {
        match step {
            Step::SignIn { marketplace, state, authorize_url } => Self::SignIn {
                marketplace: marketplace.code().to_owned(),
                state,
                authorize_url,
                expires_in: connect::ATTEMPT_SECONDS,
            },
            Step::Connected(NewConnection { marketplace, device_name, books_count }) => {
                let marketplace = marketplace.code().to_owned();
                Self::Connected { success: true, marketplace, device_name, books_count }
            }
        }
    }
}

impl From<Synced> for SyncedView {
    fn from(synced: Synced) -> Self {
        let Synced { run, sent, total, complete, .. } = synced;
        Self {
            imported: sent.imported,
            updated: sent.updated,
            total,
            run: run.to_string(),
            complete,
            unchanged: sent.unchanged,
            ignored: sent.ignored,
            rejected: sent.rejected,
        }
    }
}

impl From<Connection> for ConnectionView {
    fn from(one: Connection) -> Self {
        Self {
            marketplace: one.marketplace.code().to_owned(),
            device_name: one.device_name,
            connected_at: one.connected_at.to_string(),
            last_sync: one.last_sync.map(|at| at.to_string()),
            next_sync: one.next_sync.map(|at| at.to_string()),
            books_count: one.books_count,
            schedule: one.schedule.to_string(),
            state: one.state,
            error_code: one.error_code,
            progress: one.progress,
            run: one.run.map(|run| run.to_string()),
        }
    }
}
