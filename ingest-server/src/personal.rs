//! Use cases: a person takes out everything that is stored about the account, or has it deleted. Both need
//! the password once more.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Seek, Write},
};

use serde::Serialize;
use utoipa::ToSchema;
use zip::{ZipWriter, result::ZipError, write::SimpleFileOptions};

use crate::{
    accounts::{Account, SignInError, attempts_of},
    app::App,
    audible::{
        connect,
        disconnect::{self, Disconnected},
        jobs,
    },
    clock::new_id,
    export::{Export, Format},
    store::{AuditRow, StoreError},
};

/// What stands first in the archive.
const README: &str = include_str!("personal/README.md");

/// Why there is no archive.
#[derive(Debug, thiserror::Error)]
pub enum PersonalError {
    /// It is not shown that it is the person who asks.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The archive could not be written.
    #[error("the archive could not be written")]
    Archive(#[source] io::Error),
    /// The work broke off.
    #[error("the work broke off")]
    Broken(#[source] tokio::task::JoinError),
}

impl From<ZipError> for PersonalError {
    fn from(error: ZipError) -> Self {
        Self::Archive(error.into())
    }
}

/// What was deleted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Deleted {
    /// When.
    pub deleted_at: String,
    /// Rows of each table.
    pub rows: BTreeMap<&'static str, i64>,
    /// Devices that were registered at Amazon for the account, and whether Amazon took them off its list.
    pub devices: Vec<Disconnected>,
}

/// Everything that is stored about an account, as an archive without a name that is gone with its reader.
///
/// # Errors
///
/// See [`PersonalError`].
pub async fn everything(app: &App, account: &Account) -> Result<File, PersonalError> {
    let file = tempfile::tempfile_in(&app.settings().data_dir).map_err(PersonalError::Archive)?;
    let mut archive = ZipWriter::new(file);
    let options = SimpleFileOptions::default().large_file(true);
    archive.start_file("README.md", options)?;
    archive.write_all(README.as_bytes()).map_err(PersonalError::Archive)?;
    archive.start_file("library.json", options)?;
    let mut library = Export::new(app.clone(), account.id, Format::Json);
    while let Some(part) = library.part().await? {
        archive.write_all(&part).map_err(PersonalError::Archive)?;
    }
    let mut open = "";
    let mut hand = |table: &'static str, line: &str| {
        if table != open {
            archive.start_file(format!("tables/{table}.jsonl"), options)?;
            open = table;
        }
        archive.write_all(line.as_bytes())?;
        archive.write_all(b"\n")
    };
    app.store().personal_data(account.id, &mut hand).await?;
    let mut file = archive.finish()?;
    file.rewind().map_err(PersonalError::Archive)?;
    Ok(file)
}

/// Deletes an account and everything about it, at once and for good. Devices that were registered at Amazon
/// for it are taken off Amazon's list first. It goes on when the caller goes away.
///
/// # Errors
///
/// The database's; nothing is deleted then.
pub async fn delete(app: &App, account: &Account) -> Result<Deleted, PersonalError> {
    let (app, account) = (app.clone(), account.clone());
    let deleted = tokio::spawn(async move { end(&app, &account).await });
    Ok(deleted.await.map_err(PersonalError::Broken)??)
}

async fn end(app: &App, account: &Account) -> Result<Deleted, StoreError> {
    let devices = disconnect::deregister_all(app, account.id).await?;
    let now = app.clock().now();
    let audit = AuditRow {
        id: new_id(now, app.chance()),
        at: now.as_microsecond(),
        what: "account_deleted",
        detail: String::new(),
    };
    let attempts =
        [attempts_of(&account.email), connect::attempts_of(account.id), jobs::syncs_of(account.id)];
    let rows = app.store().delete_account(account.id, &attempts, &audit).await?;
    tracing::info!(entry = %audit.id, "an account was deleted");
    Ok(Deleted { deleted_at: now.to_string(), rows: rows.into_iter().collect(), devices })
}
