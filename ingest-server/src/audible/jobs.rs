//! Who syncs when: jobs in the database, each leased by one server at a time.
//!
//! A job is a row with the moment at which it is due. A server takes it by writing its lease where it saw
//! none (compare-and-set on one row), keeps the lease while it works, and gives the job back with its next
//! moment. A server that dies leaves a lease that ends by itself; then another one takes the job. So none
//! is done twice at a time and none is lost, however many servers there are.

use std::{
    convert::Infallible,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use shared::ids::Marketplace;
use tokio::task::{JoinHandle, JoinSet};

use super::{
    ConnectionError, Whose, connection,
    schedule::{FIRST_WAIT, Schedule},
    sync::{Progress, Synced, Work},
    vault::NotOpened,
    waits, webhook, whose,
};
use crate::{
    app::App,
    audit::{self, What},
    store::{AccountId, StoreError, connections::SyncRow, rows::Key},
    throttle::{self, Limit},
};

/// How long a lease lasts that nobody keeps, in microseconds.
const LEASE: i64 = 120 * 1_000_000;
/// How often a lease is kept while an answer is waited for.
const BEAT: Duration = Duration::from_secs(20);
/// How often it is looked for jobs that are due.
const LOOK: Duration = Duration::from_secs(30);
/// After so many failures in a row a connection is not synced any more.
const MOST_FAILURES: i64 = 5;
/// Syncs that a person starts by hand in a day.
const PER_DAY: i64 = 10;
/// Seconds of a day.
const DAY: i64 = 24 * 3600;
/// After so long a job is due again that this server has no key for, in microseconds.
const FOR_ANOTHER: i64 = 60 * 1_000_000;
/// Jobs that are looked at to take one; other servers may take the first ones meanwhile.
const AT_A_LOOK: i64 = 16;

/// The lease of a job that is being worked on.
pub(super) struct Lease<'a> {
    app: &'a App,
    job: &'a SyncRow,
    lost: AtomicBool,
}

impl Lease<'_> {
    /// Notes how far the work is, and keeps the lease.
    pub(super) async fn at(&self, progress: &Progress) -> Result<(), ConnectionError> {
        let progress = serde_json::to_string(progress).map_err(ConnectionError::Own)?;
        self.keep(Some(&progress)).await
    }

    async fn keep(&self, progress: Option<&str>) -> Result<(), ConnectionError> {
        let until = self.app.clock().now().as_microsecond() + LEASE;
        if self.lost.load(Ordering::Relaxed)
            || !self.app.store().keep_lease(self.job, until, progress).await?
        {
            self.lost.store(true, Ordering::Relaxed);
            return Err(ConnectionError::LeaseLost);
        }
        Ok(())
    }

    /// Keeps the lease until it is lost.
    async fn beat(&self) -> ConnectionError {
        loop {
            tokio::time::sleep(BEAT).await;
            // Where the database is away, it may come back before the lease ends.
            if let Err(error @ ConnectionError::LeaseLost) = self.keep(None).await {
                return error;
            }
        }
    }
}

/// Does what is due, for as long as the server runs. What is under way then ends with it.
pub async fn work(app: App) -> Infallible {
    let mut running = JoinSet::new();
    loop {
        while running.try_join_next().is_some() {}
        match begin_due(&app, &mut running).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(error = error.code(), "could not look for syncs that are due");
            }
        }
        tokio::select! {
            () = app.jobs_changed().notified() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Does everything that is due now and that no other server works on; gives how many jobs that were.
///
/// # Errors
///
/// The database's. What a job ends in is kept with the job.
pub async fn run_due(app: &App) -> Result<usize, ConnectionError> {
    let mut running = JoinSet::new();
    let mut done = 0;
    loop {
        while begin_due(app, &mut running).await? {
            done += 1;
        }
        if running.join_next().await.is_none() {
            return Ok(done);
        }
    }
}

/// Begins the sync that has been due longest, as soon as it is its turn; false if none is due.
async fn begin_due(app: &App, running: &mut JoinSet<()>) -> Result<bool, ConnectionError> {
    if app.audible().is_err() {
        return Ok(false);
    }
    // Before the job is taken: another server may have its turn sooner.
    let turn = app.syncs().acquire_owned().await;
    let Some(job) = take_due(app).await? else { return Ok(false) };
    let app = app.clone();
    running.spawn(async move {
        let _turn = turn;
        // How it went is kept with the job.
        let _ = run(&app, &job, false).await;
    });
    Ok(true)
}

/// Takes the job that has been due longest; nothing if none is due that no other server works on.
async fn take_due(app: &App) -> Result<Option<SyncRow>, StoreError> {
    let now = app.clock().now().as_microsecond();
    for job in app.store().due_jobs(now, AT_A_LOOK).await? {
        if let Some(job) = take(app, &job).await? {
            return Ok(Some(job));
        }
    }
    Ok(None)
}

/// Syncs a connection because its person asks for it, and waits for it. Who goes away before it is done
/// stops nothing.
///
/// # Errors
///
/// See [`ConnectionError`].
pub async fn sync_now(
    app: &App,
    owner: AccountId,
    marketplace: Option<Marketplace>,
) -> Result<Synced, ConnectionError> {
    let job = begin_now(app, owner, marketplace).await?;
    let app = app.clone();
    tokio::spawn(async move { run(&app, &job, true).await })
        .await
        .map_err(ConnectionError::Broken)?
}

/// The same without waiting for it.
///
/// # Errors
///
/// See [`ConnectionError`].
pub async fn start_now(
    app: &App,
    owner: AccountId,
    marketplace: Option<Marketplace>,
) -> Result<(), ConnectionError> {
    let job = begin_now(app, owner, marketplace).await?;
    let app = app.clone();
    tokio::spawn(async move { run(&app, &job, true).await });
    Ok(())
}

async fn begin_now(
    app: &App,
    owner: AccountId,
    marketplace: Option<Marketplace>,
) -> Result<SyncRow, ConnectionError> {
    app.audible()?;
    let (_, job) = connection(app, owner, marketplace).await?;
    let now = app.clock().now().as_microsecond();
    if job.lease_until > now {
        return Err(ConnectionError::Running);
    }
    waits::is_over(&job, now)?;
    let counted = throttle::count(app, &[limit(owner)]).await?;
    match take(app, &job).await? {
        Some(job) => Ok(job),
        None => {
            throttle::take_back(app, counted).await?;
            Err(ConnectionError::Running)
        }
    }
}

/// Takes a job; nothing if another server was faster.
async fn take(app: &App, job: &SyncRow) -> Result<Option<SyncRow>, StoreError> {
    let mut random = [0; 16];
    app.chance().fill(&mut random);
    let lease = format!("{}.{}", app.name(), URL_SAFE_NO_PAD.encode(random));
    let lease_until = app.clock().now().as_microsecond() + LEASE;
    let taken = app.store().lease_job(job, &lease, lease_until).await?;
    Ok(taken.then(|| SyncRow { lease, lease_until, ..job.clone() }))
}

/// Gives back what this server was working on when it was told to stop, so that nobody has to wait until
/// its leases end.
pub async fn give_back(app: &App) {
    if let Err(error) = app.store().release_leases(app.name()).await {
        tracing::warn!(%error, "leases of syncs end by themselves");
    }
}

/// A task that ends with whoever waits for it.
struct Bound<T>(JoinHandle<T>);

impl<T> Drop for Bound<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Works on a job that was taken, and gives it back.
async fn run(app: &App, job: &SyncRow, by_hand: bool) -> Result<Synced, ConnectionError> {
    // A task of its own: where it panics, the job is given back all the same.
    let mut task = Bound(tokio::spawn(leased(app.clone(), job.clone(), by_hand)));
    let result = (&mut task.0).await.map_err(ConnectionError::Broken).flatten();
    if matches!(result, Err(ConnectionError::LeaseLost)) {
        return result;
    }
    if let Err(ConnectionError::Vault(NotOpened::OtherKey)) = result {
        leave_to_another(app, job).await?;
        return result;
    }
    let told = result.as_ref().map_or_else(ConnectionError::code, |_| "done");
    let (next, synced_at) = after(app, job, &result, by_hand);
    if let Err(ConnectionError::Broken(_)) = result {
        tracing::error!(marketplace = job.marketplace, "a sync broke off by a panic");
    }
    let note = audit::row(app, What::Sync, &job.marketplace, told);
    if app.store().end_job(&next, synced_at, Some(&note)).await? {
        tracing::info!(account.id = %job.user_id.0, marketplace = job.marketplace, told, "synced");
        if next.stopped && !job.stopped {
            webhook::stopped(app, &next).await;
        }
    }
    result
}

/// Gives a job back as it was: while servers get another key one by one, those that have it already seal
/// what the others cannot open.
async fn leave_to_another(app: &App, job: &SyncRow) -> Result<(), StoreError> {
    tracing::warn!(marketplace = job.marketplace, "a sync needs a key that this server has not");
    let later = app.clock().now().as_microsecond() + FOR_ANOTHER;
    let due_at = job.due_at.map(|due| due.max(later));
    app.store().end_job(&SyncRow { due_at, ..job.clone() }, None, None).await?;
    Ok(())
}

/// Syncs for as long as the lease is not lost. What is begun by hand waits for its turn here, so that its
/// person sees it under way.
async fn leased(app: App, job: SyncRow, by_hand: bool) -> Result<Synced, ConnectionError> {
    let lease = Lease { app: &app, job: &job, lost: AtomicBool::new(false) };
    let work = async {
        let _turn = if by_hand { app.syncs().acquire_owned().await.ok() } else { None };
        synced(&app, &job, &lease).await
    };
    tokio::select! {
        result = work => result,
        error = lease.beat() => Err(error),
    }
}

async fn synced(app: &App, job: &SyncRow, lease: &Lease<'_>) -> Result<Synced, ConnectionError> {
    let audible = app.audible()?;
    let owner = job.user_id.0;
    let shop = Marketplace::parse(&job.marketplace).ok();
    let (auth, _) = connection(app, owner, shop).await?;
    let Whose { account, marketplace } = whose(&auth)?;
    let Some(account) = app.store().account(account).await? else {
        return Err(ConnectionError::NotConnected);
    };
    let device = audible.client.account(audible.credentials(&auth)?);
    let whose = Whose { account: account.id, marketplace };
    Work { app, account: &account, device: &device, whose, job, lease }.sync().await
}

/// The job as it is given back, and when the connection was synced if it was.
fn after(
    app: &App,
    job: &SyncRow,
    result: &Result<Synced, ConnectionError>,
    by_hand: bool,
) -> (SyncRow, Option<i64>) {
    let now = app.clock().now().as_microsecond();
    let schedule = Schedule::parse(&job.schedule).unwrap_or(Schedule::Off);
    match result {
        Ok(synced) => {
            let mut chance = [0; 2];
            app.chance().fill(&mut chance);
            let due = if by_hand { None } else { job.due_at };
            let next = SyncRow {
                due_at: schedule.after(due, now, u16::from_le_bytes(chance)),
                state_token: synced.state_token.clone(),
                full_at: if synced.full { Some(now) } else { job.full_at },
                books_count: Some(i64::from(synced.total)),
                failures: 0,
                error_code: String::new(),
                stopped: false,
                not_before: None,
                run_id: Some(Key(synced.run.uuid())),
                ..job.clone()
            };
            (next, Some(now))
        }
        Err(error) => {
            let failures = job.failures + 1;
            let stopped = !error.passes() || failures >= MOST_FAILURES;
            let due_at = schedule.again(now, failures).filter(|_| !stopped);
            let not_before = waits::after(job, error, now);
            let due_at = due_at.map(|due| due.max(not_before.unwrap_or(due)));
            let error_code = error.code().to_owned();
            (SyncRow { due_at, not_before, failures, error_code, stopped, ..job.clone() }, None)
        }
    }
}

/// Syncs by hand of an account.
fn limit(owner: AccountId) -> Limit {
    Limit::new("audible_sync", &owner.to_string(), PER_DAY, DAY)
}

/// The key under which an account's syncs by hand are counted.
pub(crate) fn syncs_of(owner: AccountId) -> String {
    limit(owner).into_key()
}

/// Sets how often a connection is synced by itself. One that had stopped begins again. Where the last sync
/// failed, the next one is due neither at once nor sooner than it was: whoever sets schedules again and
/// again shall not ask Audible each time.
///
/// # Errors
///
/// See [`ConnectionError`].
pub async fn set_schedule(
    app: &App,
    owner: AccountId,
    marketplace: Option<Marketplace>,
    schedule: Schedule,
) -> Result<(), ConnectionError> {
    app.audible()?;
    let (auth, job) = connection(app, owner, marketplace).await?;
    let now = app.clock().now().as_microsecond();
    let earliest = match job.error_code.as_str() {
        "" => now,
        _ => job.due_at.unwrap_or(now).max(now + FIRST_WAIT),
    };
    let due_at = schedule.period().map(|period| match auth.last_sync_at {
        Some(last) => (last + period).max(earliest),
        None => earliest,
    });
    let text = schedule.to_string();
    app.store().set_schedule(owner, &auth.marketplace, &text, due_at).await?;
    app.jobs_changed().notify_one();
    Ok(())
}
