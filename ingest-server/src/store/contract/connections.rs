//! Connections: one of two takes a job, an attempt or a row; nothing of one account reaches another.

use std::sync::Arc;

use shared::ids::{Asin, Marketplace};
use uuid::Uuid;

use super::{
    NOW, account,
    databases::{self, on_both},
};
use crate::{
    audible::schedule::Schedule,
    store::{
        AccountId, Store,
        connections::{AttemptRow, AuthRow, NoteRow, SyncRow, WishRow},
        open,
        rows::Key,
    },
};

on_both![
    a_job_is_taken_by_one_of_many_and_taken_over_when_its_lease_has_ended,
    a_job_that_was_taken_over_is_not_ended_by_who_had_it,
    a_schedule_that_changes_while_a_job_runs_holds,
    what_is_to_be_read_anew_stays_so_when_a_sync_ends,
    a_wait_holds_whatever_schedule_is_set_and_when,
    a_server_that_stops_gives_its_jobs_back_and_no_others,
    connecting_anew_begins_anew_and_keeps_the_schedule,
    an_attempt_is_used_by_one_of_two_and_ends,
    secrets_are_replaced_only_if_they_are_still_those,
    a_wishlist_is_replaced_as_a_whole_and_goes_with_its_connection,
    a_connection_that_ends_during_a_sync_leaves_no_wishlist,
    what_was_done_is_told_newest_first_and_forgotten_after_a_thousand,
];

const SECOND: i64 = 1_000_000;

pub(super) fn auth(owner: AccountId, shop: Marketplace) -> AuthRow {
    AuthRow {
        user_id: Key(owner),
        marketplace: shop.code().to_owned(),
        id: Key(Uuid::from_u128(7)),
        encrypted_token: "v1.key.secret".to_owned(),
        device_name: "Me Feed - Web".to_owned(),
        last_sync_at: None,
        created_at: NOW,
        updated_at: NOW,
    }
}

pub(super) fn sync(owner: AccountId, shop: Marketplace, due_at: Option<i64>) -> SyncRow {
    SyncRow {
        user_id: Key(owner),
        marketplace: shop.code().to_owned(),
        schedule: Schedule::DAILY.to_string(),
        due_at,
        lease: String::new(),
        lease_until: 0,
        state_token: String::new(),
        full_at: None,
        anew: 0,
        not_before: None,
        books_count: Some(245),
        failures: 0,
        error_code: String::new(),
        stopped: false,
        progress: String::new(),
        run_id: None,
    }
}

/// An account with a connection whose job is due now.
async fn connected(address: &str) -> (Arc<dyn Store>, AccountId) {
    let store = open(address).await.unwrap();
    let owner = account(&*store, "reader@home.example").await.id;
    let shop = Marketplace::De;
    assert!(
        store
            .keep_connection(&auth(owner, shop), &sync(owner, shop, Some(NOW)), None)
            .await
            .unwrap()
    );
    (store, owner)
}

async fn job(store: &dyn Store, owner: AccountId) -> SyncRow {
    store.connections(owner).await.unwrap().remove(0).1
}

/// The job as who takes it now has it.
async fn taken(store: &dyn Store, owner: AccountId) -> SyncRow {
    assert!(store.lease_job(&job(store, owner).await, "one.x", NOW + 100).await.unwrap());
    job(store, owner).await
}

async fn a_job_is_taken_by_one_of_many_and_taken_over_when_its_lease_has_ended(address: String) {
    let (store, owner) = connected(&address).await;
    assert_eq!(store.due_jobs(NOW - 1, 10).await.unwrap(), [], "not before its time");
    let seen = store.due_jobs(NOW, 10).await.unwrap().remove(0);
    let leases: Vec<String> = (0..6).map(|number| format!("server{number}.x")).collect();
    let until = NOW + 60 * SECOND;
    let tries = leases.iter().map(|lease| store.lease_job(&seen, lease, until));
    let taken = futures::future::join_all(tries).await;
    assert_eq!(taken.into_iter().filter(|taken| *taken.as_ref().unwrap()).count(), 1);
    assert_eq!(store.due_jobs(NOW + SECOND, 10).await.unwrap(), [], "somebody works on it");

    let held = job(&*store, owner).await;
    assert!(store.keep_lease(&held, until + 60 * SECOND, Some("{}")).await.unwrap());
    assert_eq!(store.due_jobs(until, 10).await.unwrap(), [], "the lease was kept");
    let left = store.due_jobs(until + 60 * SECOND, 10).await.unwrap().remove(0);
    assert_eq!((&left.lease, left.progress.as_str()), (&held.lease, "{}"));
    assert!(store.lease_job(&left, "other.y", until + 120 * SECOND).await.unwrap());
    assert!(!store.keep_lease(&held, until + 180 * SECOND, None).await.unwrap(), "it is another's");
}

async fn a_job_that_was_taken_over_is_not_ended_by_who_had_it(address: String) {
    let (store, owner) = connected(&address).await;
    let seen = job(&*store, owner).await;
    assert!(store.lease_job(&seen, "one.x", NOW + 1).await.unwrap());
    let mine = job(&*store, owner).await;
    assert!(store.lease_job(&mine, "two.y", NOW + 100).await.unwrap());
    let theirs = job(&*store, owner).await;
    let ended = |job: &SyncRow, token: &str| SyncRow {
        due_at: Some(NOW + 500),
        state_token: token.to_owned(),
        ..job.clone()
    };
    assert!(!store.end_job(&ended(&mine, "1"), Some(NOW), None).await.unwrap());
    assert_eq!(job(&*store, owner).await, theirs);
    assert!(store.end_job(&ended(&theirs, "2"), Some(NOW + 9), None).await.unwrap());
    let (auth, after) = store.connections(owner).await.unwrap().remove(0);
    assert_eq!(auth.last_sync_at, Some(NOW + 9));
    assert_eq!((after.state_token.as_str(), after.due_at), ("2", Some(NOW + 500)));
    assert_eq!((after.lease.as_str(), after.lease_until), ("", 0));
}

async fn a_schedule_that_changes_while_a_job_runs_holds(address: String) {
    let (store, owner) = connected(&address).await;
    assert!(store.lease_job(&job(&*store, owner).await, "one.x", NOW + 100).await.unwrap());
    let mine = job(&*store, owner).await;
    assert!(store.set_schedule(owner, "de", "off", None).await.unwrap());
    assert!(!store.set_schedule(owner, "us", "off", None).await.unwrap(), "no such connection");
    assert!(store.end_job(&SyncRow { due_at: Some(NOW + 500), ..mine }, None, None).await.unwrap());
    let after = job(&*store, owner).await;
    assert_eq!((after.schedule.as_str(), after.due_at), ("off", None));
}

async fn what_is_to_be_read_anew_stays_so_when_a_sync_ends(address: String) {
    let (store, owner) = connected(&address).await;
    let known = async || {
        let job = job(&*store, owner).await;
        (job.state_token, job.full_at)
    };
    let (nothing, state) = ((String::new(), None), ("1".to_owned(), Some(NOW)));
    let again = async || {
        let asins = [Asin::parse("B000000001").unwrap()];
        store.ignore(owner, Marketplace::De, &asins, NOW).await.unwrap();
        assert_eq!(store.want_again(owner, Marketplace::De, &asins).await.unwrap(), 1);
    };
    // The first sync, then one that has a state: each goes on while a title is wanted again.
    for _ in 0..2 {
        let mine = taken(&*store, owner).await;
        again().await;
        let (state_token, full_at) = state.clone();
        let ended = SyncRow { state_token, full_at, ..mine };
        assert!(store.end_job(&ended, Some(NOW), None).await.unwrap());
        assert_eq!(known().await, nothing, "what it was told holds");
        let ended = SyncRow { anew: job(&*store, owner).await.anew, ..ended };
        let SyncRow { lease, .. } = taken(&*store, owner).await;
        assert!(store.end_job(&SyncRow { lease, ..ended }, Some(NOW), None).await.unwrap());
        assert_eq!(known().await, state, "the next one that read everything keeps its state");
    }
    // One that fails gives back the state that it had.
    let mine = taken(&*store, owner).await;
    again().await;
    assert!(store.end_job(&SyncRow { failures: 1, ..mine }, None, None).await.unwrap());
    assert_eq!(known().await, nothing);
}

async fn a_wait_holds_whatever_schedule_is_set_and_when(address: String) {
    let (store, owner) = connected(&address).await;
    let until = Some(NOW + 500);
    let set = async |schedule: &str, due_at| {
        assert!(store.set_schedule(owner, "de", schedule, due_at).await.unwrap());
        job(&*store, owner).await.due_at
    };
    let mine = taken(&*store, owner).await;
    assert_eq!(set("6h", Some(NOW + 9)).await, Some(NOW + 9), "while the job runs");
    let waits = SyncRow { not_before: until, due_at: until, failures: 1, ..mine };
    assert!(store.end_job(&waits, None, None).await.unwrap());
    let after = job(&*store, owner).await;
    assert_eq!((after.schedule.as_str(), after.due_at, after.not_before), ("6h", until, until));
    assert_eq!(set("off", None).await, None);
    assert_eq!(set("6h", Some(NOW + 9)).await, until);
    assert_eq!(set("12h", Some(NOW + 900)).await, Some(NOW + 900));

    let done = SyncRow { not_before: None, ..taken(&*store, owner).await };
    assert!(store.end_job(&done, Some(NOW), None).await.unwrap());
    assert_eq!(set("6h", Some(NOW + 9)).await, Some(NOW + 9), "a sync that went well ends it");
}

async fn a_server_that_stops_gives_its_jobs_back_and_no_others(address: String) {
    let (store, owner) = connected(&address).await;
    let other = account(&*store, "other@home.example").await.id;
    let shop = Marketplace::Us;
    store.keep_connection(&auth(other, shop), &sync(other, shop, Some(NOW)), None).await.unwrap();
    for (whose, lease) in [(owner, "one.x"), (other, "onetwo.y")] {
        assert!(store.lease_job(&job(&*store, whose).await, lease, NOW + 100).await.unwrap());
    }
    store.release_leases("one").await.unwrap();
    assert_eq!(job(&*store, owner).await.lease, "");
    assert_eq!(job(&*store, other).await.lease, "onetwo.y");
    let due = store.due_jobs(NOW, 10).await.unwrap();
    assert_eq!(due.iter().map(|job| job.user_id).collect::<Vec<_>>(), [Key(owner)]);
}

async fn connecting_anew_begins_anew_and_keeps_the_schedule(address: String) {
    let (store, owner) = connected(&address).await;
    store.set_schedule(owner, "de", "6h", Some(NOW)).await.unwrap();
    assert!(store.lease_job(&job(&*store, owner).await, "one.x", NOW + 100).await.unwrap());
    let failed = SyncRow {
        failures: 5,
        stopped: true,
        due_at: None,
        error_code: "audible_not_authenticated".to_owned(),
        state_token: "1".to_owned(),
        not_before: Some(NOW + 900),
        ..job(&*store, owner).await
    };
    assert!(store.end_job(&failed, None, None).await.unwrap());
    assert!(job(&*store, owner).await.stopped);
    let shop = Marketplace::De;
    let id = Uuid::from_u128(8);
    let later = NOW + 3 * SECOND;
    let again = AuthRow {
        id: Key(id),
        encrypted_token: "v1.key.other".to_owned(),
        created_at: later,
        updated_at: later,
        ..auth(owner, shop)
    };
    let begins = sync(owner, shop, Some(NOW + 5));
    for other in [None, Some(id)] {
        assert!(!store.keep_connection(&again, &begins, other).await.unwrap());
        assert!(job(&*store, owner).await.stopped, "only the one that was seen is replaced");
    }
    let before = Some(auth(owner, shop).id.0);
    assert!(store.keep_connection(&again, &begins, before).await.unwrap());
    let (auth, job) = store.connections(owner).await.unwrap().remove(0);
    assert_eq!(auth, again, "the new device is as old as it is");
    let fresh = SyncRow { schedule: "6h".to_owned(), ..sync(owner, shop, Some(NOW + 5)) };
    assert_eq!(job, fresh);
}

async fn an_attempt_is_used_by_one_of_two_and_ends(address: String) {
    let store = open(&address).await.unwrap();
    let owner = account(&*store, "reader@home.example").await.id;
    let other = account(&*store, "other@home.example").await.id;
    let row = |hash: &str| AttemptRow {
        user_id: Key(owner),
        hash: hash.to_owned(),
        marketplace: "de".to_owned(),
        sealed: "v1.key.attempt".to_owned(),
        expires_at: NOW + SECOND,
    };
    store.add_connecting(&row("a")).await.unwrap();
    assert_eq!(store.connecting(owner, "a", NOW).await.unwrap(), Some(row("a")));
    assert_eq!(store.connecting(other, "a", NOW).await.unwrap(), None);
    assert_eq!(store.connecting(owner, "a", NOW + SECOND).await.unwrap(), None, "its time is over");
    assert!(!store.use_connecting(other, "a").await.unwrap());
    let (one, two) =
        tokio::join!(store.use_connecting(owner, "a"), store.use_connecting(owner, "a"));
    assert_ne!(one.unwrap(), two.unwrap());
}

async fn secrets_are_replaced_only_if_they_are_still_those(address: String) {
    let (store, owner) = connected(&address).await;
    let other = account(&*store, "other@home.example").await.id;
    for shop in [Marketplace::Us, Marketplace::Fr] {
        store.keep_connection(&auth(other, shop), &sync(other, shop, None), None).await.unwrap();
    }
    assert!(store.any_sealed().await.unwrap());
    let mut seen = Vec::new();
    let mut after = (Uuid::nil(), String::new());
    loop {
        let part = store.sealed((after.0, &after.1), 2).await.unwrap();
        let Some(last) = part.last() else { break };
        after = (last.user_id.0, last.marketplace.clone());
        seen.extend(part.into_iter().map(|row| (row.user_id, row.marketplace)));
    }
    let mut all = vec![
        (Key(owner), "de".to_owned()),
        (Key(other), "fr".to_owned()),
        (Key(other), "us".to_owned()),
    ];
    all.sort_by_key(|(user, shop)| (user.0, shop.clone()));
    assert_eq!(seen, all, "each once, page by page");
    let row = auth(owner, Marketplace::De);
    assert!(store.reseal(&row, "v1.new.secret").await.unwrap());
    assert!(!store.reseal(&row, "v1.late.secret").await.unwrap());
    let (now, _) = store.connections(owner).await.unwrap().remove(0);
    assert_eq!(now.encrypted_token, "v1.new.secret");
}

async fn a_wishlist_is_replaced_as_a_whole_and_goes_with_its_connection(address: String) {
    let (store, owner) = connected(&address).await;
    let other = account(&*store, "other@home.example").await.id;
    let wish = |asin: &str, position| WishRow {
        marketplace: "de".to_owned(),
        asin: asin.to_owned(),
        position,
        item: "{}".to_owned(),
        added_at: (position > 0).then(|| "2026-01-01T00:00:00Z".to_owned()),
    };
    let first = [wish("B000000001", 0), wish("B000000002", 1)];
    let mine = taken(&*store, owner).await;
    assert!(store.write_wishes(&mine, &first).await.unwrap());
    assert_eq!(store.wishes(owner, "de").await.unwrap(), first);
    let second = [wish("B000000003", 0), wish("B000000001", 1)];
    assert!(store.write_wishes(&mine, &second).await.unwrap());
    let lost = SyncRow { lease: "two.y".to_owned(), ..mine.clone() };
    assert!(!store.write_wishes(&lost, &[]).await.unwrap());
    let none = SyncRow { marketplace: "us".to_owned(), ..mine.clone() };
    assert!(!store.write_wishes(&none, &[]).await.unwrap());
    assert_eq!(store.wishes(owner, "").await.unwrap(), second);
    assert_eq!(store.wishes(owner, "us").await.unwrap(), []);
    assert_eq!(store.wishes(other, "").await.unwrap(), []);
    let id = auth(owner, Marketplace::De).id.0;
    assert!(!store.drop_connection(other, "de", id).await.unwrap());
    assert!(!store.drop_connection(owner, "de", Uuid::from_u128(8)).await.unwrap());
    assert_eq!(store.wishes(owner, "").await.unwrap(), second, "another connection's stay");
    assert!(store.drop_connection(owner, "de", id).await.unwrap());
    assert_eq!(store.wishes(owner, "").await.unwrap(), []);
    assert!(store.connections(owner).await.unwrap().is_empty());
    assert!(store.due_jobs(i64::MAX, 10).await.unwrap().is_empty(), "its job is gone");
}

async fn a_connection_that_ends_during_a_sync_leaves_no_wishlist(address: String) {
    let (store, owner) = connected(&address).await;
    let id = auth(owner, Marketplace::De).id.0;
    let rows: Vec<WishRow> = (0..50)
        .map(|position| WishRow {
            marketplace: "de".to_owned(),
            asin: format!("B{position:09}"),
            position,
            item: "{}".to_owned(),
            added_at: None,
        })
        .collect();
    // Whichever comes first, and where they come together, nothing is left.
    for _ in 0..10 {
        let mine = taken(&*store, owner).await;
        let (written, dropped) =
            tokio::join!(store.write_wishes(&mine, &rows), store.drop_connection(owner, "de", id));
        written.unwrap();
        assert!(dropped.unwrap());
        assert_eq!(store.wishes(owner, "").await.unwrap(), []);
        assert!(!store.write_wishes(&mine, &rows).await.unwrap(), "the sync goes on");
        assert_eq!(store.wishes(owner, "").await.unwrap(), []);
        let shop = Marketplace::De;
        let anew = (auth(owner, shop), sync(owner, shop, Some(NOW)));
        assert!(store.keep_connection(&anew.0, &anew.1, None).await.unwrap());
    }
}

async fn what_was_done_is_told_newest_first_and_forgotten_after_a_thousand(address: String) {
    let (store, owner) = connected(&address).await;
    let other = account(&*store, "other@home.example").await.id;
    let note = |number: i64| NoteRow {
        entry_id: Key(Uuid::from_u128(number.unsigned_abs().into())),
        noted_at: NOW + number / 2,
        what: "sync".to_owned(),
        marketplace: "de".to_owned(),
        result: "done".to_owned(),
    };
    store.note(other, &note(1)).await.unwrap();
    for number in 1..=1_003 {
        store.note(owner, &note(number)).await.unwrap();
    }
    let end = (i64::MAX, Uuid::max());
    let newest = store.noted(owner, end, 3).await.unwrap();
    assert_eq!(newest, [note(1_003), note(1_002), note(1_001)]);
    let last = newest.last().unwrap();
    let next = store.noted(owner, (last.noted_at, last.entry_id.0), 2_000).await.unwrap();
    assert_eq!(next.first(), Some(&note(1_000)));
    assert_eq!((next.len(), next.last()), (997, Some(&note(4))));
    assert_eq!(store.noted(other, end, 10).await.unwrap(), [note(1)]);
}
