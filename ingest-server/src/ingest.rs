//! Use case: one chunk of one run comes in; it is checked, merged with what is stored, and answered.
//!
//! Everything that is decided is pure ([`decide`], [`progress`]); the store calls it between reading
//! and writing, inside its transaction.

pub(crate) mod decide;
pub(crate) mod progress;

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use shared::{
    origin::{Origin, Origins},
    validate::{self, EnvelopeProblem, ValidBatch},
    wire::v1::{self, Source},
};
use uuid::Uuid;

use crate::{
    accounts::Account,
    app::App,
    clock::new_id,
    edits::Edits,
    store::{Imported, KeptAnswer, StoreError},
};

/// How long the answer to a chunk is kept for sending again, in microseconds.
pub(crate) const KEYS_KEPT: i64 = 30 * 24 * 3600 * 1_000_000;

/// A request's body with what its head says.
#[derive(Debug)]
pub struct Incoming {
    /// The bytes as they came.
    pub body: Vec<u8>,
    /// Header `Idempotency-Key`.
    pub key: Option<String>,
    /// Answer without writing.
    pub dry_run: bool,
    /// What our own export says beside its titles, by their ASINs; empty for every other source.
    pub brought: HashMap<String, Brought>,
}

/// What our own export says beside a title.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Brought {
    /// What the person once said of it.
    pub edits: Option<Edits>,
    /// Where its values were from.
    pub origins: Option<Origins>,
}

/// Why a chunk was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// No header `Idempotency-Key`.
    #[error("no idempotency key")]
    KeyMissing,
    /// The header does not name this chunk.
    #[error("the idempotency key does not name this chunk")]
    KeyMismatch {
        /// `{run.id}:{chunk.index}` of the body.
        expected: String,
    },
    /// The same key came with other bytes before.
    #[error("the idempotency key was used for other bytes")]
    KeyReused,
    /// The run was taken back.
    #[error("the run was taken back")]
    RunUndone,
    /// The request itself is not valid.
    #[error("the request is not valid")]
    Envelope(Vec<EnvelopeProblem>),
    /// Checking broke off.
    #[error("checking the request broke off")]
    Checker(#[source] tokio::task::JoinError),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Refused {
    /// Its name for monitoring.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::KeyMissing => "idempotency_key_missing",
            Self::KeyMismatch { .. } => "idempotency_key_mismatch",
            Self::KeyReused => "idempotency_key_reused",
            Self::RunUndone => "run_undone",
            Self::Envelope(_) => "envelope_invalid",
            Self::Checker(_) => "internal",
            Self::Store(_) => "database",
        }
    }
}

/// A checked chunk with all that the store needs to take it in.
#[derive(Debug)]
pub struct Import {
    pub(crate) account: Account,
    pub(crate) batch: ValidBatch,
    pub(crate) key: Option<IdempotencyKey>,
    pub(crate) now: Timestamp,
    /// One id for each title that may turn out to be new.
    pub(crate) ids: Vec<Uuid>,
    /// See [`Incoming::brought`].
    pub(crate) brought: HashMap<String, Brought>,
}

/// A chunk's key and the hash of its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    pub(crate) name: String,
    pub(crate) body_hash: String,
}

impl Import {
    pub(crate) fn run(&self) -> &v1::Run {
        self.batch.run()
    }

    pub(crate) fn micros(&self) -> i64 {
        self.now.as_microsecond()
    }

    /// What this run's values are from. A file's program stands for its format.
    pub(crate) fn origin(&self) -> Origin {
        let run = self.run();
        Origin::new(match run.source {
            Source::Extension => "audible_extension".to_owned(),
            Source::Api => "audible_api".to_owned(),
            Source::File => format!("audible_file:{}", run.client.name),
        })
    }
}

/// Takes a chunk in and gives the answer's JSON: the receipt.
///
/// # Errors
///
/// See [`Refused`]; nothing has been written then.
pub async fn take(app: &App, account: Account, incoming: Incoming) -> Result<String, Refused> {
    let Incoming { body, key, dry_run, brought } = incoming;
    if dry_run {
        let batch = checked(body).await?;
        let import = Import { brought, ..prepared(app, account, batch, None) };
        return Ok(app.store().preview(&import).await?);
    }
    let key = IdempotencyKey { name: key.ok_or(Refused::KeyMissing)?, body_hash: hex_hash(&body) };
    if let Some(kept) = app.store().kept_answer(account.id, &key.name).await? {
        return replay(kept, &key);
    }
    let batch = checked(body).await?;
    let expected = format!("{}:{}", batch.run().id, batch.run().chunk.index);
    if key.name != expected {
        return Err(Refused::KeyMismatch { expected });
    }
    let import = Import { brought, ..prepared(app, account, batch, Some(key)) };
    match app.store().import(&import).await? {
        Imported::Answer(answer) => Ok(answer),
        Imported::KeyReused => Err(Refused::KeyReused),
        Imported::RunUndone => Err(Refused::RunUndone),
    }
}

fn replay(kept: KeptAnswer, key: &IdempotencyKey) -> Result<String, Refused> {
    if kept.body_hash == key.body_hash { Ok(kept.answer) } else { Err(Refused::KeyReused) }
}

/// Parses and validates on a thread of its own: a full chunk keeps a processor busy for a while.
async fn checked(body: Vec<u8>) -> Result<ValidBatch, Refused> {
    tokio::task::spawn_blocking(move || {
        let value: Value = serde_json::from_slice(&body).map_err(|error| {
            let reason = format!("the body is not JSON: {error}");
            Refused::Envelope(vec![EnvelopeProblem { pointer: String::new(), reason }])
        })?;
        drop(body);
        validate::validate(&value).map_err(Refused::Envelope)
    })
    .await
    .map_err(Refused::Checker)?
}

fn prepared(app: &App, account: Account, batch: ValidBatch, key: Option<IdempotencyKey>) -> Import {
    let now = app.clock().now();
    let ids = batch.items().map(|_| new_id(now, app.chance())).collect();
    Import { account, batch, key, now, ids, brought: HashMap::new() }
}

/// SHA-256 as hexadecimal text.
pub(crate) fn hex_hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes as hexadecimal text.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}
