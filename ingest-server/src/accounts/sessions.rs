//! Browser sessions for the session layer, kept in our store under the hash of their id.

use async_trait::async_trait;
use serde_json::Value;
use tower_sessions::{
    SessionStore,
    cookie::time::OffsetDateTime,
    session::{Id, Record},
    session_store::{Error, Result},
};

use crate::{
    app::App,
    ingest::hex_hash,
    store::{SessionRow, StoreError},
};

/// Names of values in a session: when somebody signed in, when it was last seen, which browser it is,
/// when a link showed who it is.
pub(crate) const SINCE: &str = "since";
pub(crate) const SEEN: &str = "seen";
pub(crate) const BROWSER: &str = "browser";
pub(crate) const PROVED: &str = "proved";
/// What the session layer keeps there: whose session it is.
const AUTH: &str = "axum-login.data";

/// Sessions of one server.
#[derive(Clone, Debug)]
pub(crate) struct Sessions(pub(crate) App);

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        while !self
            .0
            .store()
            .add_session(&self.row(record)?)
            .await
            .map_err(|error| backend(&error))?
        {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let saved = self.0.store().save_session(&self.row(record)?, self.now()).await;
        saved.map_err(|error| backend(&error))
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let row = self
            .0
            .store()
            .session(&Self::hash(id), self.now())
            .await
            .map_err(|error| backend(&error))?;
        row.map(|row| record(*id, &row)).transpose()
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0.store().end_session(&Self::hash(id)).await.map_err(|error| backend(&error))
    }
}

impl Sessions {
    fn now(&self) -> i64 {
        self.0.clock().now().as_microsecond()
    }

    /// Whoever reads the database cannot take a session over.
    pub(crate) fn hash(id: &Id) -> String {
        hex_hash(&id.0.to_le_bytes())
    }

    /// What lists show stands beside the values.
    fn row(&self, record: &Record) -> Result<SessionRow> {
        let data = serde_json::to_string(&record.data)
            .map_err(|error| Error::Encode(error.to_string()))?;
        let moment = |name| record.data.get(name).and_then(Value::as_i64);
        let account = record.data.get(AUTH).and_then(|auth| auth.get("user_id"));
        let browser = record.data.get(BROWSER).and_then(Value::as_str);
        Ok(SessionRow {
            hash: Self::hash(&record.id),
            account: account.and_then(Value::as_str).and_then(|id| id.parse().ok()),
            browser: browser.unwrap_or_default().to_owned(),
            created_at: moment(SINCE).unwrap_or_else(|| self.now()),
            seen_at: moment(SEEN).unwrap_or_else(|| self.now()),
            data,
            expires_at: record.expiry_date.unix_timestamp() * 1_000_000,
        })
    }
}

fn record(id: Id, row: &SessionRow) -> Result<Record> {
    let data = serde_json::from_str(&row.data).map_err(|error| Error::Decode(error.to_string()))?;
    let expiry_date = OffsetDateTime::from_unix_timestamp(row.expires_at / 1_000_000)
        .map_err(|error| Error::Decode(error.to_string()))?;
    Ok(Record { id, data, expiry_date })
}

fn backend(error: &StoreError) -> Error {
    Error::Backend(error.to_string())
}
