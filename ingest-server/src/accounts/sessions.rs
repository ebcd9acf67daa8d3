//! Browser sessions for the session layer, kept in our store under the hash of their id.

use async_trait::async_trait;
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

/// Sessions of one server.
#[derive(Clone, Debug)]
pub(crate) struct Sessions(pub(crate) App);

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        while !self.0.store().add_session(&row(record)?).await.map_err(|error| backend(&error))? {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.0
            .store()
            .save_session(&row(record)?, self.now())
            .await
            .map_err(|error| backend(&error))
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let row =
            self.0.store().session(&hash(id), self.now()).await.map_err(|error| backend(&error))?;
        row.map(|row| record(*id, &row)).transpose()
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0.store().end_session(&hash(id)).await.map_err(|error| backend(&error))
    }
}

impl Sessions {
    fn now(&self) -> i64 {
        self.0.clock().now().as_microsecond()
    }
}

/// Whoever reads the database cannot take a session over.
fn hash(id: &Id) -> String {
    hex_hash(&id.0.to_le_bytes())
}

fn row(record: &Record) -> Result<SessionRow> {
    let data =
        serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
    let expires_at = record.expiry_date.unix_timestamp() * 1_000_000;
    Ok(SessionRow { hash: hash(&record.id), data, expires_at })
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
